/**
 * How the hypervolume of a study grew.
 */
import type { Trial } from "../trial.ts";
import { beyond, cornersOf } from "./hypervolume.ts";
import { isRanked, lossTable } from "./pareto.ts";
import { referencePoint } from "./reference-point.ts";
import { reserveRoom } from "./volume.ts";

export interface HypervolumeHistory {
  /** What the volumes are bounded by, shape (objectives), minimised; undefined if no trial has finite losses. */
  readonly reference: readonly number[] | undefined;
  /** The hypervolume of the first n + 1 trials, shape (trials). */
  readonly volumes: Float64Array;
}

/**
 * The hypervolume after each trial, in the order given. Trials that are not complete, or infeasible, add nothing. Each
 * costs what it adds only: those that others dominate, nearly nothing.
 *
 * @param options.reference  shape (objectives), minimised: maximised objectives with the other sign, as in
 *                           `Trial.losses`. By default that of all the trials, as `referencePoint` says: then volumes
 *                           of different studies do not compare.
 * @throws {InvalidInputError} if the reference has another length, or a NaN
 * @example
 * const { volumes } = hypervolumeHistory(study.trials, { reference: [1, 100] });
 */
export function hypervolumeHistory(
  trials: readonly Trial[],
  options: { readonly reference?: readonly number[] } = {},
): HypervolumeHistory {
  const volumes = new Float64Array(trials.length);
  const ranked = trials.filter(isRanked);
  const { losses, m } = lossTable(ranked);
  const reference = options.reference ?? referencePoint(losses, ranked.length, m);
  if (reference === undefined) return { reference: undefined, volumes };
  const add = growing(ranked.length, m, reference);
  let volume = 0;
  trials.forEach((trial, n) => {
    if (isRanked(trial)) volume += add(trial.losses);
    volumes[n] = volume;
  });
  return { reference: Array.from(reference), volumes };
}

/** A hypervolume to which up to `n` rows are added, one at a time; each time says by how much it grew. */
function growing(n: number, m: number, reference: ArrayLike<number>): (row: readonly number[]) => number {
  const room = reserveRoom(n, m);
  /** The boxes of the front, by descending last coordinate, one after the other. */
  const front = new Float64Array(n * m);
  let count = 0;
  let isInfinite = false;
  return (row) => {
    const { rows: box, ...own } = cornersOf(Float64Array.from(row), 1, m, reference);
    if (own.count === 0 || isInfinite) return 0;
    isInfinite = own.isInfinite;
    if (isInfinite) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) if (covers(front, i * m, box, 0, m)) return 0;
    const added = beyond(room, front, count, m, box, 0);
    let left = 0;
    for (let i = 0; i < count; i++)
      if (!covers(box, 0, front, i * m, m)) front.copyWithin(left++ * m, i * m, (i + 1) * m);
    count = left + 1;
    for (; left > 0 && front[left * m - 1] < box[m - 1]; left--)
      front.copyWithin(left * m, (left - 1) * m, left * m);
    front.set(box, left * m);
    return added;
  };
}

/** Whether one box reaches as far as another in every dimension. */
function covers(rows: Float64Array, at: number, others: Float64Array, other: number, m: number): boolean {
  for (let c = 0; c < m; c++) if (rows[at + c] < others[other + c]) return false;
  return true;
}
