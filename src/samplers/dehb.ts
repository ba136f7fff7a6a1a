/**
 * DEHB: differential evolution with a subpopulation at each budget; where there are no budgets, differential evolution.
 */
import { InvalidInputError } from "../errors.ts";
import { given, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Sampler } from "../sampler.ts";

import { firstRung, largestBudget, rungBelow, type Standing } from "./brackets.ts";
import { childOf } from "./dehb/child.ts";
import { population } from "./dehb/population.ts";
import { type Design, initialDesign } from "./design.ts";
import { type Observation, type Observed, observe, observedNothing } from "./observed.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";

export interface DehbOptions {
  /** Members at each budget, at least 4. @default 10 */
  readonly population?: number;
}

export interface DehbState {
  readonly observed: Observed;
  readonly seen: Seen;
  readonly design: Design;
}

/** Draws of other children where one was tried before; then uniform ones. */
const CHILDREN = 8;
/** A mutant is made of so many parents. */
const PARENTS = 3;

/**
 * Differential evolution, rand/1/bin, asynchronous: each trial is a child that takes the place of its target once it
 * turns out no worse at the same budget. Its parents are the best of the budget below, where there is one. Several
 * objectives are compared by fronts.
 *
 * @throws {InvalidInputError} if the population is no whole number of at least 4
 * @see Awad et al. 2021, "DEHB: Evolutionary Hyperband for scalable, robust and efficient hyperparameter optimization"
 */
export function dehb(options: DehbOptions = {}): Sampler<DehbState> {
  refuseUnknown("dehb", options, ["population"]);
  const { population: size = 10 } = options;
  if (!Number.isSafeInteger(size) || size < 4)
    throw new InvalidInputError(
      `dehb: population ${JSON.stringify(size)} is not a whole number of at least 4`,
    );
  return {
    name: "dehb",
    version: 1,
    ...given(options),
    init: (problem) => ({
      observed: observedNothing(problem, { clip: true }),
      seen: seenNothing(problem),
      design: initialDesign(problem),
    }),
    tell(state, trial) {
      observe(state.observed, trial);
      remember(state.seen, trial);
      return state;
    },
    ask({ observed: { problem, list }, seen, design }, slot) {
      const dimensions = problem.space.parameters.length;
      const first = firstRung(problem, list, slot);
      const rung = first ?? largestBudget(problem, list, size);
      const targets = rung === undefined ? [] : population(problem, list, rung, size);
      const parents = parentsOf(problem, list, targets, first, size);
      const isFull = targets.length === size;
      if (parents.length < PARENTS || (!isFull && parents === targets))
        return firstUnseen(seen, slot, (n) =>
          n === 0 ? design.point(slot.number) : uniformPoint(slot.rng, dimensions),
        );
      // while its own subpopulation has free places, a child crosses with a parent, and takes one of them
      const among = isFull ? targets : parents;
      const target = among[slot.rng.stream("target").integer(among.length)];
      const answer = firstUnseen(seen, slot, (n) =>
        n < CHILDREN
          ? childOf(problem, parents, target, slot.rng.stream("child", n))
          : uniformPoint(slot.rng, dimensions),
      );
      if (typeof answer === "string" || !isFull) return answer;
      return { ...answer, origin: { target: target.trial.number } };
    },
  };
}

/** The subpopulation at the budget below the first one of a bracket, if it can make a mutant; else the targets. */
function parentsOf(
  problem: Problem,
  list: readonly Observation[],
  targets: readonly Standing[],
  first: number | undefined,
  size: number,
): readonly Standing[] {
  const below = first === undefined ? undefined : rungBelow(problem, list, first);
  const parents = below === undefined ? [] : population(problem, list, below, size);
  return parents.length < PARENTS ? targets : parents;
}
