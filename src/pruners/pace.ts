/**
 * How long trials take: read off the times in the log, so that every worker and a replay find the same.
 */
import type { Problem } from "../problem.ts";
import type { Trial } from "../trial.ts";

export interface Pace {
  /** Milliseconds during which a trial was with a worker; overlapping ones count once. */
  activeMs: number;
  /** Until when that is counted. */
  until: number;
  /** Milliseconds between the reports of each trial, and how many steps that was; and over all trials. */
  readonly trained: Map<number, { ms: number; steps: number }>;
  readonly all: { ms: number; steps: number };
  /** Time and step of each running trial's last report, and the attempt that it belongs to. */
  readonly last: Map<number, { readonly attempt: number; readonly time: number; readonly step: number }>;
}

export function noPace(): Pace {
  return {
    activeMs: 0,
    until: Number.NEGATIVE_INFINITY,
    trained: new Map(),
    all: { ms: 0, steps: 0 },
    last: new Map(),
  };
}

/** Takes in when a trial reported or ended. */
export function tellPace(pace: Pace, { number, state, attempt, reports, times }: Trial): void {
  const isRunning = state === "running";
  const latest = reports[reports.length - 1];
  const time = isRunning ? latest?.time : times.finished;
  if (time === undefined || times.started === undefined) return;
  pace.activeMs += Math.max(0, time - Math.max(pace.until, times.started));
  pace.until = Math.max(pace.until, time);
  if (!isRunning) {
    pace.last.delete(number);
    return;
  }
  const before = pace.last.get(number);
  const step = Math.max(0, latest.step);
  // A later attempt may have gone on from a checkpoint: its first report does not tell how many steps it took.
  const from =
    before?.attempt === attempt ? before : attempt === 1 ? { time: times.started, step: 0 } : undefined;
  if (from !== undefined && step > from.step && time >= from.time) {
    const own = pace.trained.get(number) ?? { ms: 0, steps: 0 };
    pace.trained.set(number, own);
    for (const sum of [own, pace.all]) {
      sum.ms += time - from.time;
      sum.steps += step - from.step;
    }
  }
  pace.last.set(number, { attempt, time, step });
}

/** The seconds of a step on one worker: of that trial, else of all; undefined until one was timed. */
export function secondsPerStep({ trained, all }: Pace, number?: number): number | undefined {
  const { ms, steps } = (number === undefined ? undefined : trained.get(number)) ?? all;
  return steps > 0 ? ms / 1000 / steps : undefined;
}

/** The seconds that the study has left; undefined where it has no time limit. */
export function secondsLeft({ activeMs }: Pace, { limits }: Problem): number | undefined {
  return limits.seconds === undefined ? undefined : limits.seconds - activeMs / 1000;
}
