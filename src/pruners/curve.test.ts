import { describe, expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import { float, space } from "../space.ts";
import { ended, newTrial, reported } from "../testing/pruned-study.ts";
import type { Trial } from "../trial.ts";
import { extrapolate, probabilityBelow } from "./curve/extrapolate.ts";
import { curve } from "./curve.ts";

const FULL = 50;
const steps = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const power = (a: number, b: number, rate: number) => (step: number) => a + b * (step / FULL) ** -rate;

describe("extrapolate", () => {
  test("finds the end of curves of its own shapes, with most of its weight nearby", () => {
    const shapes = [
      power(0.2, 0.3, 0.5),
      power(1, 0.1, 1),
      (step: number) => 0.3 + 0.5 * Math.exp(-step / 10),
    ];
    for (const shape of shapes) {
      const seen = steps(20);
      const end = extrapolate(seen, seen.map(shape), FULL)!;
      const truth = shape(FULL);
      const range = shape(1) - shape(20);
      expect(probabilityBelow(end, truth + 0.1 * range)).toBeGreaterThan(0.9);
      expect(probabilityBelow(end, truth - 0.1 * range)).toBeLessThan(0.1);
    }
  });

  test("the tails are calibrated on noisy curves: both of 5 % together hold less than a quarter", () => {
    const stream = rng(5, "curves");
    let surprises = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const shape = power(stream.uniform(), 0.05 + 0.3 * stream.uniform(), 0.2 + stream.uniform());
      const seen = steps(13 + stream.integer(20));
      const noise = 0.05 * (shape(1) - shape(FULL));
      const end = extrapolate(
        seen,
        seen.map((step) => shape(step) + noise * stream.normal()),
        FULL,
      )!;
      const p = probabilityBelow(end, shape(FULL));
      if (p < 0.05 || p > 0.95) surprises++;
    }
    expect(surprises / runs).toBeLessThan(0.25); // 10 % were ideal
  });

  test("the probability rises with the value", () => {
    const seen = steps(15);
    const end = extrapolate(seen, seen.map(power(0, 1, 0.7)), FULL)!;
    const p = [-5, 0, 0.9, 1, 1.1, 2, 5].map((value) => probabilityBelow(end, value));
    expect([...p].sort((a, b) => a - b)).toEqual(p);
    expect(p[0]).toBeLessThan(0.01);
    expect(p[6]).toBeGreaterThan(0.99);
  });

  test("constant curves stay where they are; fewer than four points say nothing", () => {
    const end = extrapolate(
      steps(10),
      steps(10).map(() => 3),
      FULL,
    )!;
    expect([probabilityBelow(end, 3), probabilityBelow(end, 3.001)]).toEqual([0, 1]);
    expect(extrapolate([1, 2, 3], [3, 2, 1], FULL)).toBeUndefined();
    expect(extrapolate([0, -1, 2, 3, 4], [3, 2, Number.NaN, 1, 0], FULL)).toBeUndefined();
  });

  test("a rising curve is not expected to fall below what it had", () => {
    const seen = steps(20);
    const end = extrapolate(
      seen,
      seen.map((step) => step / 10),
      FULL,
    )!;
    expect(probabilityBelow(end, 0)).toBeLessThan(0.1);
  });
});

test("curve: stops what will end far above the best, not what still falls towards it", () => {
  const problem: Problem = {
    space: space({ x: float(0, 1) }),
    objectives: [{ name: "loss", direction: "minimize" }],
    seed: 1,
    limits: {},
    steps: { max: FULL },
  };
  const pruner = curve();
  let state = pruner.init(problem);
  const best = power(0.1, 0.2, 0.5);
  let trial: Trial = newTrial(0);
  for (const step of steps(FULL))
    state = pruner.tell(state, (trial = reported(trial, step, { loss: best(step) })));
  state = pruner.tell(state, ended(trial, "complete"));
  const stopsAt = (number: number, shape: (step: number) => number) => {
    let running: Trial = newTrial(number);
    for (const step of steps(FULL)) {
      running = reported(running, step, { loss: shape(step) });
      state = pruner.tell(state, running);
      if (pruner.judge(state, running) === "stop") return step;
    }
    return undefined;
  };
  expect(stopsAt(1, power(0.5, 0.2, 0.5))).toBe(13); // at a quarter of the training
  expect(stopsAt(2, power(0, 0.2, 0.5))).toBeUndefined();
  expect(stopsAt(3, (step) => 1 - (0.9 * step) / FULL)).toBeUndefined(); // above for long, still falling steadily
  expect(stopsAt(4, () => Number.NaN)).toBe(13);
});
