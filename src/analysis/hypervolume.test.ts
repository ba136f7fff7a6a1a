import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import { hypervolume, hypervolumeContributions, hypervolumeImprovement } from "./hypervolume.ts";
import { referencePoint } from "./reference-point.ts";

/** By inclusion and exclusion over all subsets. */
function byInclusion(rows: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = rows.filter((row) => row.every((value, k) => value < reference[k]));
  let volume = 0;
  for (let subset = 1; subset < 2 ** inside.length; subset++) {
    const chosen = inside.filter((_, i) => (subset >> i) & 1);
    const box = reference.reduce(
      (product, r, k) => product * (r - Math.max(...chosen.map((row) => row[k]))),
      1,
    );
    volume += chosen.length % 2 === 1 ? box : -box;
  }
  return volume;
}

const cube = (m: number, edge: number) => new Array<number>(m).fill(edge);

/** Points on the positive part of the unit sphere: the front of DTLZ2. */
function sphere(n: number, m: number, seed: number): Float64Array {
  const stream = rng(seed, "sphere", m);
  return Float64Array.from(
    Array.from({ length: n }, () => {
      const row = Array.from({ length: m }, () => Math.abs(stream.normal()));
      const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      return row.map((value) => value / length);
    }).flat(),
  );
}

describe("hypervolume", () => {
  const cases = fc
    .integer({ min: 1, max: 7 })
    .chain((m) =>
      fc.tuple(
        fc.constant(m),
        fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: m, maxLength: m }), { maxLength: 9 }),
      ),
    );
  test("is that of inclusion and exclusion, with equal and dominated rows and rows beyond the reference", () => {
    fc.assert(
      fc.property(cases, ([m, rows]) => {
        const reference = cube(m, 5);
        const found = hypervolume(Float64Array.from(rows.flat()), rows.length, m, reference);
        expect(found).toBeCloseTo(byInclusion(rows, reference), 6);
      }),
      { numRuns: 400 },
    );
  });

  test.each([2, 3, 4, 5, 6, 7, 8])("of random rows in %i objectives, to the rounding", (m) => {
    const stream = rng(5, m);
    const rows = Array.from({ length: 10 }, () => Array.from({ length: m }, () => stream.uniform()));
    const reference = Array.from({ length: m }, () => 1 + stream.uniform());
    const expected = byInclusion(rows, reference);
    expect(hypervolume(Float64Array.from(rows.flat()), 10, m, reference) / expected).toBeCloseTo(1, 10);
  });

  test.each([
    [2, 4000, 1.1 ** 2 - Math.PI / 4, 0.002],
    [3, 4000, 1.1 ** 3 - Math.PI / 6, 0.02],
  ])(
    "of many points on a sphere in %i objectives is nearly that outside of the ball",
    (m, n, limit, short) => {
      const found = hypervolume(sphere(n, m, 1), n, m, cube(m, 1.1));
      expect(found).toBeLessThan(limit);
      expect(found).toBeGreaterThan(limit - short);
    },
  );

  test.each([3, 4, 5, 8])(
    "of 40 points on a sphere in %i objectives agrees with counting random points",
    (m) => {
      const points = sphere(40, m, 3);
      const stream = rng(9, m);
      const draws = 40_000;
      let inside = 0;
      for (let draw = 0; draw < draws; draw++) {
        const at = Array.from({ length: m }, () => 1.1 * stream.uniform());
        for (let i = 0; i < 40; i++)
          if (at.every((value, k) => points[i * m + k] <= value)) {
            inside++;
            break;
          }
      }
      const share = inside / draws;
      const tolerance = (5 * Math.sqrt(share * (1 - share))) / Math.sqrt(draws);
      expect(Math.abs(hypervolume(points, 40, m, cube(m, 1.1)) / 1.1 ** m - share)).toBeLessThan(tolerance);
    },
  );

  test("of a linear front has a closed form", () => {
    const n = 100; // (i, n − i): a staircase of unit squares below the reference (n + 1, n + 1)
    const rows = Array.from({ length: n + 1 }, (_, i) => [i, n - i]);
    expect(hypervolume(Float64Array.from(rows.flat()), n + 1, 2, [n + 1, n + 1])).toBe(
      ((n + 1) * (n + 2)) / 2,
    );
  });

  test("does not depend on the order of rows or of objectives", () => {
    const m = 5;
    const points = sphere(30, m, 4);
    const expected = hypervolume(points, 30, m, cube(m, 1.2));
    const turned = Float64Array.from(
      points,
      (_, at) => points[(29 - Math.floor(at / m)) * m + (((at % m) + 2) % m)],
    );
    expect(hypervolume(turned, 30, m, cube(m, 1.2)) / expected).toBeCloseTo(1, 12);
  });

  test("infinities and NaN", () => {
    const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: low, NaN: nan } = Number;
    expect(hypervolume(Float64Array.of(1, 1), 1, 2, [inf, 2])).toBe(inf);
    expect(hypervolume(Float64Array.of(1, 3), 1, 2, [inf, 2])).toBe(0);
    expect(hypervolume(Float64Array.of(low, 1, 0, 0), 2, 2, [2, 2])).toBe(inf);
    expect(hypervolume(Float64Array.of(low, 2, 0, 0), 2, 2, [2, 2])).toBe(4);
    expect(hypervolume(Float64Array.of(inf, 0, nan, 0, 1, 1), 3, 2, [2, 2])).toBe(1);
    expect(hypervolume(new Float64Array(0), 0, 2, [inf, inf])).toBe(0);
    expect(() => hypervolume(Float64Array.of(1, 1), 1, 2, [1])).toThrow("is not 2 numbers");
    expect(() => hypervolume(Float64Array.of(1, 1), 1, 2, [1, nan])).toThrow("[1, NaN]");
  });
});

