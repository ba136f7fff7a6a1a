import { expect, test } from "vitest";
import { categorical, float, int, space } from "../space.ts";
import { priorOf } from "./prior.ts";

const s = space({
  lr: float(1e-4, 1, { log: true, prior: { value: 1e-2, confidence: "high" } }),
  n: int(1, 9),
  act: categorical(["a", "b", "c", "d"], { prior: { value: "c" } }),
});
const active = Uint8Array.of(1, 1, 1);

test("a space without priors has none", () => {
  expect(priorOf(space({ x: float(0, 1) }))).toBeUndefined();
});

test("is highest at what is expected, and never below a hundredth of uniform", () => {
  const prior = priorOf(s)!;
  const at = (lr: number, act: string) => {
    const { unit } = s.encode({ lr, n: 3, act });
    return prior.logRatio(unit, active);
  };
  expect(at(1e-2, "c")).toBeGreaterThan(at(2e-2, "c"));
  expect(at(1e-2, "c")).toBeGreaterThan(at(1e-2, "a"));
  expect(at(1, "a")).toBeCloseTo(Math.log(1 / 100), 12);
});

test("integrates to one, and its quantiles are those of the density", () => {
  const prior = priorOf(s)!;
  const unit = Float64Array.of(0.5, 0.5, 0.1);
  const cells = 4000;
  let mass = 0;
  for (let i = 0; i < cells; i++) {
    unit[0] = (i + 0.5) / cells;
    mass += Math.exp(prior.logRatio(unit, Uint8Array.of(1, 0, 0))) / cells;
  }
  expect(mass).toBeCloseTo(1, 1);
  expect(prior.quantile(0, 0.5)).toBeCloseTo(0.5, 10);
  expect(prior.quantile(1, 0.3)).toBe(0.3);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 1000; i++) counts[Math.floor(prior.quantile(2, (i + 0.5) / 1000) * 4)]++;
  expect(counts).toEqual([125, 125, 625, 125]);
});
