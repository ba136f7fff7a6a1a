/**
 * Non-dominated sorting: which rows nothing beats, which only those beat, and so on.
 */
import { type Front, frontOf } from "./front.ts";

/**
 * The front of every row, 0 for those that no other dominates. Of equal rows, all are on the same front.
 *
 * A row is on the first front where nothing dominates it; the fronts are searched in halves, because what is dominated
 * on one front is dominated on all before it. O(n log² n) for up to three objectives, O(m n²) at worst for more.
 *
 * @param losses      shape (n, m), row-major, minimised; ±Infinity are values like any other. Rows with a NaN come
 *                    after all others, on one front
 * @param violations  by how much each row is infeasible, shape (n): whatever is above 0, or NaN, comes after what is
 *                    not, ordered by it alone (constraint-domination, Deb 2002, definition 1)
 * @returns           shape (n)
 * @see Zhang et al. 2015, "An efficient approach to non-dominated sorting for evolutionary multiobjective
 *   optimization" (ENS-BS)
 */
export function nondominatedRanks(
  losses: Float64Array,
  n: number,
  m: number,
  violations?: ArrayLike<number>,
): Int32Array {
  const ranks = new Int32Array(n).fill(-1);
  const { sorted, order } = sortedRows(losses, n, m, violations);
  const fronts: Front[] = [];
  for (let i = 0; i < order.length; i++) {
    if (i > 0 && equalToLast(sorted, i, m)) {
      ranks[order[i]] = ranks[order[i - 1]];
      continue;
    }
    let [low, high] = [0, fronts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (fronts[middle].covers(i)) low = middle + 1;
      else high = middle;
    }
    if (low === fronts.length) fronts.push(frontOf(sorted, m));
    fronts[low].add(i);
    ranks[order[i]] = low;
  }
  rankInfeasible(ranks, fronts.length, losses, m, violations);
  return ranks;
}

/**
 * Whether nothing dominates a row: 1 for the first front, else 0. Rows with a NaN are on no front.
 *
 * @param losses  shape (n, m), row-major, minimised
 * @returns       shape (n)
 */
export function nondominated(losses: Float64Array, n: number, m: number): Uint8Array {
  const mask = new Uint8Array(n);
  const { sorted, order } = sortedRows(losses, n, m);
  const front = frontOf(sorted, m);
  for (let i = 0; i < order.length; i++) {
    if (i > 0 && equalToLast(sorted, i, m)) mask[order[i]] = mask[order[i - 1]];
    else if (!front.covers(i)) {
      front.add(i);
      mask[order[i]] = 1;
    }
  }
  return mask;
}

/** Rows without a NaN that are feasible, in lexicographic order: none is dominated by one after it. */
function sortedRows(
  losses: Float64Array,
  n: number,
  m: number,
  violations?: ArrayLike<number>,
): { readonly sorted: Float64Array; readonly order: Uint32Array } {
  const kept = new Uint32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++)
    if (isWhole(losses, i, m) && (violations === undefined || violations[i] <= 0)) kept[count++] = i;
  const order = kept.subarray(0, count).sort((a, b) => {
    for (let k = 0; k < m; k++) {
      const [left, right] = [losses[a * m + k], losses[b * m + k]];
      if (left !== right) return left < right ? -1 : 1;
    }
    return a - b;
  });
  const sorted = new Float64Array(count * m);
  for (let i = 0; i < count; i++) for (let k = 0; k < m; k++) sorted[i * m + k] = losses[order[i] * m + k];
  return { sorted, order };
}

/** Ranks what is infeasible by its violation, from `next` on, and then what has a NaN. */
function rankInfeasible(
  ranks: Int32Array,
  next: number,
  losses: Float64Array,
  m: number,
  violations: ArrayLike<number> = [],
): void {
  const violationOf = (i: number) => (Number.isNaN(violations[i]) ? Number.POSITIVE_INFINITY : violations[i]);
  const infeasible: number[] = [];
  for (let i = 0; i < ranks.length; i++) if (ranks[i] < 0 && isWhole(losses, i, m)) infeasible.push(i);
  infeasible.sort((a, b) =>
    violationOf(a) < violationOf(b) ? -1 : violationOf(a) > violationOf(b) ? 1 : a - b,
  );
  let rank = next - 1;
  infeasible.forEach((i, place) => {
    if (place === 0 || violationOf(i) !== violationOf(infeasible[place - 1])) rank++;
    ranks[i] = rank;
  });
  for (let i = 0; i < ranks.length; i++) if (ranks[i] < 0) ranks[i] = rank + 1;
}

function isWhole(losses: Float64Array, i: number, m: number): boolean {
  for (let k = 0; k < m; k++) if (Number.isNaN(losses[i * m + k])) return false;
  return true;
}

function equalToLast(sorted: Float64Array, i: number, m: number): boolean {
  for (let k = 0; k < m; k++) if (sorted[i * m + k] !== sorted[(i - 1) * m + k]) return false;
  return true;
}
