/**
 * Output warping: losses to values that look normal, so that a Gaussian process may model them.
 */
import { exp, log } from "../../math/elementary.ts";

/** How far above the median a loss counts, in robust standard deviations: beyond, bad is bad. */
const WORST = 20;
/** The same where there are several objectives: a bad value of one may belong to a good trade-off. */
const WORST_OF_SEVERAL = 10;
/** How far below the best loss that the warp was fitted to one counts: a power of what is beyond has no bounds. */
const BETTER = 20;
/** Finite losses are held within this, so that differences stay finite. */
const LARGEST = 1e300;
/** IQR of a normal distribution in standard deviations. */
const IQR_OF_NORMAL = 1.35;
const LAMBDA = { low: -3, high: 3 };
const SEARCH_STEPS = 30;
const GOLDEN = 0.6180339887498949;

export interface Warp {
  /** A loss to its value; a failed one (NaN, ∞) to that of the worst loss seen, −∞ to that of the best. */
  apply(loss: number): number;
  /** A value back to a loss. */
  invert(value: number): number;
  /**
   * The derivative of `apply`: NaN where the loss is cut or failed, so that none of its derivatives can be carried over.
   * Absent where no derivatives are asked for.
   */
  slope?(loss: number): number;
  /** The exponent of the transformation; 1 changes nothing. */
  readonly lambda: number;
}

/**
 * The warp for these losses, minimised: robust scale, the bad side cut, a Yeo-Johnson transformation of maximum
 * likelihood (Yeo and Johnson 2000), standardised. Undefined if all finite losses are equal, or there is none.
 *
 * @param losses  shape (n); NaN and infinities are failures
 */
export function fitWarp(losses: readonly number[]): Warp | undefined {
  return warpBy(losses, WORST, bestLambda);
}

/**
 * The same without the transformation, so that equal steps of a loss stay equal: volumes between fronts are then those
 * of the losses. Undefined if all finite losses are equal, or there is none.
 *
 * @param losses  shape (n); NaN and infinities are failures
 */
export function fitScale(losses: readonly number[]): Warp | undefined {
  return warpBy(losses, WORST_OF_SEVERAL, () => 1);
}

function warpBy(
  losses: readonly number[],
  most: number,
  exponent: (z: readonly number[]) => number,
): Warp | undefined {
  const finite = losses.filter(Number.isFinite).map(hold);
  if (finite.length === 0) return undefined;
  const sorted = Float64Array.from(finite).sort();
  const median = quantile(sorted, 0.5);
  const spread = Math.max(
    (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / IQR_OF_NORMAL,
    median - sorted[0],
  );
  if (!(spread > 0)) return undefined;
  const lowest = (sorted[0] - median) / spread - BETTER;
  const rough = (loss: number) => Math.min(Math.max((hold(loss) - median) / spread, lowest), most);
  const z = finite.map(rough);
  const lambda = exponent(z);
  const warped = z.map((value) => yeoJohnson(value, lambda));
  const { mean, std } = moments(warped);
  if (!(std > 0)) return undefined;
  const value = (loss: number) => (yeoJohnson(rough(loss), lambda) - mean) / std;
  const worst = value(sorted[sorted.length - 1]);
  return {
    lambda,
    apply: (loss) => {
      if (Number.isFinite(loss)) return value(loss);
      return loss === Number.NEGATIVE_INFINITY ? value(sorted[0]) : worst;
    },
    slope(loss) {
      const z = (loss - median) / spread;
      if (!(z > lowest && z < most)) return Number.NaN;
      return yeoJohnsonSlope(z, lambda) / (spread * std);
    },
    invert: (warpedValue) => median + spread * inverseYeoJohnson(warpedValue * std + mean, lambda),
  };
}

const hold = (loss: number) => Math.min(LARGEST, Math.max(-LARGEST, loss));

/** Linear interpolation between order statistics. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

function moments(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, std: Math.sqrt(squares / values.length) };
}

/** Yeo and Johnson 2000, eq. 2.1. */
function yeoJohnson(z: number, lambda: number): number {
  return z >= 0 ? boxCox(1 + z, lambda) : -boxCox(1 - z, 2 - lambda);
}

function yeoJohnsonSlope(z: number, lambda: number): number {
  return z >= 0 ? exp((lambda - 1) * log(1 + z)) : exp((1 - lambda) * log(1 - z));
}

function boxCox(x: number, lambda: number): number {
  return Math.abs(lambda) < 1e-8 ? log(x) : (exp(lambda * log(x)) - 1) / lambda;
}

function inverseYeoJohnson(t: number, lambda: number): number {
  return t >= 0 ? inverseBoxCox(t, lambda) - 1 : 1 - inverseBoxCox(-t, 2 - lambda);
}

function inverseBoxCox(t: number, lambda: number): number {
  if (Math.abs(lambda) < 1e-8) return exp(t);
  return exp(log(Math.max(1e-300, 1 + lambda * t)) / lambda);
}

/** The λ of largest likelihood, by golden sections. */
function bestLambda(z: readonly number[]): number {
  const logs = z.reduce((sum, value) => sum + Math.sign(value) * log(1 + Math.abs(value)), 0);
  const likelihood = (lambda: number) => {
    const { std } = moments(z.map((value) => yeoJohnson(value, lambda)));
    return -z.length * log(Math.max(std, 1e-300)) + (lambda - 1) * logs;
  };
  let { low, high } = LAMBDA;
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let atLeft = likelihood(left);
  let atRight = likelihood(right);
  for (let step = 0; step < SEARCH_STEPS; step++) {
    if (atLeft >= atRight) {
      high = right;
      right = left;
      atRight = atLeft;
      left = high - GOLDEN * (high - low);
      atLeft = likelihood(left);
    } else {
      low = left;
      left = right;
      atLeft = atRight;
      right = low + GOLDEN * (high - low);
      atRight = likelihood(right);
    }
  }
  return (low + high) / 2;
}
