/**
 * What a report says of a model beside its score: plain JSON, kept in the model's folder.
 */
import type { Task } from "../task.ts";
import { type Bin, calibrationCurve } from "./calibration.ts";
import { confusionMatrix } from "./confusion.ts";
import { operatingCurve, type Point, precisionCurve } from "./curves.ts";
import type { Importance } from "./importance.ts";

/** The newest format that is read, and the one that is written. */
export const EXPLANATIONS_FORMAT = 1;

export interface Explanations {
  readonly format: number;
  /** Rows that nothing was chosen by: what `classes` and `numbers` are about. */
  readonly rows: number;
  /** The score of the constant prediction on them. */
  readonly baseline: number;
  readonly warnings: readonly string[];
  readonly importance?: ImportanceOf;
  readonly dependence?: readonly DependenceOf[];
  readonly classes?: ClassesOf;
  readonly numbers?: NumbersOf;
  /** What is not there, and why. */
  readonly notes: readonly string[];
}

/** Permutation importance in the unit of the metric, the most important first. */
export interface ImportanceOf {
  readonly rows: number;
  readonly repeats: number;
  /** Whether the models that were asked had not learned from these rows. */
  readonly unseen: boolean;
  readonly features: readonly Importance[];
}

/** How the prediction changes with a feature. */
export interface DependenceOf {
  readonly feature: string;
  readonly values: readonly number[] | readonly string[];
  /** Shape (values, outputs), row-major. */
  readonly means: readonly number[];
  readonly spreads: readonly number[];
}

export interface ClassesOf {
  /** Rows of class i that were taken for j, shape (classes, classes), row-major. */
  readonly confusion: readonly number[];
  /** Of the second of two classes; of many, of the class that each row was taken for. */
  readonly calibration: { readonly bins: readonly Bin[]; readonly error: number };
  /** Of two classes: false against true positives, and recall against precision. */
  readonly operating?: readonly Point[];
  readonly precision?: readonly Point[];
}

export interface NumbersOf {
  /** Pairs of true and predicted value of some rows; of quantiles the middle one. */
  readonly points: readonly Point[];
  /** Counts of residuals (true minus predicted) in bins of equal width from `low` to `high`. */
  readonly residuals: { readonly low: number; readonly high: number; readonly counts: readonly number[] };
  /** Of quantiles: the share of rows at or below each level's prediction. */
  readonly coverage?: readonly number[];
}

/**
 * What there is to say of predictions of classes.
 *
 * @param y              classes, shape (rows)
 * @param probabilities  shape (rows, classes), row-major
 * @param guesses        what the rows are taken for, shape (rows)
 */
export function explainClasses(
  y: Float64Array,
  probabilities: Float64Array,
  guesses: Int32Array,
  classes: number,
): ClassesOf {
  const confusion = Array.from(confusionMatrix(y, guesses, classes).counts);
  if (classes !== 2) {
    const isRight = Float64Array.from(y, (truth, row) => (truth === guesses[row] ? 1 : 0));
    const sureness = Float64Array.from(guesses, (guess, row) => probabilities[row * classes + guess]);
    return { confusion, calibration: calibrationCurve(isRight, sureness) };
  }
  const second = Float64Array.from(y, (_, row) => probabilities[2 * row + 1]);
  return {
    ...{ confusion, calibration: calibrationCurve(y, second) },
    operating: operatingCurve(y, second),
    precision: precisionCurve(y, second),
  };
}

/** Points that a picture has room for. */
const POINTS = 400;
const BINS = 24;

/**
 * What there is to say of predictions of numbers.
 *
 * @param y            numbers, shape (rows)
 * @param predictions  shape (rows, outputs), row-major
 */
export function explainNumbers(y: Float64Array, predictions: Float64Array, task: Task): NumbersOf {
  const outputs = predictions.length / y.length;
  const middle = outputs >> 1;
  const predicted = Float64Array.from(y, (_, row) => predictions[row * outputs + middle]);
  const step = Math.max(1, Math.ceil(y.length / POINTS));
  const points: Point[] = [];
  for (let row = 0; row < y.length; row += step) points.push([y[row], predicted[row]]);
  const residuals = y.map((truth, row) => truth - predicted[row]);
  return {
    ...{ points, residuals: counted(residuals) },
    ...(task.kind === "quantiles" && {
      coverage: task.levels.map(
        (_, k) => y.filter((truth, row) => truth <= predictions[row * outputs + k]).length / y.length,
      ),
    }),
  };
}

/** The outermost hundredth on either side is counted in the last bins. */
function counted(values: Float64Array): NumbersOf["residuals"] {
  const sorted = values.slice().sort();
  const low = sorted[Math.floor(0.01 * (sorted.length - 1))];
  const high = sorted[Math.ceil(0.99 * (sorted.length - 1))];
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = high > low ? Math.floor((BINS * (value - low)) / (high - low)) : 0;
    counts[Math.max(0, Math.min(BINS - 1, bin))]++;
  }
  return { low, high, counts };
}
