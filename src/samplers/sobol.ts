/**
 * Quasi-random search with Sobol points.
 */
import { sobolSequence } from "../math/sobol.ts";
import type { NoOptions } from "../options.ts";
import type { Sampler } from "../sampler.ts";
import { type QuasiRandomState, quasiRandom } from "./quasi-random.ts";

/** Scrambled Sobol points. */
export function sobol(options: NoOptions = {}): Sampler<QuasiRandomState> {
  return quasiRandom("sobol", sobolSequence, options);
}
