/**
 * Dealing rows out to folds of equal size and equal mix.
 */
import type { Rng } from "../../random.ts";
import type { Task } from "../task.ts";

/** Bins of equal counts that a number's folds are alike in. */
const BINS = 20;

/**
 * What the folds are to be alike in: the class, or the bin of the number.
 *
 * @param y  shape (n)
 * @returns  shape (n), 0 … the number of strata − 1
 */
export function strata(y: Float64Array, task: Task, folds: number): Int32Array {
  if (task.kind === "classification") return Int32Array.from(y);
  const bins = Math.max(1, Math.min(BINS, Math.floor(y.length / (2 * folds))));
  const sorted = Float64Array.from(y).sort();
  const edges: number[] = [];
  for (let b = 1; b < bins; b++) edges.push(sorted[Math.floor((b * y.length) / bins)]);
  return Int32Array.from(y, (value) => {
    let low = 0;
    for (let high = edges.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (edges[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/**
 * Deals single rows, stratum after stratum in shuffled order, so that every fold has as many of each as can be.
 *
 * @param stratum  shape (n)
 * @returns        fold of each row, shape (n); −1 for the one row of a stratum that has no other, which is always trained on
 */
export function dealRows(stratum: Int32Array, folds: number, rng: Rng): Int32Array {
  const n = stratum.length;
  const order = shuffled(n, rng);
  const counts = new Int32Array(stratum.reduce((most, one) => Math.max(most, one), 0) + 1);
  for (let i = 0; i < n; i++) counts[stratum[i]]++;
  const starts = new Int32Array(counts.length);
  let dealt = 0;
  for (let s = 0; s < counts.length; s++) {
    starts[s] = dealt;
    if (counts[s] > 1) dealt += counts[s];
  }
  const fold = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const row = order[i];
    fold[row] = counts[stratum[row]] > 1 ? starts[stratum[row]]++ % folds : -1;
  }
  return fold;
}

/**
 * Deals whole groups, the largest first, each to the fold that it makes least uneven in size and in its own strata.
 *
 * @param group    of each row, 0 … groups − 1, shape (n)
 * @param stratum  shape (n)
 * @returns        fold of each row, shape (n)
 */
export function dealGroups(
  group: Int32Array,
  groups: number,
  stratum: Int32Array,
  folds: number,
  rng: Rng,
): Int32Array {
  const n = group.length;
  const members = rowsOfGroups(group, groups);
  const width = stratum.reduce((most, one) => Math.max(most, one), 0) + 1;
  const totals = new Int32Array(width);
  for (let i = 0; i < n; i++) totals[stratum[i]]++;
  const sizeOf = (g: number) => members.starts[g + 1] - members.starts[g];
  const order = shuffled(groups, rng);
  const place = new Int32Array(groups);
  for (let i = 0; i < groups; i++) place[order[i]] = i;
  order.sort((a, b) => sizeOf(b) - sizeOf(a) || place[a] - place[b]);
  const filled = new Int32Array(folds);
  const mixed = new Int32Array(folds * width);
  const foldOf = new Int32Array(groups);
  for (const g of order) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let f = 0; f < folds; f++) {
      let uneven = filled[f] / n;
      for (let i = members.starts[g]; i < members.starts[g + 1]; i++) {
        const s = stratum[members.rows[i]];
        uneven += mixed[f * width + s] / totals[s] / sizeOf(g);
      }
      if (uneven < least) {
        least = uneven;
        best = f;
      }
    }
    foldOf[g] = best;
    filled[best] += sizeOf(g);
    for (let i = members.starts[g]; i < members.starts[g + 1]; i++)
      mixed[best * width + stratum[members.rows[i]]]++;
  }
  return group.map((g) => foldOf[g]);
}

/** The numbers 0 … n − 1 in random order (Fisher and Yates). */
export function shuffled(n: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}

/** The first `count` of rows in random order (Fisher and Yates, as far as it is needed). */
export function drawn(rows: Int32Array, count: number, rng: Rng): Int32Array {
  const order = rows.slice();
  for (let i = 0; i < count; i++) {
    const j = i + rng.integer(order.length - i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, count);
}

function rowsOfGroups(group: Int32Array, groups: number): { starts: Int32Array; rows: Int32Array } {
  const starts = new Int32Array(groups + 1);
  for (let i = 0; i < group.length; i++) starts[group[i] + 1]++;
  for (let g = 0; g < groups; g++) starts[g + 1] += starts[g];
  const next = starts.slice();
  const rows = new Int32Array(group.length);
  for (let i = 0; i < group.length; i++) rows[next[group[i]]++] = i;
  return { starts, rows };
}
