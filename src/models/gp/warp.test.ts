import { expect, test } from "vitest";
import { float, space } from "../../space.ts";
import { featuresOf } from "./features.ts";
import { warp, warpedFeatures } from "./input-warp.ts";
import { fitScale, fitWarp } from "./warp.ts";

test("keeps the order, standardises, and is undone by its inverse", () => {
  const losses = [5, 0.1, 3, 1e6, 0.2, 7, 40, 0.11, 2, 9];
  const warp = fitWarp(losses)!;
  const values = losses.map(warp.apply);
  const order = (list: readonly number[]) => list.map((_, i) => i).sort((a, b) => list[a] - list[b]);
  expect(order(values)).toEqual(order(losses));
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
  expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(1, 9);
  for (const loss of [0.1, 3, 9]) expect(warp.invert(warp.apply(loss))).toBeCloseTo(loss, 6);
});

test("failures count as the worst; nothing is learned from equal values or none", () => {
  const warp = fitWarp([1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY])!;
  expect(warp.apply(Number.NaN)).toBe(warp.apply(3));
  expect(fitWarp([1, 1, 1])).toBeUndefined();
  expect(fitWarp([Number.NaN])).toBeUndefined();
  for (const loss of [1e300, -1e300, Number.NEGATIVE_INFINITY])
    expect(Number.isFinite(fitWarp([0, 1, loss, -1e300])!.apply(loss))).toBe(true);
});

test("warped features are those of the table, monotone, also for points outside of the cube", () => {
  const features = featuresOf(space({ x: float(0, 1) }));
  const warped = warpedFeatures(features, Int32Array.of(0), [-1.5, 0.8]);
  const at = (u: number) => {
    const out = new Float64Array(1);
    warped.write({ unit: Float64Array.of(u), active: Uint8Array.of(1) }, out, 0);
    return out[0];
  };
  let before = at(-0.1);
  for (let u = -0.05; u <= 1.1; u += 0.00213) {
    expect(at(u)).toBeGreaterThan(before);
    before = at(u);
    if (u > 0.1 && u < 0.9) {
      expect(at(u)).toBeCloseTo(warp(u, -1.5, 0.8), 5);
      expect(warped.slope(0, u)).toBeCloseTo(
        (warp(u + 1e-3, -1.5, 0.8) - warp(u - 1e-3, -1.5, 0.8)) / 2e-3,
        2,
      );
    }
  }
});

test("−∞ counts as the best loss, and what is far better than all is held", () => {
  const found = fitWarp([1, 2, 3, 4, 5, 6, 7, 8])!;
  expect(found.apply(Number.NEGATIVE_INFINITY)).toBe(found.apply(1));
  expect(Number.isFinite(found.apply(-1e300))).toBe(true);
  expect(found.apply(-1e300)).toBeLessThan(found.apply(-3));
});

test("a scale keeps equal steps equal, inverts, and cuts the bad side only", () => {
  const losses = [3, 5, 4, 8, 6, 7, 1e9, Number.NaN];
  const { apply, invert } = fitScale(losses)!;
  expect(apply(5) - apply(4)).toBeCloseTo(apply(8) - apply(7), 12);
  expect(invert(apply(6.5))).toBeCloseTo(6.5, 9);
  expect(apply(1e9)).toBe(apply(1e8));
  expect(apply(Number.NaN)).toBe(apply(1e9));
  expect(apply(-3)).toBeLessThan(apply(-2));
  expect(fitScale([2, 2])).toBeUndefined();
});
