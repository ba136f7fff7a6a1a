"""Peers of `npm run bench:automl`: one system on one split, each by its public interface and its defaults.

    automl.py --version SYSTEM          exits 0 where it can be imported
    automl.py SYSTEM '{"train": …}'     prints {"version", "error"}
"""

import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
started = time.time()
PACKAGES = {
    "histgb": "sklearn",
    "forest": "sklearn",
    "tuned-forest": "sklearn",
    "flaml": "flaml",
    "autogluon": "autogluon.tabular",
}


def version(system):
    import importlib

    module = importlib.import_module(PACKAGES[system])
    return getattr(module, "__version__", "?")


if sys.argv[1] == "--version":
    version(sys.argv[2])
    sys.exit(0)

system, options = sys.argv[1], json.loads(sys.argv[2])
os.environ["OMP_NUM_THREADS"] = str(options["threads"])
OUT = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a peer prints goes nowhere

import numpy as np
import pandas as pd

train, test = (pd.read_csv(options[part], keep_default_na=True) for part in ("train", "test"))
target, task = options["target"], options["task"]
threads, seed = options["threads"], options["seed"]
y, y_test = train.pop(target), test.pop(target)
empty = [name for name in train.columns if train[name].isna().all()]  # scikit-learn's boosting cannot bin these
train, test = train.drop(columns=empty), test.drop(columns=empty)
if task != "reg":
    classes = sorted(y.unique(), key=str)
    codes = {value: code for code, value in enumerate(classes)}
    y, y_test = y.map(codes), y_test.map(codes)
texts = [name for name in train.columns if not pd.api.types.is_numeric_dtype(train[name])]


def left(share=1.0):
    """Seconds that are left of the budget."""
    return max(1.0, share * (options["seconds"] - (time.time() - started)))


def as_categories(frame):
    """Texts as categories of the training table's levels; numbers as they are."""
    frame = frame.copy()
    for name in texts:
        levels = train[name].dropna().astype(str).unique()
        frame[name] = pd.Categorical(frame[name].astype(str), categories=levels)  # what is missing stays so
    return frame


def as_numbers(frame):
    """Codes for texts, the median for what is missing: what a forest needs."""
    frame = as_categories(frame)
    for name in texts:
        frame[name] = frame[name].cat.codes
    return frame.fillna(as_numbers.medians) if hasattr(as_numbers, "medians") else frame


def tuned_forest(Forest, scorer):
    """The reference of the AutoML benchmark: max_features by cross-validation, then a large forest."""
    from sklearn.model_selection import cross_val_score

    x = as_numbers(train)
    width = x.shape[1]
    candidates = sorted({1, max(1, round(width**0.5)), max(1, width // 4), max(1, width // 2), width})
    candidates.sort(key=lambda count: abs(count - width**0.5))
    best, best_score = candidates[0], -np.inf
    for count in candidates:
        began = time.time()
        forest = Forest(n_estimators=200, max_features=count, random_state=seed, n_jobs=threads)
        score = cross_val_score(forest, x, y, cv=5, scoring=scorer).mean()
        if score > best_score:
            best, best_score = count, score
        if time.time() - began > left(0.4):
            break
    return Forest(n_estimators=1000, max_features=best, random_state=seed, n_jobs=threads)


def fit_sklearn():
    from sklearn import ensemble

    kind = "Regressor" if task == "reg" else "Classifier"
    if system == "histgb":
        model = getattr(ensemble, f"HistGradientBoosting{kind}")(
            random_state=seed, categorical_features="from_dtype"
        )
        prepare = as_categories
        for name in texts:
            if train[name].nunique() > 250:
                prepare = as_numbers
    else:
        prepare = as_numbers
        medians = as_numbers(train).median()
        as_numbers.medians = medians
        Forest = getattr(ensemble, f"RandomForest{kind}")
        scorer = {"reg": "neg_root_mean_squared_error", "binary": "roc_auc", "multi": "neg_log_loss"}[task]
        if system == "tuned-forest":
            model = tuned_forest(Forest, scorer)
        else:
            model = Forest(random_state=seed, n_jobs=threads)
    model.fit(prepare(train), y)
    return model.predict(prepare(test)) if task == "reg" else model.predict_proba(prepare(test))


def fit_flaml():
    from flaml import AutoML

    model = AutoML()
    model.fit(
        as_categories(train),
        y,
        task="regression" if task == "reg" else "classification",
        metric={"reg": "rmse", "binary": "roc_auc", "multi": "log_loss"}[task],
        time_budget=left(),
        n_jobs=threads,
        seed=seed,
        verbose=0,
    )
    frame = as_categories(test)
    return model.predict(frame) if task == "reg" else model.predict_proba(frame)


def fit_autogluon():
    from autogluon.tabular import TabularPredictor

    predictor = TabularPredictor(
        label=target,
        eval_metric={"reg": "root_mean_squared_error", "binary": "roc_auc", "multi": "log_loss"}[task],
        verbosity=0,
    )
    predictor.fit(train.assign(**{target: y}), time_limit=left(), num_cpus=threads)
    return predictor.predict(test) if task == "reg" else predictor.predict_proba(test).to_numpy()


def error(predictions):
    from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score

    if task == "reg":
        return mean_squared_error(y_test, predictions) ** 0.5
    if task == "binary":
        return 1 - roc_auc_score(y_test, predictions[:, 1])
    return log_loss(y_test, predictions, labels=range(len(classes)))


fit = {"flaml": fit_flaml, "autogluon": fit_autogluon}.get(system, fit_sklearn)
OUT.write(json.dumps({"version": version(system), "error": float(error(fit()))}) + "\n")
