import { describe, expect, it } from "vitest";
import { array, normal, zeros } from "../autodiff/arrays.ts";
import { NumericalError } from "../errors.ts";
import { float, int, space } from "../space.ts";
import { tune as study } from "../tune.ts";
import { chooseMethod, type Facts } from "./auto.ts";
import { hp } from "./hyper.ts";
import { descent } from "./objective.ts";
import { online } from "./online.ts";
import { momentum, sgd } from "./optimizer.ts";
import { type Bilevel, bilevel } from "./problem.ts";
import { network, points } from "./problems.fixtures.ts";
import { tune } from "./tune.ts";

/** Ridge regression on one feature: everything has a closed form. */
function ridge(start = 1, steps = 200): Bilevel {
  const x = array([1, 2, -1, 0.5], [4, 1]);
  return bilevel({
    init: () => ({ w: zeros([1, 1]) }),
    hypers: { l2: hp.log(1e-6, 1e3, { start }) },
    inner: {
      data: { x, y: array([1, 2.2, -0.8, 1], [4, 1]) },
      loss: (_, { w }, { l2 }, batch) =>
        batch.x.dot(w).sub(batch.y).square().sum().mul(0.5).add(w.square().sum().mul(l2).mul(0.5)),
      optimizer: sgd({ lr: 0.05 }),
      steps,
    },
    outer: {
      data: { x, y: array([0.7, 1.5, -0.7, 0.4], [4, 1]) },
      loss: (_, { w }, __, batch) => batch.x.dot(w).sub(batch.y).square().sum().mul(0.5),
    },
  });
}
// x·x = 6.25, x·y = 6.7 within, 4.6 without: w = 6.7 / (6.25 + λ) is best where it is 4.6 / 6.25.
const BEST_L2 = (6.7 * 6.25) / 4.6 - 6.25;

describe("the outer loop", () => {
  for (const optimizer of ["adam", "lbfgs"] as const)
    it(`${optimizer} finds the penalty that a closed form says, by implicit gradients that auto chose`, async () => {
      const { hypers, why, method } = await tune(ridge(), { optimizer, steps: 25 });
      expect(hypers.l2).toBeCloseTo(BEST_L2, 1);
      expect(method.method).toBe("implicit");
      expect(why).toContain("converged");
    });

  it("keeps the best, is never worse than three steps ago and moves by at most the trust region", async () => {
    const { steps, value } = await tune(ridge(1e-5), { steps: 8, trustRegion: 2, rate: 5 });
    for (let k = 1; k < steps.length; k++) {
      const worst = Math.max(...steps.slice(Math.max(0, k - 3), k).map((step) => step.value));
      expect(steps[k].value).toBeLessThanOrEqual(worst * (1 + 1e-5));
      const moved = Math.log((steps[k].hypers.l2 as number) / (steps[k - 1].hypers.l2 as number));
      expect(Math.abs(moved)).toBeLessThan(2.001);
    }
    expect(value).toBe(Math.min(...steps.map((step) => step.value)));
  });

  it("steps back from learning rates at which training explodes", async () => {
    const problem = bilevel({
      init: () => ({ w: array([3, -2]) }),
      hypers: { lr: hp.log(1e-4, 1e3, { start: 0.15 }) },
      inner: {
        data: { scale: array([1, 10]) },
        loss: (_, { w }, __, { scale }) => w.square().mul(scale).sum().mul(0.5),
        optimizer: sgd({ lr: "lr" }),
        steps: 60,
      },
      outer: {
        data: { scale: array([1, 10]) },
        loss: (_, { w }, __, { scale }) => w.square().mul(scale).sum(),
      },
    });
    const { hypers, value, steps } = await tune(problem, { rate: 3, trustRegion: 3, steps: 6 });
    expect(hypers.lr).toBeLessThan(0.2);
    expect(value).toBeLessThanOrEqual(steps[0].value);
    await expect(tune(problem, { start: { lr: 900 } })).rejects.toThrow(NumericalError);
    await expect(tune(problem, { start: { lr: 900 } })).rejects.toThrow(
      /inner loss is .* at step \d+: the weights w have grown to/,
    );
  });

  it("starts from the best of several", async () => {
    const far = await tune(ridge(30), { starts: 6, steps: 1, method: "reverse" });
    expect(far.steps[0].value).toBeLessThan(
      (await tune(ridge(30), { steps: 1, method: "reverse" })).steps[0].value,
    );
  });
});

it("tunes a choice, an optimiser and a learned schedule at once", async () => {
  const data = points(60, 5, 4);
  const problem = bilevel({
    init: (random) => ({ w1: normal(random, [5, 6], 0.5), w2: normal(random, [6, 3], 0.5) }),
    hypers: {
      lr: hp.log(1e-3, 1, { start: 0.02, windows: 3 }),
      mu: hp.logit(0, 1, { start: 0.3 }),
      act: hp.mix(["tanh", "relu"], { gumbel: true }),
    },
    inner: {
      data,
      loss: ($, { w1, w2 }, { act }, { x, y }) => {
        const hidden = x.dot(w1);
        return $.crossEntropy($.mix(act, { tanh: $.tanh(hidden), relu: $.relu(hidden) }).dot(w2), y);
      },
      optimizer: momentum({ lr: "lr", momentum: "mu" }),
      steps: 15,
    },
    outer: {
      data: points(60, 5, 4),
      loss: ($, { w1, w2 }, { act }, { x, y }) => {
        const hidden = x.dot(w1);
        return $.crossEntropy($.mix(act, { tanh: $.tanh(hidden), relu: $.relu(hidden) }).dot(w2), y);
      },
    },
  });
  const { steps, value, hypers, warnings } = await tune(problem, { steps: 6 });
  expect(value).toBeLessThan(0.9 * steps[0].value);
  const { tanh, relu } = hypers.act as Record<string, number>;
  expect(tanh + relu).toBeCloseTo(1, 9);
  expect(hypers.lr).toHaveLength(3);
  expect(warnings).toEqual([]);
  // What came out may be gone on from.
  const again = await tune(problem, { steps: 1, start: hypers });
  expect(again.steps[0].value).toBeCloseTo(value, 4);
});

