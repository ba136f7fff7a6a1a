/**
 * Eigenvalues and eigenvectors of a symmetric matrix.
 */
import { NumericalError } from "../errors.ts";

export interface Eigen {
  /** Ascending, shape (n). */
  readonly values: Float64Array;
  /** Row k is the unit eigenvector of value k, shape (n, n). */
  readonly vectors: Float64Array;
}

/** Sweeps per eigenvalue; two or three are usual. */
const MOST_SWEEPS = 60;

/**
 * The eigendecomposition a = Σ λₖ vₖ vₖᵀ. Only +, −, ×, ÷ and square roots: the same bits on every machine.
 *
 * @param a  a symmetric matrix, shape (n, n), row-major; not changed
 * @throws {NumericalError} if an element is not finite
 * @see Golub and Van Loan 2013, "Matrix computations", §8.3: Householder reduction to a tridiagonal matrix, then
 *   implicit QL steps with Wilkinson's shift
 */
export function symmetricEigen(a: Float64Array, n: number): Eigen {
  let size = 0;
  for (let i = 0; i < n * n; i++) {
    if (!Number.isFinite(a[i]))
      throw new NumericalError("a matrix to be decomposed has an element that is not finite");
    size = Math.max(size, Math.abs(a[i]));
  }
  const scale = size > 0 ? size : 1;
  const matrix = Float64Array.from(a, (value) => value / scale); // squares neither overflow nor vanish
  const vectors = identity(n);
  reduce(matrix, vectors, n);
  const diagonal = Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]);
  const beside = Float64Array.from({ length: n }, (_, i) => (i < n - 1 ? matrix[i * n + i + 1] : 0));
  for (let l = 0; l < n; l++) isolate(diagonal, beside, vectors, l, n);
  const order = Array.from({ length: n }, (_, k) => k).sort((i, j) => diagonal[i] - diagonal[j]);
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (k) => diagonal[k] * scale), vectors: sorted };
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

/** Makes `a` tridiagonal by reflections Hₖ = I − β v vᵀ from both sides, and `q` their product from the left. */
function reduce(a: Float64Array, q: Float64Array, n: number): void {
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let below = 0;
    for (let i = k + 2; i < n; i++) below += a[i * n + k] ** 2;
    if (below === 0) continue;
    const first = a[(k + 1) * n + k];
    const length = Math.sqrt(first * first + below);
    const end = first > 0 ? -length : length;
    v[k + 1] = first - end;
    for (let i = k + 2; i < n; i++) v[i] = a[i * n + k];
    const beta = 2 / (v[k + 1] * v[k + 1] + below);
    let inner = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j] * v[j];
      w[i] = beta * sum;
      inner += w[i] * v[i];
    }
    for (let i = k + 1; i < n; i++) w[i] -= 0.5 * beta * inner * v[i];
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) a[i * n + j] -= v[i] * w[j] + w[i] * v[j];
    for (let i = k + 1; i < n; i++) a[i * n + k] = a[k * n + i] = i === k + 1 ? end : 0;
    reflect(q, v, beta, k + 1, n);
  }
}

/** q ← (I − β v vᵀ) q, where v is 0 before `from`. */
function reflect(q: Float64Array, v: Float64Array, beta: number, from: number, n: number): void {
  const sums = new Float64Array(n);
  for (let i = from; i < n; i++) for (let j = 0; j < n; j++) sums[j] += v[i] * q[i * n + j];
  for (let i = from; i < n; i++) for (let j = 0; j < n; j++) q[i * n + j] -= beta * v[i] * sums[j];
}

/** QL steps until the l-th diagonal element stands alone; `vectors` turns with them. */
function isolate(d: Float64Array, e: Float64Array, vectors: Float64Array, l: number, n: number): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let m = l;
    while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]))) m++;
    if (m === l) return;
    const half = (d[l + 1] - d[l]) / (2 * e[l]);
    const root = Math.sqrt(half * half + 1);
    let g = d[m] - d[l] + e[l] / (half + (half < 0 ? -root : root));
    let [s, c, p] = [1, 1, 0];
    let i = m - 1;
    for (; i >= l; i--) {
      const f = s * e[i];
      const b = c * e[i];
      const r = Math.sqrt(f * f + g * g);
      e[i + 1] = r;
      if (r === 0) break;
      s = f / r;
      c = g / r;
      g = d[i + 1] - p;
      const t = (d[i] - g) * s + 2 * c * b;
      p = s * t;
      d[i + 1] = g + p;
      g = c * t - b;
      rotate(vectors, i * n, s, c, n);
    }
    if (i >= l) d[i + 1] -= p;
    else {
      d[l] -= p;
      e[l] = g;
    }
    e[m] = 0;
  }
}

/** Turns the row at `at` and the next one. */
function rotate(vectors: Float64Array, at: number, s: number, c: number, n: number): void {
  for (let j = at; j < at + n; j++) {
    const [upper, lower] = [vectors[j], vectors[j + n]];
    vectors[j + n] = s * upper + c * lower;
    vectors[j] = c * upper - s * lower;
  }
}
