/**
 * Quasi-random search with Halton points: as even as Sobol points in few dimensions, and for any number of them.
 */
import { haltonSequence } from "../math/halton.ts";
import type { NoOptions } from "../options.ts";
import type { Sampler } from "../sampler.ts";
import { type QuasiRandomState, quasiRandom } from "./quasi-random.ts";

/** Halton points with random digit permutations. */
export function halton(options: NoOptions = {}): Sampler<QuasiRandomState> {
  return quasiRandom("halton", haltonSequence, options);
}
