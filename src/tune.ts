/**
 * The library's front door: `tune`, `createStudy` and `openStudy`, which supply the defaults.
 */
import type { Compute } from "./compute.ts";
import { inline } from "./engines/inline.ts";
import { InvalidInputError, NotFoundError } from "./errors.ts";
import { type Configuration, type Event, type Limits, numbersToWire, type Repeats } from "./events.ts";
import { begin } from "./history.ts";
import type { Objective } from "./objective.ts";
import type { Pruner } from "./pruner.ts";
import { randomSeed } from "./random.ts";
import { makePruner, makeSampler, makeTerminator } from "./registry.ts";
import type { Sampler } from "./sampler.ts";
import type { Params, Space } from "./space/types.ts";
import type { Storage } from "./storage.ts";
import { memory } from "./storages/memory.ts";
import { type RunEnd, Study, type StudyTrial, type WarmStart } from "./study.ts";
import type { Terminator } from "./terminator.ts";
import type { ConstraintSpec, Direction, Json, Numbers, ObjectiveSpec } from "./trial.ts";

/** What `tune` minimises unless told otherwise. */
export type DefaultObjectives = { readonly value: "minimize" };
type Directions = Readonly<Record<string, Direction>>;

export interface StudyOptions<O extends Directions = DefaultObjectives> {
  /** Names of the objectives and their directions. @default { value: "minimize" } */
  readonly objectives?: O;
  /** How many trials the study has in all. */
  readonly trials?: number;
  /** How long it may run in all, in seconds. */
  readonly seconds?: number;
  /** How many trials may fail. */
  readonly failures?: number;
  /** Values at which it has what it wants. */
  readonly target?: { readonly [K in keyof O]?: number };
  /** A sampler, or the name of one. @default "auto" */
  readonly sampler?: Sampler | string;
  /** A pruner, or the name of one: which trials that report steps are stopped early. @default "auto" */
  readonly pruner?: Pruner | string;
  /** What says that the study has learned enough, or its name. @default "none" */
  readonly terminator?: Terminator | string;
  /** How often the configurations of a noisy objective are evaluated: `{ most: 5 }` the best ones. @default once */
  readonly repeats?: Repeats;
  /** Limits on outcomes: `{ name: "small", metric: "megabytes", atMost: 20 }`, or names of what trials tell, at most 0. */
  readonly constraints?: readonly (ConstraintSpec | string)[];
  /** Where the log is kept. @default memory() */
  readonly storage?: Storage;
  /** The study's name in that storage. @default "study" */
  readonly study?: string;
  /** Makes suggestions repeatable. @default a random one, kept in the log */
  readonly seed?: number;
  /** Parameters that are settled, by dotted path. */
  readonly fixed?: Params;
  /** Other studies, whose trials this one learns from: `[await openStudy(…)]`, or their spaces and trials. */
  readonly warmStart?: readonly (WarmStart | Pick<Study, "asSource">)[];
  /** Where long work of the sampler is done; `threadCompute()` of fettle/node. @default in this thread */
  readonly compute?: Compute;
  /** Smallest and largest step that trials report. */
  readonly steps?: { readonly min?: number; readonly max?: number };
  /** Whether the same params always give the same values: then none is tried twice. */
  readonly deterministic?: boolean;
}

export interface TuneOptions<P, O extends Directions = DefaultObjectives> extends StudyOptions<O> {
  /** How many trials run at a time. @default 1 */
  readonly parallel?: number;
  /** Once aborted, what runs is ended, and `tune` returns what it has. */
  readonly signal?: AbortSignal;
  /** Called with every trial that ends. */
  readonly onTrial?: (trial: StudyTrial<P, keyof O & string>) => void;
}

export interface TuneResult<P, Names extends string> {
  /** The best complete trial by the first objective; undefined if none is complete. */
  readonly best: StudyTrial<P, Names> | undefined;
  readonly trials: readonly StudyTrial<P, Names>[];
  /** Why it ended. */
  readonly end: RunEnd;
  readonly study: Study<P, Names>;
}

/** Events that are read at a time. */
const PAGE = 10_000;
/** How many trials a study has where no limit is given. */
const DEFAULT_TRIALS = 100;

/** The pruner where none is named: a sampler that trains in stages of its own is left alone. */
export function defaultPruner({ stages }: Pick<Sampler, "stages">): string {
  return stages ? "none" : "auto";
}

/**
 * Tunes an objective: tries params from a space, and returns the best.
 *
 * @param objective  gets params and the running trial, returns a value (or one for each objective)
 * @throws {InvalidInputError} if an option cannot be meant
 * @example
 * const { best } = await tune(
 *   space({ x: float(-5, 5), y: float(-5, 5) }),
 *   ({ x, y }) => (x - 1) ** 2 + (y + 2) ** 2,
 *   { trials: 50, seed: 1 },
 * );
 */
