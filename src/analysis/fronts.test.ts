import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import { nondominated, nondominatedRanks } from "./fronts.ts";
import { dominates } from "./pareto.ts";

/** Ranks by their definition: peels off what nothing left dominates. */
function peeled(rows: readonly (readonly number[])[]): number[] {
  const ranks = rows.map(() => -1);
  const isNan = (row: readonly number[]) => row.some(Number.isNaN);
  let rank = 0;
  for (; ; rank++) {
    const left = rows.flatMap((row, i) => (ranks[i] < 0 && !isNan(row) ? [i] : []));
    if (left.length === 0) break;
    for (const i of left.filter((one) => !left.some((other) => dominates(rows[other], rows[one]))))
      ranks[i] = rank;
  }
  return ranks.map((own) => (own < 0 ? rank : own));
}

const values = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0),
);
const tables = fc
  .integer({ min: 1, max: 6 })
  .chain((m) =>
    fc.tuple(fc.constant(m), fc.array(fc.array(values, { minLength: m, maxLength: m }), { maxLength: 40 })),
  );

describe("non-dominated ranks", () => {
  test("are those of the definition, with equal rows, infinities and NaN", () => {
    fc.assert(
      fc.property(tables, ([m, rows]) => {
        const ranks = nondominatedRanks(Float64Array.from(rows.flat()), rows.length, m);
        expect(Array.from(ranks)).toEqual(peeled(rows));
      }),
      { numRuns: 500 },
    );
  });

  test.each([1, 2, 3, 4, 6])("of many random rows in %i objectives", (m) => {
    const stream = rng(2, m);
    const rows = Array.from({ length: 300 }, () => Array.from({ length: m }, () => stream.uniform()));
    const losses = Float64Array.from(rows.flat());
    const ranks = Array.from(nondominatedRanks(losses, 300, m));
    expect(ranks).toEqual(peeled(rows));
    expect(Array.from(nondominated(losses, 300, m))).toEqual(ranks.map((rank) => Number(rank === 0)));
  });

  test("put what is infeasible after what is not, by its violation alone", () => {
    const losses = Float64Array.of(3, 3, 2, 2, 0, 0, 9, 9, 0, 0, Number.NaN, 0, 1, 1);
    const violations = [0, -1, 2, 1, 2, 0, Number.NaN];
    expect(Array.from(nondominatedRanks(losses, 7, 2, violations))).toEqual([1, 0, 3, 2, 3, 5, 4]);
  });

  test("of nothing, and of nothing feasible", () => {
    expect(nondominatedRanks(new Float64Array(0), 0, 3)).toEqual(new Int32Array(0));
    expect(Array.from(nondominatedRanks(Float64Array.of(1, 2), 2, 1, [3, 1]))).toEqual([1, 0]);
    expect(Array.from(nondominatedRanks(Float64Array.of(Number.NaN, Number.NaN), 2, 1))).toEqual([0, 0]);
  });
});

test("the mask of the first front is the same, with equal rows and infinities; NaN is on no front", () => {
  fc.assert(
    fc.property(tables, ([m, rows]) => {
      const mask = nondominated(Float64Array.from(rows.flat()), rows.length, m);
      const expected = peeled(rows).map((rank, i) => Number(rank === 0 && !rows[i].some(Number.isNaN)));
      expect(Array.from(mask)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
