/**
 * Runs a pruner against tabulated learning curves under a virtual clock: what the study's loop does, without its
 * storage. Every step takes one second of a worker.
 */

import type { Problem } from "../../src/problem.ts";
import type { Pruner } from "../../src/pruner.ts";
import { space } from "../../src/space.ts";
import type { Trial } from "../../src/trial.ts";
import type { CurveTask } from "./tasks.ts";

export interface Run {
  readonly task: CurveTask;
  /** Which configuration trial 0, 1, … has. */
  readonly order: readonly number[];
  /** Full trainings; the run ends when so many steps were trained. */
  readonly budget: number;
  /** @default 1 */
  readonly workers?: number;
  /** Whether a promoted trial goes on where it paused, or from the start. @default false */
  readonly checkpoints?: boolean;
  /** Whether the pruner is told the time limit. @default false */
  readonly knowsLimit?: boolean;
  /** A limit on trials, which the pruner is told. */
  readonly trials?: number;
}

export interface Ran {
  /** The configuration that the study recommends: the best of the complete trials, else the lowest report. */
  readonly recommended: number | undefined;
  /** Its loss when trained fully; NaN if there is none. */
  readonly loss: number;
  readonly complete: number;
  readonly started: number;
  /** Steps that were trained. */
  readonly steps: number;
  /** Milliseconds of CPU a judgement, with its tell. */
  readonly judgeMs: number;
}

interface Worker {
  trial: Trial | undefined;
  /** The step that it trains now. */
  step: number;
  /** When that is done. */
  at: number;
}

const ONE = { objectives: [{ name: "loss", direction: "minimize" as const }], space: space({}), seed: 1 };

/** Runs until the budget is used. Of events at the same time, the lower worker's comes first. */
export function drive(pruner: Pruner | undefined, run: Run): Ran {
  const { task, order, budget, workers = 1, checkpoints = false, knowsLimit = false, trials } = run;
  const total = budget * task.full;
  const problem: Problem = {
    ...ONE,
    steps: { max: task.full },
    limits: {
      ...(knowsLimit && { seconds: total / workers }),
      ...(trials !== undefined && { trials }),
    },
  };
  let state = pruner?.init(problem);
  const known: Trial[] = [];
  const paused = new Set<number>();
  const pool: Worker[] = Array.from({ length: workers }, () => ({ trial: undefined, step: 0, at: 0 }));
  const most = Math.min(trials ?? Number.POSITIVE_INFINITY, order.length);
  let now = 0;
  let steps = 0;
  let judged = 0;
  let spent = 0;
  const lossOf = (number: number, step: number) => task.losses[order[number] * task.full + step - 1];
  const tell = (trial: Trial) => {
    known[trial.number] = trial;
    if (pruner !== undefined) state = pruner.tell(state, trial);
  };

  /** Gives a free worker a paused trial, or a new one. */
  const claim = (worker: Worker): void => {
    const taken = new Set(
      known
        .filter(({ number, state: s }) => s === "paused" && !paused.has(number))
        .map(({ number }) => number),
    );
    const promoted = pruner?.promote?.(state, taken);
    if (promoted !== undefined) {
      const before = known[promoted.trial];
      if (!paused.delete(promoted.trial)) throw new Error(`trial ${promoted.trial} is not paused`);
      worker.trial = {
        ...before,
        state: "running",
        attempt: before.attempt + 1,
        budget: promoted.budget,
        times: { ...before.times, started: 1000 * now },
      };
      worker.step = checkpoints ? before.reports[before.reports.length - 1].step : 0;
    } else {
      const number =
        known.length + pool.filter(({ trial }) => trial && known[trial.number] === undefined).length;
      if (number >= most) return;
      const assigned = pruner?.assign?.(state, number, undefined as never) ?? {};
      worker.trial = {
        number,
        state: "running",
        attempt: 1,
        space: 0,
        params: {},
        reports: [],
        times: { created: 1000 * now, started: 1000 * now },
        notes: {},
        ...assigned,
      };
      worker.step = 0;
    }
    worker.at = now + 1;
  };

  /** One step of one trial: its report, the verdict, and its end, if it is that. */
  const advance = (worker: Worker): void => {
    const before = worker.trial as Trial;
    worker.step++;
    steps++;
    const { number } = before;
    const values = { loss: lossOf(number, worker.step) };
    const reports = before.reports.filter(({ step }) => step !== worker.step);
    reports.push({ step: worker.step, values, time: 1000 * now });
    reports.sort((a, b) => a.step - b.step);
    const trial: Trial = { ...before, reports };
    worker.trial = trial;
    const begun = process.cpuUsage().user;
    tell(trial);
    const verdict = pruner?.judge(state, trial) ?? "continue";
    spent += (process.cpuUsage().user - begun) / 1000;
    judged++;
    const isDone = worker.step >= task.full;
    const isAtBudget = worker.step >= (trial.budget ?? task.full);
    worker.at = now + 1;
    if (verdict === "continue" && !isDone && !isAtBudget) return;
    const failed = isDone && verdict === "continue" && Number.isNaN(values.loss);
    const end = failed ? "failed" : verdict === "stop" ? "pruned" : isDone ? "complete" : "paused";
    const ended: Trial = {
      ...trial,
      state: end,
      values,
      ...(!failed && { losses: [values.loss] }),
      times: { ...trial.times, finished: 1000 * now },
    };
    worker.trial = undefined;
    if (end === "paused") paused.add(number);
    tell(ended);
  };

  for (;;) {
    for (const worker of pool) if (worker.trial === undefined) claim(worker);
    const busy = pool.filter(({ trial }) => trial !== undefined);
    if (busy.length === 0) break;
    const next = busy.reduce((a, b) => (b.at < a.at ? b : a));
    if (steps >= total || next.at > total / workers + 1e-9) break;
    now = next.at;
    advance(next);
  }
  const recommended = recommend(known.filter((trial) => trial !== undefined));
  const started = known.filter((trial) => trial !== undefined).length;
  return {
    recommended: recommended === undefined ? undefined : order[recommended.number],
    loss: recommended === undefined ? Number.NaN : lossOf(recommended.number, task.full),
    complete: known.filter((trial) => trial?.state === "complete").length,
    started,
    steps,
    judgeMs: spent / Math.max(1, judged),
  };
}

/** What `study.best` names; where nothing is complete, the trial whose last report is the lowest. */
export function recommend(trials: readonly Trial[]): Trial | undefined {
  const lowest = (list: readonly Trial[], loss: (trial: Trial) => number) =>
    list.reduce<Trial | undefined>((a, b) => (a === undefined || loss(b) < loss(a) ? b : a), undefined);
  const complete = trials.filter(({ state }) => state === "complete");
  if (complete.length > 0) return lowest(complete, ({ losses }) => losses?.[0] ?? Number.POSITIVE_INFINITY);
  const last = ({ reports }: Trial) => reports[reports.length - 1]?.values.loss;
  return lowest(
    trials.filter((trial) => !Number.isNaN(last(trial) ?? Number.NaN)),
    last,
  );
}
