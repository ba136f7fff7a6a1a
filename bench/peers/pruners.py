"""Peers of the pruners' benchmark: JSON lines in, JSON lines out.

Optuna's pruners are driven through ask, report, should_prune and tell, over tabulated learning curves, under the same
virtual clock as ours: a step takes a worker one second, and the run ends when the budget is used.
"""

import json
import logging
import math
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

OUT = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a peer prints goes nowhere

PRUNERS = {
    "optuna-median": lambda pruners, full: pruners.MedianPruner(),
    "optuna-hyperband": lambda pruners, full: pruners.HyperbandPruner(min_resource=1, max_resource=full),
    "optuna-halving": lambda pruners, full: pruners.SuccessiveHalvingPruner(),
}


def run(name, curves, full, order, seed, budgets, workers):
    """What is recommended at each budget: the best complete trial, else the lowest report."""
    import optuna

    study = optuna.create_study(
        study_name=f"seed {seed}",
        sampler=optuna.samplers.RandomSampler(seed=seed),
        pruner=PRUNERS[name](optuna.pruners, full),
    )
    pool = [None] * workers
    lasts, finals, answers = {}, {}, []
    now, steps, spent, judged = 0, 0, 0.0, 0
    budgets = sorted(budgets)
    while len(answers) < len(budgets):
        now += 1  # all that run train one step
        for worker in range(workers):
            while len(answers) < len(budgets) and (
                steps >= budgets[len(answers)] * full or now > budgets[len(answers)] * full / workers + 1e-9
            ):
                answers.append(recommended(lasts, finals))
            if pool[worker] is None:
                trial = study.ask()
                if trial.number >= len(order):
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
                    while len(answers) < len(budgets):
                        answers.append(recommended(lasts, finals))
                    break
                pool[worker] = [trial, 0]
            trial, step = pool[worker]
            step += 1
            pool[worker][1] = step
            steps += 1
            value = curves[order[trial.number]][step - 1]
            value = math.nan if value is None else value
            lasts[trial.number] = value
            begun = time.process_time()
            trial.report(value, step)
            stops = trial.should_prune()
            spent += time.process_time() - begun
            judged += 1
            if step >= full:
                if math.isnan(value):
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
                else:
                    study.tell(trial, value)
                    finals[trial.number] = value
                pool[worker] = None
            elif stops:
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                pool[worker] = None
    return {"recommended": answers, "judgeMs": 1000 * spent / max(1, judged)}


def recommended(lasts, finals):
    from_ = finals or {number: value for number, value in lasts.items() if not math.isnan(value)}
    return min(from_, key=from_.get) if from_ else None


def main():
    curves = None
    for line in sys.stdin:
        message = json.loads(line)
        answer = {}
        try:
            if message["op"] == "version":
                from importlib.metadata import version

                import optuna  # noqa: F401

                answer = {"version": version("optuna")}
            elif message["op"] == "curves":
                curves = message["curves"]
            elif message["op"] == "run":
                answer = run(
                    message["pruner"],
                    curves,
                    message["full"],
                    message["order"],
                    message["seed"],
                    message["budgets"],
                    message["workers"],
                )
        except Exception as error:  # the benchmark says which run failed, and goes on
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=OUT, flush=True)


main()
