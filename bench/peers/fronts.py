"""pymoo's and Optuna's times for the work of bench/speed/fronts.ts: reads it from stdin, prints one JSON list.

pymoo leaves both to compiled code (moocore). Optuna has no public functions for them: those are called that its
samplers call.
"""

import json
import sys
import time

import numpy as np


def contenders():
    """Names, hypervolume and ranks of what can be imported."""
    found = []
    try:
        import pymoo
        from pymoo.indicators.hv import HV
        from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

        found.append(
            (
                f"pymoo {pymoo.__version__}",
                lambda points, reference: HV(ref_point=reference)(points),
                lambda points: NonDominatedSorting().do(points, return_rank=True)[1],
            )
        )
    except ImportError:
        pass
    try:
        import optuna
        from optuna._hypervolume import compute_hypervolume
        from optuna.study._multi_objective import _fast_non_domination_rank

        found.append((f"Optuna {optuna.__version__}", compute_hypervolume, _fast_non_domination_rank))
    except ImportError:
        pass
    return found


# What took longer than this, in milliseconds, is not tried in more objectives.
TOO_LONG = 100


def measure(work, least, enough):
    """CPU milliseconds: the first call, and the median of the others; and the last result."""
    costs = []
    while len(costs) <= least or sum(costs) < enough:
        begun = time.process_time()
        result = work()
        costs.append(1000 * (time.process_time() - begun))
    return costs[0], sorted(costs[1:])[(len(costs) - 1) // 2], result


def main():
    order = json.load(sys.stdin)
    rows = []
    for name, volume, ranks in contenders():
        slow = set()
        for index, one in enumerate(order["work"]):
            if one["what"] in slow:
                continue
            points = np.array(one["points"]).reshape(one["n"], one["m"])
            reference = np.full(one["m"], order["reference"])
            if one["what"] == "hypervolume":
                first, median, result = measure(
                    lambda: volume(points, reference), order["times"], order["enough"]
                )
            else:
                first, median, found = measure(lambda: ranks(points), order["times"], order["enough"])
                result = np.sum(np.asarray(found) * np.arange(1, one["n"] + 1))
            if median > TOO_LONG:
                slow.add(one["what"])
            rows.append(
                {"work": index, "who": name, "first": first, "median": median, "result": float(result)}
            )
    print(json.dumps(rows))


main()
