/**
 * The signed-rank test of paired differences.
 */
import { normalCdf } from "./special.ts";

/** Up to so many differences the distribution is counted out; beyond, it is normal to three digits. */
const MOST_EXACT = 50;

/**
 * The probability of so high a sum of the ranks of positive differences, if each difference were as likely to have the
 * other sign. Zeros are left out; equal sizes share the mean of their ranks, and the exact distribution is the one of
 * these shared ranks.
 *
 * @param differences  shape (n); may hold infinities
 * @returns            one-sided p value; 1 if no difference is other than zero
 * @see Wilcoxon 1945; Pratt and Gibbons 1981, chapter 3, for zeros and ties
 */
export function signedRankP(differences: readonly number[]): number {
  const sorted = differences.filter((value) => value !== 0 && !Number.isNaN(value));
  sorted.sort((a, b) => (Math.abs(a) === Math.abs(b) ? 0 : Math.abs(a) < Math.abs(b) ? -1 : 1));
  const n = sorted.length;
  if (n === 0) return 1;
  const twice = doubledRanks(sorted.map(Math.abs));
  const sum = twice.reduce((total, rank, i) => total + (sorted[i] > 0 ? rank : 0), 0);
  return n <= MOST_EXACT ? exactP(twice, sum) : normalP(twice, sum);
}

/** Twice the ranks 1 … n, so that shared ones are whole. */
function doubledRanks(sizes: readonly number[]): readonly number[] {
  const ranks: number[] = [];
  for (let from = 0; from < sizes.length; ) {
    let to = from;
    while (to < sizes.length && sizes[to] === sizes[from]) to++;
    for (let i = from; i < to; i++) ranks.push(from + 1 + to);
    from = to;
  }
  return ranks;
}

/** The share of all 2ⁿ choices of signs whose sum is `sum` or more. */
function exactP(twice: readonly number[], sum: number): number {
  const total = twice.reduce((a, b) => a + b, 0);
  const share = new Float64Array(total + 1); // probability of each sum
  share[0] = 1;
  let reached = 0;
  for (const rank of twice) {
    reached += rank;
    for (let s = reached; s >= 0; s--) share[s] = (share[s] + (s >= rank ? share[s - rank] : 0)) / 2;
  }
  let p = 0;
  for (let s = total; s >= sum; s--) p += share[s];
  return Math.min(1, p);
}

/** With the correction for continuity; the variance is that of the shared ranks. */
function normalP(twice: readonly number[], sum: number): number {
  const mean = twice.reduce((a, b) => a + b, 0) / 2;
  const variance = twice.reduce((total, rank) => total + rank * rank, 0) / 4;
  return normalCdf(-(sum - 1 - mean) / Math.sqrt(variance));
}
