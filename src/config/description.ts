/**
 * A study as it was asked for: the configuration file and the flags as one description, checked throughout.
 */
import { isAbsolute, relative, resolve } from "node:path";
import { InvalidInputError, messageOf } from "../errors.ts";
import type { Limits, Repeats } from "../events.ts";
import type { Objective } from "../objective.ts";
import type { Params, Space } from "../space/types.ts";
import type { ConstraintSpec, ObjectiveSpec } from "../trial.ts";
import { type Chosen, choose } from "./chosen.ts";
import { durationAt, type Flags, oneOf, wholeNumber } from "./flags.ts";
import { type Gpus, readGpus } from "./gpus.ts";
import type { LoadedConfig } from "./load.ts";
import { readConstraints, readMetrics } from "./metrics.ts";
import { readEnqueued, readFixed, readSearchSpace } from "./points.ts";
import { readRepeats } from "./repeats.ts";
import { readSubjectTo } from "./subject-to.ts";
import { splitWords } from "./words.ts";

/** What is run for each trial: a program, a module's default export, or a function. */
export type Runnable =
  | { readonly command: readonly string[] }
  /** An absolute path. */
  | { readonly module: string }
  | { readonly objective: Objective };

export interface Description {
  readonly study?: string;
  /** Relative to the folder that the command was called in, or absolute, or a URL. */
  readonly storage?: string;
  readonly space: Space;
  readonly objectives: readonly ObjectiveSpec[];
  /** Limits on outcomes. */
  readonly constraints: readonly ConstraintSpec[];
  /** Regular expressions for the program's output, by metric. */
  readonly patterns: Readonly<Record<string, string>>;
  /** Absent where nothing says what to run. */
  readonly run?: Runnable;
  readonly sampler?: Chosen;
  readonly pruner?: Chosen;
  readonly terminator?: Chosen;
  readonly repeats?: Repeats;
  /** Only what was given: no default stands in for a limit. */
  readonly limits: Limits;
  readonly parallel: number;
  readonly gpus?: Gpus;
  readonly seed?: number;
  readonly steps?: { readonly max: number };
  readonly deterministic?: boolean;
  readonly fixed: Params;
  readonly enqueue: readonly Params[];
  /** Other studies to learn from: FILE:STUDY, FILE relative as `storage`, or STUDY alone. */
  readonly warmStart: readonly string[];
  readonly value: "last" | "best";
  readonly trialTimeoutMs?: number;
  readonly graceMs?: number;
  /** As `storage`. */
  readonly files?: string;
  readonly env: Readonly<Record<string, string>>;
  /** The absolute path of the folder that the program runs in. */
  readonly cwd: string;
  /** One line each; nothing that stops the study. */
  readonly warnings: readonly string[];
}

export interface DescriptionParts {
  readonly file?: LoadedConfig;
  readonly flags?: Flags;
  /** The program and its arguments, as they stood behind `--`; takes the place of the file's. */
  readonly command?: readonly string[];
  /** The folder that the command was called in. */
  readonly folder: string;
}

/**
 * Merges a configuration file and flags; flags win.
 *
 * Paths in the file are relative to the file, and its command runs in its folder; what stands on the command line
 * is relative to where it was typed.
 *
 * @throws {InvalidInputError} with the flag, or file, line and column of what cannot be meant
 */
export function describeRun({ file, flags = {}, command, folder }: DescriptionParts): Description {
  const config = file?.config ?? {};
  const space = readSearchSpace(file, flags);
  const paths = space.parameters.map(({ path }) => path);
  const metrics = readMetrics(file, flags, paths);
  const fixed = readFixed(space, file, flags);
  const run = command && command.length > 0 ? { command } : file && readRunnable(file);
  const gpus = readTrialGpus(flags, file);
  const timeoutMs = duration("trial_timeout", flags.trialTimeout, "--trial-timeout", file);
  const maxSteps = wholeNumber("--max-steps", flags.maxSteps, 1) ?? config.max_steps;
  const seed = wholeNumber("--seed", flags.seed) ?? config.seed;
  const inFile = (path: string | undefined) => path && file && placed(path, file.folder, folder);
  return given({
    study: flags.study ?? config.study,
    storage: flags.storage ?? inFile(config.storage),
    space,
    objectives: metrics.objectives,
    constraints: [
      ...(file ? readConstraints(file, metrics, paths) : []),
      ...readSubjectTo(file, flags, paths, config.constraints),
    ],
    patterns: metrics.patterns,
    run,
    sampler: choose("--sampler", flags.sampler, config.sampler),
    pruner: choose("--pruner", flags.pruner, config.pruner),
    terminator: choose("--stop-when", flags.stopWhen, config.stop_when),
    repeats: readRepeats(flags.repeats, config.repeats),
    limits: readLimits(metrics.target, flags, file),
    parallel: wholeNumber("-j", flags.parallel, 1) ?? config.parallel ?? atATime(gpus),
    gpus,
    seed,
    steps: maxSteps === undefined ? undefined : { max: maxSteps },
    deterministic: config.deterministic,
    fixed,
    enqueue: readEnqueued(space, file, fixed),
    warmStart: flags.warmStart ?? readSources(file, folder),
    value: oneOf("--value", flags.value, ["last", "best"]) ?? config.value ?? "last",
    trialTimeoutMs: timeoutMs,
    graceMs: duration("grace", flags.grace, "--grace", file),
    files: flags.files ?? inFile(config.files),
    env: Object.fromEntries(Object.entries(config.env ?? {}).map(([name, value]) => [name, String(value)])),
    cwd: readCwd(file, run, command, folder),
    warnings: [...(file?.warnings ?? []), ...(file && run && !command?.length ? shellWarnings(file) : [])],
  });
}

