"""Optuna's rates for the work of bench/run.ts: random search over ten floats. Prints one line of JSON."""

import json
import multiprocessing
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    return [trial.suggest_float(f"x{i}", 0, 1) for i in range(10)][0]


def rate(trials, storage=None):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1), storage=storage)
    begun = time.perf_counter()
    study.optimize(objective, n_trials=trials)
    return trials / (time.perf_counter() - begun)


def worker(storage, trials):
    study = optuna.load_study(study_name="eight", storage=storage, sampler=optuna.samplers.RandomSampler())
    study.optimize(objective, n_trials=trials)


def eight(storage, trials):
    optuna.create_study(study_name="eight", storage=storage)
    begun = time.perf_counter()
    workers = [multiprocessing.Process(target=worker, args=(storage, trials // 8)) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    return trials / (time.perf_counter() - begun)


if __name__ == "__main__":
    folder = sys.argv[1]
    result = {
        "version": optuna.__version__,
        "memory": rate(10_000),
        "sqlite": rate(300, f"sqlite:///{folder}/optuna.db"),
        "eight": eight(f"sqlite:///{folder}/optuna8.db", 400),
    }
    print(json.dumps(result))
