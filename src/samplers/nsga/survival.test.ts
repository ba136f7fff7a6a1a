import { describe, expect, test } from "vitest";
import type { Trial } from "../../trial.ts";
import type { Observation } from "../observed.ts";
import { crowding, crowdingDistances } from "./crowding.ts";
import { directions } from "./directions.ts";
import { niching } from "./niching.ts";
import { rankPool, scaledRows } from "./ranking.ts";

const observation = (losses: readonly number[], extra: Partial<Observation> = {}): Observation => ({
  trial: { state: "complete" } as Trial,
  unit: new Float64Array(0),
  active: new Uint8Array(0),
  loss: losses[0],
  losses: Float64Array.from(losses),
  constraints: new Float64Array(0),
  step: Number.POSITIVE_INFINITY,
  violation: 0,
  ...extra,
});
const pool = (rows: readonly (readonly number[])[]) => {
  const list = rows.map((row) => observation(row));
  return { list, ranks: rankPool(list, rows[0].length) };
};

describe("directions", () => {
  test.each([
    [1, 20, 1],
    [2, 20, 20],
    [3, 91, 91], // twelve divisions, as in the paper
    [5, 212, 210], // six
    [8, 156, 156], // three, and two within
    [10, 275, 275],
    [3, 20, 15],
    [4, 20, 20],
    [6, 20, 12],
    [30, 20, 1],
  ])("in %i objectives for at most %i: %i", (m, most, count) => {
    const points = directions(m, most);
    expect(points.length).toBe(count);
    for (const point of points) {
      expect(point.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...point)).toBeGreaterThanOrEqual(0);
    }
    expect(new Set(points.map((point) => point.join())).size).toBe(count);
  });
});

describe("ranks of a pool", () => {
  test("feasible ones by domination, then those of fewer steps, then infeasible ones, then failed ones", () => {
    const list = [
      observation([0, 0], { violation: 2 }),
      observation([5, 5]),
      observation([4, 6]),
      observation([6, 6]),
      observation([0, 0], { step: 3 }),
      observation([0, 1], { step: 3 }),
      observation([9, 9], { violation: 1 }),
      observation([Number.NaN, Number.NaN]),
      observation([7, 7]),
      observation([8, 8]),
    ];
    expect(Array.from(rankPool(list, 2))).toEqual([7, 0, 0, 1, 4, 5, 6, 8, 2, 3]);
  });

  test("trials of all steps compare while few have come far", () => {
    const list = [observation([5, 5]), observation([0, 0], { step: 1 }), observation([1, 1], { step: 1 })];
    expect(Array.from(rankPool(list, 2))).toEqual([2, 0, 1]);
  });
});

test("rows are scaled to what is finite", () => {
  const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: low } = Number;
  const rows = [
    [1, 3],
    [3, inf],
    [low, 3],
    [2, 3],
  ].map((row) => observation(row));
  expect(Array.from(scaledRows(rows, 2))).toEqual([0, 0, 1, 1, 0, 0, 0.5, 0]);
  expect(
    Array.from(scaledRows([observation([-1.5e308]), observation([1.5e308]), observation([0])], 1)),
  ).toEqual([0, 1, 0.5]);
});

describe("crowding", () => {
  test("distances are those of the neighbours on both sides", () => {
    const rows = Float64Array.of(0, 1, 0.1, 0.8, 0.5, 0.5, 1, 0);
    const found = Array.from(crowdingDistances(rows, 4, 2));
    expect(found[0]).toBe(Number.POSITIVE_INFINITY);
    expect(found[3]).toBe(Number.POSITIVE_INFINITY);
    expect(found[1]).toBeCloseTo(0.5 + 0.5, 12);
    expect(found[2]).toBeCloseTo(0.9 + 0.8, 12);
  });

  test("the most crowded of the last front goes", () => {
    expect(
      crowding(
        pool([
          [0, 10],
          [4, 5],
          [5, 4.5],
          [10, 0],
        ]),
      ).goes,
    ).toBe(1);
    expect(
      crowding(
        pool([
          [0, 1],
          [1, 0],
          [2, 2],
          [3, 3],
        ]),
      ).goes,
    ).toBe(3);
    expect(
      crowding(
        pool([
          [0, 1],
          [0, 1],
          [0, 1],
          [1, 0],
        ]),
      ).goes,
    ).toBe(1);
  });
});

describe("niching", () => {
  test("the one farthest off the direction that most are in goes", () => {
    // one at each corner of the plane, and two between, nearest to the first
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0.6, 0.2, 0.2],
      [0.5, 0.3, 0.2],
    ];
    expect(niching(3, 4)(pool(rows)).goes).toBe(4);
  });

  test("does not depend on the units of the objectives, and bears fronts without extent", () => {
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0.6, 0.2, 0.2],
      [0.5, 0.3, 0.2],
    ];
    expect(niching(3, 4)(pool(rows.map(([a, b, c]) => [1e6 * a - 5, 1e-6 * b, c]))).goes).toBe(4);
    const { POSITIVE_INFINITY: inf } = Number;
    for (const odd of [
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
      [
        [0, inf, 2],
        [inf, 0, 1],
      ],
      [
        [1e300, -1e300, 0],
        [0, 0, 0],
      ],
    ])
      expect([0, 1]).toContain(niching(3, 4)(pool(odd)).goes);
  });

  test("of the last front only", () => {
    const rows = [
      [0, 1],
      [0, 1],
      [0, 1],
      [5, 5],
    ];
    expect(niching(2, 3)(pool(rows)).goes).toBe(3);
  });
});
