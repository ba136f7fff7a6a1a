/**
 * Knees: points of a front where a little more of one objective would cost much of another.
 */
import type { Trial } from "../trial.ts";
import { nondominated } from "./fronts.ts";
import { isRanked, lossTable } from "./pareto.ts";

/**
 * How far each row of the front lies from the plane through its ends, on the side of the better: objectives are
 * scaled to 0 at the front's best and 1 at its worst value, and the plane is the one through the m points that are 1
 * in one objective and 0 in the others. Objectives in which all of the front is equal do not count.
 *
 * @param losses  shape (n, m), row-major, minimised
 * @returns       shape (n); NaN for rows that are not on the front, or not finite
 * @see Das 1999, "On characterizing the 'knee' of the Pareto curve based on normal-boundary intersection"
 */
export function kneeDistances(losses: Float64Array, n: number, m: number): Float64Array {
  const mask = nondominated(losses, n, m);
  const rows = Array.from({ length: n }, (_, i) => losses.subarray(i * m, (i + 1) * m));
  const front = rows.filter((row, i) => mask[i] && row.every(Number.isFinite));
  const best = Array.from({ length: m }, (_, k) =>
    front.reduce((low, row) => Math.min(low, row[k]), Infinity),
  );
  const worst = Array.from({ length: m }, (_, k) =>
    front.reduce((top, row) => Math.max(top, row[k]), -Infinity),
  );
  const counted = best.flatMap((low, k) => (low < worst[k] ? [k] : []));
  return Float64Array.from(rows, (row, i) => {
    if (!mask[i] || !row.every(Number.isFinite)) return Number.NaN;
    let sum = 0;
    // halves first: the range of large numbers must not overflow
    for (const k of counted) sum += (row[k] / 2 - best[k] / 2) / (worst[k] / 2 - best[k] / 2);
    return counted.length === 0 ? 0 : (1 - sum) / Math.sqrt(counted.length);
  });
}

/**
 * The trial at the knee of the front: the one farthest from the plane through its ends, as `kneeDistances` says; the
 * one with the lowest number of equal ones. Undefined where the front is flat, or bulges the other way: then no point
 * of it stands out. As the ends of the front set the scale, a trial that pays very much for very little moves it.
 *
 * @example
 * const compromise = kneePoint(study.trials) ?? paretoFront(study.trials)[0];
 */
export function kneePoint(trials: readonly Trial[]): Trial | undefined {
  const ranked = trials.filter(isRanked);
  const { losses, m } = lossTable(ranked);
  const distances = kneeDistances(losses, ranked.length, m);
  let knee: number | undefined;
  distances.forEach((distance, i) => {
    const most = knee === undefined ? TOLERANCE : distances[knee];
    const isTie = knee !== undefined && distance === most && ranked[i].number < ranked[knee].number;
    if (distance > most || isTie) knee = i;
  });
  return knee === undefined ? undefined : ranked[knee];
}

/** Points of a plane are off it by rounding. */
const TOLERANCE = 1e-12;
