/**
 * The tracks of the protocol: in what way tasks are run, by whom, and which tasks.
 */
import type { Task } from "./task.ts";
import { noisy, withPrior, withSources } from "./variants.ts";

export interface Track {
  /** The folder of its curves. */
  readonly name: string;
  /** Trials at a time. */
  readonly workers: number;
  /** Those of the contender's limit, unless given. */
  readonly trials?: number;
  readonly seeds?: number;
  readonly peerSeeds?: number;
  /** Who takes part, unless the command line says: those of ours that are there, and peers that can be imported. */
  readonly samplers: readonly string[];
  readonly peers: readonly string[];
  /** Whether its tasks are those with several objectives; otherwise those with one. */
  readonly several?: true;
  /** Which tasks of one objective; all unless given. */
  readonly tasks?: (task: Task) => boolean;
  /** The task as it is in this track. */
  readonly variant?: (task: Task, seed: number, all: readonly Task[]) => Task;
}

const named = (names: readonly string[]) => (task: Task) => names.includes(task.name);

/** Those with run times, and one of each other kind. */
const BATCH = {
  tasks: named([
    ...["lcbench-3945", "lcbench-167168", "hpobench-vehicle"],
    ...["iaml_xgboost-1489", "rbv2_super-12", "hartmann6", "ackley-mixed"],
  ]),
  ...{ trials: 64, seeds: 20, peerSeeds: 5 },
  samplers: ["auto", "gp", "tpe", "random"],
  peers: ["optuna-tpe", "optuna-gp", "smac"],
};

/** What the user knows: ours only, as peers know other things or nothing. */
const KNOWLEDGE = {
  ...{ workers: 1, trials: 30, seeds: 10 },
  tasks: named(["lcbench-3945", "lcbench-167168", "lcbench-126029", "lcbench-7593"]),
  samplers: ["auto", "gp", "tpe"],
  peers: [],
};

const single: Track = {
  ...{ name: "single", workers: 1 },
  samplers: ["auto", "gp", "tpe", "forest", "turbo", "cmaes", "catcma", "random"],
  peers: ["optuna-tpe", "optuna-gp", "rustuna-tpe", "smac", "hyperopt", "hebo", "ax"],
};
const sequential64: Track = { name: "sequential64", workers: 1, ...BATCH };
const batch: Track = { name: "batch", workers: 8, ...BATCH };
const plain30: Track = { name: "plain30", ...KNOWLEDGE };
const goodPrior: Track = { name: "prior-good", ...KNOWLEDGE, variant: withPrior("best") };
const badPrior: Track = { name: "prior-bad", ...KNOWLEDGE, variant: withPrior("worst") };
const warm: Track = { name: "transfer", ...KNOWLEDGE, variant: withSources };
const noisyTrack: Track = {
  ...{ name: "noisy", workers: 1 },
  tasks: ({ repeat, name }) => repeat !== undefined && name.startsWith("hpobench"),
  samplers: ["auto", "gp", "tpe", "random"],
  peers: ["optuna-tpe", "optuna-gp", "smac"],
  variant: noisy,
};

const moo: Track = {
  ...{ name: "moo", workers: 1, several: true },
  ...{ trials: 100, seeds: 5, peerSeeds: 5 },
  samplers: ["auto", "gp", "tpe", "nsga2", "nsga3", "random"],
  peers: ["optuna-tpe", "optuna-gp", "optuna-nsga2"],
};

/** A part of the protocol: its tracks, and against which of them the others are held, if any. */
export interface Part {
  readonly title: string;
  readonly base?: Track;
  readonly tracks: readonly Track[];
  /** What is measured. @default "normalised regret" */
  readonly measure?: string;
  /** Numbers of trials at which it is looked. */
  readonly counts: readonly number[];
}

const USUAL_COUNTS = [10, 20, 30, 50, 75, 100];

/** By what `--track` calls them. */
export const PARTS: Readonly<Record<string, Part>> = {
  single: { title: "One trial at a time", tracks: [single], counts: USUAL_COUNTS },
  batch: {
    title: "Eight asynchronous workers against one",
    base: sequential64,
    tracks: [batch],
    counts: [20, 30, 50, 64],
  },
  priors: {
    title: "A good and a bad prior against none",
    base: plain30,
    tracks: [goodPrior, badPrior],
    counts: [5, 10, 20, 30],
  },
  transfer: {
    title: "A warm start from five other data sets against none",
    base: plain30,
    tracks: [warm],
    counts: [5, 10, 20, 30],
  },
  noisy: {
    title: "One noisy observation a trial; the true mean of what the study recommends",
    tracks: [noisyTrack],
    counts: USUAL_COUNTS,
  },
  moo: {
    title: "Several objectives",
    measure: "hypervolume regret",
    tracks: [moo],
    counts: USUAL_COUNTS,
  },
};

const ALL = [single, sequential64, batch, plain30, goodPrior, badPrior, warm, noisyTrack, moo];

/** A track by the name of its curves. */
export function trackNamed(name: string): Track {
  return ALL.find((track) => track.name === name) as Track;
}