describe("auto", () => {
  const facts: Facts = {
    count: 2,
    optimizerHypers: ["lr"],
    steps: 100,
    bytesPerStep: 1e6,
    memory: 5e8,
    whole: true,
  };
  it("goes back where memory allows, between checkpoints where it does not, forward where not even those fit", () => {
    expect(chooseMethod(facts).method).toEqual({ method: "reverse" });
    expect(chooseMethod({ ...facts, steps: 10_000 }).method).toEqual({ method: "reverse", checkpoint: true });
    expect(chooseMethod({ ...facts, steps: 10_000, memory: 1e8 }).method).toEqual({ method: "forward" });
    expect(chooseMethod({ ...facts, steps: 10_000, count: 1 }).method).toEqual({ method: "forward" });
  });
  it("uses the implicit function theorem only where training converged and the optimiser is not tuned", () => {
    expect(chooseMethod({ ...facts, convergence: 1e-3 }).method.method).toBe("reverse");
    expect(chooseMethod({ ...facts, optimizerHypers: [], convergence: 1e-3 }).method.method).toBe("implicit");
    expect(chooseMethod({ ...facts, optimizerHypers: [], convergence: 0.3 }).method.method).toBe("reverse");
  });
});

it("says where a method cannot be right", async () => {
  const { warnings } = await tune(network(sgd({ lr: "lr" }), 8), {
    steps: 1,
    method: { method: "reverse", truncate: 2 },
  });
  expect(warnings).toEqual([expect.stringContaining("truncated to 2 of 8 steps, the gradient of lr")]);
  await expect(tune(network(), { method: "implicit" })).rejects.toThrow('"implicit" cannot tune lr');
  const vanishing = await tune(ridge(1, 1), { steps: 1, start: { l2: 1e-6 }, method: { method: "reverse" } });
  expect(vanishing.warnings).toEqual([expect.stringContaining("vanishes at the start")]);
});

it("raises a rate that is far too low during one training, and beats training without", async () => {
  const problem = (tuned: boolean, mu = false) =>
    bilevel({
      init: (random) => ({ w: normal(random, [6, 3], 0.1) }),
      hypers: { lr: hp.log(1e-4, 20, { start: 0.003 }), mu: hp.logit(0, 0.99, { start: 0.1 }) },
      inner: {
        data: points(60, 6, 2),
        loss: ($, { w }, { lr, mu: m }, { x, y }) =>
          $.crossEntropy(x.dot(w), y).add(w.square().sum().mul(0.001)).add(lr.add(m).mul(0)),
        optimizer: tuned && mu ? momentum({ lr: "lr", momentum: "mu" }) : sgd({ lr: tuned ? "lr" : 0.003 }),
        steps: 60,
      },
      outer: { data: points(60, 6, 2), loss: ($, { w }, _, { x, y }) => $.crossEntropy(x.dot(w), y) },
      seed: 1,
    });
  const { losses, trace } = await online(problem(true));
  const heavyBall = await online(problem(true, true));
  const plain = await tune(problem(false), { steps: 1, method: "reverse" });
  expect(losses.at(-1)!).toBeLessThan(0.8 * plain.steps[0].innerLoss);
  expect(heavyBall.losses.at(-1)!).toBeLessThan(0.8 * plain.steps[0].innerLoss);
  expect(trace.lr.at(-1)!).toBeGreaterThan(0.03);
  for (let k = 1; k < losses.length; k++) expect(losses[k]).toBeLessThanOrEqual(losses[k - 1]);
  const hd = await online(problem(true), { rule: "hd", rate: 0.5 });
  expect(hd.losses.at(-1)!).toBeLessThan(plain.steps[0].innerLoss);
});

it("tunes within the trials of a study, whose effective parameters are where descent ended", async () => {
  const found = await study(
    space({ l2: float(1e-4, 1e2, { log: true }), half: int(0, 1) }),
    descent(({ half }) => ridge(1, half === 0 ? 100 : 200), { steps: 3 }),
    { trials: 3, seed: 1, sampler: "random" },
  );
  for (const trial of found.trials) {
    expect(trial.reports.length).toBeGreaterThan(1);
    expect(trial.reports[0].gradient?.l2).toBeTypeOf("number");
    expect(trial.tuned?.l2).not.toBe(trial.params.l2);
  }
});

it("ends a trial that is told to stop, and reports what it was tuned to", async () => {
  const reports: { step: number; value: number; params: Record<string, number> }[] = [];
  const value = await descent(() => ridge(), { steps: 9, method: "reverse" })(
    { l2: 0.5, units: 3 },
    {
      signal: new AbortController().signal,
      note() {},
      async report(step, found, extra) {
        reports.push({ step, value: found as number, params: extra?.params as Record<string, number> });
        return step === 3 ? "stop" : "continue";
      },
    },
  );
  expect(reports.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(reports[0].params).toEqual({ l2: expect.closeTo(0.5, 6) });
  expect(value).toBe(Math.min(...reports.map((report) => report.value)));
});
