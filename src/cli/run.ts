/**
 * `fettle run`: tunes a program.
 */
import { threadCompute } from "../compute/thread.ts";
import { type Description, describeRun } from "../config/description.ts";
import type { Flags } from "../config/flags.ts";
import { findConfig, loadConfig } from "../config/load.ts";
import { ConflictError, InvalidInputError } from "../errors.ts";
import type { Limits } from "../events.ts";
import { randomId, randomSeed } from "../random.ts";
import { makePruner, makeSampler, makeTerminator } from "../registry.ts";
import type { Sampler } from "../sampler.ts";
import { adopt, requireAllowed } from "../space.ts";
import type { Storage } from "../storage.ts";
import { Study } from "../study.ts";
import { defaultPruner, openStudy } from "../tune.ts";
import { callDirectory, filesDirectory, openStorage } from "./context.ts";
import { execute } from "./execute.ts";
import {
  engineFor,
  inventName,
  type Placement,
  type Plan,
  planOf,
  toConfiguration,
  unusedParameters,
} from "./plan.ts";
import { remedy } from "./space-change.ts";
import { readWarmStarts } from "./warm-start.ts";

/** How many trials a study has where nothing limits it. */
const DEFAULT_TRIALS = 100;

interface RunFlags extends Flags {
  readonly storage: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function action(
  operands: string[],
  flags: RunFlags,
  command: { getOptionValueSource(name: string): string | undefined },
): Promise<number> {
  const description = await describe(operands, flags, command.getOptionValueSource("storage") !== "default");
  const { plan, objective } = planOf(description);
  for (const warning of [...description.warnings, ...unusedParameters(plan, description)])
    say(`warning: ${warning}`);
  const location = description.storage ?? flags.storage;
  const sampler = makeSampler(description.sampler?.name ?? "auto", description.sampler?.options);
  const problem = problemOf(description);
  requireAllowed(problem.space, description.fixed);
  if (description.repeats && !description.repeats.all && problem.objectives.length > 1)
    throw new InvalidInputError(
      `--repeats ${description.repeats.most}: a race has one objective, and there are ${problem.objectives.length}; ${description.repeats.most}:all evaluates every configuration so often`,
    );
  const limited = { ...problem, limits: description.limits };
  const state = sampler.init(limited); // these refuse before a file is made
  prunerOf(description, sampler)?.init(limited);
  terminatorOf(description)?.init(limited);
  const points = sampler.count?.(state, description.fixed);
  const storage = await openStorage(location, { create: true });
  try {
    const placement: Placement = {
      parallel: description.parallel,
      files: filesDirectory(location, description.files),
      ...(description.gpus && { gpus: description.gpus }),
    };
    const name = description.study ?? inventName(plan, randomId(4));
    const joined = () => join(storage, location, name, description, plan, placement);
    const created = () =>
      create(storage, name, description, problem, points, toConfiguration(plan, placement), sampler);
    let known = description.study !== undefined && (await storage.list()).includes(name);
    const study = known
      ? await joined()
      : await created().catch((error) => {
          if (!(error instanceof ConflictError) || description.study === undefined) throw error;
          known = true; // another run made it a moment ago
          return joined();
        });
    if (known && description.warmStart.length > 0)
      say(`warning: study ${name} exists: --warm-start counts when a study begins`);
    try {
      for (const params of known ? [] : description.enqueue) await study.enqueue(params);
      const engine = await engineFor(study, plan, placement, objective);
      const guard = description.limits.failures === undefined;
      return await execute(study, engine, {
        ...flags,
        parallel: description.parallel,
        graceMs: plan.graceMs,
        flags: shownStorage(location),
        guard,
      });
    } finally {
      await study.close();
    }
  } finally {
    await storage.close();
  }
}

/** The flag that names the study file, in commands that are shown. */
function shownStorage(location: string): string {
  return location === "fettle.db" ? "" : ` --storage ${location}`;
}

function say(line: string): void {
  process.stderr.write(`fettle: ${line}\n`);
}

/** What stands before `--` is a configuration file; what stands behind it is the program. */
async function describe(operands: string[], flags: RunFlags, storageGiven: boolean): Promise<Description> {
  const folder = callDirectory();
  const dashes = process.argv.indexOf("--");
  const behind = dashes < 0 ? 0 : process.argv.length - dashes - 1;
  const before = operands.slice(0, operands.length - behind);
  const program = operands.slice(operands.length - behind);
  if (before.length > 1)
    throw new InvalidInputError(
      `${before.join(" ")}: put -- before the program, as in fettle run … -- ${before.join(" ")}`,
    );
  const given = before[0] ?? (program.length === 0 ? findConfig(folder) : undefined);
  const file = given === undefined ? undefined : await loadConfig(given, folder);
  const { storage, ...others } = flags;
  return describeRun({ file, flags: storageGiven ? flags : others, command: program, folder });
}

function problemOf({
  space,
  objectives,
  constraints,
  steps,
  deterministic,
  seed = randomSeed(),
}: Description) {
  return {
    space,
    objectives,
    seed,
    ...(constraints.length > 0 && { constraints }),
    ...(steps && { steps }),
    ...(deterministic !== undefined && { deterministic }),
  };
}

async function create(
  storage: Storage,
  name: string,
  description: Description,
  problem: ReturnType<typeof problemOf>,
  points: number | undefined,
  placed: ReturnType<typeof toConfiguration>,
  sampler: Sampler,
): Promise<Study> {
  const limits = withDefault(description.limits, points);
  const { pruner = { name: defaultPruner(sampler) }, terminator, repeats } = description;
  const configuration = {
    sampler: description.sampler ?? { name: "auto" },
    pruner,
    ...(terminator && { terminator }),
    ...(repeats && { repeats }),
    limits,
    ...(Object.keys(description.fixed).length > 0 && { fixed: description.fixed }),
    ...placed,
  };
  const parts = {
    storage,
    sampler,
    pruner: prunerOf(description, sampler),
    terminator: terminatorOf(description),
    compute: threadCompute(),
  };
  const sources = await readWarmStarts(description.warmStart, storage);
  const study = await Study.create(name, problem, configuration, parts, sources);
  for (const { study: source, trials } of sources) {
    const usable = trials.filter(
      ({ params, state }) => state === "complete" && adopt(problem.space, params) !== undefined,
    );
    if (usable.length > 0) say(`learns from ${usable.length} trials of study ${source}`);
    else
      say(
        `warning: no complete trial of study ${source} is a point of this space: nothing is learned from it`,
      );
  }
  if (points !== undefined)
    say(
      `${sampler.name}: ${points} points${limits.trials !== undefined && limits.trials < points ? `, of which ${limits.trials} are tried` : ""}`,
    );
  if (description.study === undefined) say(`study ${name} in ${storage.location}`);
  return study;
}

function prunerOf({ pruner }: Description, sampler: Sampler) {
  return makePruner(pruner?.name ?? defaultPruner(sampler), pruner?.options);
}

function terminatorOf({ terminator }: Description) {
  return makeTerminator(terminator?.name ?? "none", terminator?.options);
}

/** A study ends of itself: by a limit that was given, because its points are counted, or after 100 trials. */
function withDefault(limits: Limits, points: number | undefined): Limits {
  const { trials, seconds, target } = limits;
  const ends = trials !== undefined || seconds !== undefined || target !== undefined || points !== undefined;
  return ends ? limits : { ...limits, trials: DEFAULT_TRIALS };
}

/** Goes on with a study that exists, if it is of the same problem. */
async function join(
  storage: Storage,
  location: string,
  name: string,
  description: Description,
  plan: Plan,
  placement: Placement,
): Promise<Study> {
  const { sampler, pruner, terminator, repeats } = description;
  const chosen = {
    ...(sampler && { sampler }),
    ...(pruner && { pruner }),
    ...(terminator && { terminator }),
  };
  const study = await openStudy(undefined, {
    storage,
    study: name,
    compute: threadCompute(),
    ...(sampler && { sampler: makeSampler(sampler.name, sampler.options) }),
    ...(pruner && { pruner: makePruner(pruner.name, pruner.options) ?? "none" }),
    ...(terminator && { terminator: terminatorOf(description) ?? "none" }),
  });
  const { problem, configuration } = study.history;
  if (!problem.space.equals(description.space))
    throw new ConflictError(
      `study ${name} has another space (${problem.space.difference(description.space).join("; ")}); ` +
        remedy(name, problem.space, description.space, shownStorage(location)),
    );
  study.know(description.space);
  const goals = (objectives: typeof problem.objectives) =>
    objectives.map((one) => `${one.direction} ${one.name}`).join(", ");
  if (goals(problem.objectives) !== goals(description.objectives))
    throw new ConflictError(
      `study ${name} has other objectives (${goals(problem.objectives)}, not ${goals(description.objectives)}); give the new ones another --study`,
    );
  const limits = (constraints: typeof problem.constraints = []) =>
    constraints.map(({ name }) => name).join(", ");
  if (description.constraints.length > 0 && limits(problem.constraints) !== limits(description.constraints))
    throw new ConflictError(
      `study ${name} has other constraints (${limits(problem.constraints) || "none"}, not ${limits(description.constraints)}); give the new ones another --study`,
    );
  await study.resume();
  const wanted = {
    ...toConfiguration(plan, placement),
    ...chosen,
    ...(repeats && { repeats }),
    ...(Object.keys(description.limits).length > 0 && {
      limits: { ...configuration.limits, ...description.limits },
    }),
  };
  const changed = Object.entries(wanted).some(
    ([key, value]) =>
      JSON.stringify(value) !== JSON.stringify(configuration[key as keyof typeof configuration]),
  );
  if (changed) await study.configure(wanted);
  return study as Study;
}
