/**
 * The normal distribution that CMA-ES samples from, and its update from a ranked generation.
 */

import { type Eigen, symmetricEigen } from "../../math/eigen.ts";
import { exp } from "../../math/elementary.ts";
import type { Rng } from "../../random.ts";
import type { Constants } from "./constants.ts";

/** N(mean, σ² A C A), in coordinates of the unit cube. */
export interface Gaussian {
  readonly n: number;
  /** Shape (n). */
  readonly mean: Float64Array;
  sigma: number;
  /** C, shape (n, n). */
  covariance: Float64Array;
  /** The diagonal of A, which the margin widens; shape (n). */
  readonly scale: Float64Array;
  /** Of C; its values are above 0. */
  eigen: Eigen;
  /** Evolution paths of the step size and of the covariance, shape (n). */
  readonly sigmaPath: Float64Array;
  readonly path: Float64Array;
  generations: number;
}

/** Where a run begins. */
export interface Start {
  readonly mean: Float64Array;
  readonly sigma: number;
  /** Shape (n, n). */
  readonly covariance: Float64Array;
}

/** The least eigenvalue of C, as a share of the largest. */
const FLATTEST = 1e-15;
/** The largest standard deviation of a coordinate is at most the cube's side, and above what rounds to nothing. */
const WIDEST = 1;
const NARROWEST = 1e-13;
/** Beyond this, the size of the covariance goes over to the step size. */
const FAR_FROM_ONE = 1e5;
/** Longest step of a member, in standard deviations beyond √n: others were drawn from elsewhere (Hansen 2011). */
const FAR = 4;

export function gaussianOf({ mean, sigma, covariance }: Start): Gaussian {
  const n = mean.length;
  return {
    n,
    mean: Float64Array.from(mean),
    sigma,
    covariance,
    scale: new Float64Array(n).fill(1),
    eigen: decompose(covariance, n),
    sigmaPath: new Float64Array(n),
    path: new Float64Array(n),
    generations: 0,
  };
}

/** The standard deviation of coordinate j. */
export function spread({ sigma, scale, covariance, n }: Gaussian, j: number): number {
  return sigma * scale[j] * Math.sqrt(covariance[j * n + j]);
}

/** A point of the distribution, its deviations multiplied by `width`; shape (n), maybe outside of the cube. */
export function draw({ n, mean, sigma, scale, eigen }: Gaussian, rng: Rng, width = 1): Float64Array {
  const x = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const length = Math.sqrt(eigen.values[k]) * rng.normal();
    for (let j = 0; j < n; j++) x[j] += length * eigen.vectors[k * n + j];
  }
  for (let j = 0; j < n; j++) x[j] = mean[j] + width * sigma * scale[j] * x[j];
  return x;
}

/** C^(−1/2) y. */
export function whiten({ values, vectors }: Eigen, y: Float64Array): Float64Array {
  const n = y.length;
  const white = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    let along = 0;
    for (let j = 0; j < n; j++) along += vectors[k * n + j] * y[j];
    along /= Math.sqrt(values[k]);
    for (let j = 0; j < n; j++) white[j] += along * vectors[k * n + j];
  }
  return white;
}

/**
 * Moves the distribution, in place.
 *
 * @param ranked  the points of a generation, the best first; shape (population, n)
 * @see Hansen 2016, "The CMA evolution strategy: a tutorial", figure 6
 */
