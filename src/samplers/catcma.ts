/**
 * Evolution of numbers and of choices together.
 */
import type { Sampler } from "../sampler.ts";
import type { EvolutionState } from "./cmaes/evolution.ts";
import { type CmaesOptions, evolution } from "./cmaes.ts";

/**
 * CatCMA with margin: a normal distribution over numbers and ordered choices, and independent probabilities of
 * unordered ones, without conditions.
 *
 * @throws {InvalidInputError} if an option cannot be meant
 * @see Hamano et al. 2024, "CatCMA: stochastic optimization for mixed-category problems"; Hamano et al. 2022,
 *   "CMA-ES with margin"
 */
export function catcma(options: CmaesOptions = {}): Sampler<EvolutionState> {
  return evolution("catcma", true, options);
}
