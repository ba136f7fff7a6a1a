import { expect, test } from "vitest";
import { NumericalError } from "../errors.ts";
import { rng } from "../random.ts";
import { symmetricEigen } from "./eigen.ts";

/** The largest error of V Vᵀ = I and of Σ λₖ vₖ vₖᵀ = a, by the size of a. */
function error(a: Float64Array, n: number): number {
  const { values, vectors } = symmetricEigen(a, n);
  const size = a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-300);
  let worst = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let [product, sum] = [0, 0];
      for (let k = 0; k < n; k++) {
        product += vectors[i * n + k] * vectors[j * n + k];
        sum += values[k] * vectors[k * n + i] * vectors[k * n + j];
      }
      worst = Math.max(worst, Math.abs(product - Number(i === j)), Math.abs(sum - a[i * n + j]) / size);
    }
  expect([...values]).toEqual([...values].sort((x, y) => x - y));
  return worst;
}

function symmetric(n: number, draw: (i: number, j: number) => number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = draw(i, j);
  return a;
}

test("random matrices of every size are put together again", () => {
  const stream = rng(1);
  for (const n of [1, 2, 3, 4, 7, 20, 61])
    for (const scale of [1, 1e-200, 1e200])
      expect(
        error(
          symmetric(n, () => scale * stream.normal()),
          n,
        ),
      ).toBeLessThan(1e-12);
});

test("eigenvalues that differ by many orders, repeat, or are zero", () => {
  const stream = rng(2);
  expect(
    error(
      symmetric(9, () => 1),
      9,
    ),
  ).toBeLessThan(1e-12);
  expect(
    error(
      symmetric(9, () => 0),
      9,
    ),
  ).toBe(0);
  expect(
    error(
      symmetric(8, (i, j) => 10 ** -(i + j) * stream.normal()),
      8,
    ),
  ).toBeLessThan(1e-12);
  const v = Float64Array.from({ length: 12 }, () => stream.normal());
  expect(
    error(
      symmetric(12, (i, j) => Number(i === j) + v[i] * v[j]),
      12,
    ),
  ).toBeLessThan(1e-12);
});

test("a diagonal matrix has its own elements, a number itself, and nothing nothing", () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(3, 0, 0, 0, -1, 0, 0, 0, 2), 3);
  expect([...values]).toEqual([-1, 2, 3]);
  expect([...vectors]).toEqual([0, 1, 0, 0, 0, 1, 1, 0, 0]);
  expect(symmetricEigen(Float64Array.of(-4), 1)).toEqual({
    values: Float64Array.of(-4),
    vectors: Float64Array.of(1),
  });
  expect(symmetricEigen(new Float64Array(0), 0).values).toHaveLength(0);
});

test("known values: the second difference", () => {
  const n = 10;
  const { values } = symmetricEigen(
    symmetric(n, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0)),
    n,
  );
  values.forEach((value, k) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 13);
  });
});

test("what is not finite is refused", () => {
  expect(() => symmetricEigen(Float64Array.of(Number.NaN), 1)).toThrow(NumericalError);
});
