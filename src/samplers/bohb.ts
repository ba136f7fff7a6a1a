/**
 * BOHB: a Parzen model of the largest budget that enough trials reached, for use beside a pruner that assigns brackets,
 * any other, or none.
 */
import { branchesOf } from "../models/parzen/layout.ts";
import { priorOf } from "../models/prior.ts";
import { type NoOptions, refuseUnknown } from "../options.ts";
import type { Sampler } from "../sampler.ts";
import { snapOf } from "../space/snap.ts";
import { type BohbModel, modelOf } from "./bohb/model.ts";
import { proposals } from "./bohb/proposals.ts";
import { type Design, initialDesign } from "./design.ts";
import { type Observed, observe, observedNothing } from "./observed.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";

/** This share of the suggestions is random, so that no model of a low budget can lead astray for ever. */
const RANDOM = 1 / 3;

export interface BohbState {
  readonly observed: Observed;
  readonly seen: Seen;
  readonly design: Design;
  readonly model: BohbModel;
}

/**
 * Joint Parzen densities of the good and the other trials at one budget; the candidate with the largest ratio is tried.
 * Of several objectives the good ones are those of the first fronts.
 *
 * @see Falkner et al. 2018, "BOHB: Robust and efficient hyperparameter optimization at scale", section 4
 */
export function bohb(options: NoOptions = {}): Sampler<BohbState> {
  refuseUnknown("bohb", options, []);
  return {
    name: "bohb",
    version: 1,
    init(problem) {
      const { space } = problem;
      return {
        observed: observedNothing(problem, { clip: true }),
        seen: seenNothing(problem),
        design: initialDesign(problem),
        model: { branches: branchesOf(space), snap: snapOf(space), prior: priorOf(space) },
      };
    },
    tell(state, trial) {
      observe(state.observed, trial);
      remember(state.seen, trial);
      return state;
    },
    ask({ observed, seen, design, model }, slot) {
      const { parameters } = observed.problem.space;
      const densities = modelOf(model, observed, slot.open);
      if (densities === undefined)
        return firstUnseen(seen, slot, (n) =>
          n === 0 ? design.point(slot.number) : uniformPoint(slot.rng, parameters.length),
        );
      const isRandom = slot.rng.stream("random").uniform() < RANDOM;
      const candidates = isRandom ? [] : proposals(observed.problem.space, model.snap, densities, slot);
      const answer = firstUnseen(seen, slot, (n) =>
        n < candidates.length ? candidates[n].unit : uniformPoint(slot.rng, parameters.length),
      );
      if (typeof answer === "string") return answer;
      const { budget } = densities;
      const chosen = isRandom ? "random" : "model";
      return { ...answer, origin: { chosen, budget: Number.isFinite(budget) ? budget : "full" } };
    },
    explain({ observed, model }, params) {
      const densities = modelOf(model, observed, []);
      if (densities === undefined) return {};
      const points = [observed.problem.space.encode(params)];
      const [[logGood], [logBad]] = [densities.good.logDensities(points), densities.bad.logDensities(points)];
      return { acquisition: logGood - logBad, logGood, logBad };
    },
  };
}
