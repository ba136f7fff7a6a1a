import { expect, test } from "vitest";
import { InvalidInputError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import type { Pruner, Verdict } from "../pruner.ts";
import { float, space } from "../space.ts";
import { ended, newTrial, reported, runPruned } from "../testing/pruned-study.ts";
import type { Trial } from "../trial.ts";
import { auto } from "./auto.ts";
import { hyperband } from "./hyperband.ts";
import { median } from "./median.ts";
import { pasha } from "./pasha.ts";
import { patient } from "./patient.ts";
import { percentile } from "./percentile.ts";
import { successiveHalving } from "./successive-halving.ts";
import { threshold } from "./threshold.ts";
import { wilcoxon } from "./wilcoxon.ts";

const problem = (max?: number, extra: Partial<Problem> = {}): Problem => ({
  space: space({ x: float(0, 1) }),
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 1,
  limits: {},
  ...(max !== undefined && { steps: { max } }),
  ...extra,
});

/** Tells whole curves, one trial after the other; the verdict on every report of the last one. */
function judged(pruner: Pruner, on: Problem, curves: readonly (readonly number[])[]): readonly Verdict[] {
  let state = pruner.init(on);
  let verdicts: Verdict[] = [];
  for (const [number, curve] of curves.entries()) {
    verdicts = [];
    let trial: Trial = newTrial(number);
    for (const [i, loss] of curve.entries()) {
      trial = reported(trial, i + 1, { loss });
      state = pruner.tell(state, trial);
      verdicts.push(pruner.judge(state, trial));
    }
    state = pruner.tell(state, ended(trial, "complete"));
  }
  return verdicts;
}
const flat = (loss: number, steps: number) => Array.from({ length: steps }, () => loss);

test("median: behind half of the complete trials at the same step", () => {
  const five = [1, 2, 3, 4, 5].map((loss) => flat(loss, 17));
  expect(judged(median(), problem(17), [...five, [3, 3, 3]])).toEqual(["continue", "continue", "continue"]);
  expect(judged(median(), problem(17), [...five, [3.1, 9]])).toEqual(["stop", "stop"]);
  // its best so far counts
  expect(judged(median(), problem(17), [...five, [1, 9]])).toEqual(["continue", "continue"]);
  // not before five are complete, nor before the grace
  expect(judged(median(), problem(17), [...five.slice(1), [9, 9]])).toEqual(["continue", "continue"]);
  expect(judged(median({ grace: 3 }), problem(17), [...five, [9, 9, 9]])).toEqual([
    "continue",
    "continue",
    "stop",
  ]);
});

test("median: what somebody enqueued can be spared, and nothing else", () => {
  const spared = (enqueued: boolean, trial: Partial<Trial>) => {
    const pruner = median({ enqueued });
    let state = pruner.init(problem(17));
    for (let number = 0; number < 5; number++) {
      const good = flat(1, 17).reduce(
        (t, loss, i) => reported(t, i + 1, { loss }),
        newTrial(number) as Trial,
      );
      state = pruner.tell(pruner.tell(state, good), ended(good, "complete"));
    }
    const bad = reported({ ...newTrial(5), ...trial } as Trial, 1, { loss: 9 });
    return pruner.judge(pruner.tell(state, bad), bad);
  };
  expect(spared(false, { enqueued: true })).toBe("continue");
  expect(spared(false, {})).toBe("stop"); // of a sampler that leaves no origin, too
  expect(spared(true, { enqueued: true })).toBe("stop");
});

test("percentile: only so many per cent go on", () => {
  const five = [1, 2, 3, 4, 5].map((loss) => flat(loss, 17));
  expect(judged(percentile({ percentile: 25 }), problem(17), [...five, [2]])).toEqual(["continue"]);
  expect(judged(percentile({ percentile: 25 }), problem(17), [...five, [2.1]])).toEqual(["stop"]);
  expect(judged(percentile({ percentile: 10 }), problem(17), [...five, [1.4]])).toEqual(["continue"]);
  expect(() => percentile({ percentile: 101 })).toThrow(
    /percentile must be a number at least 0 and at most 100, not 101/,
  );
  expect(judged(percentile(), problem(17), [...five, [2.1]])).toEqual(["stop"]); // 25
  expect(() => percentile({ percentile: Number.NaN })).toThrow(InvalidInputError);
});

test("percentile, several objectives: those that most others dominate are behind", () => {
  const two = problem(17, {
    objectives: [
      { name: "loss", direction: "minimize" },
      { name: "size", direction: "minimize" },
    ],
  });
  const pruner = median({ startup: 3 });
  let state = pruner.init(two);
  for (const number of [0, 1, 2])
    state = pruner.tell(
      state,
      ended(reported(newTrial(number), 1, { loss: number, size: 2 - number }), "complete", undefined, two),
    );
  const verdict = (loss: number, size: number) => {
    const trial = reported(newTrial(9), 1, { loss, size });
    return pruner.judge(pruner.tell(state, trial), trial);
  };
  expect(verdict(2, 2)).toBe("stop"); // all three dominate it
  expect(verdict(2.5, -1)).toBe("continue"); // on the front
  expect(verdict(1.5, 0.8)).toBe("continue"); // no one dominates it
});

test("threshold: beyond the worst acceptable value, of maximised objectives below it", () => {
  expect(judged(threshold({ worst: 2 }), problem(), [[1, 2, 2.1, Number.NaN]])).toEqual([
    "continue",
    "continue",
    "stop",
    "stop",
  ]);
  expect(judged(threshold({ worst: 2, grace: 3 }), problem(), [[9, 9, 9]])).toEqual([
    "continue",
    "continue",
    "stop",
  ]);
  const maximised = problem(9, { objectives: [{ name: "loss", direction: "maximize" }] });
  expect(judged(threshold({ worst: { loss: 2 } }), maximised, [[3, 1]])).toEqual(["continue", "stop"]);
  expect(() => threshold({ worst: { los: 2 } }).init(problem())).toThrow(
    /no objective "los".*did you mean "loss"/,
  );
  expect(() => threshold({ worst: Number.NaN })).toThrow(/worst must be a number that is finite/);
});

test("patient: stops what is behind only once it is stuck", () => {
  const five = [1, 2, 3, 4, 5].map((loss) => flat(loss, 17));
  const pruner = () => patient({ pruner: "median", patience: 2 });
  expect(judged(pruner(), problem(17), [...five, [9, 8, 7, 7, 7]])).toEqual([
    "continue",
    "continue",
    "continue",
    "continue",
    "stop",
  ]);
  // on its own it stops whatever is stuck
  expect(judged(patient({ patience: 2, least: 0.5 }), problem(17), [[9, 8.8, 8.6, 8.4]])).toEqual([
    "continue",
    "continue",
    "stop",
    "stop",
  ]);
  expect(() => patient({ pruner: "medien", patience: 2 })).toThrow(
    /no pruner "medien" to wrap.*did you mean "median"/,
  );
  expect(() => patient(undefined as never)).toThrow(/patience must be a whole number/);
  expect(patient({ pruner: median({ startup: 3 }), patience: 1 }).options).toEqual({
    patience: 1,
    pruner: { name: "median", options: { startup: 3 } },
  });
});

test("successive halving: the best third of a rung goes on, and nothing is decided among two", () => {
  const pruner = () => successiveHalving({ minResource: 2 });
  const on = problem(18); // rungs 2 and 6
  expect(judged(pruner(), on, [flat(1, 2), flat(9, 3)])).toEqual(["continue", "continue", "continue"]);
  expect(judged(pruner(), on, [flat(1, 2), flat(2, 2), flat(3, 3)])).toEqual([
    "continue",
    "stop",
    "continue",
  ]);
  expect(judged(pruner(), on, [flat(1, 2), flat(2, 2), flat(1, 3)])).toEqual([
    "continue",
    "continue",
    "continue",
  ]);
  const six = [1, 2, 3, 4, 5].map((loss) => flat(loss, 2));
  expect(judged(pruner(), on, [...six, flat(1.5, 2)])).toEqual(["continue", "continue"]); // second of six
  expect(judged(pruner(), on, [...six, flat(2.5, 2)])).toEqual(["continue", "stop"]);
  expect(judged(pruner(), on, [[Number.NaN, Number.NaN]])).toEqual(["continue", "stop"]);
});

test("successive halving: a jump is judged at every rung it passed", () => {
  const pruner = successiveHalving({ minResource: 1 });
  let state = pruner.init(problem(18));
  for (const number of [0, 1, 2])
    state = pruner.tell(state, reported(reported(newTrial(number), 1, { loss: 5 }), 3, { loss: number }));
  const jump = reported(newTrial(3), 4, { loss: 3 }); // first of its rung at 1, last at 3
  state = pruner.tell(state, jump);
  expect(pruner.judge(state, jump)).toBe("stop");
});

test("successive halving, promoting: synchronous halving once all numbers are used", () => {
  const on = problem(18, { limits: { trials: 9 } });
  const { trials, steps } = runPruned(
    successiveHalving({ mode: "promote", minResource: 2 }),
    on,
    (number, step) => ({ loss: number + 1 / step }),
    { trials: 9 },
  );
  expect(trials.map(({ state }) => state)).toEqual([
    "complete",
    ...Array.from({ length: 8 }, () => "paused"),
  ]);
  expect(trials.map(({ reports }) => reports.length)).toEqual([18, 6, 6, 2, 2, 2, 2, 2, 2]);
  expect(steps).toBe(18 + 6 + 6 + 6 * 2);
});

test("hyperband: brackets in the shares of its table, from the number alone", () => {
  const pruner = hyperband({ minResource: 1 });
  const state = pruner.init(problem(9)); // rungs 1, 3: brackets with 2, 1 and 0 of them
  const brackets = Array.from(
    { length: 17 },
    (_, number) => pruner.assign?.(state, number, undefined as never).bracket,
  );
  const count = (bracket: number) => brackets.filter((one) => one === bracket).length;
  expect([count(0), count(1), count(2)]).toEqual([9, 5, 3]); // ⌈3/(s+1)·3^s⌉ for s = 2, 1, 0
  expect(brackets.slice(0, 6)).toContain(2); // spread evenly
  const again = Array.from(
    { length: 17 },
    (_, n) => pruner.assign?.(state, n + 17, undefined as never).bracket,
  );
  expect(again).toEqual(brackets);
});

test("hyperband: trials are compared within their bracket", () => {
  const pruner = hyperband({ minResource: 1 });
  let state = pruner.init(problem(9));
  const tell = (number: number, bracket: number, loss: number) => {
    const trial = reported(newTrial(number, { bracket }), 1, { loss });
    state = pruner.tell(state, trial);
    return pruner.judge(state, trial);
  };
  for (const number of [0, 1, 2]) tell(number, 1, 0);
  expect(tell(3, 0, 5)).toBe("continue");
  expect(tell(4, 0, 6)).toBe("continue");
  expect(tell(5, 0, 7)).toBe("stop");
  expect(tell(6, 1, 9)).toBe("continue"); // its bracket begins at step 3
});

test("PASHA: the order that settles early keeps trainings short, one that changes makes them longer", () => {
  const on = problem(81, { limits: { trials: 27 } });
  const run = (loss: (number: number, step: number) => number) =>
    runPruned(pasha({ minResource: 1 }), on, (number, step) => ({ loss: loss(number, step) }), {
      trials: 27,
    });
  const settled = run((number) => number);
  // 27 at 1, 9 at 3, and one to its end
  expect(settled.trials.filter(({ reports }) => reports.length > 3).length).toBe(1);
  expect(settled.trials[0].state).toBe("complete");
  const turned = run((number, step) => (step < 3 ? number : -number));
  expect(turned.trials.filter(({ reports }) => reports.length > 3).length).toBeGreaterThan(1);
  expect(turned.steps).toBeGreaterThan(settled.steps);
});

test("wilcoxon: stops what is worse on fold after fold, never what is better on average", () => {
  const best = [1, 2, 3, 4, 5, 6, 7, 8];
  const worse = best.map((loss, i) => loss + 0.1 * (i + 1));
  const verdicts = judged(wilcoxon(), problem(), [best, worse]);
  // all positive: p = 2⁻ⁿ, below 0.1 from four folds on
  expect(verdicts).toEqual(["continue", "continue", "continue", "stop", "stop", "stop", "stop", "stop"]);
  // worse on seven folds, but far better on the first: its mean is the better one
  const mixed = [-100, ...worse.slice(1)];
  expect(judged(wilcoxon(), problem(), [best, mixed])).toEqual(best.map(() => "continue"));
  expect(judged(wilcoxon({ p: 0.3, startup: 3 }), problem(), [best, worse])[2]).toBe("stop");
  expect(judged(wilcoxon(), problem(), [best, best.map(() => Number.NaN)])[3]).toBe("stop");
});

test("trials that miss a limit on outcomes stand behind those that do not", () => {
  const on = problem(18, {
    constraints: [{ name: "size", metric: "size", atMost: 1 }],
    limits: { trials: 6 },
  });
  const course = (number: number, step: number) => ({
    loss: number + 1 / step,
    size: number < 3 ? 2 - number / 10 : 1,
  });
  for (const pruner of [
    auto(),
    successiveHalving({ minResource: 2 }),
    successiveHalving({ mode: "promote" }),
  ]) {
    const { trials } = runPruned(pruner, on, course, { trials: 6 });
    const complete = trials.filter(({ state }) => state === "complete").map(({ number }) => number);
    expect(complete).toContain(3); // the best feasible one
  }
});
