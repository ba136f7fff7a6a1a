/**
 * Measures of predictions, by name: what a search optimises and what a report shows.
 */
import { didYouMean, InvalidInputError } from "../../errors.ts";
import type { Task } from "../task.ts";
import {
  accuracy,
  areaUnderCurve,
  averagePrecision,
  balancedAccuracy,
  brierScore,
  f1Score,
  logLoss,
  matthews,
} from "./classification.ts";
import {
  absoluteError,
  explainedVariance,
  logarithmicError,
  medianAbsoluteError,
  percentageError,
  pinballLoss,
  squaredError,
} from "./regression.ts";

export interface Metric {
  readonly name: string;
  readonly direction: "minimize" | "maximize";
  /** The tasks that it measures. */
  readonly tasks: readonly Task["kind"][];
  /**
   * @param y            the class's index or the number, shape (rows); no NaN
   * @param predictions  row-major, shape (rows, outputs of the task)
   * @param weights      of the rows, shape (rows); absent: all equal
   */
  value(y: Float64Array, predictions: Float64Array, task: Task, weights?: Float64Array): number;
}

type Measure = (
  y: Float64Array,
  predictions: Float64Array,
  outputs: number,
  weights?: Float64Array,
) => number;

const METRICS: readonly Metric[] = [
  ofClasses("auc", "maximize", areaUnderCurve),
  ofClasses("logloss", "minimize", logLoss),
  ofClasses("accuracy", "maximize", accuracy),
  ofClasses("balanced-accuracy", "maximize", balancedAccuracy),
  ofClasses("f1", "maximize", f1Score),
  ofClasses("mcc", "maximize", matthews),
  ofClasses("average-precision", "maximize", averagePrecision),
  ofClasses("brier", "minimize", brierScore),
  ofNumbers("rmse", "minimize", squaredError),
  ofNumbers("mae", "minimize", absoluteError),
  ofNumbers("r2", "maximize", explainedVariance),
  ofNumbers("medae", "minimize", medianAbsoluteError),
  ofNumbers("mape", "minimize", percentageError),
  ofNumbers("rmsle", "minimize", logarithmicError),
  {
    name: "pinball",
    direction: "minimize",
    tasks: ["quantiles"],
    value: (y, predictions, task, weights) =>
      pinballLoss(y, predictions, task.kind === "quantiles" ? task.levels : [0.5], weights),
  },
];

/** The metrics that suit a task, the most usual first. */
export function metricsFor(task: Task): readonly Metric[] {
  return METRICS.filter(({ tasks }) => tasks.includes(task.kind));
}

/**
 * The metric of this name.
 *
 * @throws {InvalidInputError} if none of this name suits the task; lists those that do
 */
export function metricNamed(name: string, task: Task): Metric {
  const suitable = metricsFor(task);
  const found = suitable.find((metric) => metric.name === name.toLowerCase().replace(/_/g, "-"));
  if (found !== undefined) return found;
  const names = suitable.map((metric) => metric.name);
  const known = METRICS.some((metric) => metric.name === name);
  const problem = known ? `is not for ${task.kind}` : `is not known${didYouMean(name, names)}`;
  throw new InvalidInputError(
    `metric ${JSON.stringify(name)} ${problem}; for ${task.kind} choose ${names.join(", ")}`,
  );
}

/** What is optimised where the user names no metric: area under the curve, log loss, root of squared error, pinball loss. */
export function defaultMetric(task: Task): Metric {
  if (task.kind === "classification") return metricNamed(task.classes.length === 2 ? "auc" : "logloss", task);
  return metricNamed(task.kind === "regression" ? "rmse" : "pinball", task);
}

function ofClasses(name: string, direction: Metric["direction"], measure: Measure): Metric {
  return {
    name,
    direction,
    tasks: ["classification"],
    value: (y, predictions, task, weights) =>
      measure(y, predictions, task.kind === "classification" ? task.classes.length : 1, weights),
  };
}

function ofNumbers(
  name: string,
  direction: Metric["direction"],
  measure: (y: Float64Array, predictions: Float64Array, weights?: Float64Array) => number,
): Metric {
  return {
    name,
    direction,
    tasks: ["regression"],
    value: (y, predictions, _task, weights) => measure(y, predictions, weights),
  };
}
