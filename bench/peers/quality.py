"""Peers of the sample-efficiency benchmark: JSON lines in, JSON lines out, one peer at a time.

Each is driven through its public interface only. Conditions of the space are walked in the peer's own way where it
has one, and ignored (every parameter always given) where it has none.
"""

import json
import logging
import math
import os
import resource
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

OUT = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a peer prints goes nowhere


def conditions_of(space, path):
    """The conditions of a parameter: those it declares, and its place below a choice."""
    conditions = dict(space[path].get("when", {}))
    parts = path.split(".")
    for cut in range(1, len(parts) - 1):
        parent = ".".join(parts[:cut])
        if parent in space and parts[cut] in space[parent].get("choices", []):
            conditions[parent] = parts[cut]
    return conditions


def holds(conditions, params):
    for parent, wanted in conditions.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        if params.get(parent) not in values or parent not in params:
            return False
    return True


def ordered(space):
    """Parameters after those that they depend on."""
    done, left = [], list(space)
    while left:
        for path in left:
            if all(parent in done for parent in conditions_of(space, path)):
                done.append(path)
                left.remove(path)
                break
    return done


def active_only(space, params):
    kept = {}
    for path in ordered(space):
        if holds(conditions_of(space, path), kept):
            kept[path] = params[path]
    return kept


def choices_of(entry):
    if entry["type"] == "boolean":
        return [False, True]
    if entry["type"] == "constant":
        return [entry["value"]]
    return entry.get("choices")


class Optuna:
    def __init__(self, space, seed, make, objectives=1):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna, self.space, self.order, self.trials = optuna, space, ordered(space), {}
        self.study = optuna.create_study(sampler=make(optuna, seed), directions=["minimize"] * objectives)

    def ask(self, number):
        trial = self.trials[number] = self.study.ask()
        params = {}
        for path in self.order:
            if holds(conditions_of(self.space, path), params):
                params[path] = self.suggest(trial, path)
        return params

    def suggest(self, trial, path):
        entry = self.space[path]
        choices = choices_of(entry)
        if entry["type"] == "ordinal":  # an index, so that the order is known
            return choices[trial.suggest_int(path, 0, len(choices) - 1)]
        if choices is not None:
            return trial.suggest_categorical(path, choices)
        log, step = entry.get("log", False), entry.get("step")
        if entry["type"] == "int":
            return trial.suggest_int(path, entry["low"], entry["high"], step=step or 1, log=log)
        return trial.suggest_float(path, entry["low"], entry["high"], step=step, log=log)

    def tell(self, number, loss, constraints=()):
        for name, missed in dict(constraints).items():
            self.trials[number].set_constraint(name, missed)
        if loss is None:
            self.study.tell(self.trials.pop(number), state=self.optuna.trial.TrialState.FAIL)
        else:
            self.study.tell(self.trials.pop(number), loss)

    def add(self, params, loss):
        o = self.optuna
        distributions, values = {}, {}
        for path, value in params.items():
            entry, choices = self.space[path], choices_of(self.space[path])
            if entry["type"] == "ordinal":
                distributions[path] = o.distributions.IntDistribution(0, len(choices) - 1)
                values[path] = choices.index(value)
            elif choices is not None:
                distributions[path], values[path] = o.distributions.CategoricalDistribution(choices), value
            else:
                kind = o.distributions.IntDistribution if entry["type"] == "int" else o.distributions.FloatDistribution
                distributions[path] = kind(entry["low"], entry["high"], log=entry.get("log", False))
                values[path] = value
        self.study.add_trial(o.trial.create_trial(params=values, distributions=distributions, value=loss))


class Rustuna(Optuna):
    """The same interface, another implementation."""

    def __init__(self, space, seed, make):
        import rustuna

        self.optuna, self.space, self.order, self.trials = rustuna, space, ordered(space), {}
        self.study = rustuna.create_study(sampler=make(rustuna, seed))

    def tell(self, number, loss):
        trial = self.trials.pop(number).number
        if loss is None:
            self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
        else:
            self.study.tell(trial, loss)


class Worst:
    """Stands in for failures where a peer knows none: the worst loss so far."""

    def __init__(self):
        self.value = 0.0

    def __call__(self, loss):
        if loss is None or not math.isfinite(loss):
            return self.value
        self.value = max(self.value, loss)
        return loss


