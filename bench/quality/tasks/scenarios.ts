/**
 * The scenarios of the YAHPO gym that are used: what goes into each network, and what comes out.
 */

export interface Scenario {
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
  /** What is looked for where there are several objectives, and on which of the data sets. */
  readonly several?: {
    readonly instances: readonly string[];
    readonly goals: Readonly<Record<string, { readonly target: number; readonly sign: 1 | -1 }>>;
  };
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

export const SCENARIOS: readonly Scenario[] = [
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
    several: {
      instances: ["3945", "167168", "126029"],
      goals: { val_accuracy: { target: 1, sign: -1 }, time: { target: 0, sign: 1 } },
    },
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
    seconds: 6,
    several: {
      instances: ["12"],
      goals: { acc: { target: 0, sign: -1 }, memory: { target: 8, sign: 1 } },
    },
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
    several: {
      instances: ["1489"],
      goals: {
        mmce: { target: 0, sign: 1 },
        nf: { target: 11, sign: 1 },
        ias: { target: 10, sign: 1 },
      },
    },
  },
];
