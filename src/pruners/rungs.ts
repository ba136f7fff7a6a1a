/**
 * Rungs: the steps at which trials are compared, each a factor further than the one before.
 */
import { type Curve, type Curves, curveOf, lossesFrom, lowestUntil } from "./curves.ts";
import { isBetter, isHopeless } from "./rank.ts";

/** Reduction factor of each rung. @see Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning", §3 */
export const REDUCTION = 3;
/** A 17th of a training shows enough to tell the bad from the rest: measured on learning curves, see docs/pruners.md. */
const GRACE_SHARE = 17;
/** Nothing is decided at a rung before so many trials came to it. */
const FEWEST = 3;
/** Rungs go on without end where the length of a training is not known. */
const MOST_RUNGS = 40;

/** The first steps of a training, in which no trial is stopped. */
export function graceOf(full: number): number {
  return Math.max(1, Math.ceil(full / GRACE_SHARE));
}

/**
 * Rungs least, least·η, … below `full`, whole where the first one is; none where neither is known.
 */
export function rungsOf(
  full: number | undefined,
  least: number | undefined,
  factor: number,
): readonly number[] {
  const first = least ?? (full === undefined ? undefined : graceOf(full));
  if (first === undefined) return [];
  const rungs: number[] = [];
  for (
    let rung = first;
    rung < (full ?? Number.POSITIVE_INFINITY) && rungs.length < MOST_RUNGS;
    rung *= factor
  )
    rungs.push(Number.isInteger(first) ? Math.round(rung) : rung);
  return rungs;
}

/** How trials are compared at a rung. */
export interface Comparison {
  /** By their lowest loss so far instead of the present one. */
  readonly lowest: boolean;
  /** Which trials are compared with each other. */
  readonly among?: (curve: Curve) => boolean;
}

/** What a trial brought to a rung; undefined if it did not come so far. */
export function recordAt(curve: Curve, rung: number, { lowest }: Comparison): readonly number[] | undefined {
  return lowest ? lowestUntil(curve, rung) : lossesFrom(curve, rung);
}

/**
 * Whether a trial that just came to `rung` is among the best ⌊m/η⌋, at least one, of the m that ever came there. What
 * misses a limit on outcomes stands behind what does not.
 *
 * @see Li et al. 2020, the stopping variant of algorithm 2
 */
export function survives(
  curves: Curves,
  number: number,
  rung: number,
  factor: number,
  comparison: Comparison,
): boolean {
  const curve = curveOf(curves, number) as Curve;
  const own = recordAt(curve, rung, comparison);
  if (own === undefined) return true;
  if (isHopeless(own)) return false;
  let came = 0;
  let better = 0;
  for (const other of curves.list) {
    if (comparison.among && !comparison.among(other)) continue;
    const record = recordAt(other, rung, comparison);
    if (record === undefined) continue;
    came++;
    if (other.violation === curve.violation ? isBetter(record, own) : other.violation < curve.violation)
      better++;
  }
  return came < FEWEST || better < Math.max(1, Math.floor(came / factor));
}

/** The rungs that a trial's last report came to, or passed. */
export function newRungs({ before, reached }: Curve, rungs: readonly number[]): readonly number[] {
  return rungs.filter((rung) => before < rung && rung <= reached);
}