class Smac:
    def __init__(self, space, seed, trials, added):
        from ConfigSpace import AndConjunction, Categorical, ConfigurationSpace, EqualsCondition, Float, InCondition, Integer
        from ConfigSpace import OrdinalHyperparameter
        from smac import HyperparameterOptimizationFacade, Scenario
        from smac.runhistory.dataclasses import TrialInfo, TrialValue
        import tempfile

        self.space, self.info, self.worst = space, {}, Worst()
        self.TrialInfo, self.TrialValue = TrialInfo, TrialValue
        config = ConfigurationSpace(seed=seed)
        made = {}
        for path, entry in space.items():
            choices = choices_of(entry)
            if entry["type"] == "ordinal":
                made[path] = OrdinalHyperparameter(path, choices)
            elif choices is not None:
                made[path] = Categorical(path, choices)
            else:
                kind = Integer if entry["type"] == "int" else Float
                made[path] = kind(path, (entry["low"], entry["high"]), log=entry.get("log", False))
        config.add(list(made.values()))
        for path in space:
            found = []
            for parent, wanted in conditions_of(space, path).items():
                if isinstance(wanted, list):
                    found.append(InCondition(made[path], made[parent], wanted))
                else:
                    found.append(EqualsCondition(made[path], made[parent], wanted))
            if found:
                config.add(found[0] if len(found) == 1 else AndConjunction(*found))
        self.config = config
        scenario = Scenario(
            config, n_trials=trials, deterministic=True, seed=seed, output_directory=tempfile.mkdtemp(prefix="smac-")
        )
        more = {}
        if added > 0:  # what was added stands for the initial design
            more["initial_design"] = HyperparameterOptimizationFacade.get_initial_design(scenario, n_configs=0)
        self.facade = HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: 0.0, logging_level=50, overwrite=True, **more
        )

    def ask(self, number):
        info = self.info[number] = self.facade.ask()
        return {path: plain(value) for path, value in dict(info.config).items()}

    def tell(self, number, loss):
        self.facade.tell(self.info.pop(number), self.TrialValue(cost=self.worst(loss)))

    def add(self, params, loss):
        from ConfigSpace import Configuration

        config = Configuration(self.config, values=params)
        self.facade.tell(self.TrialInfo(config, seed=0), self.TrialValue(cost=loss))


class Hyperopt:
    def __init__(self, space, seed, trials, _added):
        import numpy
        from hyperopt import JOB_STATE_DONE, STATUS_OK, Trials, hp, tpe
        from hyperopt.base import Domain

        self.space, self.worst, self.done, self.ok = space, Worst(), JOB_STATE_DONE, STATUS_OK
        self.rng, self.tpe, self.trials, self.documents = numpy.random.default_rng(seed), tpe, Trials(), {}
        parameters = {}
        for path, entry in space.items():
            choices = choices_of(entry)
            low, high = entry.get("low"), entry.get("high")
            if entry["type"] == "ordinal":
                parameters[path] = hp.quniform(path, 0, len(choices) - 1, 1)
            elif choices is not None:
                parameters[path] = hp.choice(path, list(range(len(choices))))
            elif entry["type"] == "int":
                kind = hp.qloguniform if entry.get("log") else hp.quniform
                ends = (math.log(low), math.log(high)) if entry.get("log") else (low, high)
                parameters[path] = kind(path, *ends, 1)
            elif entry.get("log"):
                parameters[path] = hp.loguniform(path, math.log(low), math.log(high))
            else:
                parameters[path] = hp.uniform(path, low, high)
        self.domain = Domain(lambda _: 0.0, parameters)

    def ask(self, number):
        ids = self.trials.new_trial_ids(1)
        self.trials.refresh()
        [document] = self.tpe.suggest(ids, self.domain, self.trials, int(self.rng.integers(2**31 - 1)))
        self.documents[number] = document
        values = {}
        for path, entry in self.space.items():
            value, choices = document["misc"]["vals"][path][0], choices_of(entry)
            if choices is not None:
                values[path] = choices[int(value)]
            elif entry["type"] == "int":
                values[path] = int(min(entry["high"], max(entry["low"], round(value))))
            else:
                values[path] = float(min(entry["high"], max(entry["low"], value)))
        return active_only(self.space, values)

    def tell(self, number, loss):
        document = self.documents.pop(number)
        document["state"] = self.done
        document["result"] = {"loss": self.worst(loss), "status": self.ok}
        self.trials.insert_trial_docs([document])
        self.trials.refresh()


class Hebo:
    def __init__(self, space, seed, trials, _added):
        import numpy
        import pandas
        import torch
        from hebo.design_space.design_space import DesignSpace
        from hebo.optimizers.hebo import HEBO

        torch.set_num_threads(1)
        numpy.random.seed(seed)
        torch.manual_seed(seed)
        self.space, self.rows, self.worst, self.numpy, self.pandas = space, {}, Worst(), numpy, pandas
        entries = []
        for path, entry in space.items():
            choices = choices_of(entry)
            if entry["type"] == "ordinal":
                entries.append({"name": path, "type": "int", "lb": 0, "ub": len(choices) - 1})
            elif choices is not None:
                entries.append({"name": path, "type": "cat", "categories": list(range(len(choices)))})
            else:
                kind = ("pow_int" if entry["type"] == "int" else "pow") if entry.get("log") else ("int" if entry["type"] == "int" else "num")
                entries.append({"name": path, "type": kind, "lb": entry["low"], "ub": entry["high"]})
        self.optimiser = HEBO(DesignSpace().parse(entries), scramble_seed=seed)

    def ask(self, number):
        row = self.rows[number] = self.optimiser.suggest(n_suggestions=1)
        values = {}
        for path, entry in self.space.items():
            value, choices = row[path].iloc[0], choices_of(entry)
            values[path] = choices[int(value)] if choices is not None else plain(value)
            if entry["type"] == "int":
                values[path] = int(min(entry["high"], max(entry["low"], round(values[path]))))
            elif entry["type"] == "float":
                values[path] = float(min(entry["high"], max(entry["low"], values[path])))
        return active_only(self.space, values)

    def tell(self, number, loss):
        self.optimiser.observe(self.rows.pop(number), self.numpy.array([[self.worst(loss)]]))

    def add(self, params, loss):
        row = {}
        for path, entry in self.space.items():
            choices = choices_of(entry)
            row[path] = choices.index(params[path]) if choices is not None else params[path]
        self.optimiser.observe(self.pandas.DataFrame([row]), self.numpy.array([[loss]]))