function readTrialGpus(flags: Flags, file: LoadedConfig | undefined): Gpus | undefined {
  const perTrial = wholeNumber("--gpus-per-trial", flags.gpusPerTrial, 1) ?? file?.config.gpus_per_trial ?? 1;
  if (flags.gpus !== undefined) return readGpus(flags.gpus, perTrial, `--gpus ${flags.gpus}`);
  return readGpus(
    file?.config.gpus,
    perTrial,
    file?.config.gpus === undefined ? "gpus" : file.where(["gpus"]),
  );
}

/** As many trials as there are GPUs for. */
function atATime(gpus: Gpus | undefined): number {
  return gpus === undefined ? 1 : Math.floor(gpus.ids.length / gpus.perTrial);
}

/** The file's sources; a path in them is relative to the file. */
function readSources(file: LoadedConfig | undefined, folder: string): readonly string[] {
  const given = file?.config.warm_start;
  if (file === undefined || given === undefined) return [];
  return (typeof given === "string" ? [given] : given).map((source) => {
    const colon = source.lastIndexOf(":");
    return colon < 0
      ? source
      : `${placed(source.slice(0, colon), file.folder, folder)}${source.slice(colon)}`;
  });
}

function readLimits(
  target: Readonly<Record<string, number>>,
  flags: Flags,
  file: LoadedConfig | undefined,
): Limits {
  const config = file?.config ?? {};
  const ms = duration("time", flags.time, "--time", file);
  return given({
    trials: wholeNumber("-n", flags.trials, 1) ?? config.trials,
    seconds: ms === undefined ? undefined : ms / 1000,
    failures: wholeNumber("--max-failures", flags.maxFailures, 1) ?? config.failures,
    retriesFailed: wholeNumber("--retries", flags.retries, 0) ?? config.retries,
    target: Object.keys(target).length === 0 ? undefined : target,
  });
}

function duration(
  key: "time" | "trial_timeout" | "grace",
  text: string | undefined,
  flag: string,
  file: LoadedConfig | undefined,
): number | undefined {
  if (text !== undefined) return durationAt(`${flag} ${text}`, text);
  const inFile = file?.config[key];
  return file === undefined || inFile === undefined ? undefined : durationAt(file.where([key]), inFile);
}

/** What the file says to run. @throws {InvalidInputError} if it says several things, or an empty command */
function readRunnable({ config, where, folder }: LoadedConfig): Runnable | undefined {
  const { command, module, objective } = config;
  const named = Object.entries({ command, module, objective }).filter(([, value]) => value !== undefined);
  if (named.length > 1)
    throw new InvalidInputError(`${where([named[1][0]])}: ${named[0][0]} is given too; leave one out`);
  if (module !== undefined) return { module: resolve(folder, module) };
  if (objective !== undefined) return { objective: objective as Objective };
  if (command === undefined) return undefined;
  try {
    const words = typeof command === "string" ? splitWords(command) : command;
    if (!words[0])
      throw new InvalidInputError("there is no program in it; write it like python train.py --lr {lr}");
    return { command: words };
  } catch (cause) {
    throw new InvalidInputError(`${where(["command"])}: ${messageOf(cause)}`, { cause });
  }
}

/** The file's `cwd`, else the folder of whatever gave the command. */
function readCwd(
  file: LoadedConfig | undefined,
  run: Runnable | undefined,
  command: readonly string[] | undefined,
  folder: string,
): string {
  if (file?.config.cwd !== undefined) return resolve(file.folder, file.config.cwd);
  return file && run && !command?.length ? file.folder : resolve(folder);
}

/** People who write `$HOME` in a command expect a shell. */
function shellWarnings({ config, where }: LoadedConfig): readonly string[] {
  const { command } = config;
  if (typeof command !== "string" || /\s-l?c\s/.test(command)) return [];
  const variable = /\$\w+|\$\{\w+\}|`[^`]+`/.exec(command)?.[0];
  return variable === undefined
    ? []
    : [`${where(["command"])}: ${variable} reaches the program as it is: commands run without a shell`];
}

/** A path of the file from where the command was called; absolute where it leads out of there. */
function placed(path: string, from: string, folder: string): string {
  if (/^[a-z]+:\/\//.test(path)) return path;
  const absolute = resolve(from, path);
  const short = relative(folder, absolute);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? absolute : short;
}

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The same without entries that are undefined: the log keeps what was said, not what was not. */
function given<T extends object>(record: T): Given<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Given<T>;
}
