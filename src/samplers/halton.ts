/**
 * Quasi-random search with Halton points: as even as Sobol points in few dimensions, and for any number of them.
 */
import { type Halton, haltonSequence } from "../math/halton.ts";
import { rng } from "../random.ts";
import type { Sampler } from "../sampler.ts";
import { type NoOptions, refuseUnknown } from "./options.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";

export interface HaltonState {
  readonly seen: Seen;
  readonly sequence: Halton;
}

/** The trial's number is its index in one scrambled sequence, so that workers share it without a counter. */
export function halton(options: NoOptions = {}): Sampler<HaltonState> {
  refuseUnknown("halton", options, []);
  return {
    name: "halton",
    version: 1,
    init(problem) {
      const sequence = haltonSequence(problem.space.parameters.length, rng(problem.seed, "halton"));
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
