import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import { hypervolume } from "./hypervolume.ts";
import { selectSubset } from "./subset.ts";

type Rows = readonly (readonly number[])[];

const volume = (rows: Rows, reference: readonly number[]) =>
  hypervolume(Float64Array.from(rows.flat()), rows.length, reference.length, reference);
const select = (rows: Rows, k: number, reference: readonly number[]) =>
  Array.from(selectSubset(Float64Array.from(rows.flat()), rows.length, reference.length, k, reference));

function subsets(n: number, k: number): number[][] {
  if (k === 0) return [[]];
  return Array.from({ length: n }, (_, last) => subsets(last, k - 1).map((one) => [...one, last])).flat();
}
const best = (rows: Rows, k: number, reference: readonly number[]) =>
  Math.max(
    ...subsets(rows.length, k).map((chosen) =>
      volume(
        chosen.map((i) => rows[i]),
        reference,
      ),
    ),
  );

describe("the subset of the largest hypervolume", () => {
  test("is the best of all subsets in two objectives", () => {
    const rows = fc.array(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 2 }), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), (points, wanted) => {
        const k = Math.min(wanted, points.length);
        const chosen = select(points, k, [10, 11]);
        expect(new Set(chosen).size).toBe(k);
        expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
        expect(
          volume(
            chosen.map((i) => points[i]),
            [10, 11],
          ),
        ).toBe(best(points, k, [10, 11]));
      }),
      { numRuns: 300 },
    );
  });

  test.each([3, 4, 5])("is in %i objectives what adding the best one by one gives", (m) => {
    const stream = rng(3, m);
    const reference = new Array<number>(m).fill(1);
    const rows = Array.from({ length: 14 }, () => Array.from({ length: m }, () => stream.uniform()));
    const chosen: number[] = [];
    const gain = (i: number) =>
      volume(
        [...chosen, i].map((one) => rows[one]),
        reference,
      );
    for (let k = 1; k <= 6; k++) {
      const left = rows.map((_, i) => i).filter((i) => !chosen.includes(i));
      chosen.push(left.reduce((a, b) => (gain(b) > gain(a) ? b : a)));
      const found = select(rows, k, reference);
      expect(found).toEqual([...chosen].sort((a, b) => a - b));
      expect(
        volume(
          found.map((i) => rows[i]),
          reference,
        ),
      ).toBeGreaterThan((1 - 1 / Math.E) * best(rows.slice(0, 10), Math.min(k, 4), reference));
    }
  });

  test("spreads two of many over a line: at a third and two thirds", () => {
    const rows = Array.from({ length: 301 }, (_, i) => [i, 300 - i]);
    expect(select(rows, 2, [300, 300])).toEqual([100, 200]);
  });

  test("takes whatever there is where few add a volume, and does without finite numbers", () => {
    const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: low, NaN: nan } = Number;
    expect(
      select(
        [
          [9, 9],
          [1, 1],
          [nan, 0],
          [2, 2],
        ],
        3,
        [5, 5],
      ),
    ).toEqual([0, 1, 2]);
    expect(
      select(
        [
          [1, 1],
          [2, 2],
        ],
        5,
        [3, 3],
      ),
    ).toEqual([0, 1]);
    expect(
      select(
        [
          [low, 4],
          [1, 1],
          [4, low],
          [3, 3],
        ],
        2,
        [5, 5],
      ),
    ).toEqual([0, 1]);
    expect(
      select(
        [
          [1, 2],
          [2, 1],
          [3, 3],
        ],
        2,
        [inf, 4],
      ),
    ).toEqual([0, 1]);
    expect(
      select(
        [
          [-1e300, 1e300],
          [1e300, -1e300],
          [0, 0],
        ],
        1,
        [1.1e300, 1.1e300],
      ),
    ).toEqual([2]);
    expect(select([], 3, [1, 1])).toEqual([]);
  });
});
