/**
 * The live view of a run: a pure function from the history to lines of text.
 */
import { styleText } from "node:util";
import { bestTrial, type History } from "../history.ts";
import type { Trial } from "../trial.ts";
import { frontLine } from "./front.ts";
import { clockTime, paramsLine, short, sparkline, valuesLine } from "./text.ts";

/** What the view shows beside the history. */
export interface ViewInfo {
  readonly study: string;
  readonly sampler: string;
  readonly workers: number;
  /** Milliseconds since this run began. */
  readonly sinceMs: number;
  readonly draining: boolean;
  readonly colour: boolean;
}

const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
/** Running trials and failures that are shown at most. */
const SHOWN_RUNNING = 12;
const SHOWN_FAILURES = 3;

/** The lines to draw, none wider than `width`. */
export function frame(history: History, info: ViewInfo, width: number): string[] {
  const lines = [
    headline(history, info),
    progress(history, info, width),
    bestLine(history, width),
    ...runningLines(history, info, width),
    ...failureLines(history, info),
  ];
  if (info.draining) lines.push(" finishing the running trials; Ctrl-C again ends them");
  return lines.filter((line) => line !== "").map((line) => paint(clip(line, width), info.colour));
}

function headline({ problem }: History, { study, sampler, workers }: ViewInfo): string {
  const goals = problem.objectives.map(({ name, direction }) => `${direction} ${name}`).join(", ");
  return ` ${study}  ${goals} · ${sampler} · ${workers} at a time`;
}

function progress(history: History, info: ViewInfo, width: number): string {
  const { counts, limits, activeMs } = history;
  const finished = counts.complete + counts.pruned + counts.failed + counts.paused;
  const shares = [
    limits.trials === undefined ? 0 : finished / limits.trials,
    limits.seconds === undefined ? 0 : activeMs / 1000 / limits.seconds,
  ];
  const share = Math.min(1, Math.max(...shares));
  const counted = [
    `${limits.trials === undefined ? finished : `${finished}/${limits.trials}`}`,
    ...(counts.pruned > 0 ? [`${counts.pruned} pruned`] : []),
    ...(counts.paused > 0 ? [`${counts.paused} paused`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    clockTime(info.sinceMs),
    ...remaining(history, share, finished),
  ].join(" · ");
  if (limits.trials === undefined && limits.seconds === undefined) return ` ${counted}`;
  const room = Math.max(10, Math.min(40, width - counted.length - 4));
  const full = Math.round(share * room);
  return ` ${"━".repeat(full)}${"╌".repeat(room - full)}  ${counted}`;
}

function remaining(history: History, share: number, finished: number): string[] {
  if (finished < 3 || share <= 0 || share >= 1) return [];
  return [`eta ${clockTime((history.activeMs / share) * (1 - share))}`];
}

function bestLine(history: History, width: number): string {
  if (history.problem.objectives.length > 1) return frontLine(history);
  const best = bestTrial(history);
  if (best?.values === undefined) return "";
  const names = history.problem.objectives.map(({ name }) => name);
  const text = ` best #${best.number}  ${valuesLine(best.values, names)}   ${paramsLine(best)}`;
  const curve = sparkline(bestSoFar(history), 12);
  const space = width - text.length - curve.length - 1;
  return space > 1 ? text + " ".repeat(space) + curve : text;
}

/** Values of the first objective, each time the best so far. */
export function bestSoFar(history: History): number[] {
  const { name, direction } = history.problem.objectives[0];
  const ended = history.trials
    .filter((trial) => trial?.state === "complete" && trial.values !== undefined)
    .sort((a, b) => (a?.times.finished ?? 0) - (b?.times.finished ?? 0));
  let best: number | undefined;
  return ended.map((trial) => {
    const value = (trial as Trial).values?.[name] as number;
    const better = best === undefined || (direction === "minimize" ? value < best : value > best);
    if (better) best = value;
    return best as number;
  });
}

function runningLines(history: History, info: ViewInfo, width: number): string[] {
  const spinner = SPINNER[Math.floor(info.sinceMs / 120) % SPINNER.length];
  const running = [...history.claims.values()].sort((a, b) => a.number - b.number);
  const cells = running.slice(0, SHOWN_RUNNING).map(({ number, started }) => {
    const last = started ? history.trials[number]?.reports.at(-1) : undefined;
    const most = history.problem.steps?.max;
    const step = last && `${last.step}${most === undefined ? "" : `/${most}`}`;
    const value = last?.values[history.problem.objectives[0].name];
    const said = last === undefined ? "starting" : `${step} ${value === undefined ? "" : short(value)}`;
    return `#${number} ${spinner} ${said}`.trimEnd();
  });
  if (running.length > SHOWN_RUNNING) cells.push(`and ${running.length - SHOWN_RUNNING} more`);
  const column = Math.max(...cells.map((cell) => cell.length), 1) + 3;
  const perLine = Math.max(1, Math.floor((width - 1) / column));
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += perLine)
    lines.push(
      ` ${cells
        .slice(at, at + perLine)
        .map((cell) => cell.padEnd(column))
        .join("")}`.trimEnd(),
    );
  return lines;
}

function failureLines(history: History, info: ViewInfo): string[] {
  if (history.counts.failed === 0) return [];
  const failed = history.trials
    .filter((trial) => trial?.state === "failed")
    .slice(-SHOWN_FAILURES) as Trial[];
  return failed.map(
    ({ number, error }) =>
      ` ✗ #${number} ${error?.message ?? "failed"}   fettle logs ${info.study} ${number}`,
  );
}

function clip(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

function paint(line: string, colour: boolean): string {
  if (!colour) return line;
  if (line.startsWith(" best") || line.startsWith(" front")) return styleText("green", line);
  if (line.startsWith(" ✗")) return styleText("red", line);
  if (line.startsWith(" #")) return styleText("dim", line);
  return line;
}
