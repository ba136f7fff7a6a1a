import { describe, expect, test } from "vitest";
import { lineage, schedule } from "../analysis/lineage.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Suggestion } from "../sampler.ts";
import { categorical, float, int, oneOf, ordinal, space } from "../space.ts";
import { simulateTraining, type Training } from "../testing/index.ts";
import { slotOf } from "../testing/simulate.ts";
import type { Trial } from "../trial.ts";
import { tune } from "../tune.ts";
import { pb2 } from "./pb2.ts";
import { carriedOn, perturbed } from "./pbt/explore.ts";
import { pbt } from "./pbt.ts";

const STEPS = 100;
const s = space({ lr: float(1e-3, 1, { log: true }) });
const problemOf = (extra: Partial<Problem> = {}): Problem => ({
  space: s,
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 1,
  limits: {},
  steps: { max: STEPS },
  ...extra,
});

/**
 * Gradient descent on θ² whose gradients have noise of variance 1: the expected square v of the distance from the
 * optimum goes to (1 − lr)² v + lr². Large rates come near quickly and stay away, small ones come slowly: what is best
 * falls like 1/t.
 */
const quadratic: Training<number> = {
  step(before = 100, { lr }) {
    const rate = lr as number;
    const after = (1 - rate) * (1 - rate) * before + rate * rate;
    return { after, losses: after };
  },
};

/** The best that one rate all along comes to, of a thousand. */
function bestConstant(): number {
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= 1000; k++) {
    let v = 100;
    for (let step = 1; step <= STEPS; step++)
      v = (quadratic.step(v, { lr: 10 ** (-3 + (3 * k) / 1000) }, step, 0) as { after: number }).after;
    best = Math.min(best, v);
  }
  return best;
}

const bestOf = (trials: readonly Trial[]) =>
  trials
    .filter(({ state }) => state === "complete")
    .reduce((best, trial) => (trial.losses![0] < best.losses![0] ? trial : best));
const placeOf = ({ origin }: Trial) => origin as { member: number; generation: number; parent?: number };

