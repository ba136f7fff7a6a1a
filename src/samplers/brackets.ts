/**
 * Budgets as data of the trials: how far each was trained, what it came to there, and where a new one will be judged
 * first. Whoever set the budgets, a pruner or a rule of the user's, is not asked.
 */
import { lossesAt } from "../history/reported.ts";
import type { Problem } from "../problem.ts";
import type { Slot } from "../sampler.ts";
import type { Trial } from "../trial.ts";
import type { Observation } from "./observed.ts";

/** The step that a trial has results of: Infinity if it was trained to its end, 0 if it has none. */
export function reachOf({ steps }: Pick<Problem, "steps">, trial: Trial): number {
  const { state, budget, reports, losses } = trial;
  if (state === "complete")
    return budget === undefined || budget >= (steps?.max ?? budget) ? Number.POSITIVE_INFINITY : budget;
  return reports[reports.length - 1]?.step ?? (losses === undefined ? 0 : (budget ?? 0));
}

/** The first objective's loss of a trial at a step that it reached; NaN where it failed or told none. */
export function lossAt(problem: Problem, { trial, loss }: Observation, step: number): number {
  if (Number.isNaN(loss) || step >= reachOf(problem, trial)) return loss;
  const report = trial.reports.findLast((one) => one.step <= step);
  return report === undefined ? loss : lossesAt(problem, report)[0];
}

/** An observation as it stands at some budget: `loss` is what it came to there. */
export interface Standing extends Observation {
  /** How far it was trained, at least to that budget. */
  readonly reach: number;
}

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
  return list.flatMap((observation) => {
    const reach = reachOf(problem, observation.trial);
    if (!hasLoss(observation) || reach < budget) return [];
    const loss = lossAt(problem, observation, budget);
    return Number.isNaN(loss) ? [] : [{ ...observation, loss, reach }];
  });
}

const hasLoss = ({ loss }: Observation) => !Number.isNaN(loss);

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
