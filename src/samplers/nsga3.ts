/**
 * An evolutionary search for many objectives.
 */
import type { Sampler } from "../sampler.ts";
import { evolving, type GenerationState, type NsgaOptions } from "./nsga/generations.ts";
import { niching } from "./nsga/niching.ts";

/**
 * NSGA-III: as `nsga2`, but of the last front those live on that spread over directions between the objectives: the
 * better way from four objectives on, where hardly any trial dominates another.
 *
 * @throws {InvalidInputError} if an option cannot be meant
 * @example
 * await tune(space, objective, { objectives, trials: 2000, sampler: nsga3({ population: 50 }) });
 * @see Deb and Jain 2014, "An evolutionary many-objective optimization algorithm using reference-point-based
 *   nondominated sorting approach, part I"; part II for constraints (Jain and Deb 2014)
 */
export function nsga3(options: NsgaOptions = {}): Sampler<GenerationState> {
  return evolving("nsga3", niching, options);
}
