"""Fits scikit-learn's models for automated tuning of tables: a program that is started once and asked many times.

forest.yaml, boosting.yaml and svm.yaml describe three families that it fits. Each request is a line of JSON on standard
input, each answer one on standard output; numbers lie in files (src/automl/external/protocol.ts has all of it). Models
are pickles, which may hold any code: only load those that you trust.
"""

import json
import pickle
import sys

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.svm import SVC, SVR

MODELS = {
    "forest": (RandomForestClassifier, RandomForestRegressor),
    "boosting": (GradientBoostingClassifier, GradientBoostingRegressor),
    "svm": (SVC, SVR),
}


def matrix(files):
    """The features: float32, stored column after column."""
    return np.fromfile(files["x"], dtype="<f4").reshape(files["columns"], files["rows"]).T


def fit(kind, request):
    x, y = matrix(request["train"]), np.fromfile(request["train"]["y"], dtype="<f8")
    weights = request["train"].get("weights")
    classifier, regressor = MODELS[kind]
    options = dict(request["params"])
    if kind == "svm" and request["task"]["kind"] == "classification":
        options["probability"] = True
    if not (kind == "svm" and request["task"]["kind"] == "regression"):
        options["random_state"] = request["seed"]
    model = (classifier if request["task"]["kind"] == "classification" else regressor)(**options)
    model.fit(x, y, sample_weight=None if weights is None else np.fromfile(weights, dtype="<f8"))
    with open(request["model"], "wb") as file:
        pickle.dump(model, file)


def predict(request):
    with open(request["model"], "rb") as file:
        model = pickle.load(file)
    x, task = matrix(request), request["task"]
    if task["kind"] == "classification":
        # A class that the training rows do not have gets no column from scikit-learn.
        predictions = np.zeros((len(x), len(task["classes"])))
        predictions[:, model.classes_.astype(int)] = model.predict_proba(x)
    else:
        predictions = model.predict(x)
    np.ascontiguousarray(predictions, dtype="<f8").tofile(request["predictions"])


def main(kind):
    for line in sys.stdin:
        message = json.loads(line)
        answer = {"id": message["id"]}
        try:
            if "fit" in message:
                fit(kind, message["fit"])
            else:
                predict(message["predict"])
        except Exception as error:  # whatever it is, the next request may succeed
            answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
