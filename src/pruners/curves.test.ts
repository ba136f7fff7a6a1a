import { expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import { float, space } from "../space.ts";
import { ended, newTrial, reported } from "../testing/pruned-study.ts";
import { isExhausted, lossesFrom, lowestUntil, noCurves, tellCurve } from "./curves.ts";

const problem: Problem = {
  space: space({ x: float(0, 1) }),
  objectives: [{ name: "loss", direction: "maximize" }],
  constraints: [{ name: "size", metric: "size", atMost: 2 }],
  seed: 1,
  limits: { trials: 3 },
};

test("a curve is what the trial's reports are now, however they came", () => {
  const curves = noCurves(problem);
  let trial = newTrial(0);
  const tell = (step: number, loss: number) =>
    tellCurve(curves, (trial = reported(trial, step, { loss, size: 3 })))!;
  for (const [step, loss] of [
    [1, 10],
    [3, 30],
    [2, 20],
    [5, 50],
    [3, 33],
    [1, 11],
  ])
    tell(step, loss);
  const curve = tell(5, 55);
  expect(curve.steps).toEqual([1, 2, 3, 5]);
  expect(curve.losses).toEqual([[-11], [-20], [-33], [-55]]);
  expect([curve.before, curve.reached, curve.violation]).toEqual([5, 5, 1]);
  expect(lossesFrom(curve, 4)).toEqual([-55]);
  expect(lossesFrom(curve, 6)).toBeUndefined();
  tell(6, 40);
  expect(lowestUntil(curve, 6)).toEqual([-55]);
  expect([curve.before, curve.reached]).toEqual([5, 6]);
  // begun anew without what it had: every rung is new to it again
  trial = newTrial(0, { attempt: 2 });
  expect([tell(1, 9).before, curve.reached]).toEqual([Number.NEGATIVE_INFINITY, 1]);
});

test("three complete trials show how long a training is, and repeats count as numbers only", () => {
  const curves = noCurves({ ...problem, limits: { trials: 5 } });
  for (const [number, step] of [4, 7, 5, 9].entries()) {
    const trial = ended(reported(newTrial(number), step, { loss: 1 }), "complete");
    tellCurve(curves, trial);
    tellCurve(curves, trial);
    expect(curves.full).toBe(number < 2 ? undefined : 7);
  }
  expect(isExhausted(curves)).toBe(false);
  expect(tellCurve(curves, newTrial(4, { repeatOf: 1 }))).toBeUndefined();
  expect(isExhausted(curves)).toBe(true);
  expect(curves.list.length).toBe(4);
});
