/**
 * How the suggestions are shared out among random points, the prior and changes of the incumbent.
 */
import { exp, log } from "../../math/elementary.ts";
import { priorOf, type SpacePrior } from "../../models/prior.ts";
import type { Problem } from "../../problem.ts";
import type { Slot } from "../../sampler.ts";
import type { Space } from "../../space/types.ts";
import { fromUnit } from "../../space.ts";
import { byStanding, firstRung, largestBudget, reachOf, type Standing, standingsAt } from "../brackets.ts";
import type { Observation } from "../observed.ts";

/** Probabilities, of sum 1. */
export interface Shares {
  readonly random: number;
  readonly prior: number;
  readonly incumbent: number;
}

/** Trials that nobody prunes are trained further than the lowest rung would be: they count as on the next one. */
const UNPRUNED = 1;

/**
 * The shares of a suggestion.
 *
 * @see Mallik et al. 2023, algorithm 3: the rest after the random share goes by the scores of prior and incumbent
 */
export function sharesOf(
  problem: Problem,
  list: readonly Observation[],
  slot: Pick<Slot, "bracket" | "budget">,
  eta: number,
  { prior, incumbent }: { readonly prior?: SpacePrior; readonly incumbent?: Standing },
): Shares {
  const random = 1 / (1 + exp(rungIndex(problem, list, slot, eta) * log(eta)));
  const rest = 1 - random;
  if (prior === undefined) return { random, prior: 0, incumbent: rest };
  const best = topOf(problem, list, eta);
  if (incumbent === undefined || best.length === 0) return { random, prior: rest, incumbent: 0 };
  const byPrior = score(prior, best);
  const byIncumbent = score(about(problem.space, incumbent), best);
  const share = byPrior / (byPrior + byIncumbent);
  return { random, prior: rest * share, incumbent: rest * (1 - share) };
}

/** Which rung a new trial is judged at first, 0 for the lowest that there is. */
function rungIndex(
  problem: Problem,
  list: readonly Observation[],
  slot: Pick<Slot, "bracket" | "budget">,
  eta: number,
): number {
  const known = list.filter(({ losses }) => !losses.some(Number.isNaN));
  const reaches = known.map(({ trial }) => reachOf(problem, trial));
  const lowest = reaches
    .filter((reach) => reach > 0)
    .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const assigned = firstRung(problem, list, slot);
  if (assigned === undefined) return Number.isFinite(lowest) ? 0 : UNPRUNED;
  const first = Number.isFinite(assigned) ? assigned : (problem.steps?.max ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(first)) return UNPRUNED;
  return Math.max(0, Math.round(log(first / Math.min(first, lowest)) / log(eta)));
}

/** The best 1/η of the largest budget that at least η trials reached, best first. */
function topOf(problem: Problem, list: readonly Observation[], eta: number): readonly Standing[] {
  const budget = largestBudget(problem, list, Math.ceil(eta));
  if (budget === undefined) return [];
  const ranked = standingsAt(problem, list, budget).slice().sort(byStanding);
  return ranked.slice(0, Math.max(1, Math.floor(ranked.length / eta)));
}

/** Σ (m + 1 − i) p(xᵢ) over the best configurations, i their rank; p as a ratio to the uniform density. */
function score(density: SpacePrior, best: readonly Standing[]): number {
  return best.reduce(
    (sum, { unit, active }, i) => sum + (best.length - i) * exp(density.logRatio(unit, active)),
    0,
  );
}

/** A prior of medium confidence (σ = ¼) about a configuration, in every parameter that it has. */
function about({ parameters }: Space, { unit, active }: Standing): SpacePrior {
  const centred = parameters.map((parameter, j) => {
    const { prior: _, ...rest } = parameter;
    if (!active[j]) return rest;
    return { ...rest, prior: { value: fromUnit(parameter, unit[j]), confidence: "medium" as const } };
  });
  return priorOf({ parameters: centred } as unknown as Space) as SpacePrior;
}
