import { expect, test } from "vitest";
import { fitScale, fromModel, prefersLog, toModel } from "./scale.ts";

const rows = (n: number) => Int32Array.from({ length: n }, (_, i) => i);

test.each([false, true])("what is scaled comes back, logarithms: %s", (log) => {
  const y = Float64Array.of(0, 1e-12, 0.5, 3, 1000);
  const scale = fitScale(y, rows(5), log);
  const scaled = toModel(scale, y, rows(5));
  expect(scaled.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
  fromModel(scale, scaled).forEach((value, i) => {
    expect(value).toBeCloseTo(y[i], 9);
  });
});

test("a target below 0 that the search did not see counts as 0 among logarithms, and makes no prediction NaN", () => {
  const y = Float64Array.from({ length: 100 }, (_, i) => (i === 99 ? -3 : i % 10 === 9 ? 50 : i % 10));
  expect(prefersLog(y, rows(99))).toBe(true);
  const scale = fitScale(y, rows(100), true);
  const [lowest] = fromModel(scale, toModel(scale, y, Int32Array.of(99)));
  expect(lowest).toBeCloseTo(0, 9);
  expect(fromModel(scale, Float64Array.of(0))[0]).toBeGreaterThan(1);
});

test("logarithms tell tiny targets apart", () => {
  const y = Float64Array.of(1e-18, 2e-18, 5e-16);
  const scale = fitScale(y, rows(3), true);
  const back = fromModel(scale, toModel(scale, y, rows(3)));
  back.forEach((value, i) => {
    expect(value / y[i]).toBeCloseTo(1, 6);
  });
});
