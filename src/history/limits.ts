/**
 * When a study has enough: computed from the history alone, so that every worker finds the same.
 */
import { fromWire, type Limits } from "../events.ts";
import type { Problem } from "../problem.ts";
import type { Numbers, Trial } from "../trial.ts";
import type { History } from "./types.ts";

export const RETRIES_LOST = 3;
export const RETRIES_FAILED = 0;

/** How many trial numbers were given out. */
export function numbersUsed(history: History): number {
  return history.trials.length - history.free.length;
}

/** What the limits leave at this position; absent where there is no limit. */
export function left(history: History): { readonly trials?: number; readonly seconds?: number } {
  const { trials, seconds } = history.limits;
  return {
    ...(trials !== undefined && { trials: Math.max(0, trials - numbersUsed(history)) }),
    ...(seconds !== undefined && { seconds: Math.max(0, seconds - history.activeMs / 1000) }),
  };
}

export interface LimitReached {
  readonly kind: "stopped" | "target" | "failures" | "seconds" | "trials";
  readonly reason: string;
}

/** The limit that ends the whole study now, even with numbers left: a stop, a target, failures, time. */
export function ending(history: History): LimitReached | undefined {
  const { limits } = history;
  if (history.stopped) return { kind: "stopped", reason: history.stopped.reason };
  if (history.reached !== undefined)
    return { kind: "target", reason: `trial ${history.reached} reached the target` };
  if (limits.failures !== undefined && history.counts.failed >= limits.failures)
    return { kind: "failures", reason: `${history.counts.failed} trials failed` };
  if (limits.seconds !== undefined && history.activeMs >= limits.seconds * 1000)
    return { kind: "seconds", reason: `the time limit of ${limits.seconds} s was reached` };
  return undefined;
}

/** The limit that leaves nothing to claim, if there is one. */
export function limitReached(history: History): LimitReached | undefined {
  const end = ending(history);
  if (end) return end;
  const { trials } = history.limits;
  if (trials !== undefined && !hasNumber(history))
    return { kind: "trials", reason: `the limit of ${trials} trials was reached` };
  return undefined;
}

/** Whether a claim would get a number. */
export function hasNumber(history: History): boolean {
  const limit = history.limits.trials ?? Number.POSITIVE_INFINITY;
  return (
    history.waiting.some((number) => number < limit) ||
    (history.free.length > 0 && history.free[0] < limit) ||
    history.trials.length < limit
  );
}

/** Whether the trial reached all targets of the limits. */
export function reachesTarget(problem: Problem, limits: Limits, trial: Trial): boolean {
  if (limits.target === undefined || trial.state !== "complete" || trial.values === undefined) return false;
  if (!isFeasible(trial)) return false;
  const { values } = trial;
  return Object.entries(limits.target).every(([name, wire]) => {
    const objective = problem.objectives.find((candidate) => candidate.name === name);
    if (objective === undefined) return false;
    return objective.direction === "minimize"
      ? values[name] <= fromWire(wire)
      : values[name] >= fromWire(wire);
  });
}

/** By how much constraints are missed in all: the sum of what is above 0; infinite where one is no number. */
export function violationOf(constraints: Numbers | undefined): number {
  let sum = 0;
  for (const excess of Object.values(constraints ?? {}))
    sum += Number.isNaN(excess) ? Number.POSITIVE_INFINITY : Math.max(0, excess);
  return sum;
}

/** Whether all reported constraints hold: at most 0. */
export function isFeasible({ constraints }: Trial): boolean {
  return violationOf(constraints) === 0;
}
