/**
 * An evolutionary search for two or three objectives.
 */
import type { Sampler } from "../sampler.ts";
import { crowding } from "./nsga/crowding.ts";
import { evolving, type GenerationState, type NsgaOptions } from "./nsga/generations.ts";

export type { NsgaOptions };

/**
 * NSGA-II: of the trials so far, those live on that are on the first fronts, and of the last front those that are
 * least crowded; new ones are children of two of them. In any space; also with one objective, and with limits on
 * outcomes.
 *
 * It begins with Sobol points, twice as many as live on. Models need fewer trials up to some hundreds; beyond a
 * thousand this is cheaper and as good.
 *
 * @throws {InvalidInputError} if an option cannot be meant
 * @example
 * const objectives = { error: "minimize", milliseconds: "minimize" } as const;
 * await tune(space, objective, { objectives, trials: 2000, sampler: nsga2() });
 * @see Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II"
 */
export function nsga2(options: NsgaOptions = {}): Sampler<GenerationState> {
  return evolving("nsga2", () => crowding, options);
}
