import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import { signedRankP } from "./signed-rank.ts";

/** All choices of signs, one by one. */
function bruteForce(differences: readonly number[]): number {
  const kept = differences.filter((value) => value !== 0);
  const sizes = kept.map(Math.abs);
  const ranks = sizes.map(
    (size) =>
      sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2,
  );
  const sum = ranks.reduce((total, rank, i) => total + (kept[i] > 0 ? rank : 0), 0);
  let count = 0;
  for (let signs = 0; signs < 2 ** kept.length; signs++) {
    const other = ranks.reduce((total, rank, i) => total + ((signs >> i) & 1 ? rank : 0), 0);
    if (other >= sum) count++;
  }
  return count / 2 ** kept.length;
}

describe("signedRankP", () => {
  test("all positive: one choice of signs in 2ⁿ", () => {
    for (let n = 1; n <= 20; n++)
      expect(signedRankP(Array.from({ length: n }, (_, i) => i + 1))).toBeCloseTo(2 ** -n, 15);
  });

  test("is the share of sign choices that are as extreme, with ties and zeros", () => {
    const stream = rng(1, "signed ranks");
    for (let run = 0; run < 60; run++) {
      const n = 1 + stream.integer(11);
      const differences = Array.from({ length: n }, () => stream.integer(9) - 4);
      expect(signedRankP(differences)).toBeCloseTo(bruteForce(differences), 12);
    }
  });

  test("values of a table: n = 8, sums of positive ranks 31 and 30", () => {
    // P(W ≥ 31) = 10/256 and P(W ≥ 30) = 14/256 (Wilcoxon 1945 and every table since)
    expect(signedRankP([-1, -4, 2, 3, 5, 6, 7, 8])).toBeCloseTo(10 / 256, 12);
    expect(signedRankP([-1, -5, 2, 3, 4, 6, 7, 8])).toBeCloseTo(14 / 256, 12);
  });

  test("nothing to compare is no evidence", () => {
    expect(signedRankP([])).toBe(1);
    expect(signedRankP([0, 0, 0])).toBe(1);
  });

  test("infinite differences have the highest ranks", () => {
    const { POSITIVE_INFINITY: infinity } = Number;
    expect(signedRankP([infinity, infinity, 1, 2])).toBe(1 / 16);
    expect(signedRankP([-infinity, 1, 2])).toBe(signedRankP([-9, 1, 2]));
  });

  test("beyond fifty pairs it is normal, within 5 % of the exact distribution where that matters", () => {
    const n = 60;
    let share = Float64Array.of(1); // of each sum of ranks
    for (let rank = 1; rank <= n; rank++) {
      const next = new Float64Array(share.length + rank);
      share.forEach((p, sum) => {
        next[sum] += p / 2;
        next[sum + rank] += p / 2;
      });
      share = next;
    }
    const stream = rng(2, "signed ranks");
    for (let run = 0; run < 20; run++) {
      const differences = Array.from({ length: n }, (_, i) => (stream.uniform() < 0.62 ? i + 1 : -i - 1));
      const sum = differences.reduce((total, value) => total + Math.max(0, value), 0);
      const exact = share.subarray(sum).reduce((total, p) => total + p, 0);
      if (exact > 0.01) expect(Math.abs(signedRankP(differences) / exact - 1)).toBeLessThan(0.05);
    }
  });
});
