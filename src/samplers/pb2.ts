/**
 * Population based bandits: population based training whose new params are found by a model.
 */
import type { Sampler, Slot } from "../sampler.ts";
import { improvementModel } from "./pb2/model.ts";
import type { Episode } from "./pbt/episodes.ts";
import { perturbed } from "./pbt/explore.ts";
import { type PopulationOptions, type PopulationState, populationBased } from "./pbt/population.ts";
import { uniformPoint } from "./random.ts";
import { settler } from "./settler.ts";

export type Pb2Options = PopulationOptions;

/** Points among which the one of the lowest bound is taken: anywhere, and changes of the parent's as of pbt. */
const ANYWHERE = 256;
const NEAR = 64;

/**
 * As `pbt`, but what a member of the worst fifth goes on with is the point whose improvement over the next interval
 * could be the largest, by a Gaussian process over time, the value reached and the params. Needs fewer members.
 *
 * @throws {InvalidInputError} if an option cannot be meant
 * @see Parker-Holder et al. 2020, "Provably efficient online hyperparameter optimization with population-based bandits"
 */
export function pb2(options: Pb2Options = {}): Sampler<PopulationState> {
  return populationBased("pb2", options, explore);
}

function explore(state: PopulationState, parent: Episode, slot: Slot): Float64Array {
  const { space } = state.problem;
  const stream = slot.rng.stream("explore");
  const nearby = (n: number) => perturbed(space, parent.params, stream.stream("near", n));
  const bound = improvementModel(state, parent, slot.open);
  if (bound === undefined) return nearby(0);
  const settle = settler(space, slot.fixed);
  const anywhere = stream.stream("anywhere");
  const candidates = [
    ...Array.from({ length: NEAR }, (_, n) => nearby(n)),
    ...Array.from({ length: ANYWHERE }, () => uniformPoint(anywhere, space.parameters.length)),
  ];
  for (const unit of candidates) settle(unit);
  const bounds = bound(candidates.map((unit) => space.encode(space.decode(unit))));
  return candidates[bounds.reduce((best, one, c) => (one < bounds[best] ? c : best), 0)];
}
