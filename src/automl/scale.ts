/**
 * The target's scale: models learn a number of mean 0 and variance 1, of logarithms where the target is skewed.
 */
import { expm1, log1p } from "../math/special.ts";

export interface TargetScale {
  readonly log: boolean;
  readonly mean: number;
  readonly std: number;
  /** Predictions outside of what was seen are moved to these ends. */
  readonly low: number;
  readonly high: number;
}

/** Predictions may go beyond the smallest and largest target by this share of the range. */
const BEYOND = 0.1;

/**
 * @param y     targets, shape (n); with `log`, those below 0 count as 0
 * @param rows  those to learn the scale from
 */
export function fitScale(y: Float64Array, rows: ArrayLike<number>, log: boolean): TargetScale {
  let sum = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const number = log ? logOf : (value: number) => value;
  for (let i = 0; i < rows.length; i++) {
    const value = y[rows[i]];
    sum += number(value);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const mean = sum / rows.length;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) squares += (number(y[rows[i]]) - mean) ** 2;
  const std = Math.sqrt(squares / rows.length);
  const room = BEYOND * (high - low);
  return {
    ...{ log, mean, std: std > 0 ? std : 1 },
    low: log ? Math.max(0, low - room) : low - room,
    high: high + room,
  };
}

/** Targets as models learn them: shape (rows). */
export function toModel(
  { log, mean, std }: TargetScale,
  y: Float64Array,
  rows: ArrayLike<number>,
): Float64Array {
  const scaled = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) scaled[i] = ((log ? logOf(y[rows[i]]) : y[rows[i]]) - mean) / std;
  return scaled;
}

/** Predictions as people read them, in place. */
export function fromModel(
  { log, mean, std, low, high }: TargetScale,
  predictions: Float64Array,
): Float64Array {
  for (let i = 0; i < predictions.length; i++) {
    const value = mean + std * predictions[i];
    predictions[i] = Math.min(high, Math.max(low, log ? expm1(value) : value));
  }
  return predictions;
}

/**
 * Whether logarithms make a target more even: it is at least 0, is skewed to the right by more than 1, and its
 * logarithms are less skewed either way.
 */
export function prefersLog(y: Float64Array, rows: ArrayLike<number>): boolean {
  const values = Float64Array.from({ length: rows.length }, (_, i) => y[rows[i]]);
  if (values.some((value) => value < 0)) return false;
  const skew = skewness(values);
  return skew > 1 && Math.abs(skewness(values.map(log1p))) < skew;
}

function skewness(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let second = 0;
  let third = 0;
  for (const value of values) {
    second += (value - mean) ** 2;
    third += (value - mean) ** 3;
  }
  const variance = second / values.length;
  return variance > 0 ? third / values.length / variance ** 1.5 : 0;
}

/** Whether logarithms suit was judged by the rows of the search; among all rows there may be one below 0. */
function logOf(value: number): number {
  return log1p(Math.max(0, value));
}
