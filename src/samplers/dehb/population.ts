/**
 * The members of a subpopulation: a fold over the trials that reached its budget.
 */
import type { Problem } from "../../problem.ts";
import type { Trial } from "../../trial.ts";
import { byStanding, type Standing, standingsAt } from "../brackets.ts";
import type { Observation } from "../observed.ts";

/**
 * The subpopulation at a budget, at most `size` members. The first trials fill it. A child takes the place of its
 * target, if that is still there and no better; a trial that comes from elsewhere (another budget's child, a promoted
 * one, one of the user's) takes the place of the worst, if it is better.
 */
export function population(
  problem: Problem,
  list: readonly Observation[],
  budget: number,
  size: number,
): readonly Standing[] {
  const members: Standing[] = [];
  for (const standing of standingsAt(problem, list, budget)) {
    if (members.length < size) {
      members.push(standing);
      continue;
    }
    const target = targetOf(standing.trial);
    const place = members.findIndex(({ trial }) => trial.number === target);
    if (place >= 0) {
      if (byStanding(standing, members[place]) <= 0) members[place] = standing;
      continue;
    }
    const worst = members.reduce((last, one, m) => (byStanding(one, members[last]) > 0 ? m : last), 0);
    if (byStanding(standing, members[worst]) < 0) members[worst] = standing;
  }
  return members;
}

/** The number of the trial whose place a child is to take. */
function targetOf({ origin }: Trial): number | undefined {
  const target = (origin as { readonly target?: unknown } | null | undefined)?.target;
  return typeof target === "number" ? target : undefined;
}
