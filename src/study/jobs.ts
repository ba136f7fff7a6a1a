/**
 * What an engine is asked to run for a trial.
 */
import type { Job } from "../engine.ts";
import type { History } from "../history.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import { written } from "../space.ts";
import type { Trial } from "../trial.ts";

/** The job of a trial that has just started. */
export function jobOf(study: string, history: History, trial: Trial): Job {
  const { problem } = history;
  const { number, attempt, params, fork, reports } = trial;
  const budget = trial.budget ?? problem.steps?.max;
  const repeat = repeatIndex(history, trial);
  return {
    study,
    trial: number,
    attempt,
    params: written(history.spaces[trial.space], params),
    objectives: metricsOf(problem),
    ...(budget !== undefined && { budget }),
    ...(fork && { fork }),
    ...(attempt > 1 && reports.length > 0 && { reached: reports[reports.length - 1].step }),
    seed: rng(problem.seed, "trial", number).bits(),
    ...(repeat !== undefined && { repeat }),
  };
}

/** Names of what a program is to tell: the objectives, and the outcomes that are limited. */
function metricsOf({ objectives, constraints = [] }: Problem): readonly string[] {
  const limited = constraints.flatMap(({ metric }) => metric ?? []);
  return [...new Set([...objectives.map(({ name }) => name), ...limited])];
}

/** Which evaluation of its configuration it is, from 0; undefined where none is repeated. */
function repeatIndex({ configuration, repeats }: History, { number, repeatOf }: Trial): number | undefined {
  if (repeatOf !== undefined) return 1 + (repeats.get(repeatOf)?.indexOf(number) ?? 0);
  return configuration.repeats === undefined ? undefined : 0;
}
