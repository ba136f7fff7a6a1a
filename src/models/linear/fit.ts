/**
 * Linear models with an elastic net: of classes, of a number, of its quantiles.
 */
import { log } from "../../math/elementary.ts";
import type { Evaluation } from "../../math/lbfgs.ts";
import type { DesignMatrix } from "../design-matrix.ts";
import type { Stored } from "../stored.ts";
import { classShares, weightedMean, weightedQuantile } from "../weighted.ts";
import { type Columns, describeColumns } from "./columns.ts";
import { bend, placeKnots } from "./knots.ts";
import { solveElasticNet, solveRidge, sumProducts } from "./least-squares.ts";
import { type Loss, logistic, pinball, softmax, squared, type Targets } from "./losses.ts";
import { minimiseOrthantWise } from "./orthant-wise.ts";
import { addSums, type Link } from "./predict.ts";

/** What is learned: the class of a row, a number, or its quantiles. */
export type LinearTask =
  | { readonly kind: "classes"; readonly classes: number }
  | { readonly kind: "number" }
  | { readonly kind: "quantiles"; readonly levels: readonly number[] };

export interface LinearProblem extends Targets {
  /** No NaN. */
  readonly x: DesignMatrix;
  /** Class, or number: shape (rows). `weights`: shape (rows), ≥ 0. */
  readonly y: Float64Array;
  readonly task: LinearTask;
  /** Knots of each column of numbers, at most: the model is a sum of broken lines. @default 0 */
  readonly knots?: number;
  /** Of the penalty, against the mean loss of a row; coefficients are those of columns of variance 1. */
  readonly strength: number;
  /** Share of |b| in the penalty, 0 to 1; the rest is b²/2. */
  readonly l1: number;
  /** Asked often: once true, what there is by then is returned. */
  readonly stop: () => boolean;
}

/** Multiplications that a fit took. */
export interface LinearFit extends Stored {
  readonly multiplications: number;
}

/** Wider matrices are solved by descent instead of by the products of all pairs of columns. */
const MOST_PRODUCTS = 1000;
/** Rows whose derivatives are taken at a time. */
const BLOCK = 1024;
/** Largest slope of the mean loss at which descent ends. */
const TOLERANCE = 1e-5;
/** Gradients that descent takes, at most; fewer, down to the least, where they would take more multiplications. */
const EVALUATIONS = 300;
const LEAST_EVALUATIONS = 60;
const MULTIPLICATIONS = 2e9;
/** The corner of the pinball loss is rounded off within this share of the target's standard deviation. */
const ROUNDING = 0.05;

/**
 * Minimises the mean loss + strength · (l1 Σ|b| + (1 − l1)/2 Σ b²). Intercepts are free.
 *
 * @returns what `predictLinear` reads
 */
export function fitLinear(problem: LinearProblem): LinearFit {
  const { sources, knots } = placeKnots(problem.x, problem.knots ?? 0);
  const x = sources.length > 0 ? bend(problem.x, { sources, knots }) : problem.x;
  const fitted = fitColumns({ ...problem, x });
  return { ...fitted, arrays: { ...fitted.arrays, sources, knots } };
}

function fitColumns(problem: LinearProblem): LinearFit {
  const { x, y, weights, task } = problem;
  const columns = describeColumns(x, weights);
  if (task.kind === "number" && x.columns <= MOST_PRODUCTS) return fitProducts(problem, columns);
  if (task.kind === "number") {
    const mean = weightedMean(y, weights);
    return fitByDescent(problem, columns, squared(problem), [mean], "identity");
  }
  if (task.kind === "quantiles") {
    const mean = weightedMean(y, weights);
    const variance = weightedMean(
      y.map((value) => (value - mean) ** 2),
      weights,
    );
    const width = ROUNDING * Math.sqrt(variance) || ROUNDING;
    const starts = task.levels.map((level) => weightedQuantile(y, weights, level));
    return fitByDescent(problem, columns, pinball(problem, task.levels, width), starts, "sorted");
  }
  const shares = classShares(y, weights, task.classes);
  const starts = Array.from(shares, (share) => log(share));
  if (task.classes > 2)
    return fitByDescent(problem, columns, softmax(problem, task.classes), starts, "softmax");
  const fitted = fitByDescent(problem, columns, logistic(problem), [starts[1] - starts[0]], "softmax");
  const { weights: of, intercepts } = fitted.arrays;
  return {
    ...fitted,
    arrays: { weights: besideZeros(of), intercepts: besideZeros(intercepts) }, // the first class's sum is 0
  };
}

function besideZeros(values: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: 2 * values.length }, (_, i) => (i % 2 === 0 ? 0 : values[i >> 1]));
}

