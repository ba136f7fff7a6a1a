/**
 * Random search (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization").
 */

import { type NoOptions, refuseUnknown } from "../options.ts";
import type { Rng } from "../random.ts";
import type { Sampler } from "../sampler.ts";
import { CHANCES, firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";

/** Uniform points of the unit cube: any space, any number of workers, no need of results. */
export function random(options: NoOptions = {}): Sampler<Seen> {
  refuseUnknown("random", options, []);
  return {
    name: "random",
    version: 1,
    init: seenNothing,
    tell(seen, trial) {
      remember(seen, trial);
      return seen;
    },
    ask(seen, slot) {
      const dimensions = seen.problem.space.parameters.length;
      return firstUnseen(seen, slot, () => uniformPoint(slot.rng, dimensions), { tries: CHANCES });
    },
  };
}

/** A uniform point, shape (dimensions). */
export function uniformPoint(rng: Rng, dimensions: number): Float64Array {
  const unit = new Float64Array(dimensions);
  for (let j = 0; j < dimensions; j++) unit[j] = rng.uniform();
  return unit;
}
