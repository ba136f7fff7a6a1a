/**
 * Surrogates of the YAHPO gym (Pfisterer et al. 2022): what a network predicts of a learner's run.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Params, readSpace, type SpaceJson } from "../../../src/index.ts";
import { onnx } from "../onnx.ts";
import type { Task } from "../task.ts";

interface Scenario {
  /** Folder below yahpo/. */
  readonly folder: string;
  readonly family: string;
  /** The parameter that names the data set, and the data sets. */
  readonly instance: string;
  readonly instances: readonly string[];
  /** What is not searched. */
  readonly settled: Readonly<Record<string, number | string>>;
  /** The network's inputs in its order; those of `codes` are categories. */
  readonly categories: readonly string[];
  readonly numbers: readonly string[];
  /** Which output is the goal, its sign, and which is the seconds. */
  readonly target: number;
  readonly sign: 1 | -1;
  readonly seconds: number;
  /** Lowest losses that were ever seen, by instance; from the longest runs of all samplers. */
  readonly best: Readonly<Record<string, number>>;
}

const XGBOOST = [
  ...["nrounds", "eta", "gamma", "lambda", "alpha", "subsample", "max_depth", "min_child_weight"],
  ...["colsample_bytree", "colsample_bylevel", "rate_drop", "skip_drop"],
];
const below = (learner: string, names: readonly string[]) => names.map((name) => `${learner}.${name}`);
const RPART = below("rpart", ["cp", "maxdepth", "minbucket", "minsplit"]);
const ranger = (mtry: string) =>
  below("ranger", ["num.trees", "sample.fraction", mtry, "min.node.size", "num.random.splits"]);
const AKNN = below("aknn", ["k", "M", "ef", "ef_construction"]);

const SCENARIOS: readonly Scenario[] = [
  {
    folder: "v1/lcbench",
    family: "lcbench",
    instance: "OpenML_task_id",
    instances: ["3945", "7593", "167168", "189873", "126029", "146212", "167104", "168331"],
    settled: { epoch: 52 },
    categories: ["OpenML_task_id"],
    numbers: [
      "epoch",
      "batch_size",
      "learning_rate",
      "momentum",
      "weight_decay",
      "num_layers",
      "max_units",
      "max_dropout",
    ],
    target: 1,
    sign: -1,
    seconds: 0,
    best: {},
  },
  {
    folder: "v1/rbv2_xgboost",
    family: "conditional",
    instance: "task_id",
    instances: ["12", "1501"],
    settled: { trainsize: 1, repl: 10 },
    categories: ["task_id", "booster", "num.impute.selected.cpo"],
    numbers: [...XGBOOST, "trainsize", "repl"],
    target: 0,
    sign: -1,
    seconds: 5,
    best: {},
  },
  {
    folder: "v0/rbv2_super",
    family: "conditional",
    instance: "task_id",
    instances: ["12", "40499"],
    settled: { trainsize: 1, repl: 10 },
    categories: [
      "task_id",
      "learner",
      "svm.kernel",
      "ranger.respect.unordered.factors",
      "ranger.splitrule",
      "aknn.distance",
      "xgboost.booster",
      "num.impute.selected.cpo",
    ],
    numbers: [
      ...below("svm", ["cost", "gamma", "tolerance", "degree"]),
      "glmnet.alpha",
      "glmnet.s",
      ...RPART,
      ...ranger("mtry.power"),
      ...AKNN,
      ...below("xgboost", XGBOOST),
      "trainsize",
      "repl",
    ],
    target: 0,
    sign: 1,
    seconds: 4,
    best: {},
  },
  {
    folder: "v0/iaml_super",
    family: "conditional",
    instance: "task_id",
    instances: ["1489", "41146"],
    settled: { trainsize: 1 },
    categories: [
      "task_id",
      "learner",
      "ranger.replace",
      "ranger.respect.unordered.factors",
      "ranger.splitrule",
      "xgboost.booster",
    ],
    numbers: [
      ...ranger("mtry.ratio"),
      ...RPART,
      "glmnet.alpha",
      "glmnet.s",
      ...below("xgboost", XGBOOST),
      "trainsize",
    ],
    target: 0,
    sign: 1,
    seconds: 7,
    best: {},
  },
  {
    folder: "v0/iaml_xgboost",
    family: "conditional",
    instance: "task_id",
    instances: ["1489"],
    settled: { trainsize: 1 },
    categories: ["task_id", "booster"],
    numbers: [...XGBOOST, "trainsize"],
    target: 0,
    sign: 1,
    seconds: 7,
    best: {},
  },
];

