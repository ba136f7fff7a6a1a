/**
 * Quasi-random search: points of one scrambled sequence, which cover the space more evenly than random ones.
 */

import { refuseUnknown } from "../options.ts";
import { type Rng, rng } from "../random.ts";
import type { Sampler } from "../sampler.ts";
import { uniformPoint } from "./random.ts";
import { CHANCES, firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";

/** Points of the unit cube by index. */
export interface Sequence {
  point(index: number): Float64Array;
}

export interface QuasiRandomState {
  readonly seen: Seen;
  readonly sequence: Sequence;
}

/** The trial's number is its index in the sequence, so that workers share it without a counter. */
export function quasiRandom(
  name: string,
  sequenceOf: (dimensions: number, scramble: Rng) => Sequence,
  options: object,
): Sampler<QuasiRandomState> {
  refuseUnknown(name, options, []);
  return {
    name,
    version: 1,
    init(problem) {
      const sequence = sequenceOf(problem.space.parameters.length, rng(problem.seed, name));
      return { seen: seenNothing(problem), sequence };
    },
    tell(state, trial) {
      remember(state.seen, trial);
      return state;
    },
    ask({ seen, sequence }, slot) {
      const dimensions = seen.problem.space.parameters.length;
      return firstUnseen(
        seen,
        slot,
        (n) => (n === 0 ? sequence.point(slot.number) : uniformPoint(slot.rng, dimensions)),
        { tries: CHANCES },
      );
    },
  };
}