export async function tune<P, const O extends Directions = DefaultObjectives>(
  space: Space<P>,
  objective: Objective<P, NoInfer<keyof O & string>>,
  options: TuneOptions<P, O> = {},
): Promise<TuneResult<P, keyof O & string>> {
  const { parallel = 1, signal, onTrial } = options;
  if (!(Number.isInteger(parallel) && parallel >= 1))
    throw new InvalidInputError(`parallel: ${parallel} is not a whole number of at least 1`);
  const study = await createOrOpen(space, options);
  const stop = study.observe((_event, { ended }) => {
    if (onTrial === undefined) return;
    for (const number of ended ?? []) onTrial(study.typed(study.history.trials[number]!));
  });
  const engine = inline(objective as Objective, {
    parallel,
    nest: (_params, trial) => study.paramsOf(trial),
  });
  const end = await study.run(engine, { signal }).finally(stop);
  return { best: study.best, trials: study.trials, end, study };
}

/** Continues the study of that name if the storage has one, with the limits given now. */
async function createOrOpen<P, O extends Directions>(
  space: Space<P>,
  options: StudyOptions<O>,
): Promise<Study<P, keyof O & string>> {
  const { storage, study: name = "study" } = options;
  if (storage === undefined || !(await storage.list()).includes(name)) return createStudy(space, options);
  const study = await openStudy(space, { ...options, storage, study: name });
  await study.extend(readLimits(options));
  return study;
}

/**
 * Creates a study to ask and tell.
 *
 * @throws {ConflictError} if the storage has one of that name
 * @throws {InvalidInputError} if an option cannot be meant
 * @example
 * const study = await createStudy(space({ x: float(0, 1) }), { objectives: { accuracy: "maximize" }, trials: 10 });
 * for await (const trial of study) await trial.tell({ accuracy: 1 - (trial.params.x - 0.3) ** 2 });
 */
export async function createStudy<P, const O extends Directions = DefaultObjectives>(
  space: Space<P>,
  options: StudyOptions<O> = {},
): Promise<Study<P, keyof O & string>> {
  const { storage = memory(), study = "study", seed = randomSeed(), steps, deterministic, fixed } = options;
  if (!Number.isSafeInteger(seed)) throw new InvalidInputError(`seed: ${seed} is not a whole number`);
  const sampler = chosen(makeSampler, options.sampler ?? "auto") as Sampler;
  const pruner = chosen(makePruner, options.pruner ?? defaultPruner(sampler));
  const terminator = chosen(makeTerminator, options.terminator ?? "none");
  const repeats = checkRepeats(options);
  const constraints = readConstraints(options.constraints);
  const problem = {
    space,
    objectives: readObjectives(options.objectives ?? { value: "minimize" }),
    seed,
    ...(constraints && { constraints }),
    ...(steps && { steps }),
    ...(deterministic !== undefined && { deterministic }),
  };
  const configuration: Configuration = {
    sampler: named(sampler),
    pruner: named(pruner),
    ...(terminator && { terminator: named(terminator) }),
    ...(repeats && { repeats }),
    limits: readLimits(options, sampler),
    ...(fixed && { fixed: space.check(fixed, { partial: true }) }),
  };
  const { compute } = options;
  const parts = {
    storage,
    sampler,
    ...(pruner && { pruner }),
    ...(terminator && { terminator }),
    ...(compute && { compute }),
  };
  const sources = readWarmStart(options.warmStart);
  return Study.create<P, keyof O & string>(study, problem, configuration, parts, sources);
}

/**
 * Opens a study that exists, with the sampler that it was created with unless another is given.
 *
 * @param space  the study's space, for typed params; undefined takes it from the log
 * @throws {NotFoundError} if there is no such study
 * @throws {ConflictError} if the study has another space
 */
export async function openStudy<P, const O extends Directions = DefaultObjectives>(
  space: Space<P> | undefined,
  options: StudyOptions<O> & { readonly storage: Storage },
): Promise<Study<P, keyof O & string>> {
  const { storage, study = "study" } = options;
  const log = await readLog(storage, study);
  const configured = configurationOf(log);
  const sampler = chosen(makeSampler, options.sampler ?? configured.sampler ?? "auto") as Sampler;
  const pruner = chosen(makePruner, options.pruner ?? configured.pruner ?? "none");
  const terminator = chosen(makeTerminator, options.terminator ?? configured.terminator ?? "none");
  const parts = {
    storage,
    sampler,
    ...(pruner && { pruner }),
    ...(terminator && { terminator }),
    ...(options.compute && { compute: options.compute }),
  };
  return Study.open<P, keyof O & string>(study, space, parts, log);
}

