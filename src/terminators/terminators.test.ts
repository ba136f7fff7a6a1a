import { describe, expect, test } from "vitest";
import { inlineCompute } from "../compute.ts";
import { normalCdf } from "../math/special.ts";
import { fitWarp } from "../models/gp/warp.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import { float, space } from "../space.ts";
import type { Terminator } from "../terminator.ts";
import type { Trial } from "../trial.ts";
import { confidence, regretEnds } from "./bound.ts";
import { expectedModelRegret, regretGap } from "./expected-model-regret.ts";
import { expectedImprovement } from "./improvement.ts";
import { atTrials, memoOf, modelOf, overSpace } from "./model.ts";
import { noImprovement } from "./no-improvement.ts";
import { regretBound } from "./regret-bound.ts";
import { bestPlace, scaleOf, take, toldNothing } from "./told.ts";

const square = space({ x: float(0, 1), y: float(0, 1) });
const problem: Problem = {
  space: square,
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 3,
  limits: {},
};
const bowl = (x: number, y: number) => (x - 0.3) ** 2 + 2 * (y - 0.6) ** 2;
const trial = (number: number, x: number, y: number, extra: Partial<Trial> = {}): Trial => ({
  number,
  state: "complete",
  attempt: 1,
  space: 0,
  params: { x, y },
  losses: [bowl(x, y)],
  reports: [],
  times: { created: 0 },
  notes: {},
  ...extra,
});
const scattered = (n: number, extra: Partial<Trial> = {}) =>
  Array.from({ length: n }, (_, number) => {
    const stream = rng(1, "scattered", number);
    return trial(number, stream.uniform(), stream.uniform(), extra);
  });
const told = (trials: readonly Trial[], of: Problem = problem) => {
  const all = toldNothing(of);
  for (const one of trials) take(all, one);
  return all;
};
const judge = (terminator: Terminator, trials: readonly Trial[], of: Problem = problem) =>
  terminator.judge(
    trials.reduce((state, one) => terminator.tell(state, one), terminator.init(of)),
    { rng: rng(1), compute: inlineCompute },
  );

describe("what was told", () => {
  test("the best is complete and feasible; a trial told again takes its own place", () => {
    const all = told([
      trial(4, 0.3, 0.6, { state: "pruned" }),
      trial(0, 0.3, 0.6, { constraints: { c: 1 } }),
      trial(1, 0.5, 0.5),
      trial(2, 0.4, 0.6),
      trial(3, 0.3, 0.6, { state: "failed" }),
    ]);
    expect(bestPlace(all)).toBe(3);
    expect(bestPlace(all, 3)).toBe(2);
    expect(bestPlace(all, 2)).toBe(-1);
    take(all, trial(2, 0.9, 0.9));
    expect([bestPlace(all), all.list.length, all.revisions]).toEqual([2, 5, 1]);
  });

  test("the interquartile range leaves infinities and failures out", () => {
    const all = told(
      [1, 2, 3, 4, 5, Number.NaN, Number.POSITIVE_INFINITY].map((loss, n) =>
        trial(n, 0.1, 0.1, { losses: [loss] }),
      ),
    );
    expect(scaleOf(all)).toBe(2);
  });
});