interface Hyperparameter {
  readonly name: string;
  readonly type: "categorical" | "uniform_int" | "uniform_float" | "constant" | "ordinal";
  readonly choices?: readonly string[];
  readonly log?: boolean;
  readonly lower?: number;
  readonly upper?: number;
}

type Condition =
  | {
      readonly child: string;
      readonly parent: string;
      readonly value?: string;
      readonly values?: readonly string[];
    }
  | { readonly child: string; readonly type: "AND"; readonly conditions: readonly Condition[] };

interface ConfigSpace {
  readonly hyperparameters: readonly Hyperparameter[];
  readonly conditions: readonly Condition[];
}

export function yahpo(folder: string): Task[] {
  return SCENARIOS.flatMap((scenario) => tasksOf(join(folder, "yahpo", scenario.folder), scenario));
}

function tasksOf(folder: string, scenario: Scenario): Task[] {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const config: ConfigSpace = read("config_space.json");
  const codes: Readonly<Record<string, Readonly<Record<string, number>>>> = read("encoding.json");
  let run: ReturnType<typeof onnx> | undefined; // some megabytes: read when first needed
  const tensor = (data: readonly number[], integer: boolean) => {
    return { shape: [1, data.length], data: Float64Array.from(data), integer };
  };
  const predict = (values: Params) => {
    run ??= onnx(readFileSync(join(folder, "model.onnx")));
    const category = (name: string) => codes[name][name in values ? String(values[name]) : "#na#"];
    return run({
      x_cat: tensor(scenario.categories.map(category), true),
      x_cont: tensor(
        scenario.numbers.map((name) => Number(values[name] ?? 0)),
        false,
      ),
    }).data;
  };
  const { paths, space } = spaceOf(config, scenario);
  return scenario.instances.map((instance): Task => {
    const values = (params: Params): Params => ({
      ...Object.fromEntries(
        Object.entries(params).map(([path, value]) => [paths.get(path) as string, value]),
      ),
      ...scenario.settled,
      [scenario.instance]: instance,
    });
    return {
      name: `${scenario.folder.split("/")[1]}-${instance}`,
      family: scenario.family,
      space,
      best: scenario.best[instance] ?? Number.NEGATIVE_INFINITY,
      loss: (params) => scenario.sign * predict(values(params))[scenario.target],
      seconds: (params) => Math.max(1e-3, predict(values(params))[scenario.seconds]),
    };
  });
}

/** The space without what is settled. A dot of theirs is no branch of ours: names are written with underscores. */
function spaceOf({ hyperparameters, conditions }: ConfigSpace, scenario: Scenario) {
  const path = (name: string) => name.replaceAll(".", "_");
  const when = new Map<string, Record<string, string | readonly string[]>>();
  const add = (condition: Condition): void => {
    if ("conditions" in condition) {
      condition.conditions.forEach(add);
      return;
    }
    const { child, parent, value, values } = condition;
    when.set(child, { ...when.get(child), [path(parent)]: values ?? (value as string) });
  };
  conditions.forEach(add);
  const searched = hyperparameters.filter(
    ({ name }) => name !== scenario.instance && !(name in scenario.settled),
  );
  const json = searched.map(({ name, type, choices, log, lower, upper }) => {
    const condition = when.has(name) ? { when: when.get(name) } : {};
    if (choices !== undefined) return [path(name), { type: "categorical", choices, ...condition }];
    const range = { low: lower, high: upper, ...(log && { log }) };
    return [path(name), { type: type === "uniform_int" ? "int" : "float", ...range, ...condition }];
  });
  return {
    paths: new Map(searched.map(({ name }) => [path(name), name])),
    space: readSpace(Object.fromEntries(json) as SpaceJson),
  };
}
