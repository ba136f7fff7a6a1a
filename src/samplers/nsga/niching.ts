/**
 * The survival of NSGA-III: fronts, and of the last one those in directions that few others are in.
 */
import { directions } from "./directions.ts";
import { scaledRows } from "./ranking.ts";
import { lastFront, membersOf, type Survival } from "./survival.ts";

/** What an axis weighs that is not looked along, in search of the ends of the front. */
const ASIDE = 1e-6;
/** Intercepts that are nearer to the best point are no scale. */
const LEAST_INTERCEPT = 1e-6;
/** A pivot below this is 0: the ends of the front span no plane. */
const SINGULAR = 1e-12;

/**
 * NSGA-III, one trial at a time: of the last front goes who is in the direction that most are in, and farthest off it.
 *
 * @param m           objectives
 * @param population  how many live on; there are at most as many directions
 * @see Deb and Jain 2014, "An evolutionary many-objective optimization algorithm using reference-point-based
 *   nondominated sorting approach, part I", algorithms 2 to 4
 */
export function niching(m: number, population: number): Survival {
  const axes = directions(m, population);
  return ({ list, ranks }) => {
    const room = new Float64Array(list.length);
    const rows = scaledRows(list, m);
    normalise(rows, membersOf(ranks, 0), m);
    const near = list.map((_, i) => nearest(rows.subarray(i * m, (i + 1) * m), axes));
    const counts = new Int32Array(axes.length);
    for (const { axis } of near) counts[axis]++;
    const goes = membersOf(ranks, lastFront(ranks)).reduce((a, b) => {
      const crowd = counts[near[b].axis] - counts[near[a].axis];
      return crowd > 0 || (crowd === 0 && near[b].distance >= near[a].distance) ? b : a;
    });
    return { goes, room };
  };
}

/** The direction that a point is nearest to, and its distance from that line. */
function nearest(
  row: Float64Array,
  axes: readonly Float64Array[],
): { readonly axis: number; readonly distance: number } {
  let axis = 0;
  let distance = Number.POSITIVE_INFINITY;
  axes.forEach((w, k) => {
    let [along, length, square] = [0, 0, 0];
    for (let c = 0; c < w.length; c++) {
      along += row[c] * w[c];
      length += w[c] * w[c];
      square += row[c] * row[c];
    }
    const off = Math.max(0, square - (along * along) / length);
    if (off < distance) [axis, distance] = [k, off];
  });
  return { axis, distance: Math.sqrt(distance) };
}

/**
 * Scales rows so that the best of each objective is 0 and the plane through the ends of the front meets each axis at
 * 1. Where the ends span no such plane, the worst of the front is at 1.
 */
function normalise(rows: Float64Array, front: readonly number[], m: number): void {
  const count = rows.length / m;
  for (let k = 0; k < m; k++) {
    let best = Number.POSITIVE_INFINITY;
    for (const at of front) best = Math.min(best, rows[at * m + k]);
    for (let at = 0; at < count; at++) rows[at * m + k] -= best;
  }
  const ends = Array.from({ length: m }, (_, k) =>
    rows.slice(m * endOf(rows, front, m, k), m * endOf(rows, front, m, k) + m),
  );
  const inverse = solve(ends.map((end) => Array.from(end)));
  const worst = Array.from({ length: m }, (_, k) => Math.max(...front.map((at) => rows[at * m + k])));
  const plane = inverse?.map((value) => 1 / value);
  const isPlane = plane?.every((value) => Number.isFinite(value) && value > LEAST_INTERCEPT);
  for (let k = 0; k < m; k++) {
    const scale = isPlane && plane !== undefined ? plane[k] : worst[k] > LEAST_INTERCEPT ? worst[k] : 1;
    for (let at = 0; at < count; at++) rows[at * m + k] /= scale;
  }
}

/** The row of the front that reaches farthest along an axis: the least by the largest of the others. */
function endOf(rows: Float64Array, front: readonly number[], m: number, axis: number): number {
  let [end, least] = [front[0], Number.POSITIVE_INFINITY];
  for (const at of front) {
    let most = 0;
    for (let k = 0; k < m; k++) most = Math.max(most, rows[at * m + k] / (k === axis ? 1 : ASIDE));
    if (most < least) [end, least] = [at, most];
  }
  return end;
}

/** x with A x = 1 (changes A), by elimination with pivots; undefined if A is singular. Shape (m). */
function solve(a: number[][]): number[] | undefined {
  const m = a.length;
  const x = new Array<number>(m).fill(1);
  for (let k = 0; k < m; k++) {
    let pivot = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) pivot = i;
    if (Math.abs(a[pivot][k]) < SINGULAR) return undefined;
    [a[k], a[pivot]] = [a[pivot], a[k]];
    [x[k], x[pivot]] = [x[pivot], x[k]];
    for (let i = k + 1; i < m; i++) {
      const factor = a[i][k] / a[k][k];
      for (let j = k; j < m; j++) a[i][j] -= factor * a[k][j];
      x[i] -= factor * x[k];
    }
  }
  for (let k = m - 1; k >= 0; k--) {
    for (let j = k + 1; j < m; j++) x[k] -= a[k][j] * x[j];
    x[k] /= a[k][k];
  }
  return x;
}
