/**
 * Names of samplers, pruners and terminators, and what makes them: one line each.
 */
import { didYouMean, InvalidInputError } from "./errors.ts";
import { refuseUnknown } from "./options.ts";
import type { Pruner } from "./pruner.ts";
import { auto as autoPruner } from "./pruners/auto.ts";
import { curve } from "./pruners/curve.ts";
import { hyperband } from "./pruners/hyperband.ts";
import { median } from "./pruners/median.ts";
import { pasha } from "./pruners/pasha.ts";
import { patient } from "./pruners/patient.ts";
import { percentile } from "./pruners/percentile.ts";
import { successiveHalving } from "./pruners/successive-halving.ts";
import { threshold } from "./pruners/threshold.ts";
import { wilcoxon } from "./pruners/wilcoxon.ts";
import type { Sampler } from "./sampler.ts";
import { auto } from "./samplers/auto.ts";
import { bohb } from "./samplers/bohb.ts";
import { catcma } from "./samplers/catcma.ts";
import { cmaes } from "./samplers/cmaes.ts";
import { dehb } from "./samplers/dehb.ts";
import { eci } from "./samplers/eci.ts";
import { forest } from "./samplers/forest.ts";
import { gp } from "./samplers/gp.ts";
import { gradient } from "./samplers/gradient.ts";
import { grid } from "./samplers/grid.ts";
import { halton } from "./samplers/halton.ts";
import { nsga2 } from "./samplers/nsga2.ts";
import { nsga3 } from "./samplers/nsga3.ts";
import { ordered } from "./samplers/ordered.ts";
import { pb2 } from "./samplers/pb2.ts";
import { pbt } from "./samplers/pbt.ts";
import { priorband } from "./samplers/priorband.ts";
import { random } from "./samplers/random.ts";
import { sobol } from "./samplers/sobol.ts";
import { tpe } from "./samplers/tpe.ts";
import { turbo } from "./samplers/turbo.ts";
import type { Terminator } from "./terminator.ts";
import { expectedModelRegret } from "./terminators/expected-model-regret.ts";
import { noImprovement } from "./terminators/no-improvement.ts";
import { regretBound } from "./terminators/regret-bound.ts";
import type { Json } from "./trial.ts";

// biome-ignore lint/suspicious/noExplicitAny: every factory checks its own options
type Factory<T> = (options?: any) => T;

/** Stands for nothing. */
function none(options: object = {}): undefined {
  refuseUnknown("none", options, []);
  return undefined;
}

export const samplers: Readonly<Record<string, Factory<Sampler>>> = {
  auto,
  bohb,
  catcma,
  cmaes,
  dehb,
  eci,
  forest,
  gp,
  gradient,
  grid,
  halton,
  nsga2,
  nsga3,
  pb2,
  pbt,
  priorband,
  random,
  sobol,
  tpe,
  turbo,
};

export const pruners: Readonly<Record<string, Factory<Pruner | undefined>>> = {
  none,
  auto: autoPruner,
  curve,
  hyperband,
  median,
  pasha,
  patient,
  percentile,
  successiveHalving,
  threshold,
  wilcoxon,
};

export const terminators: Readonly<Record<string, Factory<Terminator | undefined>>> = {
  expectedModelRegret,
  noImprovement,
  regretBound,
  none,
};

/**
 * A sampler by its name. With the option `ordered: W`, which every sampler takes, the study comes out the same however
 * long its trials take.
 *
 * @throws {InvalidInputError} if there is none, naming the nearest
 */
export function makeSampler(name: string, options?: Json): Sampler {
  const make = find("sampler", samplers, name);
  if (options === null || typeof options !== "object" || !("ordered" in options)) return make(options);
  const { ordered: workers, ...own } = options;
  return ordered(make(Object.keys(own).length > 0 ? own : undefined), workers as number);
}

/** A pruner by its name; undefined for "none". @throws {InvalidInputError} if there is none, naming the nearest */
export function makePruner(name: string, options?: Json): Pruner | undefined {
  return find("pruner", pruners, name)(options);
}

/** A terminator by its name; undefined for "none". @throws {InvalidInputError} if there is none, naming the nearest */
export function makeTerminator(name: string, options?: Json): Terminator | undefined {
  return find("terminator", terminators, name)(options);
}

/** Names may be written as on a command line: `successive-halving` is `successiveHalving`. */
function find<T>(kind: string, registry: Readonly<Record<string, T>>, written: string): T {
  const name = written.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (Object.hasOwn(registry, name)) return registry[name];
  const names = Object.keys(registry);
  throw new InvalidInputError(
    `there is no ${kind} ${JSON.stringify(name)}${didYouMean(name, names)}; there are ${names.join(", ")}`,
  );
}
