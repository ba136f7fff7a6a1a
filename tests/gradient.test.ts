/**
 * The acceptance tasks of hypergradients (bench/gradient.ts), shortened until they take seconds; none asserts on time.
 */
import { expect, it } from "vitest";
import { mnistSplit, weigh } from "../bench/gradient/cleaning.ts";
import { mnist } from "../bench/gradient/data.ts";
import { curve, PUBLISHED } from "../bench/gradient/hypertorch.ts";
import { problem } from "../bench/gradient/rates.ts";
import { tune } from "../src/gradient/index.ts";

it("reproduces the published curve of HyperTorch's notebook", async () => {
  const values = await curve(40);
  for (let k = 0; k <= 4; k++) expect(Math.abs(values[10 * k] - PUBLISHED[k])).toBeLessThan(1e-5);
});

it("finds most of the wrong labels", async () => {
  const { f1 } = await weigh(await mnistSplit(1, 600, 600), 25);
  expect(f1).toBeGreaterThan(0.85);
});

it("tunes learning rate, momentum and penalty of a network at once", async () => {
  const { steps, value, why, warnings } = await tune(problem(await mnist(), 1), { steps: 4, rate: 0.5 });
  expect(value).toBeLessThan(0.95 * steps[0].value);
  expect(why).toContain("reverse");
  expect(warnings).toEqual([]);
});
