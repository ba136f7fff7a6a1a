/**
 * A study of learning curves under a pruner, without storage or engine. Everything that the pruner is given is frozen.
 */
import { lossesAt } from "../history/reported.ts";
import type { Problem } from "../problem.ts";
import type { Pruner, Verdict } from "../pruner.ts";
import { rng } from "../random.ts";
import type { Numbers, Trial, TrialState } from "../trial.ts";
import { deepFreeze } from "./check.ts";
import { deepFreezeProblem } from "./simulate.ts";

/** What a trial reports at a step. */
export type Course = (number: number, step: number) => Numbers;

/** What the pruner was told, in order, and what it said to that. */
export interface LogEntry {
  readonly trial: Trial;
  /** Of a report. */
  readonly verdict?: Verdict;
  /** Of an end: what it promoted then, while these were taken. */
  readonly promoted?: {
    readonly taken: readonly number[];
    readonly found: { readonly trial: number; readonly budget: number } | undefined;
  };
}

export interface PrunedStudy {
  readonly log: readonly LogEntry[];
  readonly trials: readonly Trial[];
  /** Steps that were trained in all. */
  readonly steps: number;
}

export interface PrunedStudyOptions {
  readonly trials: number;
  /** Each trains one report at a time, in turn. @default 1 */
  readonly workers?: number;
  /** Where a training ends. @default the problem's */
  readonly full?: number;
  /** Steps between two reports. @default 1 */
  readonly every?: number;
}

/** A trial that has just begun. */
export function newTrial(number: number, assigned: Partial<Trial> = {}): Trial {
  const times = { created: 0, started: 0 };
  return deepFreeze({
    ...{ number, state: "running", attempt: 1, space: 0, params: { x: 0 }, reports: [], times, notes: {} },
    ...assigned,
  } as Trial);
}

/** The trial with one more report: in order of steps, a repeated one in place of the former. */
export function reported(trial: Trial, step: number, values: Numbers, time = step): Trial {
  const reports = trial.reports.filter((report) => report.step !== step);
  reports.push({ step, values, time });
  return Object.freeze({
    ...trial,
    state: "running",
    reports: deepFreeze(reports.sort((a, b) => a.step - b.step)),
  });
}

/** The trial at its end, with the values of its last report unless it has others. */
export function ended(trial: Trial, state: TrialState, told?: Numbers, problem?: Problem, time = 0): Trial {
  const values = told ?? trial.reports[trial.reports.length - 1]?.values;
  const objectives = problem?.objectives ?? [{ name: "loss", direction: "minimize" as const }];
  const times = { ...trial.times, finished: time };
  if (values === undefined) return deepFreeze({ ...trial, state, times });
  const losses = lossesAt({ objectives }, { step: 0, time: 0, values });
  const isWhole = objectives.every(({ name }) => name in values);
  if (state === "complete" && losses.some(Number.isNaN))
    return deepFreeze({ ...trial, state: "failed", values, times });
  return deepFreeze({ ...trial, state, values, times, ...(isWhole && { losses }) });
}

/** Runs a pruner; paused trials go on from where they paused. */
export function runPruned(
  pruner: Pruner,
  problem: Problem,
  course: Course,
  options: PrunedStudyOptions,
): PrunedStudy {
  const { workers = 1, full = problem.steps?.max as number, every = 1 } = options;
  let state = pruner.init(deepFreezeProblem(problem));
  const trials: Trial[] = [];
  const log: LogEntry[] = [];
  const running: { trial: Trial; step: number }[] = [];
  let time = 0;
  let steps = 0;
  let begun = 0;
  const takenNow = () => running.map(({ trial }) => trial.number);
  const tell = (trial: Trial) => {
    trials[trial.number] = trial;
    state = pruner.tell(state, trial);
  };
  const claim = (): boolean => {
    const taken = takenNow();
    const found = pruner.promote?.(state, new Set(taken));
    if (log.length > 0 && pruner.promote !== undefined)
      log[log.length - 1] = { ...log[log.length - 1], promoted: { taken, found } };
    if (found !== undefined) {
      const before = trials[found.trial];
      const times = { ...before.times, started: time };
      const trial = deepFreeze({ ...before, attempt: before.attempt + 1, budget: found.budget, times });
      running.push({ trial, step: before.reports[before.reports.length - 1].step });
    } else if (begun < options.trials) {
      const assigned = pruner.assign?.(state, begun, rng(problem.seed, "assign", begun));
      running.push({
        trial: newTrial(begun, { ...assigned, times: { created: time, started: time } }),
        step: 0,
      });
      begun++;
    } else return false;
    return true;
  };
  for (;;) {
    while (running.length < workers && claim());
    const worker = running.shift();
    if (worker === undefined) return { log, trials, steps };
    const before = worker.step;
    worker.step = Math.min(before + every, full);
    steps += worker.step - before;
    time += 1000;
    worker.trial = reported(worker.trial, worker.step, course(worker.trial.number, worker.step), time);
    tell(worker.trial);
    const verdict = pruner.judge(state, worker.trial);
    log.push({ trial: worker.trial, verdict });
    const end = endOf(verdict, worker.step, full, worker.trial.budget);
    if (end === undefined) {
      running.push(worker);
      continue;
    }
    const trial = ended(worker.trial, end, undefined, problem, time);
    tell(trial);
    log.push({ trial });
  }
}

function endOf(verdict: Verdict, step: number, full: number, budget = full): TrialState | undefined {
  if (verdict === "stop") return "pruned";
  if (step >= full) return "complete";
  return verdict === "pause" || step >= budget ? "paused" : undefined;
}

/** The state after a log. */
export function fold(pruner: Pruner, problem: Problem, log: readonly LogEntry[]): unknown {
  return log.reduce((state, { trial }) => pruner.tell(state, trial), pruner.init(deepFreezeProblem(problem)));
}