describe("contributions and improvements", () => {
  test.each([2, 3, 4, 6])("are differences of volumes in %i objectives", (m) => {
    const stream = rng(6, m);
    const losses = Float64Array.from({ length: 12 * m }, () => Math.floor(8 * stream.uniform()));
    const reference = cube(m, 7);
    const whole = hypervolume(losses, 12, m, reference);
    hypervolumeContributions(losses, 12, m, reference).forEach((contribution, i) => {
      const others = Float64Array.from([...losses.subarray(0, i * m), ...losses.subarray((i + 1) * m)]);
      const without = hypervolume(others, 11, m, reference);
      expect(contribution).toBeCloseTo(whole - without, 6);
      const point = losses.subarray(i * m, (i + 1) * m);
      expect(hypervolumeImprovement(point, others, 11, m, reference)).toBeCloseTo(whole - without, 6);
    });
  });

  test("of what is infinite", () => {
    const losses = Float64Array.of(Number.NEGATIVE_INFINITY, 1, 0, 0, 5, 5);
    expect(Array.from(hypervolumeContributions(losses, 3, 2, [2, 2]))).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NaN,
      0,
    ]);
    expect(hypervolumeImprovement([0, 0], losses, 3, 2, [2, 2])).toBe(Number.NaN);
    expect(hypervolumeImprovement([Number.NEGATIVE_INFINITY, 0], losses.subarray(2), 2, 2, [2, 2])).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(hypervolumeImprovement([3, 0], losses, 3, 2, [2, 2])).toBe(0);
  });
});

describe("the reference point", () => {
  test("lies a tenth of the range beyond the worst finite row", () => {
    const { POSITIVE_INFINITY: inf, NaN: nan } = Number;
    expect(Array.from(referencePoint(Float64Array.of(0, -20, 10, -10, inf, 5, nan, 99), 4, 2)!)).toEqual([
      11, -9,
    ]);
    expect(referencePoint(Float64Array.of(inf, 1), 1, 2)).toBeUndefined();
    expect(referencePoint(new Float64Array(0), 0, 2)).toBeUndefined();
  });

  test("leaves room where all values are equal, however large", () => {
    const reference = referencePoint(Float64Array.of(0, 1e300, 0, 1e300), 2, 2)!;
    expect(reference[0]).toBeGreaterThan(0);
    expect(reference[1]).toBeGreaterThan(1e300);
    expect(Array.from(referencePoint(Float64Array.of(1.7e308, -1.7e308), 2, 1)!)).toEqual([Number.MAX_VALUE]);
  });
});
