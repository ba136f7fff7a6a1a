/**
 * What a run says at its end: the best trial, what mattered, and what to do next.
 */
import { importance } from "../analysis/importance.ts";
import { bestTrial, configurations, type History } from "../history.ts";
import { written } from "../space.ts";
import type { RunEnd, Study } from "../study.ts";
import { effectiveParams, type Trial } from "../trial.ts";
import { frontCard } from "./front.ts";
import { scheduleLines } from "./schedule.ts";
import { short } from "./text.ts";

const BAR = 24;
/** Parameters that are shown where none stands out. */
const LIKELIEST = 3;

/** The lines of the summary; `flags` is what later commands need to find the study. */
// biome-ignore lint/suspicious/noExplicitAny: a study of whatever params and objectives
export function summary(study: Study<any, any>, end: RunEnd, flags: string): string[] {
  const { history } = study;
  const { counts } = history;
  const parts = [
    `${counts.complete} complete`,
    `${counts.pruned} pruned`,
    `${counts.paused} paused`,
    `${counts.failed} failed`,
    `${counts.waiting} waiting`,
  ];
  const shown = parts.filter((part, index) => index === 0 || !part.startsWith("0 "));
  const lines = [`${study.name}: ${shown.join(", ")} (${end.reason})`];
  const expected = history.stopped?.expected;
  if (expected !== undefined)
    lines.push(`  the best next trial would be expected to improve by ${short(expected, 2)}`);
  if (counts.complete === 0) return [...lines, ...firstFailure(history, study.name, flags)];
  lines.push("", ...(history.problem.objectives.length === 1 ? bestCard(history) : frontCard(history)));
  lines.push(...importanceBars(history));
  lines.push("", ...nextSteps(study.name, flags, history));
  return lines;
}

function firstFailure(history: History, study: string, flags: string): string[] {
  const failed = history.trials.find((trial) => trial?.state === "failed");
  if (failed?.error === undefined) return [];
  const tail = failed.error.tail?.trimEnd().split("\n").slice(-5) ?? [];
  return [
    `  trial ${failed.number}: ${failed.error.message}`,
    ...tail.map((line) => `    ${line}`),
    `  all it wrote: fettle logs ${study} ${failed.number}${flags}`,
  ];
}

/** The best trial, a parameter a line. */
export function bestCard(history: History): string[] {
  const best = bestTrial(history);
  if (best?.values === undefined) return ["no trial is complete and feasible"];
  const names = history.problem.objectives.map(({ name }) => name);
  const params = written(history.spaces[best.space], effectiveParams(best));
  const width = Math.max(...Object.keys(params).map((path) => path.length));
  return [
    `best trial #${best.number}: ${names.map((name) => `${name} ${short(best.values?.[name] ?? Number.NaN, 6)}`).join("  ")}${spread(best)}`,
    ...Object.entries(params).map(
      ([path, value]) =>
        `  ${path.padEnd(width)}  ${typeof value === "number" ? short(value) : String(value)}`,
    ),
    ...scheduleLines(history, best),
  ];
}

/** Over how many evaluations the value is the mean, and how far a single one is off. */
function spread({ repeats }: Trial): string {
  if (repeats === undefined || repeats.count < 2) return "";
  return ` (mean of ${repeats.count}, each ± ${short(repeats.std[0], 2)})`;
}

/** How much each parameter mattered, as bars; nothing where there are too few trials to say anything. */
export function importanceBars(history: History): string[] {
  const shares = importance(configurations(history), history.problem.space).filter(({ share }) => share > 0);
  if (shares.length === 0) return [];
  const told = shares.filter(({ significant }) => significant);
  const shown = told.length > 0 ? told : shares.slice(0, LIKELIEST);
  const width = Math.max(...shown.map(({ path }) => path.length));
  return [
    "",
    told.length > 0
      ? "what mattered (PED-ANOVA)"
      : "what mattered (PED-ANOVA): nothing stands out from noise yet; the likeliest are",
    ...shown.map(({ path, share }) => {
      const bar = "█".repeat(Math.max(1, Math.round((share / shown[0].share) * BAR)));
      return `  ${path.padEnd(width)}  ${bar} ${Math.round(share * 100)} %`;
    }),
  ];
}

function nextSteps(study: string, flags: string, history: History): string[] {
  const limit = history.limits.trials;
  const more = limit === undefined ? [] : [`fettle resume ${study} -n ${limit * 2}${flags}`];
  const command =
    history.configuration.command === undefined ? [] : [`fettle best ${study} --command${flags}`];
  return ["next:", ...[...command, ...more, `fettle trials ${study}${flags}`].map((text) => `  ${text}`)];
}