function fitProducts(problem: LinearProblem, columns: Columns): LinearFit {
  const { x, y, weights, strength, l1, stop } = problem;
  const mean = weightedMean(y, weights);
  const products = sumProducts(x, columns, problem, mean, stop);
  const p = x.columns;
  const { coefficients, sweeps } =
    l1 > 0
      ? solveElasticNet(products, strength * l1, strength * (1 - l1), stop)
      : { coefficients: solveRidge(products, strength), sweeps: p / 6 };
  const multiplications = (x.rows * p * p) / 2 + sweeps * p * p;
  return { ...unscaled(coefficients, columns, [mean], "identity"), multiplications };
}

function fitByDescent(
  problem: LinearProblem,
  columns: Columns,
  loss: Loss,
  starts: readonly number[],
  link: Link,
): LinearFit {
  const { x, weights, strength, l1, stop } = problem;
  const { heads } = loss;
  const free = x.columns * heads;
  const cost = 2 * x.rows * free;
  let total = 0;
  for (const weight of weights) total += weight;
  const start = new Float64Array(free + heads);
  start.set(starts, free);
  const penalties = new Float64Array(free + heads).fill(strength * l1, 0, free);
  const objective = (at: Float64Array): Evaluation => {
    const { value, gradient } = meanLoss(x, columns, loss, total, at);
    let penalty = 0;
    for (let j = 0; j < free; j++) {
      penalty += at[j] * at[j];
      gradient[j] += strength * (1 - l1) * at[j];
    }
    return { value: value + (strength * (1 - l1) * penalty) / 2, gradient };
  };
  const { x: solution, evaluations } = minimiseOrthantWise(objective, start, {
    ...{ penalties, stop },
    tolerance: TOLERANCE,
    evaluations: Math.max(LEAST_EVALUATIONS, Math.min(EVALUATIONS, Math.floor(MULTIPLICATIONS / cost))),
  });
  const multiplications = evaluations * cost;
  return {
    ...unscaled(solution.subarray(0, free), columns, Array.from(solution.subarray(free)), link),
    multiplications,
  };
}

/** The mean loss of a row and its gradient by coefficients of scaled columns, shape (columns, heads), and intercepts. */
function meanLoss(
  x: DesignMatrix,
  columns: Columns,
  loss: Loss,
  total: number,
  at: Float64Array,
): { value: number; gradient: Float64Array } {
  const { heads } = loss;
  const free = x.columns * heads;
  const raw = unscaled(at.subarray(0, free), columns, Array.from(at.subarray(free)), "identity").arrays;
  const sums = new Float64Array(Math.min(BLOCK, x.rows) * heads);
  const gradient = new Float64Array(at.length);
  let value = 0;
  for (let from = 0; from < x.rows; from += BLOCK) {
    const to = Math.min(x.rows, from + BLOCK);
    addSums(x, raw.weights, raw.intercepts, from, to, sums);
    value += loss.derive(sums, from, to);
    addGradient(x, sums, heads, from, to, gradient);
  }
  for (let k = 0; k < heads; k++) {
    const slope = gradient[free + k];
    for (let c = 0; c < x.columns; c++) {
      const scale = columns.scales[c];
      const at = c * heads + k;
      gradient[at] = scale > 0 ? (gradient[at] - columns.means[c] * slope) / scale / total : 0;
    }
    gradient[free + k] = slope / total;
  }
  return { value: value / total, gradient };
}

/** Adds the products of columns with the derivatives of a block of rows; behind them, the sums of the derivatives. */
function addGradient(
  { rows, columns, values }: DesignMatrix,
  derivatives: Float64Array,
  heads: number,
  from: number,
  to: number,
  gradient: Float64Array,
): void {
  const count = to - from;
  for (let c = 0; c < columns; c++) {
    const first = c * rows + from;
    if (heads === 1) {
      let sum = 0;
      for (let r = 0; r < count; r++) sum += values[first + r] * derivatives[r];
      gradient[c] += sum;
      continue;
    }
    for (let r = 0; r < count; r++) {
      const value = values[first + r];
      if (value === 0) continue;
      for (let k = 0; k < heads; k++) gradient[c * heads + k] += value * derivatives[r * heads + k];
    }
  }
  const free = columns * heads;
  for (let r = 0; r < count; r++)
    for (let k = 0; k < heads; k++) gradient[free + k] += derivatives[r * heads + k];
}

/** Coefficients of scaled columns as those of the columns themselves; means move into the intercepts. */
function unscaled(
  coefficients: Float64Array,
  { means, scales }: Columns,
  centred: readonly number[],
  link: Link,
): Stored & { arrays: { weights: Float64Array; intercepts: Float64Array } } {
  const heads = centred.length;
  const weights = new Float64Array(coefficients.length);
  const intercepts = Float64Array.from(centred);
  for (let c = 0; c < means.length; c++) {
    if (scales[c] === 0) continue;
    for (let k = 0; k < heads; k++) {
      weights[c * heads + k] = coefficients[c * heads + k] / scales[c];
      intercepts[k] -= means[c] * weights[c * heads + k];
    }
  }
  return { json: { link }, arrays: { weights, intercepts } };
}
