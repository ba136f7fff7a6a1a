import { expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import type { Pruner } from "../pruner.ts";
import type { Sampler } from "../sampler.ts";
import { float, space } from "../space.ts";
import type { Trial } from "../trial.ts";
import { curve, simulateTraining, type Training } from "./training.ts";

const problem: Problem = {
  space: space({ x: float(0, 9) }),
  objectives: [{ name: "score", direction: "maximize" }],
  seed: 1,
  limits: {},
  steps: { max: 4 },
};

/** Suggests its number; the third one goes on from the first one's second step, up to its third. */
const counter: Sampler<Trial[]> = {
  name: "counter",
  version: 1,
  init: () => [],
  tell: (told, trial) => [...told, trial],
  ask: (_, { number }) =>
    number === 2
      ? { params: { x: 2 }, budget: 3, fork: { trial: 0, step: 2 }, origin: "fork" }
      : { params: { x: number } },
};

/** Sums x over the steps. */
const adder: Training<number> = {
  step(before = 0, { x }) {
    const after = before + (x as number);
    return { after, losses: -after };
  },
};

test("trains to the end, from checkpoints, up to budgets", async () => {
  const { trials, state, steps } = await simulateTraining(counter, problem, adder, { trials: 3, workers: 2 });
  expect(trials.map(({ state }) => state)).toEqual(["complete", "complete", "paused"]);
  expect(trials.map(({ losses }) => losses)).toEqual([[-0], [-4], [-2]]);
  expect(trials[2].reports.map(({ step }) => step)).toEqual([3]);
  expect(trials[2].values).toEqual({ score: 2 });
  expect(steps).toBe(4 + 4 + 1);
  expect((state as Trial[]).map(({ number }) => number)).toEqual([0, 1, 2]);
});

test("a pruner pauses, promotes and stops", async () => {
  /** Pauses at step 2, promotes the best of those that are paused once there are three. */
  const pruner: Pruner<Map<number, Trial>> = {
    name: "two",
    version: 1,
    init: () => new Map(),
    tell: (known, trial) => new Map(known).set(trial.number, trial),
    assign: (_, number) => ({ bracket: number % 2, budget: 2 }),
    promote(known, taken) {
      const paused = [...known.values()].filter(({ state }) => state === "paused");
      if (paused.length < 3) return undefined;
      const best = paused.sort((a, b) => a.losses![0] - b.losses![0])[0];
      return taken.has(best.number) ? undefined : { trial: best.number, budget: 4 };
    },
    judge: (_, { reports, params }) => {
      const { step } = reports[reports.length - 1];
      return params.x === 1 ? "stop" : step === 2 ? "pause" : "continue";
    },
  };
  const seen = { ...counter, ask: counter.ask };
  seen.ask = (_, { number, bracket, budget }) => ({
    params: { x: number },
    origin: { bracket: bracket!, budget: budget! },
  });
  const { trials, steps } = await simulateTraining(
    seen,
    problem,
    curve(({ x }) => -(x as number)),
    {
      trials: 4,
      pruner,
    },
  );
  expect(trials.map(({ state }) => state)).toEqual(["paused", "pruned", "paused", "complete"]);
  expect(trials[3].reports.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(trials.map(({ bracket, origin }) => [bracket, origin])).toEqual(
    [0, 1, 0, 1].map((bracket) => [bracket, { bracket, budget: 2 }]),
  );
  expect(steps).toBe(2 + 1 + 2 + 4);
});

test("a training that breaks down fails its trial", async () => {
  const broken: Training = { step: (_, _params, step) => (step === 2 ? "failed" : { after: 0, losses: 1 }) };
  const { trials } = await simulateTraining(counter, problem, broken, { trials: 1 });
  expect(trials[0]).toMatchObject({ state: "failed", reports: [{ step: 1 }] });
});
