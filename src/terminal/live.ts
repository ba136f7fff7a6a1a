/**
 * Shows a run while it goes on: a live region on a terminal, plain lines elsewhere, JSON lines for machines.
 */
import { elapsed } from "../clock.ts";
import type { Event } from "../events.ts";
import type { Change, History } from "../history.ts";
import type { Study } from "../study.ts";
import { clockTime, paramsLine, valuesLine } from "./text.ts";
import { frame } from "./view.ts";

export interface Live {
  /** Shows that the run is finishing what is under way. */
  drain(): void;
  /** Takes the live region away. */
  close(): void;
}

export interface LiveOptions {
  /** How many trials run at a time. @default 1 */
  readonly workers?: number;
  /** @default a live region on a terminal, else plain lines */
  readonly mode?: "live" | "plain" | "json" | "quiet";
}

const FRAME_MS = 120;
/** A plain log says that it lives, even where nothing gets better. */
const HEARTBEAT_MS = 60_000;

/** The mode for this terminal: JSON and quiet where asked for, plain where standard error is not a terminal. */
export function chooseMode(
  options: { readonly json?: boolean; readonly quiet?: boolean } = {},
): NonNullable<LiveOptions["mode"]> {
  if (options.json) return "json";
  if (options.quiet) return "quiet";
  return process.stderr.isTTY && process.env.TERM !== "dumb" && !process.env.CI ? "live" : "plain";
}

/**
 * Shows a study on standard error while it runs, until closed.
 *
 * @example
 * const live = showLive(study, { workers: 4 });
 * await study.run(threads({ module, parallel: 4 })).finally(live.close);
 */
// biome-ignore lint/suspicious/noExplicitAny: a study of whatever params and objectives
export function showLive(study: Study<any, any>, options: LiveOptions = {}): Live {
  const { workers = 1, mode = chooseMode() } = options;
  if (mode === "live") return region(study, workers);
  if (mode === "plain") return plain(study);
  if (mode === "json") return json(study);
  return { drain: () => {}, close: () => {} };
}

/** Redraws a few lines in place, on standard error. */
function region(study: Study, workers: number): Live {
  const sampler = study.history.configuration.sampler?.name ?? "auto";
  const begun = elapsed();
  const colour = process.env.NO_COLOR === undefined;
  let drawn = 0;
  let draining = false;
  const erase = () => (drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : "");
  const draw = () => {
    const info = { study: study.name, sampler, workers, sinceMs: elapsed() - begun, draining, colour };
    const height = Math.max(3, (process.stderr.rows ?? 24) - 1);
    const lines = frame(study.history, info, process.stderr.columns ?? 80).slice(0, height);
    process.stderr.write(`${erase()}${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, FRAME_MS);
  draw();
  return {
    drain: () => {
      draining = true;
      draw();
    },
    close: () => {
      clearInterval(timer);
      process.stderr.write(erase());
      drawn = 0; // what is printed after it stays, also when it is closed once more
    },
  };
}

/** A line for each improvement and failure, and a sign of life. */
function plain(study: Study): Live {
  const begun = elapsed();
  let saidAt = begun;
  const say = (text: string) => {
    saidAt = elapsed();
    process.stderr.write(`${clockTime(saidAt - begun)}  ${text}\n`);
  };
  const stop = study.observe((_event, { ended }) => {
    for (const number of ended ?? []) {
      const line = endLine(study.history, number);
      if (line !== undefined) say(line);
    }
  });
  const timer = setInterval(() => {
    if (elapsed() - saidAt >= HEARTBEAT_MS) say(`${progressText(study.history)}`);
  }, 1000);
  return {
    drain: () => say("finishing the running trials; a second interrupt ends them"),
    close: () => {
      stop();
      clearInterval(timer);
    },
  };
}

function progressText({ counts, limits }: History): string {
  const done = counts.complete + counts.pruned + counts.failed + counts.paused;
  const paused = counts.paused > 0 ? `, of which ${counts.paused} pause` : "";
  const total = limits.trials === undefined ? done : `${done}/${limits.trials}`;
  return `${total} trials${paused}, ${counts.running} running`;
}

function endLine(history: History, number: number): string | undefined {
  const trial = history.trials[number];
  if (trial === undefined) return undefined;
  if (trial.state === "failed") return `#${number} failed: ${trial.error?.message ?? "no reason given"}`;
  if (history.best !== number || trial.values === undefined) return undefined;
  const names = history.problem.objectives.map(({ name }) => name);
  return `#${number} best so far: ${valuesLine(trial.values, names)}   ${paramsLine(trial)}`;
}

/** The events as they are folded, one JSON line each. */
function json(study: Study): Live {
  const stop = study.observe((event: Event, change: Change) => {
    if (change.rejected === undefined) process.stdout.write(`${JSON.stringify(event)}\n`);
  });
  return { drain: () => {}, close: stop };
}