/** The whole log as it is now. @throws {NotFoundError} */
async function readLog(storage: Storage, study: string): Promise<readonly Event[]> {
  const log: Event[] = [];
  for (;;) {
    const events = await storage.read(study, log.length, PAGE);
    for (const event of events) log.push(event);
    if (log.length === 0) throw new NotFoundError(`${storage.location} has no study ${study}`);
    if (events.length < PAGE) return log;
  }
}

/** How a study is run, as was said last. */
function configurationOf(log: readonly Event[]): Configuration {
  begin(log[0]); // refuses a log from a newer version
  return Object.assign({}, ...log.filter(({ kind }) => kind === "configured"));
}

type Named = { readonly name: string; readonly options?: Json };

/** The one that was given, or made by its name. */
function chosen<T extends Named>(
  make: (name: string, options?: Json) => T | undefined,
  given: T | Named | string,
): T | undefined {
  if (typeof given === "string") return make(given);
  return "init" in given ? (given as T) : make(given.name, given.options);
}

/** As the log keeps it. */
function named(one: Named | undefined): Named {
  if (one === undefined) return { name: "none" };
  return { name: one.name, ...(one.options !== undefined && { options: one.options }) };
}

function checkRepeats({
  repeats,
  deterministic,
  objectives = {},
}: StudyOptions<Directions>): Repeats | undefined {
  if (repeats === undefined) return undefined;
  if (!(Number.isInteger(repeats.most) && repeats.most >= 1))
    throw new InvalidInputError(`repeats.most: ${repeats.most} is not a whole number of at least 1`);
  if (deterministic === true && repeats.most > 1)
    throw new InvalidInputError("repeats: a deterministic objective gives the same values each time");
  if (!repeats.all && Object.keys(objectives).length > 1)
    throw new InvalidInputError(
      "repeats: a race has one objective, and there are several; { most, all: true } evaluates every configuration so often",
    );
  return repeats;
}

function readConstraints(
  given: StudyOptions<Directions>["constraints"],
): readonly ConstraintSpec[] | undefined {
  return given?.map((one) => {
    if (typeof one === "string") return { name: one };
    if (one.metric !== undefined && one.atMost === undefined && one.atLeast === undefined)
      throw new InvalidInputError(
        `constraints: ${one.name} needs atMost or atLeast, the limit of ${one.metric}`,
      );
    return one;
  });
}

/** @throws {InvalidInputError} if an entry is neither a study nor a space with trials */
function readWarmStart(given: StudyOptions["warmStart"] = []): readonly WarmStart[] {
  if (!Array.isArray(given))
    throw new InvalidInputError("warmStart: expected a list of studies, such as [await openStudy(…)]");
  return given.map((source: WarmStart | Pick<Study, "asSource"> | null, index) => {
    const read =
      typeof source === "object" && source !== null && "asSource" in source ? source.asSource : source;
    if (typeof read?.study !== "string" || read.space === undefined || !Array.isArray(read.trials))
      throw new InvalidInputError(`warmStart[${index}]: expected a study, or { study, space, trials }`);
    return read as WarmStart;
  });
}

function readObjectives(objectives: Directions): ObjectiveSpec[] {
  const specs = Object.entries(objectives).map(([name, direction]) => ({ name, direction }));
  if (specs.length === 0)
    throw new InvalidInputError('objectives: name at least one, such as { loss: "minimize" }');
  for (const { name, direction } of specs)
    if (direction !== "minimize" && direction !== "maximize")
      throw new InvalidInputError(`objectives.${name}: "${direction}" is neither "minimize" nor "maximize"`);
  return specs;
}

/** The limits among the options; where none is given and the points are endless, a number of trials. */
function readLimits(options: StudyOptions<Directions>, sampler?: Sampler): Limits {
  const { trials, seconds, failures, target } = options;
  for (const [name, value] of Object.entries({ trials, failures }))
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new InvalidInputError(`${name}: ${value} is not a whole number of at least 1`);
  if (seconds !== undefined && !(seconds > 0))
    throw new InvalidInputError(`seconds: ${seconds} is not above 0`);
  const endless = sampler !== undefined && sampler.count === undefined;
  const given =
    trials ?? (endless && seconds === undefined && target === undefined ? DEFAULT_TRIALS : undefined);
  return {
    ...(given !== undefined && { trials: given }),
    ...(seconds !== undefined && { seconds }),
    ...(failures !== undefined && { failures }),
    ...(target && { target: numbersToWire(target as Numbers) }),
  };
}