describe("a population", () => {
  test("finds a schedule that beats every constant setting", async () => {
    for (const workers of [1, 3, 8]) {
      const { trials, steps } = await simulateTraining(pbt(), problemOf(), quadratic, {
        trials: 1000,
        workers,
      });
      expect(steps).toBe(8 * STEPS);
      expect(trials.length).toBe(80);
      const best = bestOf(trials);
      expect(best.losses![0]).toBeLessThan(bestConstant());
      const stages = schedule(trials, best.number);
      expect(stages.length).toBeGreaterThan(2);
      expect(stages[stages.length - 1].params.lr).toBeLessThan(stages[0].params.lr as number);
      expect([stages[0].from, stages[stages.length - 1].to]).toEqual([0, STEPS]);
    }
  });

  test("so does one whose params a model finds", async () => {
    const { trials, steps } = await simulateTraining(pb2(), problemOf(), quadratic, {
      trials: 1000,
      workers: 3,
    });
    expect(steps).toBe(8 * STEPS);
    expect(bestOf(trials).losses![0]).toBeLessThan(bestConstant());
  });

  test("each trial goes on from a checkpoint that is there, for one interval", async () => {
    const { trials } = await simulateTraining(pbt({ interval: 30 }), problemOf(), quadratic, {
      trials: 1000,
      workers: 3,
    });
    const budgets = [30, 60, 90, 100];
    for (const trial of trials) {
      const { generation, parent } = placeOf(trial);
      expect(trial.budget).toBe(budgets[generation]);
      expect(trial.state).toBe(generation === 3 ? "complete" : "paused");
      if (generation === 0) {
        expect(trial.fork).toBeUndefined();
        continue;
      }
      const source = trials[trial.fork!.trial];
      expect(parent).toBe(source.number);
      expect(source.reports.map(({ step }) => step)).toContain(trial.fork!.step);
      expect(trial.fork!.step).toBe(source.budget);
      const before = trials.find(
        (one) => placeOf(one).member === placeOf(trial).member && placeOf(one).generation === generation - 1,
      )!;
      if (source === before) expect(trial.params).toEqual(before.params);
      else expect(before.losses![0]).toBeGreaterThanOrEqual(source.losses![0]);
    }
    const keys = trials.map((trial) => `${placeOf(trial).member}.${placeOf(trial).generation}`);
    expect(new Set(keys).size).toBe(8 * 4);
  });

  test("with more workers than members the others wait; by default there is a member for each", async () => {
    const problem = problemOf();
    const sampler = pbt({ population: 2 });
    const state = sampler.init(problem);
    const open: Trial[] = [];
    const answers = [];
    for (let number = 0; number < 3; number++) {
      const answer = await sampler.ask(state, slotOf(problem, number, open));
      answers.push(typeof answer === "string" ? answer : placeOf(answer as Trial).member);
      if (typeof answer !== "string") open.push(running(number, answer));
    }
    expect(answers).toEqual([0, 1, "wait"]);
    const { trials } = await simulateTraining(pbt({ interval: 50 }), problem, quadratic, {
      trials: 100,
      workers: 12,
    });
    expect(trials.length).toBe(12 * 2);
  });

  test("a member whose training breaks down goes on from a good one", async () => {
    const fragile: Training<number> = {
      step: (before, params, step, number) =>
        step === 15 && number % 3 === 0 ? "failed" : quadratic.step(before as number, params, step, number),
    };
    const { trials } = await simulateTraining(pbt(), problemOf(), fragile, { trials: 1000, workers: 2 });
    const failed = trials.filter(({ state }) => state === "failed");
    expect(failed.length).toBeGreaterThan(1);
    for (const trial of failed) {
      const { member, generation } = placeOf(trial);
      const after = trials.find(
        (one) => placeOf(one).member === member && placeOf(one).generation === generation + 1,
      )!;
      expect(trials[after.fork!.trial].state).toBe("paused");
      expect(after.fork!.step).toBeLessThanOrEqual(20);
    }
    expect(trials.filter(({ state }) => state === "complete").length).toBe(8);
  });

  test("where nobody ever comes through, it ends nevertheless", async () => {
    const broken: Training = { step: () => "failed" };
    const { trials } = await simulateTraining(pbt({ interval: 50 }), problemOf(), broken, { trials: 1000 });
    expect(trials.length).toBe(16);
    expect(trials.every(({ fork }) => fork === undefined)).toBe(true);
  });

  test("maximises where that is asked for", async () => {
    const objectives = [{ name: "score", direction: "maximize" as const }];
    const { trials } = await simulateTraining(pbt(), problemOf({ objectives }), quadratic, { trials: 1000 });
    expect(bestOf(trials).values!.score).toBeGreaterThan(-bestConstant());
  });

  test("an interval that lets a limited study come to its end", async () => {
    const { trials } = await simulateTraining(
      pbt({ population: 4 }),
      problemOf({ limits: { trials: 22 } }),
      quadratic,
      { trials: 22 },
    );
    expect(trials.map(({ budget }) => budget)).toEqual(
      [20, 40, 60, 80, 100].flatMap((budget) => [budget, budget, budget, budget]),
    );
  });

  test("a study without a largest step is refused", () => {
    expect(() => pbt().init(problemOf({ steps: undefined }))).toThrow("give --max-steps");
    expect(() => pbt({ population: 1 })).toThrow("pbt: population 1 is not a whole number of at least 2");
    expect(() => pbt({ interval: 0.5 })).toThrow("pbt: interval 0.5 is not a whole number of at least 1");
  });
});

