import { expect, test } from "vitest";
import { rowsOf } from "../../models/gp/data.ts";
import { featuresOf } from "../../models/gp/features.ts";
import { fitWarp } from "../../models/gp/warp.ts";
import { float, space } from "../../space.ts";
import type { Trial } from "../../trial.ts";
import { observedNothing } from "../observed.ts";
import { scheduleNothing, takeIn } from "./schedule.ts";
import { fitLimitWarp } from "./target.ts";

test("the warp of a limit keeps order and inverts, whatever the sizes", () => {
  const values = [-1e6, -3, -0.1, 0, 0.2, 5, 1e9];
  const warp = fitLimitWarp(values)!;
  const warped = values.map(warp.apply);
  expect([...warped].sort((a, b) => a - b)).toEqual(warped);
  values.forEach((value, i) => {
    expect(warp.invert(warped[i])).toBeCloseTo(value, value === 0 ? 12 : 5 - Math.log10(Math.abs(value)));
  });
  const mean = warped.reduce((sum, value) => sum + value, 0);
  expect(mean).toBeCloseTo(0, 12);
});

test("pass or fail alone has a limit between the two", () => {
  const warp = fitLimitWarp([1, 0, 0, 0, 0, 0, 0])!;
  expect(warp.apply(0)).toBeLessThan(warp.apply(1));
  const signed = fitLimitWarp([1, -1, -1, -1])!;
  expect(signed.apply(-1)).toBeLessThan(signed.apply(0));
  expect(signed.apply(0)).toBeLessThan(signed.apply(1));
});

test("equal values teach nothing, infinite ones count as the largest", () => {
  expect(fitLimitWarp([3, 3, 3])).toBeUndefined();
  expect(fitLimitWarp([0, 0])).toBeUndefined();
  expect(fitLimitWarp([])).toBeUndefined();
  expect(fitLimitWarp([Number.POSITIVE_INFINITY])).toBeUndefined();
  const warp = fitLimitWarp([-1, 2, Number.POSITIVE_INFINITY])!;
  expect(warp.apply(Number.POSITIVE_INFINITY)).toBe(warp.apply(2));
});

test("a mean over repeats weighs as much as they would have alone", () => {
  const features = featuresOf(space({ x: float(0, 1) }));
  const warp = { lambda: 1, apply: (value: number) => value, invert: (value: number) => value };
  const at = { unit: Float64Array.of(0.3), active: Uint8Array.of(1) };
  const values = [1, 2, 4, 5];
  const alone = rowsOf(
    features,
    values.map((value) => ({ ...at, value })),
    warp,
  ).data;
  const mean = 3;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3);
  const together = rowsOf(features, [{ ...at, value: mean, count: 4, std }], warp).data;
  expect(together.y[0]).toBeCloseTo(alone.y[0], 12);
  expect([together.repeats[0], together.degrees]).toEqual([alone.repeats[0], alone.degrees]);
  expect(together.within).toBeCloseTo(alone.within, 12);
  const unknown = rowsOf(features, [{ ...at, value: mean, count: 4 }], warp).data;
  expect([unknown.repeats[0], unknown.degrees, unknown.within]).toEqual([4, 0, 0]);
  expect(
    rowsOf(features, [{ ...at, value: 2, count: 2, std: 0.1 }], fitWarp([1, 2, 3, 9])!).data.within,
  ).toBeGreaterThan(0);
});

test("fits are due at every trial first, then at a tenth more, told again or not", () => {
  const problem = { space: space({ x: float(0, 1) }), objectives: [], seed: 1, limits: {} };
  const observed = observedNothing(problem);
  const schedule = scheduleNothing();
  const due: number[] = [];
  for (let told = 1; told <= 120; told++) {
    const number = told % 3 === 0 ? 0 : told;
    const trial = { number, state: "complete", params: { x: 0.5 }, reports: [] } as unknown as Trial;
    takeIn(schedule, observed, trial);
    if (schedule.epoch === told) due.push(told);
  }
  expect(due.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  expect(due.slice(50)).toEqual([56, 62, 69, 76, 84, 93, 103, 114]);
  expect(schedule.known.length).toBeLessThan(114);
});
