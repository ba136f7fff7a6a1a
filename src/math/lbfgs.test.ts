import { expect, test } from "vitest";
import { minimise } from "./lbfgs.ts";

const rosenbrock = (x: Float64Array) => {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let j = 0; j + 1 < x.length; j++) {
    const [a, b] = [1 - x[j], x[j + 1] - x[j] * x[j]];
    value += a * a + 100 * b * b;
    gradient[j] += -2 * a - 400 * x[j] * b;
    gradient[j + 1] += 200 * b;
  }
  return { value, gradient };
};

test("finds the bottom of a curved valley", () => {
  const all = (value: number) => new Float64Array(5).fill(value);
  const options = { lower: all(-5), upper: all(5), tolerance: 1e-8, evaluations: 500 };
  const { x, value, evaluations } = minimise(rosenbrock, all(-1.2), options);
  expect(value).toBeLessThan(1e-12);
  for (const v of x) expect(v).toBeCloseTo(1, 5);
  expect(evaluations).toBeLessThan(300);
});

test("stays within its bounds, and stops where they hold it", () => {
  const options = { lower: [-5, -5], upper: [0.5, 5], tolerance: 1e-9, evaluations: 300 };
  const { x } = minimise(rosenbrock, [-1, 2], options);
  expect(x[0]).toBe(0.5);
  expect(x[1]).toBeCloseTo(0.25, 6);
});

test("a start without a finite value is where it ends", () => {
  const nowhere = () => ({ value: Number.POSITIVE_INFINITY, gradient: new Float64Array(1) });
  expect(minimise(nowhere, [0.3], { lower: [0], upper: [1] })).toMatchObject({ evaluations: 1 });
});
