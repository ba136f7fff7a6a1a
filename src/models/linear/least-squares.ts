/**
 * Least squares with an elastic net, from sums of products: the rows are read once.
 */
import { NumericalError } from "../../errors.ts";
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import type { DesignMatrix } from "../design-matrix.ts";
import type { Columns } from "./columns.ts";
import type { Targets } from "./losses.ts";

/** Rows whose products are summed at a time. */
const BLOCK = 512;
/** A sweep that moves no coefficient by more than this, in standard deviations of the target, is the last. */
const TOLERANCE = 1e-6;
const SWEEPS = 1000;
/** What is added to the diagonal where it is not positive definite: by how much more each time. */
const MORE = 10;
const MOST = 1e6;

/** Products of columns (centred, scaled) and of columns with the target, divided by the number of rows. */
export interface Products {
  /** Shape (columns, columns). */
  readonly gram: Float64Array;
  /** Shape (columns). */
  readonly target: Float64Array;
}

/**
 * @param x        no NaN
 * @param mean     of the target
 * @param stop     asked between blocks of rows
 */
export function sumProducts(
  x: DesignMatrix,
  { means, scales }: Columns,
  { y, weights }: Targets,
  mean: number,
  stop: () => boolean,
): Products {
  const { rows, columns, values } = x;
  const kernels = createKernels();
  const all = columns + 1; // the last is the target
  const block = kernels.reserve(all * BLOCK);
  const out = kernels.reserve(all);
  const { memory } = kernels;
  const gram = new Float64Array(columns * columns);
  const target = new Float64Array(columns);
  let total = 0;
  for (let from = 0; from < rows; from += BLOCK) {
    if (from > 0 && stop()) break;
    const count = Math.min(BLOCK, rows - from);
    const roots = Float64Array.from({ length: count }, (_, r) => Math.sqrt(weights[from + r]));
    for (let r = 0; r < count; r++) total += weights[from + r];
    for (let c = 0; c < columns; c++) {
      const factor = scales[c] > 0 ? 1 / scales[c] : 0;
      for (let r = 0; r < count; r++)
        memory[block + c * BLOCK + r] = roots[r] * factor * (values[c * rows + from + r] - means[c]);
    }
    for (let r = 0; r < count; r++) memory[block + columns * BLOCK + r] = roots[r] * (y[from + r] - mean);
    for (let c = 0; c < all; c++) {
      const into = c < columns ? gram.subarray(c * columns) : target;
      kernels.dots(Math.min(c + 1, columns), count, block, BLOCK, block + c * BLOCK, out);
      for (let other = 0; other < Math.min(c + 1, columns); other++) into[other] += memory[out + other];
    }
  }
  for (let c = 0; c < columns; c++) {
    target[c] /= total;
    for (let other = 0; other <= c; other++) gram[other * columns + c] = gram[c * columns + other] /= total;
  }
  return { gram, target };
}

/**
 * Coefficients that minimise half the mean squared residual + λ₂/2 Σ b² (the normal equations).
 *
 * @returns shape (columns)
 * @throws {NumericalError} if products are not finite
 */
export function solveRidge({ gram, target }: Products, lambda2: number): Float64Array {
  const n = target.length;
  const kernels = createKernels();
  const stride = (n + 1) & ~1;
  const factor = kernels.reserve(n * stride);
  const solution = kernels.reserve(stride);
  for (let ridge = lambda2; ridge < MOST; ridge = Math.max(1e-10, ridge * MORE)) {
    if (!factored(kernels, factor, stride, gram, n, ridge)) continue;
    kernels.memory.set(target, solution);
    kernels.solveRows(1, n, factor, stride, solution, stride);
    kernels.solveRowsTransposed(1, n, factor, stride, solution, stride);
    return kernels.memory.slice(solution, solution + n);
  }
  throw new NumericalError("no linear model can be fitted: the features hold values that are not finite");
}

function factored(
  { memory, cholesky }: Kernels,
  factor: number,
  stride: number,
  gram: Float64Array,
  n: number,
  ridge: number,
): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) memory[factor + i * stride + j] = gram[i * n + j];
    memory[factor + i * stride + i] += ridge + (gram[i * n + i] === 0 ? 1 : 0); // columns of one value
  }
  return cholesky(n, factor, stride) === 0;
}

/**
 * Coefficients that minimise half the mean squared residual + λ₁ Σ |b| + λ₂/2 Σ b², by coordinate descent with
 * covariance updates.
 *
 * @param stop  asked between sweeps
 * @returns     coefficients, shape (columns), and the sweeps that it took
 * @see Friedman, Hastie and Tibshirani 2010, "Regularization paths for generalized linear models", eq. 5 and 9
 */
export function solveElasticNet(
  { gram, target }: Products,
  lambda1: number,
  lambda2: number,
  stop: () => boolean,
): { coefficients: Float64Array; sweeps: number } {
  const n = target.length;
  const coefficients = new Float64Array(n);
  const rest = Float64Array.from(target); // products of the columns with the residuals
  const sweep = (among: readonly number[]): number => {
    let most = 0;
    for (const j of among) {
      const own = gram[j * n + j];
      if (own === 0) continue;
      const before = coefficients[j];
      const pull = rest[j] + own * before;
      const shrunk = Math.sign(pull) * Math.max(0, Math.abs(pull) - lambda1);
      const step = shrunk / (own + lambda2) - before;
      if (step === 0) continue;
      coefficients[j] = before + step;
      for (let i = 0; i < n; i++) rest[i] -= step * gram[j * n + i];
      most = Math.max(most, Math.abs(step) * Math.sqrt(own));
    }
    return most;
  };
  const all = Array.from({ length: n }, (_, j) => j);
  let sweeps = 0;
  while (sweeps < SWEEPS && !stop()) {
    sweeps++;
    if (sweep(all) < TOLERANCE) break;
    const active = all.filter((j) => coefficients[j] !== 0);
    while (sweeps < SWEEPS && !stop() && sweep(active) >= TOLERANCE) sweeps++;
  }
  return { coefficients, sweeps };
}