describe("the model", () => {
  test("is the same however often it was asked for on the way", async () => {
    const trials = scattered(40);
    const all = told(trials);
    const whole = await modelOf(memoOf(all), all, inlineCompute);
    const growing = told([]);
    const memo = memoOf(growing);
    let last: Awaited<ReturnType<typeof modelOf>>;
    for (const one of trials) {
      take(growing, one);
      last = await modelOf(memo, growing, inlineCompute);
    }
    expect(overSpace(last!, memo, growing)).toEqual(overSpace(whole!, memoOf(all), all));
  });

  test("a trial that is told again is learned anew", async () => {
    const all = told(scattered(25));
    const memo = memoOf(all);
    await modelOf(memo, all, inlineCompute);
    take(all, trial(3, 0.9, 0.9, { losses: [50] }));
    const after = await modelOf(memo, all, inlineCompute);
    const anew = await modelOf(memoOf(all), all, inlineCompute);
    expect(atTrials(after!, all.list)).toEqual(atTrials(anew!, all.list));
  });

  test("knows a bowl after thirty points, and its bounds hold the optimum", async () => {
    const all = told(scattered(30));
    const memo = memoOf(all);
    const model = (await modelOf(memo, all, inlineCompute))!;
    const ends = regretEnds(model, memo, all)!;
    const optimum = model.warp.apply(0);
    expect(ends.lower).toBeLessThan(optimum);
    expect(ends.upper).toBeGreaterThan(optimum);
    expect(ends.upper - ends.lower).toBeLessThan(1);
  });

  test("there is none while too few are known, all are equal, or all failed", async () => {
    for (const trials of [scattered(9), scattered(20, { losses: [1] }), scattered(20, { state: "failed" })]) {
      const all = told(trials);
      expect(await modelOf(memoOf(all), all, inlineCompute)).toBeUndefined();
    }
  });

  test("the width of the bound is Makarova's", () => {
    expect(confidence(2, 50) ** 2).toBeCloseTo(0.4 * Math.log((2 * 2500 * Math.PI ** 2) / 0.6), 12);
  });
});

test("expected improvement is that of a normal distribution where the warp is straight", () => {
  const straight = {
    lambda: 1,
    apply: (loss: number) => Math.max(loss, -1e6) / 2 - 1,
    invert: (value: number) => 2 * (value + 1),
  };
  for (const [best, mean, std] of [
    [0, 0.5, 1],
    [0, -1, 0.5],
    [1, 4, 1],
  ]) {
    const z = (best - mean) / std;
    const exact =
      2 * (std * (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) + (best - mean) * normalCdf(z));
    expect(expectedImprovement(straight, best, mean, std) / exact).toBeCloseTo(1, 1);
  }
});

test("expected improvement is finite even where the warp is steep", () => {
  const warp = fitWarp(Array.from({ length: 60 }, (_, i) => Math.exp(i / 3)))!;
  const expected = expectedImprovement(warp, warp.apply(1), warp.apply(1), 3);
  expect(expected).toBeGreaterThan(0);
  expect(Number.isFinite(expected)).toBe(true);
});

describe("the gap of expected minimum regrets", () => {
  test("needs no more than the newest trial: what comes later changes nothing", async () => {
    const [few, many] = [told(scattered(25)), told(scattered(40))];
    expect(await regretGap(many, memoOf(many), 25, inlineCompute)).toBe(
      await regretGap(few, memoOf(few), 25, inlineCompute),
    );
  });

  test("a trial where everything is known changes little, a new best much", async () => {
    const known = scattered(30);
    const best = [...known].sort((a, b) => a.losses![0] - b.losses![0])[0];
    const beside = told([...known, trial(30, (best.params.x as number) + 1e-3, best.params.y as number)]);
    const gap = await regretGap(beside, memoOf(beside), 31, inlineCompute);
    const better = told([...known, trial(30, 0.31, 0.59, { losses: [-0.5] })]);
    const large = await regretGap(better, memoOf(better), 31, inlineCompute);
    expect(gap).toBeGreaterThanOrEqual(0);
    expect(large).toBeGreaterThan(10 * gap);
  });
});