test("a study in this process: forks name checkpoints that the objective keeps, idle workers wait", async () => {
  const checkpoints = new Map<string, number>();
  const { study, end, best } = await tune(
    s,
    async ({ lr }, trial) => {
      const { fork, budget = STEPS } = trial;
      let v = fork === undefined ? 100 : (checkpoints.get(`${fork.trial}.${fork.step}`) as number);
      for (let step = (fork?.step ?? 0) + 1; step <= budget; step++) {
        v = (1 - lr) * (1 - lr) * v + lr * lr;
        checkpoints.set(`${trial.number}.${step}`, v);
        if ((await trial.report(step, v)) !== "continue") break;
      }
      return v;
    },
    { sampler: pbt({ population: 4 }), pruner: "none", seed: 1, steps: { max: STEPS }, parallel: 6 },
  );
  expect(end.kind).toBe("exhausted");
  expect(study.history.counts).toMatchObject({ complete: 4, paused: 36 });
  const stages = lineage(study.history.trials, best!.number);
  expect(stages.map(({ to }) => to)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  let v = 100;
  for (const { from, to, params } of stages)
    for (let step = from; step < to; step++)
      v = (1 - (params.lr as number)) ** 2 * v + (params.lr as number) ** 2;
  expect(v).toBeCloseTo(best!.values!.value, 12);
});

describe("exploration", () => {
  const mixed = space({
    lr: float(1e-4, 1, { log: true }),
    n: int(1, 100),
    zero: float(-1, 1),
    c: categorical(["a", "b", "c"]),
    o: ordinal([1, 2, 4, 8]),
    branch: oneOf("t", { on: { x: float(0, 1) }, off: {} }),
  });
  const params = { lr: 0.01, n: 3, zero: 0, c: "b", o: 2, branch: "off" };
  const draws = Array.from({ length: 4000 }, (_, k) => mixed.decode(perturbed(mixed, params, rng(1, k))));
  const share = (holds: (one: (typeof draws)[number]) => boolean) =>
    draws.filter(holds).length / draws.length;
  const near = (a: number, b: number) => Math.abs(a / b - 1) < 1e-9;

  test("multiplies numbers in the user's scale, by a step at least; other choices stay", () => {
    expect(share(({ lr }) => near(lr as number, 0.008))).toBeCloseTo(0.375, 1);
    expect(share(({ lr }) => near(lr as number, 0.012))).toBeCloseTo(0.375, 1);
    // 3 × 0.8 rounds to 2, 3 × 1.2 to 4
    expect(share(({ n }) => n === 2)).toBeCloseTo(0.375, 1);
    expect(share(({ n }) => n === 4)).toBeCloseTo(0.375, 1);
    expect(share(({ c }) => c === "b")).toBeCloseTo(0.75 + 0.25 / 3, 1);
    expect(share(({ o }) => o === 1)).toBeCloseTo(0.375 + 0.25 / 4, 1);
    expect(share(({ o }) => o === 4)).toBeCloseTo(0.375 + 0.25 / 4, 1);
    // nothing is a multiple of zero: it is drawn anew
    expect(new Set(draws.map(({ zero }) => zero)).size).toBe(draws.length);
  });

  test("stays within ranges, and draws what the params lack", () => {
    const high = { ...params, lr: 1, n: 100 };
    for (let k = 0; k < 200; k++) {
      const drawn = mixed.decode(perturbed(mixed, high, rng(2, k)));
      expect(mixed.check(drawn)).toEqual(drawn);
    }
    expect(share(({ branch, ...rest }) => branch === "on" && "branch.on.x" in rest)).toBeCloseTo(0.125, 1);
  });

  test("who goes on keeps params to the bit, but for settled ones and those out of range", () => {
    expect(carriedOn(mixed, params)).toEqual(params);
    const lr = expect.closeTo(0.01, 12);
    expect(carriedOn(mixed, params, { n: 7 })).toEqual({ ...params, lr, n: 7 });
    expect(carriedOn(mixed, { ...params, n: 1000 })).toEqual({ ...params, lr, n: 100 });
    expect(carriedOn(mixed, { ...params, c: "gone" })).toBeUndefined();
  });
});

describe("lineage", () => {
  const trial = (number: number, lr: number, steps: readonly number[], fork?: Trial["fork"]): Trial => ({
    number,
    state: "paused",
    attempt: 1,
    space: 0,
    params: { lr },
    reports: steps.map((step) => ({ step, values: { loss: 0 }, time: 0 })),
    times: { created: 0 },
    notes: {},
    ...(fork && { fork }),
  });
  const trials = [
    trial(0, 1, [1, 2, 3, 4]),
    trial(1, 1, [3, 4], { trial: 0, step: 2 }),
    trial(2, 2, [5, 6], { trial: 1, step: 4 }),
    trial(3, 2, [1, 2], { trial: 2, step: 6 }),
  ];

  test("goes back from checkpoint to checkpoint", () => {
    expect(lineage(trials, 2)).toEqual([
      { trial: 0, from: 0, to: 2, params: { lr: 1 } },
      { trial: 1, from: 2, to: 4, params: { lr: 1 } },
      { trial: 2, from: 4, to: 6, params: { lr: 2 } },
    ]);
    expect(schedule(trials, 2)).toEqual([
      { trial: 1, from: 0, to: 4, params: { lr: 1 } },
      { trial: 2, from: 4, to: 6, params: { lr: 2 } },
    ]);
  });

  test("one whose checkpoint was gone began anew", () => {
    expect(lineage(trials, 3)).toEqual([{ trial: 3, from: 0, to: 2, params: { lr: 2 } }]);
    expect(lineage(trials, 9)).toEqual([]);
  });
});

function running(number: number, { params, ...rest }: Suggestion): Trial {
  return {
    number,
    state: "running",
    attempt: 1,
    space: 0,
    params,
    reports: [],
    times: { created: 0 },
    notes: {},
    ...rest,
  };
}
