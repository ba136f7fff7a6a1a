/**
 * Where a trained trial comes from: the trials whose checkpoints it goes back to, and what each was trained with.
 */
import type { Params } from "../space/types.ts";
import type { Trial } from "../trial.ts";

/** A stretch of training with the same params. */
export interface Stage {
  /** The trial that trained it. */
  readonly trial: number;
  /** Steps after `from`, up to and with `to`. */
  readonly from: number;
  readonly to: number;
  readonly params: Params;
}

/**
 * The trials that led to a trial, first to last, each with the steps that it trained of the lineage. One that could not
 * find its checkpoint and began anew has no ancestors.
 *
 * @param trials  by number; absent ones are not known
 * @returns       empty if the trial is not known
 */
export function lineage(trials: readonly (Trial | undefined)[], number: number): readonly Stage[] {
  const stages: Stage[] = [];
  const met = new Set<number>();
  let trial = trials[number];
  let to = trial === undefined ? 0 : lastStep(trial);
  while (trial !== undefined && !met.has(trial.number)) {
    met.add(trial.number);
    const { fork, reports, params } = trial;
    const goesOn = fork !== undefined && (reports.length === 0 || reports[0].step > fork.step);
    const from = goesOn ? fork.step : 0;
    stages.unshift({ trial: trial.number, from, to, params });
    trial = goesOn ? trials[fork.trial] : undefined;
    to = from;
  }
  return stages;
}

/**
 * The schedule that a trial was trained with: its lineage, stages of equal params taken together; `trial` is the last
 * of each.
 */
export function schedule(trials: readonly (Trial | undefined)[], number: number): readonly Stage[] {
  const stages: Stage[] = [];
  for (const stage of lineage(trials, number)) {
    const before = stages[stages.length - 1];
    if (before !== undefined && areEqual(before.params, stage.params))
      stages[stages.length - 1] = { ...stage, from: before.from };
    else stages.push(stage);
  }
  return stages;
}

function areEqual(a: Params, b: Params): boolean {
  const paths = Object.keys(a);
  return paths.length === Object.keys(b).length && paths.every((path) => a[path] === b[path]);
}

function lastStep({ reports, budget, fork }: Trial): number {
  return reports[reports.length - 1]?.step ?? budget ?? fork?.step ?? 0;
}
