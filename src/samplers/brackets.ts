/**
 * Budgets as data of the trials: how far each was trained, what it came to there, and where a new one will be judged
 * first. Whoever set the budgets, a pruner or a rule of the user's, is not asked.
 */
import { nondominatedRanks } from "../analysis/fronts.ts";
import { lossesAt } from "../history/reported.ts";
import type { Problem } from "../problem.ts";
import type { Slot } from "../sampler.ts";
import type { Trial } from "../trial.ts";
import { crowdingDistances } from "./nsga/crowding.ts";
import { lossRows, scaledRows } from "./nsga/ranking.ts";
import { missOf, type Observation } from "./observed.ts";

/** The step that a trial has results of: Infinity if it was trained to its end, 0 if it has none. */
export function reachOf({ steps }: Pick<Problem, "steps">, trial: Trial): number {
  const { state, budget, reports, losses } = trial;
  if (state === "complete")
    return budget === undefined || budget >= (steps?.max ?? budget) ? Number.POSITIVE_INFINITY : budget;
  return reports[reports.length - 1]?.step ?? (losses === undefined ? 0 : (budget ?? 0));
}

/** The losses of a trial at a step that it reached; NaN where it failed or told none. Shape (objectives). */
export function lossesUpTo(problem: Problem, { trial, losses }: Observation, step: number): Float64Array {
  if (losses.some(Number.isNaN) || step >= reachOf(problem, trial)) return losses;
  const report = trial.reports.findLast((one) => one.step <= step);
  return report === undefined ? losses : Float64Array.from(lossesAt(problem, report));
}

/**
 * An observation as it stands at some budget, among those that reached it: `losses` is what it came to there, and
 * `loss` one number to compare it with the others by.
 */
export interface Standing extends Observation {
  /** How far it was trained, at least to that budget. */
  readonly reach: number;
}

/**
 * One number each to compare observations by, lower is better: the loss; of several objectives the front that it is on
 * in a non-dominated sorting, and less than 1 more, the more crowded it is there. Shape (n).
 *
 * @see Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II", §III
 */
export function gradesOf(list: readonly Pick<Observation, "losses">[]): Float64Array {
  const n = list.length;
  const m = list[0]?.losses.length ?? 1;
  if (m === 1) return Float64Array.from(list, ({ losses }) => losses[0]);
  const fronts = nondominatedRanks(lossRows(list, m), n, m);
  const grades = Float64Array.from(fronts);
  const last = fronts.reduce((most, front) => Math.max(most, front), 0);
  for (let front = 0; front <= last; front++) {
    const members = list.flatMap((_, i) => (fronts[i] === front ? [i] : []));
    const rows = scaledRows(
      members.map((i) => list[i]),
      m,
    );
    crowdingDistances(rows, members.length, m).forEach((distance, k) => {
      grades[members[k]] += MOST_CROWDED / (1 + distance);
    });
  }
  return grades;
}

/** Where it is as crowded as can be: less than one front. */
const MOST_CROWDED = 0.5;

/**
 * The largest budget to which so many trials were trained, that is the count-th largest reach; undefined while there
 * are fewer trials with results.
 */
export function largestBudget(
  problem: Problem,
  list: readonly Observation[],
  count: number,
): number | undefined {
  const reaches = list.filter(hasLoss).map(({ trial }) => reachOf(problem, trial));
  return reaches.sort((a, b) => b - a)[count - 1];
}

/** The trials that reached a budget, in the order of the list, with their losses there. */
export function standingsAt(
  problem: Problem,
  list: readonly Observation[],
  budget: number,
): readonly Standing[] {
  const standings = list.flatMap((observation): Standing[] => {
    const reach = reachOf(problem, observation.trial);
    if (!hasLoss(observation) || reach < budget) return [];
    const losses = lossesUpTo(problem, observation, budget);
    return losses.some(Number.isNaN)
      ? []
      : [{ ...observation, losses, reach, violation: missOf(observation) }];
  });
  const grades = gradesOf(standings);
  return standings.map((standing, i) => ({ ...standing, loss: grades[i] }));
}

const hasLoss = ({ losses }: Observation) => !losses.some(Number.isNaN);

/**
 * Better first: feasible ones by loss, infeasible ones by how far they are off. Unlike `byRank`, a trial that was
 * pruned later is as good as any other: all are compared at one budget.
 */
export function byStanding(
  a: Pick<Observation, "violation" | "loss">,
  b: Pick<Observation, "violation" | "loss">,
): number {
  if (a.violation !== b.violation) return a.violation < b.violation ? -1 : 1;
  return a.loss === b.loss ? 0 : a.loss < b.loss ? -1 : 1;
}

/**
 * The budget at which a new trial is judged first: that of the slot, else the least at which a trial of its bracket
 * ended; undefined where neither is known.
 */
export function firstRung(
  problem: Problem,
  list: readonly Observation[],
  { bracket, budget }: Pick<Slot, "bracket" | "budget">,
): number | undefined {
  if (budget !== undefined)
    return budget >= (problem.steps?.max ?? Number.POSITIVE_INFINITY) ? Number.POSITIVE_INFINITY : budget;
  if (bracket === undefined) return undefined;
  const reaches = list
    .filter((one) => hasLoss(one) && one.trial.bracket === bracket)
    .map(({ trial }) => reachOf(problem, trial));
  return reaches.length === 0 ? undefined : Math.min(...reaches);
}

/** The largest budget below that one at which a trial with results ended; undefined where there is none. */
export function rungBelow(problem: Problem, list: readonly Observation[], rung: number): number | undefined {
  let below: number | undefined;
  for (const observation of list) {
    const reach = reachOf(problem, observation.trial);
    if (hasLoss(observation) && reach < rung && reach > (below ?? 0)) below = reach;
  }
  return below;
}
