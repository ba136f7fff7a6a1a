/**
 * How a study's trials are run, as the log keeps it, and the engine that does so.
 */
import { resolve } from "node:path";
import type { Description } from "../config/description.ts";
import type { Gpus } from "../config/gpus.ts";
import type { Engine } from "../engine.ts";
import { checkPlaceholders, comparePlaceholders } from "../engines/process/command.ts";
import { checkVariables, variableOf } from "../engines/process/environment.ts";
import { checkProgram } from "../engines/process/program.ts";
import { InvalidInputError } from "../errors.ts";
import type { Configuration } from "../events.ts";
import type { Objective } from "../objective.ts";
import type { Params } from "../space/types.ts";
import { writtenPaths } from "../space/written.ts";
import type { Study } from "../study.ts";
import type { Json, ObjectiveSpec } from "../trial.ts";

/** A program, a module or a function of a configuration file; plain JSON but for the function. */
export interface Plan {
  readonly kind: "command" | "module" | "objective";
  readonly argv?: readonly string[];
  readonly module?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly patterns?: Readonly<Record<string, string>>;
  readonly trialTimeoutMs?: number;
  readonly graceMs?: number;
  readonly value?: "last" | "best";
}

/** Where and how many at a time. */
export interface Placement {
  readonly parallel: number;
  readonly gpus?: Gpus;
  readonly files: string;
}

/** What the description says to run. @throws {InvalidInputError} if it says nothing, or what cannot be run */
export function planOf(description: Description): { plan: Plan; objective?: Objective } {
  const { run, cwd, env, patterns, trialTimeoutMs, graceMs, value } = description;
  if (run === undefined)
    throw new InvalidInputError(
      "nothing to run: put the program behind --, such as fettle run … -- python train.py --lr {lr}",
    );
  if (description.gpus !== undefined && !("command" in run))
    throw new InvalidInputError("gpus: only programs get GPUs of their own; give a command");
  if ("module" in run) return { plan: { kind: "module", module: run.module } };
  if ("objective" in run) return { plan: { kind: "objective" }, objective: run.objective };
  const paths = writtenPaths(description.space);
  checkPlaceholders(run.command, paths);
  if (description.steps === undefined && run.command.some((argument) => argument.includes("{budget}")))
    throw new InvalidInputError(
      "{budget} in the command needs --max-steps, the last step of a full training",
    );
  checkVariables(paths);
  checkProgram(run.command[0], cwd, env.PATH);
  return {
    plan: {
      kind: "command",
      argv: run.command,
      cwd,
      env,
      patterns,
      value,
      ...(trialTimeoutMs !== undefined && { trialTimeoutMs }),
      ...(graceMs !== undefined && { graceMs }),
    },
  };
}

/** Parameters that no placeholder names, where others have one. */
export function unusedParameters(
  { argv }: Plan,
  { space, fixed = {} }: Pick<Description, "space"> & Partial<Pick<Description, "fixed">>,
): string[] {
  if (argv === undefined || comparePlaceholders(argv, []).unknown.length === 0) return [];
  const { unused } = comparePlaceholders(argv, writtenPaths(space));
  return unused
    .filter((path) => !(path in fixed))
    .map((path) => `{${path}} is not in the command; the program can read it as ${variableOf(path)}`);
}

/** A plan as the log keeps it. */
export function toConfiguration(plan: Plan, placement: Placement): Pick<Configuration, "command" | "engine"> {
  const command = JSON.parse(JSON.stringify(plan)) as Json;
  const { parallel, files, gpus } = placement;
  const shared = gpus && { ids: [...gpus.ids], perTrial: gpus.perTrial };
  return { command, engine: { parallel, files, ...(shared && { gpus: shared }) } };
}

/** The plan that a study was run by. @throws {InvalidInputError} if it has none, or one that only its own file knows */
export function planOfStudy(study: Study): Plan {
  const plan = study.history.configuration.command as Plan | undefined;
  if (plan === undefined)
    throw new InvalidInputError(
      `study ${study.name} was not run from the command line; go on with it in the program that made it`,
    );
  if (plan.kind === "objective")
    throw new InvalidInputError(
      `the objective of study ${study.name} is in its configuration file: fettle run FILE --study ${study.name}`,
    );
  return plan;
}

/** The engine of a plan, loaded when it is needed. */
export async function engineFor(
  study: Study,
  plan: Plan,
  { parallel, files, gpus }: Placement,
  objective: Objective | undefined,
): Promise<Engine> {
  const nest = (_params: Params, trial: number) => study.paramsOf(trial);
  if (plan.kind === "module") {
    const { threads } = await import("../engines/threads.ts");
    return threads({ module: resolve(plan.module ?? ""), parallel, nest });
  }
  if (plan.kind === "objective") {
    const { inline } = await import("../engines/inline.ts");
    return inline(objective as Objective, { parallel, nest });
  }
  const { processes } = await import("../engines/process.ts");
  return processes({
    command: plan.argv ?? [],
    files,
    parallel,
    ...(gpus && { gpus: gpus.ids, gpusPerTrial: gpus.perTrial }),
    cwd: plan.cwd,
    env: plan.env,
    patterns: plan.patterns,
    timeoutMs: plan.trialTimeoutMs,
    graceMs: plan.graceMs,
    ...(plan.value === "best" && { best: directionsOf(study.history.problem.objectives) }),
  });
}

function directionsOf(objectives: readonly ObjectiveSpec[]) {
  return Object.fromEntries(objectives.map(({ name, direction }) => [name, direction]));
}

/** A name for a study that was given none: the program's, and something of its own. */
export function inventName(plan: Plan, unique: string): string {
  const words = plan.argv ?? [plan.module ?? "study"];
  const script = words.find((word) => /\.\w+$/.test(word) && !word.includes("{")) ?? words[0];
  const base =
    script
      .replaceAll("\\", "/")
      .split("/")
      .at(-1)
      ?.replace(/\.\w+$/, "") ?? "";

  return `${base.replace(/[^\w-]/g, "-") || "study"}-${unique}`;
}
