/**
 * Measures of predicted numbers. `y` and `predictions` have shape (rows), `weights` too.
 */
import { InvalidInputError } from "../../errors.ts";
import { log1p } from "../../math/special.ts";

/** Root of the mean squared error. */
export function squaredError(y: Float64Array, predictions: Float64Array, weights?: Float64Array): number {
  return Math.sqrt(mean(y.length, weights, (i) => (predictions[i] - y[i]) * (predictions[i] - y[i])));
}

/** Mean absolute error. */
export function absoluteError(y: Float64Array, predictions: Float64Array, weights?: Float64Array): number {
  return mean(y.length, weights, (i) => Math.abs(predictions[i] - y[i]));
}

/** R²: 1 − squared error over the variance of `y`. Where `y` does not vary: 1 if all are met, otherwise 0. */
export function explainedVariance(
  y: Float64Array,
  predictions: Float64Array,
  weights?: Float64Array,
): number {
  const centre = mean(y.length, weights, (i) => y[i]);
  const variance = mean(y.length, weights, (i) => (y[i] - centre) * (y[i] - centre));
  const error = mean(y.length, weights, (i) => (predictions[i] - y[i]) * (predictions[i] - y[i]));
  if (variance === 0) return error === 0 ? 1 : 0;
  return 1 - error / variance;
}

/** Median of the absolute errors; of two in the middle their mean, and with weights the one at half of the weight. */
export function medianAbsoluteError(
  y: Float64Array,
  predictions: Float64Array,
  weights?: Float64Array,
): number {
  const errors = y.map((value, i) => Math.abs(predictions[i] - value));
  if (weights !== undefined) return weightedMedian(errors, weights);
  const sorted = errors.sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Mean absolute error relative to |y|, a share, not per cent. Where `y` is 0 it is relative to the spacing of doubles at 1. */
export function percentageError(y: Float64Array, predictions: Float64Array, weights?: Float64Array): number {
  return mean(
    y.length,
    weights,
    (i) => Math.abs(predictions[i] - y[i]) / Math.max(Math.abs(y[i]), Number.EPSILON),
  );
}

/**
 * Root of the mean squared error of ln(1 + y). Predictions below 0 count as 0.
 *
 * @throws {InvalidInputError} if a `y` is below 0
 */
export function logarithmicError(y: Float64Array, predictions: Float64Array, weights?: Float64Array): number {
  const negative = y.find((value) => value < 0);
  if (negative !== undefined)
    throw new InvalidInputError(
      `rmsle needs targets of at least 0, and one is ${negative}; choose rmse or mae`,
    );
  return Math.sqrt(
    mean(y.length, weights, (i) => {
      const difference = log1p(Math.max(0, predictions[i])) - log1p(y[i]);
      return difference * difference;
    }),
  );
}

/**
 * Mean over rows and levels of the loss that a quantile minimises (Koenker and Bassett 1978).
 *
 * @param predictions  row-major, shape (rows, levels)
 */
export function pinballLoss(
  y: Float64Array,
  predictions: Float64Array,
  levels: readonly number[],
  weights?: Float64Array,
): number {
  return mean(y.length, weights, (i) => {
    let sum = 0;
    for (let q = 0; q < levels.length; q++) {
      const under = y[i] - predictions[i * levels.length + q];
      sum += under >= 0 ? levels[q] * under : (levels[q] - 1) * under;
    }
    return sum / levels.length;
  });
}

/** Weighted mean of what `of` says of rows 0 … n − 1. */
export function mean(n: number, weights: Float64Array | undefined, of: (row: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights === undefined ? 1 : weights[i];
    sum += weight * of(i);
    total += weight;
  }
  return sum / total;
}

function weightedMedian(values: Float64Array, weights: Float64Array): number {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let reached = 0;
  for (const i of order) {
    reached += weights[i];
    if (reached >= half) return values[i];
  }
  return values[order[order.length - 1]];
}
