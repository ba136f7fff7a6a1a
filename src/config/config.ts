/**
 * What a configuration file says, as `fettle.yaml` spells it; `fettle.config.ts` exports the same object.
 */
import type { Objective } from "../objective.ts";
import type { Prior, Scalar } from "../space/parameter.ts";
import type { Space } from "../space/types.ts";
import type { Direction, Json } from "../trial.ts";

/** A metric that the program prints. */
export interface MetricConfig {
  readonly name: string;
  readonly goal: Direction;
  /** The study ends once a trial reaches it. */
  readonly target?: number;
  /** A regular expression for the program's output; its group `value`, else its first, is the number. */
  readonly pattern?: string;
}

interface ConditionConfig {
  /** Other parameters and the values with which this one exists. */
  readonly when?: Readonly<Record<string, Scalar | readonly Scalar[]>>;
}
interface ArrayConfig {
  /** Makes it an array: a number of items, or the name of an int. */
  readonly length?: number | string;
}

/** A range; `low` and `high`, as the space's JSON spells them, are accepted for `min` and `max`. */
export interface RangeConfig extends ConditionConfig, ArrayConfig {
  readonly type: "float" | "int";
  readonly min?: number;
  readonly max?: number;
  readonly low?: number;
  readonly high?: number;
  readonly log?: boolean;
  readonly step?: number;
  readonly default?: number;
  /** Where good values are expected. */
  readonly prior?: Prior<number>;
}
/** Choices; `choices`, as the space's JSON spells them, is accepted for `values`. */
export interface ChoiceConfig extends ConditionConfig, ArrayConfig {
  readonly type: "categorical" | "ordinal";
  readonly values?: readonly Scalar[];
  readonly choices?: readonly Scalar[];
  readonly tag?: string;
  readonly default?: Scalar;
  readonly prior?: Prior;
}
export interface BooleanConfig extends ConditionConfig, ArrayConfig {
  readonly type: "boolean";
  readonly default?: boolean;
  readonly prior?: Prior<boolean>;
}
export interface ConstantConfig extends ConditionConfig, ArrayConfig {
  readonly type: "constant";
  readonly value: Scalar;
}
/** Items whose order is to be found. */
export interface PermutationConfig extends ConditionConfig {
  readonly type: "permutation";
  readonly items: readonly Scalar[];
  /** The items in the order that the program uses today. */
  readonly default?: readonly Scalar[];
}
/** Names of shares, numbers from 0 to 1 that add up to 1. */
export interface SimplexConfig extends ConditionConfig {
  readonly type: "simplex";
  readonly items: readonly string[];
}
/** The head of an array of groups, whose entries are `path.*.…`. */
export interface GroupArrayConfig extends ConditionConfig {
  readonly type: "array";
  readonly length: number | string;
}

/** A parameter: in full, as `-p` writes it ("1e-5..0.1:log"), as a list of choices, or as a constant. */
export type ParameterConfig =
  | RangeConfig
  | ChoiceConfig
  | BooleanConfig
  | ConstantConfig
  | PermutationConfig
  | SimplexConfig
  | GroupArrayConfig
  | Scalar
  | readonly Scalar[];

/** How often a configuration is evaluated: the best ones at most so often; with `all`, every one. */
export type RepeatsConfig = number | { readonly most: number; readonly all?: boolean };

/** A sampler, pruner or terminator: its name, `name:option=value,…`, or its name and options. */
export type ChosenConfig =
  | string
  | { readonly name: string; readonly options?: Readonly<Record<string, Json>> };

/** Everything that `fettle.yaml` may say. */
export interface Config {
  /** Names the editor's JSON Schema. */
  readonly $schema?: string;
  /** The study's name. */
  readonly study?: string;
  /** The study file. */
  readonly storage?: string;
  /** The program and its arguments, with `{name}` for parameters; text is split into words, no shell runs it. */
  readonly command?: string | readonly string[];
  /** Instead of a command: a module whose default export is the objective. */
  readonly module?: string;
  /** What is tuned for. */
  readonly metric?: MetricConfig;
  /** The same, where there are several. */
  readonly metrics?: readonly MetricConfig[];
  /** Names of the constraints that trials report; feasible at ≤ 0. */
  readonly constraints?: readonly string[];
  /** Limits on outcomes: "latency_ms <= 20". */
  readonly subject_to?: string | readonly string[];
  /** Parameters by dotted path: a branch's are `optimizer.sgd.momentum`. */
  readonly params?: Readonly<Record<string, ParameterConfig>>;
  /** What the parameters of every trial satisfy: "layers * units <= 4096". */
  readonly where?: string | readonly string[];
  /** Parameters that are settled, by dotted path. */
  readonly fixed?: Readonly<Record<string, Scalar>>;
  /** Points to try first; parameters that are left out are suggested. */
  readonly enqueue?: readonly Readonly<Record<string, Scalar>>[];
  /** Other studies to learn from: "other.db:study", or "study" in the same file. */
  readonly warm_start?: string | readonly string[];
  readonly sampler?: ChosenConfig;
  readonly pruner?: ChosenConfig;
  /** When the study has learned enough. */
  readonly stop_when?: ChosenConfig;
  /** How often a configuration of a noisy objective is evaluated. */
  readonly repeats?: RepeatsConfig;
  /** How many trials the study has in all. */
  readonly trials?: number;
  /** How many trials run at a time. */
  readonly parallel?: number;
  /** GPUs that they share evenly: how many, or which ones. */
  readonly gpus?: number | string | readonly (number | string)[];
  /** How many GPUs each trial gets. */
  readonly gpus_per_trial?: number;
  readonly seed?: number;
  /** How long the study may run in all: "2h", or seconds. */
  readonly time?: string | number;
  /** How long one trial may run: "10m", or seconds. */
  readonly trial_timeout?: string | number;
  /** How long a program may take to end when it is asked to: "10s", or seconds. */
  readonly grace?: string | number;
  /** The last step of a full training, for `{budget}`. */
  readonly max_steps?: number;
  /** Which report is a trial's value. */
  readonly value?: "last" | "best";
  /** Whether the same parameters always give the same values: then none is tried twice. */
  readonly deterministic?: boolean;
  /** Stop when so many trials failed. */
  readonly failures?: number;
  /** How often a failed trial is tried again. */
  readonly retries?: number;
  /** Where logs and checkpoints are kept. */
  readonly files?: string;
  /** Variables for the program's environment. */
  readonly env?: Readonly<Record<string, string | number | boolean>>;
  /** The directory that the program runs in. */
  readonly cwd?: string;
}

/** What `fettle.config.ts` exports: the same, where a space and an objective may be given as such. */
export interface ModuleConfig<P = unknown> extends Config {
  /** Instead of `params`. */
  readonly space?: Space<P>;
  /** Instead of `command`. */
  readonly objective?: Objective<P, string>;
}

/**
 * Gives an editor the types of `fettle.config.ts`; returns what it is given.
 *
 * @example
 * export default defineConfig({
 *   space: space({ lr: float(1e-5, 0.1, { log: true }) }),
 *   metric: { name: "loss", goal: "minimize" },
 *   objective: ({ lr }) => ({ loss: (lr - 0.01) ** 2 }),
 * });
 */
export function defineConfig<P>(config: ModuleConfig<P>): ModuleConfig<P> {
  return config;
}