export function update(gaussian: Gaussian, constants: Constants, ranked: readonly Float64Array[]): void {
  const { n, mean, eigen, sigmaPath, path, covariance } = gaussian;
  const { weights, parents, mass, cSigma, cPath, cOne, cMu, dSigma, chi } = constants;
  const steps = ranked.map((x) => stepTo(gaussian, x));
  const step = new Float64Array(n);
  for (let i = 0; i < parents; i++) for (let j = 0; j < n; j++) step[j] += weights[i] * steps[i][j];
  for (let j = 0; j < n; j++) mean[j] += gaussian.sigma * step[j]; // not by A: what the margin adds is no progress

  gaussian.generations++;
  const white = whiten(eigen, step);
  const gain = Math.sqrt(cSigma * (2 - cSigma) * mass);
  for (let j = 0; j < n; j++) sigmaPath[j] = (1 - cSigma) * sigmaPath[j] + gain * white[j];
  const length = norm(sigmaPath);
  const settled = 1 - powered((1 - cSigma) ** 2, gaussian.generations);
  const isShort = length / Math.sqrt(settled) < (1.4 + 2 / (n + 1)) * chi;
  const pathGain = isShort ? Math.sqrt(cPath * (2 - cPath) * mass) : 0;
  for (let j = 0; j < n; j++) path[j] = (1 - cPath) * path[j] + pathGain * step[j];

  const total = weights.reduce((a, b) => a + b, 0);
  const kept = 1 + (isShort ? 0 : cOne * cPath * (2 - cPath)) - cOne - cMu * total;
  for (let j = 0; j < n * n; j++) covariance[j] *= kept;
  addOuter(covariance, path, cOne);
  steps.forEach((y, i) => {
    const away = weights[i] < 0 ? n / (norm(whiten(eigen, y)) ** 2 + 1e-12) : 1;
    if (weights[i] !== 0) addOuter(covariance, y, cMu * weights[i] * away);
  });
  gaussian.sigma *= exp(Math.min(1, (cSigma / dSigma) * (length / chi - 1)));
  decomposed(gaussian);
}

/** Decomposes the covariance after it changed, and keeps the deviations within what numbers and the cube allow. */
export function decomposed(gaussian: Gaussian): void {
  const { n, covariance, path } = gaussian;
  let widest = 0;
  for (let j = 0; j < n; j++) widest = Math.max(widest, Math.sqrt(covariance[j * n + j]));
  if (!(widest > 1 / FAR_FROM_ONE && widest < FAR_FROM_ONE)) {
    for (let k = 0; k < n * n; k++) covariance[k] /= widest * widest;
    for (let j = 0; j < n; j++) path[j] /= widest;
    gaussian.sigma *= widest;
    widest = 1;
  }
  gaussian.eigen = decompose(covariance, n);
  gaussian.sigma = Math.min(Math.max(NARROWEST / widest, gaussian.sigma), WIDEST / widest);
}

/** The eigenvalues and axes of a covariance; where rounding made one too small, all are raised. */
function decompose(covariance: Float64Array, n: number): Eigen {
  const { values, vectors } = symmetricEigen(covariance, n);
  const raise = n > 0 ? Math.max(0, FLATTEST * values[n - 1] - values[0]) : 0;
  if (raise > 0) for (let j = 0; j < n; j++) covariance[j * n + j] += raise;
  return { values: values.map((value) => value + raise), vectors };
}

/** (x − mean)/σ in the coordinates of C, not longer than a draw would be. */
function stepTo({ n, mean, sigma, scale, eigen }: Gaussian, x: Float64Array): Float64Array {
  const y = Float64Array.from(x, (value, j) => (value - mean[j]) / (sigma * scale[j]));
  const excess = norm(whiten(eigen, y)) / (Math.sqrt(n) + FAR);
  return excess > 1 ? y.map((value) => value / excess) : y;
}

/** a ← a + weight · v vᵀ, symmetric to the bit. */
export function addOuter(a: Float64Array, v: Float64Array, weight: number): void {
  const n = v.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) a[j * n + i] = a[i * n + j] += weight * v[i] * v[j];
}

export function norm(v: Float64Array): number {
  let sum = 0;
  for (const value of v) sum += value * value;
  return Math.sqrt(sum);
}

/** base^k of a whole number k, by multiplication: `Math.pow` may round differently elsewhere. */
function powered(base: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k && product > 1e-300; i++) product *= base;
  return product;
}
