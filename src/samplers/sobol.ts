/**
 * Quasi-random search: scrambled Sobol points cover the space more evenly than random ones.
 */
import { type Sobol, sobolSequence } from "../math/sobol.ts";
import { rng } from "../random.ts";
import type { Sampler } from "../sampler.ts";
import { type NoOptions, refuseUnknown } from "./options.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";

export interface SobolState {
  readonly seen: Seen;
  readonly sequence: Sobol;
}

/** The trial's number is its index in one scrambled sequence, so that workers share it without a counter. */
export function sobol(options: NoOptions = {}): Sampler<SobolState> {
  refuseUnknown("sobol", options, []);
  return {
    name: "sobol",
    version: 1,
    init(problem) {
      const sequence = sobolSequence(problem.space.parameters.length, rng(problem.seed, "sobol"));
      return { seen: seenNothing(problem), sequence };
    },
    tell(state, trial) {
      remember(state.seen, trial);
      return state;
    },
    ask({ seen, sequence }, slot) {
      const dimensions = seen.problem.space.parameters.length;
      return firstUnseen(seen, slot, (n) =>
        n === 0 ? sequence.point(slot.number) : uniformPoint(slot.rng, dimensions),
      );
    },
  };
}
