import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { normalCdf, normalCdfTable } from "../special.ts";
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
      kernels.addRow(n, points, vectors);
      out.push([...memory.subarray(vectors, vectors + n)]);
      for (let p = 0; p < n; p++) memory[vectors + p] = -p * p;
      out.push(kernels.logSumExp(n, vectors));
      for (let p = 0; p < n; p++) memory[vectors + p] = 10 ** (p / 3 - 10);
      kernels.logs(n, vectors);
      out.push([...memory.subarray(vectors, vectors + n)]);
      return out;
    });
    expect(results[0]).toEqual(results[1]);
  }
});

/**
 * The kernels of n components and the prior's, of which some lack the branch: an integral, cells, choices, and a
 * narrow integral.
 */
function parzen(kernels: Kernels, n: number, lacking: number) {
  const stream = rng(6, n);
  const dimensions = 4;
  const write = (values: ArrayLike<number>) => {
    const place = kernels.reserve(values.length);
    kernels.memory.set(values, place);
    return place;
  };
  const writeIntegers = (values: number[]) => {
    const place = kernels.reserve((values.length + 1) >> 1);
    kernels.integers.set(values, 2 * place);
    return place;
  };
  const members = Array.from({ length: n }, (_, i) => (i % 5 === 3 ? -1 : 0));
  let count = 0;
  const component = members.map((member) => (member < 0 ? -1 : count++));
  const having = members.flatMap((_, i) => (lacking > 0 && i % lacking === 0 ? [] : [i]));
  const table = write(normalCdfTable());
  const cells = write([0.1, 0.3, 0.5, 0.7, 0.9]);
  const own = count + 1;
  const norms = write(new Float64Array(own + 1).fill(-1e6));
  const products = write(new Float64Array(own + 1).fill(1));
  const group = 8 * ((own + 1) >> 1);
  const at = write(new Float64Array(2 * group));
  const components = writeIntegers(component);
  let present = 0;
  const units = Array.from({ length: dimensions }, (_, d) =>
    having.map(() => (d === 1 ? (stream.integer(5) + 0.5) / 5 : stream.uniform())),
  );
  units.forEach((values, d) => {
    const order = values.map((_, k) => k).sort((a, b) => values[a] - values[b]);
    const places = writeIntegers(order.map((k) => having[k]));
    const sorted = write(order.map((k) => values[k]));
    if (d === 0) present = kernels.parzenMembers(having.length, places, components, norms);
    const block = at + group * (d >> 1) + 4 * (d & 1);
    if (d === 2) kernels.parzenCodes(own, having.length, places, sorted, components, 3, block);
    else
      kernels.parzenNumbers(
        ...([own, having.length, places, sorted, components, d === 3 ? 0.01 : 0.1, 0.5, 1] as const),
        ...([d === 1 ? cells : 0, d === 1 ? 5 : 0, table, block, products, norms] as const),
      );
  });
  kernels.memory[norms + own - 1] = 0;
  kernels.subtractLogs(own, products, norms);
  kernels.memory[norms + own] = Number.NEGATIVE_INFINITY;
  const query = write([
    0.31, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 1, 1, -0.2, -2, -1.1, -1.3, 0.62, 0, 0, 0, 0, 0,
  ]);
  return { own, dimensions, norms, at, group, query, present, component, having, units };
}

test("Parzen kernels: the compiled ones and the reference give the same bits", () => {
  for (const n of SIZES)
    for (const lacking of [0, 3]) {
      const [first, second] = both().map((kernels) => {
        const { own, norms, at, group, query, dimensions, present } = parzen(kernels, n, lacking);
        const out = kernels.reserve(own);
        kernels.parzenExponents(own, norms, at, dimensions, query, out);
        const { memory } = kernels;
        const results = [present, ...memory.subarray(at, at + 2 * group), ...memory.subarray(out, out + own)];
        const work = kernels.reserve(own + 1);
        kernels.parzenLogDensities(1, own, norms, at, dimensions, query, work, work + own);
        results.push(kernels.memory[work + own]);
        const lent = kernels.parzenLent(own, out, norms);
        kernels.addOwnOrLent(own, norms, out, lent, norms);
        results.push(lent, ...memory.subarray(norms, norms + own));
        return results;
      });
      expect(first).toEqual(second);
      expect(first.every((value) => !Number.isNaN(value))).toBe(true);
    }
});

test("a Parzen density is the sum over its kernels, whatever is left out of it", () => {
  for (const n of SIZES) {
    const kernels = createKernels();
    const { own, norms, at, query, dimensions, component, having, units } = parzen(kernels, n, 0);
    const members = having.flatMap((i, k) => (component[i] < 0 ? [] : [k]));
    /** Width and centre of a member in one dimension, as the neighbours say. */
    const kernelOf = (d: number, k: number, narrowest: number) => {
      const sorted = members.map((m) => [units[d][m], m]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      const at = sorted.findIndex(([, m]) => m === k);
      const centre = units[d][k];
      const gaps = [at > 0 && centre - sorted[at - 1][0], sorted[at + 1] && sorted[at + 1][0] - centre];
      const own = gaps.filter((gap) => typeof gap === "number");
      const width =
        own.length === 0
          ? Math.max(centre, 1 - centre)
          : at === 0 || at === sorted.length - 1
            ? own[0]
            : Math.max(...own);
      return [centre, Math.min(1, Math.max(narrowest, width))];
    };
    const integral = (centre: number, sigma: number, x: number) =>
      Math.exp(-0.5 * ((x - centre) / sigma) ** 2) /
      sigma /
      (normalCdf((1 - centre) / sigma) - normalCdf(-centre / sigma));
    const cells = (centre: number, sigma: number, x: number) => {
      const height = (u: number) => Math.exp(-0.5 * ((u - centre) / sigma) ** 2);
      return height(x) / [0.1, 0.3, 0.5, 0.7, 0.9].reduce((sum, u) => sum + height(u), 0);
    };
    let expected = integral(0.5, 1, 0.31) * cells(0.5, 1, 0.5) * Math.exp(-1.3) * integral(0.5, 1, 0.62);
    for (const k of members) {
      const [c0, s0] = kernelOf(0, k, 0.1);
      const [c1, s1] = kernelOf(1, k, 0.1);
      const [c3, s3] = kernelOf(3, k, 0.01);
      const choice = Math.floor(units[2][k] * 3) === 1 ? -0.2 : -2;
      expected += integral(c0, s0, 0.31) * cells(c1, s1, 0.5) * Math.exp(choice) * integral(c3, s3, 0.62);
    }
    const work = kernels.reserve(own + 1);
    kernels.parzenLogDensities(1, own, norms, at, dimensions, query, work, work + own);
    const found = kernels.memory[work + own];
    expect(found).toBeCloseTo(Math.log(expected), 7);
    const out = kernels.reserve(own);
    kernels.parzenExponents(own, norms, at, dimensions, query, out);
    expect(kernels.logSumExp(own, out)).toBeCloseTo(found, 12);
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
