/**
 * Evolution of a normal distribution over numbers: for many trials of smooth, noisy or rugged objectives.
 */
import { InvalidInputError } from "../errors.ts";
import { given, refuseUnknown } from "../options.ts";
import type { Sampler } from "../sampler.ts";

import { begin, type EvolutionState, follow, suggest } from "./cmaes/evolution.ts";
import type { Restarts } from "./cmaes/restarts.ts";

export interface CmaesOptions {
  /** Trials in a generation, at least 4. @default 4 + ⌊3 ln d⌋, d parameters */
  readonly population?: number;
  /** The first standard deviation, as a share of each range; at most 1. @default 0.2 */
  readonly sigma?: number;
  /**
   * After convergence: with a population twice as large ("ipop"), between such runs also small local ones
   * ("bipop"), or not at all. @default "ipop"
   */
  readonly restarts?: Restarts;
  /** Adapts the learning rates to noise: steadier on noisy and rugged objectives, slower on others. @default false */
  readonly lra?: boolean;
}

/**
 * CMA-ES with margin: numbers, ordered choices and choices between two, without conditions.
 *
 * A generation closes when as many trials have ended as it has members, of itself or, late, of the two before. It
 * begins at the best trials of this study that came from elsewhere or at those of other studies, else where the user
 * expects good values, else in the middle.
 *
 * @throws {InvalidInputError} if an option cannot be meant
 * @see Hansen 2016, "The CMA evolution strategy: a tutorial"; Hamano et al. 2022, "CMA-ES with margin"
 */
export function cmaes(options: CmaesOptions = {}): Sampler<EvolutionState> {
  return evolution("cmaes", false, options);
}

/** The sampler of that name; `categories` makes unordered choices a part of what evolves. */
export function evolution(name: string, categories: boolean, options: CmaesOptions): Sampler<EvolutionState> {
  checkOptions(name, options);
  const { population, sigma = 0.2, restarts = "ipop", lra = false } = options;
  const strategy = { sampler: name, categories, population, sigma, restarts, lra };
  return {
    name,
    version: 2,
    ...given(options),
    init: (problem) => begin(problem, strategy),
    tell(state, trial) {
      follow(state, trial);
      return state;
    },
    ask: suggest,
  };
}

const RESTARTS: readonly unknown[] = ["ipop", "bipop", "none"];

function checkOptions(name: string, options: CmaesOptions): void {
  refuseUnknown(name, options, ["population", "sigma", "restarts", "lra"]);
  const { population = 4, sigma = 1, restarts = "none", lra = false } = options;
  const refuse = (what: string, value: unknown, must: string): never => {
    throw new InvalidInputError(`${name}: ${what} ${JSON.stringify(value)} is not ${must}`);
  };
  if (!Number.isSafeInteger(population) || population < 4)
    refuse("population", population, "a whole number of at least 4");
  if (!(typeof sigma === "number" && sigma > 0 && sigma <= 1))
    refuse("sigma", sigma, "a number above 0, at most 1");
  if (!RESTARTS.includes(restarts)) refuse("restarts", restarts, '"ipop", "bipop" or "none"');
  if (typeof lra !== "boolean") refuse("lra", lra, "true or false");
}
