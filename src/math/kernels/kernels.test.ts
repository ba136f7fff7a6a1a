import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { createKernels, type Kernels } from "./kernels.ts";

const SIZES = [1, 2, 3, 5, 17, 47, 48, 49, 50, 97, 131];
const both = () => [createKernels(), createKernels({ plain: true })] as const;

/** A positive definite matrix, the same in every kernel's memory. */
function covariance(kernels: Kernels, n: number, numeric: number, nominal: number) {
  const stream = rng(5, n);
  const width = numeric + nominal;
  const stride = (n + 3) & ~1;
  const rows = kernels.reserve(n * width);
  const points = kernels.reserve(width * stride);
  const weights = kernels.reserve(nominal);
  const matrix = kernels.reserve(n * stride);
  const slopes = kernels.reserve(n * stride);
  const { memory } = kernels;
  for (let f = 0; f < nominal; f++) memory[weights + f] = 0.3 + f;
  for (let i = 0; i < n; i++)
    for (let f = 0; f < width; f++) {
      const value = f < numeric ? 2 * stream.uniform() : stream.integer(3);
      memory[rows + i * width + f] = value;
      memory[points + f * stride + i] = value;
    }
  kernels.maternMatrix(numeric, nominal, n, 1.7, rows, weights, points, stride, matrix, slopes, stride);
  for (let i = 0; i < n; i++) memory[matrix + i * stride + i] += 0.01;
  return { rows, points, weights, matrix, slopes, stride, width };
}

const lower = (kernels: Kernels, place: number, n: number, stride: number) =>
  Array.from({ length: n }, (_, i) => [
    ...kernels.memory.subarray(place + i * stride, place + i * stride + i + 1),
  ]);

test("this machine runs the compiled form", () => {
  expect(createKernels().compiled).toBe(true);
});

test("the compiled kernels and the reference give the same bits", () => {
  for (const n of SIZES) {
    const results = both().map((kernels) => {
      const { rows, points, weights, matrix, slopes, stride, width } = covariance(kernels, n, 3, 2);
      const out = [lower(kernels, matrix, n, stride), lower(kernels, slopes, n, stride)] as unknown[];
      expect(kernels.cholesky(n, matrix, stride)).toBe(0);
      out.push(lower(kernels, matrix, n, stride));
      const work = kernels.reserve(n * stride);
      const inverse = kernels.reserve(n * stride);
      kernels.invert(n, matrix, work, inverse, stride);
      out.push(lower(kernels, inverse, n, stride));
      const vectors = kernels.reserve(7 * stride);
      const sums = kernels.reserve(32);
      const { memory } = kernels;
      for (let p = 0; p < 7 * stride; p++) memory[vectors + p] = ((p * 37) % 101) / 50 - 1;
      kernels.solveRows(7, n, matrix, stride, vectors, stride);
      out.push(
        [...memory.subarray(vectors, vectors + n)],
        [...memory.subarray(vectors + 6 * stride, vectors + 6 * stride + n)],
      );
      kernels.dots(7, n, vectors, stride, vectors, sums);
      kernels.squares(7, n, vectors, stride, sums + 8);
      out.push([...memory.subarray(sums, sums + 7)], [...memory.subarray(sums + 8, sums + 15)]);
      kernels.appendToPool(7, n, vectors, stride, vectors, 0.7, sums, 0.3, sums + 8, sums + 16);
      out.push([...memory.subarray(sums + 8, sums + 15)], [...memory.subarray(sums + 16, sums + 23)]);
      kernels.solveRowsTransposed(5, n, matrix, stride, vectors, stride);
      out.push([...memory.subarray(vectors + 4 * stride, vectors + 4 * stride + n)]);
      kernels.gradientSums(3, 2, n, points, stride, vectors, inverse, slopes, stride, work, sums);
      out.push([...memory.subarray(sums, sums + width)]);
      kernels.maternRow(3, 2, n, 2, rows, weights, points, stride, vectors, 0);
      kernels.addSquares(n, 0.4, points, points + stride, vectors);
      kernels.addRow(n, points, vectors);
      out.push([...memory.subarray(vectors, vectors + n)]);
      for (let p = 0; p < n; p++) memory[vectors + p] = -p * p;
      out.push(kernels.largest(n, vectors), kernels.sumExp(n, vectors, 0.5));
      return out;
    });
    expect(results[0]).toEqual(results[1]);
  }
});

test("L Lᵀ is the matrix, and the inverse is its inverse", () => {
  for (const kernels of both())
    for (const n of SIZES) {
      const { matrix, stride } = covariance(kernels, n, 3, 2);
      const before = lower(kernels, matrix, n, stride);
      kernels.cholesky(n, matrix, stride);
      const l = lower(kernels, matrix, n, stride);
      const work = kernels.reserve(n * stride);
      const inverse = kernels.reserve(n * stride);
      kernels.invert(n, matrix, work, inverse, stride);
      const k = lower(kernels, inverse, n, stride);
      const of = (m: number[][], i: number, j: number) => (j > i ? m[j][i] : m[i][j]);
      let worst = 0;
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) {
          let product = 0;
          let unit = 0;
          for (let p = 0; p < n; p++) {
            if (p <= j) product += l[i][p] * l[j][p];
            unit += of(before, i, p) * of(k, p, j);
          }
          worst = Math.max(worst, Math.abs(product - before[i][j]), Math.abs(unit - (i === j ? 1 : 0)));
        }
      expect(worst).toBeLessThan(1e-10);
    }
});

test("a matrix that is not positive definite says at which column", () => {
  for (const kernels of both()) {
    const n = 60;
    const { matrix, stride } = covariance(kernels, n, 2, 0);
    kernels.memory[matrix + 53 * stride + 53] = -1;
    expect(kernels.cholesky(n, matrix, stride)).toBe(54);
  }
});

test("memory grows and is given back", () => {
  for (const kernels of both()) {
    const first = kernels.reserve(3);
    kernels.memory[first] = 42;
    kernels.reserve(100_000);
    expect(kernels.memory[first]).toBe(42);
    kernels.release();
    expect(kernels.reserve(1)).toBe(first);
  }
});
