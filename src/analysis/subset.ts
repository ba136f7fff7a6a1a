/**
 * Few points for many: the subset of a front that keeps most of its hypervolume.
 */
import { beyond, cornersOf } from "./hypervolume.ts";
import { boxVolume, reserveRoom } from "./volume.ts";

/** Beyond so many subproblems, in two objectives too the greedy rule is used: a table of 16 MB. */
const MOST_EXACT = 4_000_000;

/**
 * The `k` rows that together have the largest hypervolume: in two objectives exactly, in more by the greedy rule,
 * which adds the row that adds most and reaches at least 1 − 1/e of the best.
 *
 * Where fewer than `k` rows add any volume, the first of the others complete the subset. −Infinity, and a reference of
 * Infinity, count as a little beyond what is finite.
 *
 * @param losses     shape (n, m), row-major, minimised
 * @param reference  shape (m)
 * @returns          indices of rows, ascending; shape (min(k, n))
 * @throws {InvalidInputError} as `hypervolume`
 * @example
 * const front = paretoFront(study.trials);
 * const losses = Float64Array.from(front.flatMap((trial) => trial.losses ?? []));
 * const reference = referencePoint(losses, front.length, 2) ?? [];
 * const five = Array.from(selectSubset(losses, front.length, 2, 5, reference), (i) => front[i]);
 * @see Bringmann et al. 2014, "Two-dimensional subset selection for hypervolume and epsilon-indicator"; Guerreiro et
 *   al. 2016, "Greedy hypervolume subset selection in low dimensions"; Minoux 1978 (lazy evaluation)
 */
export function selectSubset(
  losses: Float64Array,
  n: number,
  m: number,
  k: number,
  reference: ArrayLike<number>,
): Int32Array {
  const { rows, count, order } = cornersOf(losses, n, m, reference);
  const corners = scaled(rows, count, m);
  const chosen =
    m === 2 && k * count <= MOST_EXACT ? bestInPlane(corners, count, k) : greedy(corners, count, m, k);
  const taken = new Set(chosen.map((i) => order[i]));
  for (let i = 0; i < n && taken.size < k; i++) taken.add(i);
  return Int32Array.from(taken).sort();
}

/** Corners with the farthest of each dimension at 1, so that no product overflows; an infinite one is at 2. */
function scaled(rows: Float64Array, count: number, m: number): Float64Array {
  const corners = Float64Array.from(rows);
  for (let c = 0; c < m; c++) {
    let farthest = 0;
    for (let i = 0; i < count; i++)
      if (Number.isFinite(rows[i * m + c])) farthest = Math.max(farthest, rows[i * m + c]);
    for (let i = 0; i < count; i++) {
      const at = i * m + c;
      corners[at] = Number.isFinite(rows[at]) ? rows[at] / farthest : 2;
    }
  }
  return corners;
}

/** Adds the row that adds most, until none adds anything. What a row adds only shrinks: old values are bounds. */
function greedy(corners: Float64Array, count: number, m: number, k: number): number[] {
  const room = reserveRoom(count, m);
  const bounds = Float64Array.from({ length: count }, (_, i) => boxVolume(corners, i * m, m));
  const seen = new Int32Array(count); // how many rows were chosen when a bound was computed
  const front = new Float64Array(Math.min(k, count) * m); // corners chosen, by descending last coordinate
  const chosen: number[] = [];
  while (chosen.length < Math.min(k, count)) {
    let next = 0;
    for (let i = 1; i < count; i++) if (bounds[i] > bounds[next]) next = i;
    if (!(bounds[next] > 0)) break;
    if (seen[next] < chosen.length) {
      bounds[next] = beyond(room, front, chosen.length, m, corners, next * m);
      seen[next] = chosen.length;
      continue;
    }
    let at = chosen.length;
    for (; at > 0 && front[at * m - 1] < corners[next * m + m - 1]; at--)
      front.copyWithin(at * m, (at - 1) * m, at * m);
    front.set(corners.subarray(next * m, (next + 1) * m), at * m);
    chosen.push(next);
    bounds[next] = 0;
  }
  return chosen;
}

/**
 * The best subset in the plane, by dynamic programming over the front: with j the last of l rows chosen, the area is
 * x_j y_j + max over i before j of (area with i the last of l − 1, less x_j y_i), a maximum of lines in x_j whose
 * upper envelope is walked once. O(k n).
 */
function bestInPlane(corners: Float64Array, count: number, k: number): number[] {
  const front = staircase(corners, count);
  const n = front.length;
  const size = Math.min(k, n);
  if (size === 0) return [];
  const xs = front.map((i) => corners[2 * i]);
  const ys = front.map((i) => corners[2 * i + 1]);
  const parents = new Int32Array(size * n).fill(-1);
  let areas = Float64Array.from(xs, (x, j) => x * ys[j]);
  for (let l = 1; l < size; l++) {
    const next = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
    const lines: number[] = [];
    let head = 0;
    const at = (i: number, x: number) => areas[i] - x * ys[i];
    /** Where line j rises above line i, which is above it for larger x. */
    const crossing = (i: number, j: number) => (areas[j] - areas[i]) / (ys[j] - ys[i]);
    for (let j = l; j < n; j++) {
      const added = j - 1;
      while (
        lines.length - head >= 2 &&
        crossing(lines[lines.length - 1], added) >= crossing(lines[lines.length - 2], lines[lines.length - 1])
      )
        lines.pop();
      lines.push(added);
      while (lines.length - head >= 2 && at(lines[head + 1], xs[j]) >= at(lines[head], xs[j])) head++;
      next[j] = xs[j] * ys[j] + at(lines[head], xs[j]);
      parents[l * n + j] = lines[head];
    }
    areas = next;
  }
  let last = 0;
  for (let j = 1; j < n; j++) if (areas[j] > areas[last]) last = j;
  const chosen: number[] = [];
  for (let l = size - 1, j = last; l >= 0; j = parents[l * n + j], l--) chosen.push(front[j]);
  return chosen;
}

/** The rows that no other covers, by descending x and ascending y; of equal ones the first. */
function staircase(corners: Float64Array, count: number): number[] {
  // rows come by descending y: the other way round, each must reach farther down in x than all before
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => corners[2 * b] - corners[2 * a] || corners[2 * b + 1] - corners[2 * a + 1] || a - b,
  );
  let highest = 0;
  return order.filter((i) => {
    if (corners[2 * i + 1] <= highest) return false;
    highest = corners[2 * i + 1];
    return true;
  });
}
