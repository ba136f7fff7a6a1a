/**
 * How much of the protocol each contender runs: what costs seconds an ask runs less of it.
 */
import type { Contender } from "./contenders.ts";
import type { Track } from "./tracks.ts";

/** Twelve tasks of all families, for contenders that are too slow for all of them. */
export const TWELVE: readonly string[] = [
  ...["hpobench-vehicle", "hpolib-protein_structure", "nasbench201-cifar10"],
  ...["lcbench-3945", "lcbench-167168", "lcbench-126029"],
  ...["rbv2_xgboost-12", "iaml_xgboost-1489", "rbv2_super-12"],
  ...["hartmann6", "ackley-mixed", "rosenbrock-5"],
];

export interface Limit {
  readonly seeds: number;
  readonly trials: number;
  /** All, unless given. */
  readonly tasks?: readonly string[];
}

const USUAL: Limit = { seeds: 10, trials: 100 };
const LIMITS: Readonly<Record<string, Limit>> = {
  "optuna-gp": { seeds: 5, trials: 100 },
  smac: { seeds: 5, trials: 100 },
  hebo: { seeds: 3, trials: 50, tasks: TWELVE },
  ax: { seeds: 3, trials: 50, tasks: TWELVE },
};

/**
 * The seeds, trials and tasks of a contender on a track.
 *
 * @param asked  what the command line says: ours do as they are told, peers at most what their limits are
 */
export function limitOf(
  { name, isPeer }: Pick<Contender, "name" | "isPeer">,
  track: Track,
  asked: { readonly seeds?: number; readonly trials?: number },
): Limit {
  const usual = LIMITS[name] ?? USUAL;
  const own: Limit = {
    ...usual,
    seeds: isPeer ? Math.min(usual.seeds, track.peerSeeds ?? usual.seeds) : (track.seeds ?? usual.seeds),
    trials: Math.min(usual.trials, track.trials ?? usual.trials),
  };
  if (!isPeer) return { ...own, seeds: asked.seeds ?? own.seeds, trials: asked.trials ?? own.trials };
  return {
    ...own,
    seeds: Math.min(own.seeds, asked.seeds ?? own.seeds),
    trials: Math.min(own.trials, asked.trials ?? own.trials),
  };
}