describe("no improvement", () => {
  const converging = (n: number) =>
    Array.from({ length: n }, (_, number) => {
      const stream = rng(2, "converging", number);
      const size = number < 15 ? 1 : 0.5 ** (number / 6);
      const u = () => (number < 15 ? stream.uniform() - 0.5 : stream.normal());
      return trial(
        number,
        Math.min(1, Math.max(0, 0.3 + size * u())),
        Math.min(1, Math.max(0, 0.6 + size * u())),
      );
    });

  test("stops where it stood still and says what it expects", async () => {
    const { reason, expected } = await judge(noImprovement(), converging(90));
    expect(reason).toMatch(
      /^no improvement of more than [\d.e-]+ in the last 23 trials, and nowhere is one as likely as 5 %$/,
    );
    expect(expected).toBeGreaterThanOrEqual(0);
    expect(expected).toBeLessThan(1e-3);
  });

  test("goes on where it stood still but the model sees a better point", async () => {
    // a slope that was only tried at its upper end: lower losses lie ahead
    const slope = Array.from({ length: 30 }, (_, number) => {
      const stream = rng(4, number);
      const [x, y] = [stream.uniform() * 0.3, stream.uniform()];
      return trial(number, x, y, { losses: [1 - x] });
    });
    const ranked = slope
      .sort((a, b) => a.losses![0] - b.losses![0])
      .map((one, number) => ({ ...one, number }));
    const { reason, expected } = await judge(noImprovement({ patience: 20 }), ranked);
    expect(reason).toBeUndefined();
    expect(expected).toBeGreaterThan(0.01);
  });

  test("equal values are no progress; failures alone are no study", async () => {
    expect((await judge(noImprovement(), scattered(40, { losses: [1] }))).reason).toContain("no improvement");
    expect(await judge(noImprovement(), scattered(40, { state: "failed" }))).toEqual({});
    expect(await judge(noImprovement(), scattered(20, { losses: [1] }))).toEqual({});
  });

  test("of several objectives by the hypervolume", async () => {
    const several: Problem = {
      ...problem,
      objectives: [
        { name: "a", direction: "minimize" },
        { name: "b", direction: "minimize" },
      ],
    };
    const front = (n: number, worth: (number: number) => number) =>
      Array.from({ length: n }, (_, number) => {
        const x = rng(5, number).uniform();
        return trial(number, x, 0.5, { losses: [x + worth(number), 1 - x + worth(number)] });
      });
    const still = front(80, (number) => (number < 40 ? 0 : 0.5));
    expect((await judge(noImprovement(), still, several)).reason).toBe(
      "the hypervolume grew by no more than 0.1 % in the last 20 trials",
    );
    expect(
      await judge(
        noImprovement(),
        front(80, (number) => 1 - number / 80),
        several,
      ),
    ).toEqual({});
    for (const make of [regretBound, expectedModelRegret])
      expect(() => make().init(several)).toThrow("use noImprovement");
  });
});

describe("the regret bound", () => {
  test("a large error is soon reached, a small one is not", async () => {
    const trials = scattered(30);
    expect((await judge(regretBound({ error: 1 }), trials)).reason).toMatch(
      /within [\d.e-]+ of the optimum, and 1 does/,
    );
    const { reason, expected } = await judge(regretBound({ error: 1e-12 }), trials);
    expect(reason).toBeUndefined();
    expect(expected).toBeGreaterThan(0);
  });

  test("repeats say what does not matter", async () => {
    const trials = scattered(30, { repeats: { count: 4, std: [10] } });
    expect((await judge(regretBound(), trials)).reason).toContain("and 7.64 does not matter");
  });
});

test.each([
  ["noImprovement", noImprovement],
  ["regretBound", regretBound],
  ["expectedModelRegret", expectedModelRegret],
])("%s refuses options that cannot be meant", (name, make) => {
  expect(() => make({ patince: 3 } as never)).toThrow(`${name}: there is no option "patince"`);
  const [option] = name === "noImprovement" ? ["patience"] : name === "regretBound" ? ["error"] : ["share"];
  for (const value of [0, -1, Number.NaN, "3"])
    expect(() => make({ [option]: value } as never)).toThrow(`${name}: ${option} must be a number above 0`);
  expect(make({ [option]: 30 }).options).toEqual({ [option]: 30 });
  expect(make().options).toBeUndefined();
});