class Ax:
    def __init__(self, space, seed, trials, _added):
        import torch
        from ax.service.ax_client import AxClient, ObjectiveProperties

        torch.set_num_threads(1)
        self.space, self.indices, self.worst = space, {}, Worst()
        self.client = AxClient(random_seed=seed, verbose_logging=False)
        parameters = []
        for path, entry in space.items():
            choices = choices_of(entry)
            name = path.replace(".", "__")
            if choices is not None and len(choices) == 1:
                parameters.append({"name": name, "type": "fixed", "value": choices[0]})
            elif choices is not None:
                kind = {str: "str", bool: "bool", int: "int"}.get(type(choices[0]), "float")
                parameters.append(
                    {"name": name, "type": "choice", "values": choices, "value_type": kind,
                     "is_ordered": entry["type"] == "ordinal", "sort_values": False}
                )
            else:
                parameters.append(
                    {"name": name, "type": "range", "bounds": [entry["low"], entry["high"]],
                     "value_type": entry["type"], "log_scale": entry.get("log", False)}
                )
        self.client.create_experiment(parameters=parameters, objectives={"loss": ObjectiveProperties(minimize=True)})

    def ask(self, number):
        params, index = self.client.get_next_trial()
        self.indices[number] = index
        return active_only(self.space, {name.replace("__", "."): plain(value) for name, value in params.items()})

    def tell(self, number, loss):
        index = self.indices.pop(number)
        if loss is None:
            self.client.log_trial_failure(index)
        else:
            self.client.complete_trial(index, {"loss": (loss, None)})

    def add(self, params, loss):
        _, index = self.client.attach_trial({path.replace(".", "__"): value for path, value in params.items()})
        self.client.complete_trial(index, {"loss": (loss, None)})


def plain(value):
    return value.item() if hasattr(value, "item") else value


def optuna_gp(optuna, seed):
    import torch

    torch.set_num_threads(1)
    return optuna.samplers.GPSampler(seed=seed)


def of_optuna(make):
    return lambda space, seed, _trials, _added, objectives=1: Optuna(space, seed, make, objectives)


PEERS = {
    "optuna-random": ("optuna", of_optuna(lambda o, k: o.samplers.RandomSampler(seed=k))),
    # what optuna.create_study uses unless told otherwise, for several objectives too
    "optuna-tpe": ("optuna", of_optuna(lambda o, k: o.samplers.TPESampler(seed=k))),
    "optuna-gp": ("optuna", of_optuna(optuna_gp)),
    "optuna-nsga2": ("optuna", of_optuna(lambda o, k: o.samplers.NSGAIISampler(seed=k))),
    "rustuna-tpe": ("rustuna", lambda s, seed, n, added: Rustuna(s, seed, lambda o, k: o.samplers.TPESampler(seed=k))),
    "smac": ("smac", Smac),
    "hyperopt": ("hyperopt", Hyperopt),
    "hebo": ("hebo", Hebo),
    "ax": ("ax", Ax),
}
DISTRIBUTIONS = {"ax": "ax-platform"}


def version(peer):
    from importlib import import_module
    from importlib.metadata import version

    package = PEERS[peer][0]
    try:
        import_module(package)
    except ImportError as error:
        return {"missing": True, "error": str(error)}
    return {"version": version(DISTRIBUTIONS.get(package, package))}


def timed(work):
    begun = time.process_time()
    result = work()
    return result, time.process_time() - begun


def main():
    peer = None
    for line in sys.stdin:
        message = json.loads(line)
        operation = message["op"]
        answer = {}
        try:
            if operation == "version":
                answer = version(message["peer"])
            elif operation == "init":
                objectives = message.get("objectives", 1)
                several = {"objectives": objectives} if objectives > 1 else {}  # those that know one only refuse it
                peer = PEERS[message["peer"]][1](
                    message["space"], message["seed"], message["trials"], message.get("added", 0), **several
                )
            elif operation == "ask":
                params, cpu = timed(lambda: peer.ask(message["number"]))
                answer = {"params": params, "cpu": cpu}
            elif operation == "tell":
                limits = {"constraints": message["constraints"]} if "constraints" in message else {}
                _, cpu = timed(lambda: peer.tell(message["number"], message["loss"], **limits))
                answer = {"cpu": cpu}
            elif operation == "add":
                peer.add(message["params"], message["loss"])
            elif operation == "rss":
                answer = {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
        except Exception as error:  # the benchmark says which cell failed, and goes on
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=OUT, flush=True)


main()
