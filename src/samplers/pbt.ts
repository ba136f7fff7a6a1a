/**
 * Population based training: schedules of hyperparameters, found while a population trains.
 */
import type { Sampler } from "../sampler.ts";
import { perturbed } from "./pbt/explore.ts";
import { type PopulationOptions, type PopulationState, populationBased } from "./pbt/population.ts";

export type PbtOptions = PopulationOptions;

/**
 * Population based training, asynchronous. Each trial is one member's training over one interval: it goes on from the
 * checkpoint of the member's trial before, or, if that was among the worst fifth, from one of the best fifth with
 * changed params. So what a good trial was trained with is a schedule: `schedule` of analysis/lineage lists it.
 *
 * Needs a program that keeps checkpoints and `problem.steps.max`. A study takes population × steps / interval trials.
 *
 * @throws {InvalidInputError} if an option cannot be meant
 * @see Jaderberg et al. 2017, "Population based training of neural networks"
 */
export function pbt(options: PbtOptions = {}): Sampler<PopulationState> {
  return populationBased("pbt", options, ({ problem }, parent, { rng }) =>
    perturbed(problem.space, parent.params, rng.stream("explore")),
  );
}
