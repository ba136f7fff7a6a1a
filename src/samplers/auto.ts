/**
 * The default: chooses for each trial, and says in its `origin` what it chose and why.
 */
import type { Answer, Sampler } from "../sampler.ts";
import { type NoOptions, refuseUnknown } from "./options.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen } from "./seen.ts";
import { type SobolState, sobol } from "./sobol.ts";

/** Quasi-random points keep their advantage for a few points per parameter. */
const POINTS_PER_PARAMETER = 2;
const FEWEST = 8;
const MOST = 128;

/** Sobol points at first, then random ones. */
export function auto(options: NoOptions = {}): Sampler<SobolState> {
  refuseUnknown("auto", options, []);
  const initial = sobol();
  return {
    ...initial,
    name: "auto",
    async ask(state, slot) {
      const { seen } = state;
      const dimensions = seen.problem.space.parameters.length;
      const design = Math.min(MOST, Math.max(FEWEST, POINTS_PER_PARAMETER * dimensions));
      if (slot.number < design)
        return because(await initial.ask(state, slot), "sobol", `one of the first ${design}`);
      const answer = firstUnseen(seen, slot, () => uniformPoint(slot.rng, dimensions));
      return because(answer, "random", `after the first ${design}`);
    },
  };
}

function because(answer: Answer, chosen: string, why: string): Answer {
  return typeof answer === "string" ? answer : { ...answer, origin: { chosen, why } };
}
