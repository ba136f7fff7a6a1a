/**
 * Which trials are the better ones, among trials of several objectives that may be infeasible, unfinished or failed.
 */
import { nondominatedRanks } from "../../analysis/fronts.ts";
import { referencePoint } from "../../analysis/reference-point.ts";
import { selectSubset } from "../../analysis/subset.ts";
import { lossesAt } from "../../history/reported.ts";
import type { Problem } from "../../problem.ts";
import type { Observation } from "../observed.ts";

/** How many trials must have come as far for losses to be compared there; and so many for each one that is chosen. */
const FEWEST_AT_STEP = 5;
const COMPARED = 2;

/**
 * Places of the best `count` of a list, best first. First come feasible trials that reached a common step, by their losses there; then the
 * other feasible ones, those that went further first; then infeasible ones by how far they are off; failed ones last.
 *
 * The common step is the furthest that enough trials reached to choose among them. So what a few early trials were
 * found to be later does not make them better than many that were not given as long; and what was stopped early comes
 * after what went on, as whoever stopped it compared the two where both had been. A running trial counts with its last
 * report; at first that is as little as what was stopped there, and it rises as it goes on.
 *
 * Of several objectives whole fronts are taken; of the last, the points that keep most of its hypervolume.
 *
 * @see Ozaki et al. 2022, "Multiobjective tree-structured Parzen estimator", §3.2
 */
export function betterOf(list: readonly Observation[], problem: Problem, count: number): number[] {
  const feasible: number[] = [];
  const infeasible: number[] = [];
  const failed: number[] = [];
  list.forEach((one, place) => {
    if (one.losses.some(Number.isNaN)) failed.push(place);
    else if (violationOf(one) > 0) infeasible.push(place);
    else feasible.push(place);
  });
  const stepsOf = feasible.map((place) => list[place].step).sort((a, b) => b - a);
  const wanted = Math.max(FEWEST_AT_STEP, COMPARED * Math.min(count, feasible.length));
  const step = stepsOf[Math.min(wanted, stepsOf.length) - 1];
  const chosen: number[] = [];
  /** Takes the best of a tier, as far as there is room. */
  const take = (tier: readonly number[], losses: (place: number) => ArrayLike<number>) => {
    if (tier.length === 0 || chosen.length >= count) return;
    chosen.push(...bestOfTier(tier, losses, problem.objectives.length, count - chosen.length));
  };
  take(
    feasible.filter((place) => list[place].step >= step),
    (place) => lossesUpTo(list[place], problem, step),
  );
  for (const lower of new Set(stepsOf.filter((own) => own < step)))
    take(
      feasible.filter((place) => list[place].step === lower),
      (place) => list[place].losses,
    );
  infeasible.sort((a, b) => compare(violationOf(list[a]), violationOf(list[b])) || byLoss(list[a], list[b]));
  chosen.push(...[...infeasible, ...failed].slice(0, count - chosen.length));
  return chosen;
}

/** By how much a trial is infeasible; one that does not say all of it counts as infinitely far off. */
export function violationOf({ violation, constraints }: Observation): number {
  return constraints.some(Number.isNaN) ? Number.POSITIVE_INFINITY : violation;
}

/** The losses of the last report up to a step; what it came to, where there is none. */
function lossesUpTo({ trial, losses, step: own }: Observation, problem: Problem, step: number) {
  if (own === step || step === Number.POSITIVE_INFINITY) return losses;
  const report = trial.reports.findLast((one) => one.step <= step);
  if (report === undefined) return losses;
  const reported = lossesAt(problem, report);
  return reported.some(Number.isNaN) ? losses : reported;
}

function bestOfTier(
  tier: readonly number[],
  lossesOf: (place: number) => ArrayLike<number>,
  m: number,
  room: number,
): number[] {
  const rows = new Float64Array(tier.length * m);
  tier.forEach((place, i) => {
    rows.set(Array.from(lossesOf(place)), i * m);
  });
  return bestRows(rows, tier.length, m, room).map((i) => tier[i]);
}

/**
 * The best rows: of one objective those of the lowest loss; of several whole fronts, and of the last front the subset
 * that keeps most of its hypervolume.
 *
 * @param losses  shape (n, m), row-major, minimised
 */
export function bestRows(losses: Float64Array, n: number, m: number, count: number): number[] {
  if (m === 1) {
    const order = Array.from({ length: n }, (_, i) => i).sort(
      (a, b) => compare(losses[a], losses[b]) || a - b,
    );
    return order.slice(0, count);
  }
  const ranks = nondominatedRanks(losses, n, m);
  const fronts: number[][] = [];
  for (let i = 0; i < n; i++) (fronts[ranks[i]] ??= []).push(i);
  const places: number[] = [];
  for (const front of fronts) {
    const room = count - places.length;
    if (room <= 0) break;
    places.push(...(front.length <= room ? front : thinned(losses, m, front, room)));
  }
  return places;
}

/** So many rows of a front. */
function thinned(losses: Float64Array, m: number, front: readonly number[], count: number): number[] {
  const rows = rowsOf(losses, m, front);
  const reference = referencePoint(rows, front.length, m);
  if (reference === undefined) return front.slice(0, count);
  return Array.from(selectSubset(rows, front.length, m, count, reference), (i) => front[i]);
}

function rowsOf(losses: Float64Array, m: number, places: readonly number[]): Float64Array {
  const rows = new Float64Array(places.length * m);
  places.forEach((place, i) => {
    rows.set(losses.subarray(place * m, (place + 1) * m), i * m);
  });
  return rows;
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

function byLoss(a: Observation, b: Observation): number {
  return compare(b.step, a.step) || compare(a.loss, b.loss);
}
