/**
 * `fettle show`: a study, or one of its trials.
 */

import { shellQuote } from "../engines/process/command.ts";
import { NotFoundError } from "../errors.ts";
import type { Repeats } from "../events.ts";
import { limitReached } from "../history.ts";
import { givenConstraints } from "../space/constraint.ts";
import { parametersOf } from "../space.ts";
import type { Study } from "../study.ts";
import { frontCard } from "../terminal/front.ts";
import { scheduleLines } from "../terminal/schedule.ts";
import { bestCard } from "../terminal/summary.ts";
import { paramsLine, short, sparkline, valuesLine } from "../terminal/text.ts";
import type { Json, Trial } from "../trial.ts";
import { withStudy } from "./context.ts";
import { asFlag, asWhere, cell, duration, write } from "./output.ts";
import type { Plan } from "./plan.ts";
import { trialJson } from "./trial-json.ts";

interface ShowFlags {
  readonly storage: string;
  readonly study?: string;
  readonly json?: boolean;
}

/** `show STUDY`, `show STUDY 17`, or `show 17` for a trial of the study that is meant anyway. */
export async function action(
  first: string | undefined,
  second: string | undefined,
  flags: ShowFlags,
): Promise<undefined> {
  const { study, trial } = readOperands(first, second, flags.study);
  await withStudy({ ...flags, study }, async (found) => {
    if (trial !== undefined) return showTrial(found, findTrial(found, trial), flags.json === true);
    if (flags.json) write(JSON.stringify(studyJson(found), null, 2));
    else write(studyCard(found).join("\n"));
  });
}

/** A whole number alone is a trial. */
export function readOperands(
  first: string | undefined,
  second: string | undefined,
  study: string | undefined,
) {
  if (second !== undefined) return { study: first, trial: second };
  if (first !== undefined && /^\d+$/.test(first)) return { study, trial: first };
  return { study: first ?? study, trial: undefined };
}

/** @throws {NotFoundError} if the study has no such trial */
export function findTrial(study: Study, text: string): Trial {
  const trial = /^\d+$/.test(text) ? study.history.trials[Number(text)] : undefined;
  if (trial === undefined)
    throw new NotFoundError(
      `study ${study.name} has no trial ${text}; it has ${study.history.trials.length}`,
    );
  return trial;
}

function studyJson({ name, history }: Study): object {
  const { problem, configuration, limits, counts, notes, activeMs, best, created, time, stopped } = history;
  const { space, objectives, seed } = problem;
  return {
    study: name,
    objectives,
    seed,
    space: space.toJSON(),
    configuration,
    limits,
    counts,
    notes,
    activeMs,
    best: best ?? null,
    ...(stopped && { stopped: { reason: stopped.reason, expected: stopped.expected } }),
    created,
    updated: time,
  };
}

function studyCard({ name, history }: Study): string[] {
  const { problem, configuration, limits, counts, notes, claims, stopped } = history;
  const shown = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const limited = Object.entries(limits).map(
    ([limit, value]) => `${limit} ${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  const { argv } = (configuration.command ?? {}) as Partial<Plan>;
  const state = claims.size > 0 ? "running" : (limitReached(history)?.reason ?? "idle");
  const lines = [
    `study     ${name}`,
    `state     ${state}${expectedText(stopped?.expected)}`,
    `goal      ${problem.objectives.map((one) => `${one.direction} ${one.name}`).join(", ")}`,
    `trials    ${shown.join(", ") || "none"}`,
    `limits    ${limited.join(", ") || "none"}`,
    `sampler   ${chosenText(configuration.sampler ?? { name: "auto" })}, seed ${problem.seed}`,
    `pruner    ${chosenText(configuration.pruner ?? { name: "none" })}`,
    ...(configuration.terminator ? [`stop when ${chosenText(configuration.terminator)}`] : []),
    ...(configuration.repeats ? [`repeats   ${repeatsText(configuration.repeats)}`] : []),
    ...(problem.constraints ?? []).map(({ name }) => `limit     ${name}`),
    ...(argv ? [`command   ${argv.map(shellQuote).join(" ")}`] : []),
    ...Object.entries(notes).map(
      ([key, value]) => `note      ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
    ),
    "",
    ...Object.entries(parametersOf(problem.space.toJSON())).map(
      ([path, json]) =>
        `  -p ${asFlag(path, json)}${json.when ? `   when ${JSON.stringify(json.when)}` : ""}`,
    ),
    ...givenConstraints(problem.space).map((constraint) => `  ${asWhere(constraint)}`),
  ];
  if (counts.complete > 0)
    lines.push("", ...(problem.objectives.length === 1 ? bestCard(history) : frontCard(history)));
  return lines;
}

/** As the command line writes it. */
function chosenText({ name, options }: { readonly name: string; readonly options?: Json }): string {
  const entries = Object.entries((options ?? {}) as Readonly<Record<string, Json>>);
  const values = entries.map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return values.length === 0 ? name : `${name}:${values.join(",")}`;
}

function expectedText(expected: number | undefined): string {
  return expected === undefined ? "" : `; the next trial was expected to improve by ${short(expected, 2)}`;
}

function repeatsText({ most, all }: Repeats): string {
  return all ? `every configuration ${most} times` : `the best configurations up to ${most} times`;
}

/** What a sampler keeps of its reasons, as a sentence where it is one. */
function reason(origin: Json): string {
  const { chosen, fallback, why, generation } = origin as Readonly<Record<string, string | number>>;
  const who = fallback ?? chosen;
  if (who === undefined && generation !== undefined) return `generation ${generation}`;
  return who !== undefined && why !== undefined ? `${who}: ${why}` : JSON.stringify(origin);
}

function showTrial(study: Study, trial: Trial, json: boolean): void {
  if (json) return write(JSON.stringify(trialJson(trial), null, 2));
  const names = study.history.problem.objectives.map((one) => one.name);
  const curve = trial.reports.map((report) => report.values[names[0]]);
  const last = trial.reports.at(-1);
  const took = duration(trial);
  const width = Math.max(0, ...Object.keys(trial.params).map((path) => path.length));
  const lines = [
    `trial ${trial.number} of ${study.name}: ${trial.state}${trial.attempt > 1 ? `, attempt ${trial.attempt}` : ""}${took === "" ? "" : `, ${took} s`}`,
    ...(trial.values ? [`  ${valuesLine(trial.values, names)}`] : []),
    "",
    ...Object.entries(trial.params).map(([path, value]) => `  ${path.padEnd(width)}  ${cell(value)}`),
  ];
  if (last)
    lines.push(
      "",
      `${trial.reports.length} reports, the last at step ${last.step}: ${short(curve.at(-1) ?? Number.NaN)}   ${sparkline(curve, 30)}`,
    );
  if (trial.tuned !== undefined)
    lines.push("", `tuned by the trial itself to: ${paramsLine({ params: trial.tuned })}`);
  const stages = scheduleLines(study.history, trial);
  if (stages.length > 0) lines.push("", ...stages);
  if (trial.origin !== undefined) lines.push("", `suggested by ${reason(trial.origin)}`);
  for (const [key, value] of Object.entries(trial.notes))
    lines.push(`note ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  if (trial.error)
    lines.push(
      "",
      `error: ${trial.error.message}`,
      ...(trial.error.tail?.split("\n").map((line) => `  ${line}`) ?? []),
    );
  write([...lines, "", `all it wrote: fettle logs ${study.name} ${trial.number}`].join("\n"));
}
