"""Error and CPU seconds of a fit (in brackets: the peer's)

One problem in a folder: train.x, train.y, test.x, test.y. Prints one line of JSON.
"""

import json
import os
import resource
import sys

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import xgboost
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score

folder, task = sys.argv[1:]


def load(part):
    y = np.fromfile(f"{folder}/{part}.y")
    x = np.fromfile(f"{folder}/{part}.x", dtype="float32").reshape(-1, len(y)).T.copy()
    return x, y


def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


x, y = load("train")
x_test, y_test = load("test")
# scikit-learn cannot bin columns that are empty in training
there = ~np.isnan(x).all(axis=0)
x, x_test = x[:, there], x_test[:, there]
regression = task == "reg"


def error(predict, classes):
    if regression:
        return mean_squared_error(y_test, predict(x_test)) ** 0.5
    p = predict(x_test)
    if task == "multi":
        return log_loss(y_test, np.clip(p, 1e-15, 1), labels=classes)
    return 1 - roc_auc_score(y_test, p[:, 1] if p.ndim == 2 else p)


found = {}


def measure(name, fit):
    began = seconds()
    predict = fit()
    spent = seconds() - began
    found[name] = {"error": error(predict, np.unique(y)), "seconds": spent}


def fit_xgboost():
    objective = {"reg": "reg:squarederror", "binary": "binary:logistic", "multi": "multi:softprob"}[task]
    options = dict(tree_method="hist", max_bin=255, eta=0.1, max_depth=6, objective=objective, nthread=1)
    if task == "multi":
        options["num_class"] = len(np.unique(y))
    model = xgboost.train(options, xgboost.DMatrix(x, y, nthread=1), 100)
    return lambda rows: model.predict(xgboost.DMatrix(rows, nthread=1))


def fit_sklearn(classifier, regressor, filled, **options):
    """Without missing values where the model knows none."""
    median = np.nan_to_num(np.nanmedian(x, axis=0))
    clean = (lambda rows: np.where(np.isnan(rows), median, rows)) if filled else (lambda rows: rows)
    model = (regressor if regression else classifier)(random_state=1, **options).fit(clean(x), y)
    predict = model.predict if regression else model.predict_proba
    return lambda rows: predict(clean(rows))


measure("xgboost hist, depth 6", fit_xgboost)
measure(
    "scikit-learn HistGradientBoosting",
    lambda: fit_sklearn(
        HistGradientBoostingClassifier, HistGradientBoostingRegressor, False, early_stopping=False
    ),
)
measure(
    "scikit-learn forest",
    lambda: fit_sklearn(RandomForestClassifier, RandomForestRegressor, True, n_jobs=1),
)
measure(
    "scikit-learn extra trees",
    lambda: fit_sklearn(ExtraTreesClassifier, ExtraTreesRegressor, True, n_jobs=1),
)
print(json.dumps(found))
