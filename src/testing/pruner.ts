/**
 * What every pruner must do, as checks that any test runner can call.
 */
import { UnsupportedError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import type { Pruner, Verdict } from "../pruner.ts";
import { rng } from "../random.ts";
import { float, space } from "../space.ts";
import type { Numbers, Trial } from "../trial.ts";
import { type Check, expectEqual } from "./check.ts";
import { type Course, ended, fold, newTrial, reported, runPruned } from "./pruned-study.ts";

export interface PrunerCheckOptions {
  /** Makes the pruner anew. */
  make(): Pruner;
  /** The step before which it never stops or pauses a trial, where a training has 34. @default 2, a 17th of it */
  readonly grace?: number;
  /** Whether it must know the length of a training. */
  readonly needsSteps?: boolean;
  /** Whether it takes one objective only. */
  readonly single?: boolean;
  /** Whether it learns from other trials, and so lets the clearly best one be. @default true */
  readonly compares?: boolean;
}

const FULL = 34;
const space1 = space({ x: float(0, 1) });

function problemOf(extra: Partial<Problem> = {}): Problem {
  return {
    space: space1,
    objectives: [{ name: "loss", direction: "minimize" }],
    seed: 7,
    limits: { trials: 40 },
    steps: { max: FULL },
    ...extra,
  };
}

const two: Partial<Problem> = {
  objectives: [
    { name: "loss", direction: "minimize" },
    { name: "speed", direction: "maximize" },
  ],
};

/** Falling curves of different heights: trial 7 is by far the best, every third one far too bad. */
const falling: Course = (number, step) => {
  const u = rng(3, "height", number).uniform();
  const height = number === 7 ? -10 : number % 3 === 2 ? 50 + u : 2 * u;
  return { loss: height + 1 / (1 + step), speed: -height };
};
const BEST = 7;

const verdicts: readonly Verdict[] = ["continue", "pause", "stop"];

export const prunerChecks: readonly Check<PrunerCheckOptions>[] = [
  {
    name: "the same log gives the same verdicts, promotions and brackets",
    async run({ make }) {
      const first = runPruned(make(), problemOf(), falling, { trials: 40, workers: 4 });
      expectEqual(
        runPruned(make(), problemOf(), falling, { trials: 40, workers: 4 }),
        first,
        "the second run",
      );
    },
  },
  {
    name: "a state that is rebuilt from the log judges and promotes the same",
    async run({ make }) {
      const { log } = runPruned(make(), problemOf(), falling, { trials: 25, workers: 3 });
      for (let end = 1; end <= log.length; end += 17) {
        const pruner = make();
        const state = fold(pruner, problemOf(), log.slice(0, end));
        const { trial, verdict, promoted } = log[end - 1];
        if (verdict !== undefined) {
          expectEqual(pruner.judge(state, trial), verdict, `the verdict at ${end}`);
          expectEqual(pruner.judge(state, trial), verdict, `the same verdict at ${end}, asked twice`);
        }
        if (promoted !== undefined)
          expectEqual(
            pruner.promote?.(state, new Set(promoted.taken)),
            promoted.found,
            `the promotion at ${end}`,
          );
      }
    },
  },
  {
    name: "the best trial of all is never stopped, and the study spends less than without",
    async run({ make, compares = true }) {
      for (const workers of [1, 5]) {
        const { trials, steps, log } = runPruned(make(), problemOf(), falling, { trials: 40, workers });
        if (compares && trials[BEST].state !== "complete")
          throw new Error(`with ${workers} workers the best trial is ${trials[BEST].state}`);
        if (log.some(({ trial, verdict }) => trial.number === BEST && verdict === "stop"))
          throw new Error("the best trial was told to stop");
        if (!(steps < 40 * FULL)) throw new Error("nothing was stopped");
        if (!trials.some(({ state }) => state === "complete")) throw new Error("nothing is complete");
      }
    },
  },
  {
    name: "nothing is stopped or paused before its grace",
    async run({ make, grace = 2 }) {
      const { log } = runPruned(make(), problemOf(), falling, { trials: 40, workers: 2 });
      for (const { trial, verdict } of log) {
        const { step } = trial.reports[trial.reports.length - 1];
        if (verdict !== undefined && verdict !== "continue" && step < grace)
          throw new Error(`trial ${trial.number} was told to ${verdict} at step ${step}`);
      }
    },
  },
  {
    name: "what is maximised is judged as its negative is",
    async run({ make, compares = true }) {
      if (!compares) return;
      const negative: Course = (number, step) => ({ loss: -(falling(number, step).loss as number) });
      const maximised = problemOf({ objectives: [{ name: "loss", direction: "maximize" }] });
      const options = { trials: 30, workers: 3 };
      const verdictsOf = (problem: Problem, course: Course) =>
        runPruned(make(), problem, course, options).log.map(({ trial, verdict }) => [trial.number, verdict]);
      expectEqual(verdictsOf(maximised, negative), verdictsOf(problemOf(), falling), "verdicts");
    },
  },
  {
    name: "several objectives are compared by dominance, or refused with what can do them",
    async run({ make, single = false }) {
      const pruner = make();
      if (single) return expectRefusal(pruner, problemOf(two), "use the pruner");
      const { trials, log } = runPruned(pruner, problemOf(two), falling, { trials: 40, workers: 2 });
      if (log.some(({ trial, verdict }) => trial.number === BEST && verdict === "stop"))
        throw new Error("the trial that dominates all others was told to stop");
      if (!trials.some(({ state }) => state === "complete")) throw new Error("nothing is complete");
    },
  },
  {
    name: "without the length of a training it is refused, or three trials show it",
    async run({ make, needsSteps = false, grace = 2 }) {
      const problem = problemOf({ steps: undefined });
      if (needsSteps) return expectRefusal(make(), problem, "--max-steps");
      const { log } = runPruned(make(), problem, falling, { trials: 40, workers: 2, full: FULL });
      const complete = log.filter(({ trial }) => trial.state === "complete");
      if (complete.length < 3) throw new Error(`${complete.length} trials are complete`);
      for (const { trial, verdict } of log)
        if (verdict === "stop" && trial.reports[trial.reports.length - 1].step < grace)
          throw new Error("a trial was stopped before its grace");
    },
  },
  {
    name: "only a paused trial that is free is promoted, and further than it is",
    async run({ make }) {
      const pruner = make();
      const known = new Map<number, Trial>();
      const { log } = runPruned(pruner, problemOf(), falling, { trials: 40, workers: 4 });
      for (const { trial, promoted } of log) {
        known.set(trial.number, trial);
        const found = promoted?.found;
        if (found === undefined) continue;
        const before = known.get(found.trial) as Trial;
        const last = before.reports[before.reports.length - 1].step;
        if (before.state !== "paused" || promoted?.taken.includes(found.trial))
          throw new Error(`trial ${found.trial}, which is ${before.state}, was promoted`);
        if (!(found.budget > last && found.budget <= FULL))
          throw new Error(`a trial at step ${last} was promoted to ${found.budget}`);
      }
    },
  },
  {
    name: "brackets and first budgets follow from the number",
    async run({ make }) {
      const [pruner, other] = [make(), make()];
      if (pruner.assign === undefined) return;
      const early = pruner.init(problemOf());
      const { log } = runPruned(other, problemOf(), falling, { trials: 20, workers: 2 });
      const late = fold(pruner, problemOf(), log);
      for (let number = 0; number < 50; number++)
        expectEqual(
          pruner.assign(late, number, rng(7, "assign", number)),
          pruner.assign(early, number, rng(7, "assign", number)),
          `what trial ${number} is assigned`,
        );
    },
  },
  {
    name: "NaN, infinities, huge and equal losses; values that are missing",
    async run({ make }) {
      const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, 0, 0];
      const courses: Course[] = [
        () => ({ loss: Number.NaN }),
        () => ({ loss: Number.POSITIVE_INFINITY }),
        () => ({ loss: 1 }),
        () => ({ accuracy: 1 }),
        (number) => ({ loss: odd[number % odd.length] }),
        (number, step) => ({ loss: odd[(number + step) % odd.length] }),
        (number, step): Numbers => (step % 2 === 0 ? { loss: odd[number % odd.length] } : {}),
      ];
      for (const course of courses) {
        const { log } = runPruned(make(), problemOf(), course, { trials: 30, workers: 3 });
        for (const { verdict } of log)
          if (verdict !== undefined && !verdicts.includes(verdict))
            throw new Error(`the verdict is ${verdict}`);
      }
    },
  },
  {
    name: "a trial that tells NaN from the start is not trained to its end",
    async run({ make }) {
      const course: Course = (number, step) => (number === 20 ? { loss: Number.NaN } : falling(number, step));
      const { trials } = runPruned(make(), problemOf(), course, { trials: 40, workers: 1 });
      if (trials[20].reports.length >= FULL) throw new Error("it was trained to its end");
    },
  },
  {
    name: "reports out of order, repeated, negative, jumping over rungs; trials that never report or come again",
    async run({ make }) {
      const steps = [5, 3, 3, 9, 1, -4, 0, 30, 12, 12, 33.5, 34, 40];
      for (let cut = 1; cut <= steps.length; cut++) {
        const pruner = make();
        let state = fold(pruner, problemOf(), runPruned(make(), problemOf(), falling, { trials: 12 }).log);
        const tell = (trial: Trial) => {
          state = pruner.tell(state, trial);
          const verdict = trial.state === "running" ? pruner.judge(state, trial) : "continue";
          if (!verdicts.includes(verdict)) throw new Error(`the verdict is ${verdict}`);
          pruner.promote?.(state, new Set());
        };
        tell(ended(newTrial(100), "failed"));
        tell(ended(newTrial(101), "complete", { loss: 0.5 }));
        tell(ended(newTrial(102), "pruned"));
        tell(ended(newTrial(103), "paused"));
        let trial = newTrial(104);
        for (const step of steps.slice(0, cut)) tell((trial = reported(trial, step, { loss: step })));
        let again: Trial = Object.freeze({ ...trial, attempt: 2, reports: Object.freeze([]) });
        for (const step of [1, 2, 20]) tell((again = reported(again, step, { loss: -step })));
        tell(ended(again, "complete", { loss: -20 }));
        tell(ended(again, "complete", { loss: -20 }));
      }
    },
  },
  {
    name: "a trial that repeats a configuration is neither judged nor compared with others",
    async run({ make }) {
      const pruner = make();
      let state = fold(pruner, problemOf(), runPruned(make(), problemOf(), falling, { trials: 12 }).log);
      let repeat = newTrial(12, { repeatOf: BEST });
      for (let step = 1; step <= FULL; step++) {
        repeat = reported(repeat, step, { loss: 100 });
        state = pruner.tell(state, repeat);
        expectEqual(pruner.judge(state, repeat), "continue", `the verdict at step ${step}`);
      }
      state = pruner.tell(state, ended(repeat, "paused"));
      const found = pruner.promote?.(state, new Set());
      if (found?.trial === 12) throw new Error("the repeat was promoted");
    },
  },
  {
    name: "a thousand trials, and a trial of ten thousand steps",
    async run({ make }) {
      runPruned(make(), problemOf({ limits: {} }), falling, { trials: 1000, workers: 8, every: 2 });
      const long = problemOf({ steps: { max: 10_000 } });
      runPruned(make(), long, falling, { trials: 6, full: 10_000, every: 100 });
    },
  },
];

/** @throws {Error} unless the pruner refuses the problem with such a text */
function expectRefusal(pruner: Pruner, problem: Problem, text: string): void {
  let message = "nothing was refused";
  try {
    pruner.init(problem);
  } catch (error) {
    if (error instanceof UnsupportedError) message = error.message;
  }
  if (!message.includes(text))
    throw new Error(`an UnsupportedError with ${JSON.stringify(text)} was expected: ${message}`);
}
