/**
 * Learning rates of CMA-ES that adapt to the signal-to-noise ratio of its updates: for noisy and for multimodal
 * objectives with small generations.
 */
import { exp, log } from "../../math/elementary.ts";
import { decomposed, type Gaussian, whiten } from "./gaussian.ts";

interface Rate {
  /** η, at most 1. */
  value: number;
  /** Exponential averages of the updates, and of their squared lengths. */
  readonly mean: Float64Array;
  square: number;
}

export interface LearningRates {
  readonly mean: Rate;
  readonly covariance: Rate;
}

/** The distribution before an update. */
export type Before = Pick<Gaussian, "eigen" | "sigma"> & {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
};

const ALPHA = 1.4;
const BETA_MEAN = 0.1;
const BETA_COVARIANCE = 0.03;
const GAMMA = 0.1;

export function learningRatesOf(n: number): LearningRates {
  const rate = (size: number): Rate => ({ value: 1, mean: new Float64Array(size), square: 0 });
  return { mean: rate(n), covariance: rate(n * n) };
}

export function before({ mean, covariance, eigen, sigma }: Gaussian): Before {
  return { mean: Float64Array.from(mean), covariance: Float64Array.from(covariance), eigen, sigma };
}

/**
 * Takes back a part of the update that led from `old` to `gaussian`, in place.
 *
 * @see Nomura, Akimoto and Ono 2023, "CMA-ES with learning rate adaptation", algorithm 1
 */
export function dampen(gaussian: Gaussian, old: Before, rates: LearningRates): void {
  const { n, mean } = gaussian;
  const variance = gaussian.sigma ** 2;
  const moved = Float64Array.from(mean, (value, j) => (value - old.mean[j]) / old.sigma);
  const turned = Float64Array.from(
    gaussian.covariance,
    (value, k) => (variance * value) / old.sigma ** 2 - old.covariance[k],
  );
  const rateBefore = rates.mean.value;
  adapt(rates.mean, whiten(old.eigen, moved), BETA_MEAN);
  adapt(rates.covariance, whitenBoth(old, turned, n), BETA_COVARIANCE);
  for (let j = 0; j < n; j++) mean[j] = old.mean[j] + rates.mean.value * (mean[j] - old.mean[j]);
  for (let k = 0; k < n * n; k++)
    gaussian.covariance[k] = old.covariance[k] + rates.covariance.value * turned[k];
  decomposed(gaussian);
  const root = exp(gaussian.eigen.values.reduce((sum, value) => sum + log(value), 0) / (2 * n));
  for (let k = 0; k < n * n; k++) gaussian.covariance[k] /= root * root;
  gaussian.sigma = (old.sigma * root * rateBefore) / rates.mean.value;
  decomposed(gaussian);
}

/** C^(−1/2) ΔC C^(−1/2) / √2, shape (n, n). */
function whitenBoth({ eigen }: Before, delta: Float64Array, n: number): Float64Array {
  const half = new Float64Array(n * n);
  for (let i = 0; i < n; i++) half.set(whiten(eigen, delta.subarray(i * n, (i + 1) * n)), i * n);
  const both = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = whiten(
      eigen,
      Float64Array.from({ length: n }, (_, i) => half[i * n + j]),
    );
    for (let i = 0; i < n; i++) both[i * n + j] = column[i] * Math.SQRT1_2;
  }
  return both;
}

function adapt(rate: Rate, update: Float64Array, beta: number): void {
  let signal = 0;
  let length = 0;
  for (let k = 0; k < update.length; k++) {
    rate.mean[k] = (1 - beta) * rate.mean[k] + beta * update[k];
    signal += rate.mean[k] ** 2;
    length += update[k] ** 2;
  }
  rate.square = (1 - beta) * rate.square + beta * length;
  const noise = rate.square - signal;
  const ratio = noise > 0 ? (signal - (beta / (2 - beta)) * rate.square) / noise : ALPHA * rate.value;
  const relative = Math.min(1, Math.max(-1, ratio / (ALPHA * rate.value) - 1));
  rate.value = Math.min(1, rate.value * exp(Math.min(GAMMA * rate.value, beta) * relative));
}
