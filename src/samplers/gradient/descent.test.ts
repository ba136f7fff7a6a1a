import { expect, test } from "vitest";
import { advanced, beginning, type Descent, stepOf, type Visit } from "./descent.ts";

const visit = (step: number, unit: number[], loss: number, gradient?: number[]): Visit => ({
  number: step,
  step,
  unit: Float64Array.from(unit),
  loss,
  ...(gradient && { gradient: Float64Array.from(gradient) }),
});
const free = Uint8Array.of(1, 1);

test("the first step is as long as the rate, against the sign of each derivative", () => {
  const start = beginning(visit(0, [0.5, 0.5], 1, [3, -1e-4]), 0.1);
  const { unit, origin } = stepOf(start, free)!;
  expect([...unit]).toEqual([expect.closeTo(0.4, 6), expect.closeTo(0.6, 3)]);
  expect(origin).toEqual({ by: "adam", from: 0, reach: 0.1 });
});

test("with the curvature of one step a parabola's minimum is hit", () => {
  // (x − ½)² from 0.9 by way of 0.8
  const at = (step: number, x: number) => visit(step, [x, 0.2], (x - 0.5) ** 2, [2 * (x - 0.5), 0]);
  const second = advanced({ ...beginning(at(0, 0.9), 0.1), radius: 0.5 }, at(1, 0.8));
  const { unit, origin } = stepOf(second, free)!;
  expect(unit[0]).toBeCloseTo(0.5, 12);
  expect(origin).toMatchObject({ by: "curvature", from: 1 });
  const last = advanced(second, at(2, 0.5));
  expect(stepOf(last, free)).toBeUndefined(); // the gradient is 0
});

test("rises and losses that are no numbers halve the step and return to the best point", () => {
  let descent: Descent = beginning(visit(0, [0.5, 0.5], 1, [1, 0]), 0.1);
  for (const loss of [2, Number.NaN, 1]) {
    const before = descent.radius;
    descent = advanced(descent, visit(1, [0.5 - before, 0.5], loss, [1, 0]));
    expect(descent.best.number).toBe(0);
    expect(descent.radius).toBeCloseTo(before / 2, 12);
  }
  expect(descent.misses).toBe(3);
  for (let k = 0; k < 5; k++) descent = advanced(descent, visit(2, [0.49, 0.5], 2));
  expect(descent.ended).toBe("8 steps in a row did not help");
});

test("a step that fell over its whole length is followed by one up to twice as long, up to a quarter", () => {
  let descent = beginning(visit(0, [0.9, 0.5], 10, [1, 0]), 0.1);
  for (const [x, radius] of [
    [0.8, 0.2],
    [0.6, 0.25],
    [0.35, 0.25],
  ]) {
    descent = advanced(descent, visit(1, [x, 0.5], 10 * x, [1, 0]));
    expect(descent.radius).toBeCloseTo(radius, 12);
  }
});

test("at the end of a range the projected gradient counts: what is open goes on, where nothing is it ends", () => {
  const edge = beginning(visit(0, [0, 0.5], 1, [1, 1]), 0.1);
  const { unit } = stepOf(edge, free)!;
  expect(unit[0]).toBe(0);
  expect(unit[1]).toBeLessThan(0.5);
  expect(stepOf(beginning(visit(0, [0, 1], 1, [1, -1]), 0.1), free)).toBeUndefined();
  expect(stepOf(edge, Uint8Array.of(1, 0))).toBeUndefined();
  expect(stepOf(beginning(visit(0, [0, 0.5], 1, [-1, 1]), 0.1), free)!.unit[0]).toBeCloseTo(0.1, 6); // back inside
});

test("a start without a loss or a gradient leads nowhere, and says so", () => {
  expect(beginning(visit(0, [0, 0], Number.NaN, [1, 1]), 0.1).ended).toContain("no loss");
  expect(beginning(visit(0, [0, 0], 1), 0.1).ended).toContain("no gradient");
});
