import { describe, expect, test } from "vitest";
import { nondominatedBoxes } from "../../analysis/boxes.ts";
import { normalCdf } from "../../math/special.ts";
import { rng } from "../../random.ts";
import { logExpectedImprovement } from "./acquisition.ts";
import { hypervolumeImprovement } from "./ehvi.ts";
import { feasibility } from "./feasibility.ts";
import { scalarisations, scalarisedImprovement } from "./scalarised.ts";
import { trusted } from "./several.ts";
import type { Rule } from "./surface.ts";

const at = (rule: Rule, mean: readonly number[], std: readonly number[]) =>
  rule.at(mean.map((one, k) => ({ mean: Float64Array.of(one), std: Float64Array.of(std[k]) })))[0];

/** ∂/∂μ and ∂/∂σ by differences, in units of σ. */
function expectSlopes(rule: Rule, mean: readonly number[], std: readonly number[], digits: number): void {
  const { value, byMean, byStd } = rule.slope(mean, std);
  expect(value).toBeCloseTo(at(rule, mean, std), digits + 2);
  const moved = (list: readonly number[], k: number, by: number) =>
    list.map((one, j) => (j === k ? one + by : one));
  mean.forEach((_, k) => {
    const step = 1e-5 * std[k];
    const slope = (f: (by: number) => number) => ((f(step) - f(-step)) / (2 * step)) * std[k];
    expect(byMean[k]).toBeCloseTo(
      slope((by) => at(rule, moved(mean, k, by), std)),
      digits,
    );
    expect(byStd[k]).toBeCloseTo(
      slope((by) => at(rule, mean, moved(std, k, by))),
      digits,
    );
  });
}

const front2 = [
  [0.1, 0.8],
  [0.3, 0.4],
  [0.7, 0.2],
];
const front3 = [
  [0.1, 0.8, 0.5],
  [0.3, 0.4, 0.6],
  [0.7, 0.2, 0.3],
  [0.5, 0.5, 0.1],
];

/** How much more of what lies below the reference point (1, …) a point dominates, by dense sampling of nothing but the point. */
function improvementBy(points: readonly (readonly number[])[], y: readonly number[]): number {
  const boxes = nondominatedBoxes(
    points,
    y.map(() => 1),
  );
  let sum = 0;
  for (let b = 0; b < boxes.count; b++)
    sum += y.reduce((product, one, k) => {
      const place = b * y.length + k;
      return product * Math.max(0, boxes.upper[place] - Math.max(one, boxes.lower[place]));
    }, 1);
  return sum;
}

describe("expected hypervolume improvement", () => {
  test("of a front of one point in two objectives is what the closed form says", () => {
    // region: below (1, 1) less above (a, b): E[(1 − y₁)⁺]E[(1 − y₂)⁺] − (… from a)(… from b)
    const [a, b] = [0.4, 0.3];
    const [mean, std] = [
      [0.5, 0.2],
      [0.3, 0.25],
    ];
    const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    const psi = (level: number, k: number) => {
      const z = (level - mean[k]) / std[k];
      return std[k] * (density(z) + z * normalCdf(z));
    };
    const wanted = psi(1, 0) * psi(1, 1) - (psi(1, 0) - psi(a, 0)) * (psi(1, 1) - psi(b, 1));
    const rule = hypervolumeImprovement(nondominatedBoxes([[a, b]], [1, 1]));
    expect(Math.exp(rule.slope(mean, std).value)).toBeCloseTo(wanted, 14);
    expect(at(rule, mean, std)).toBeCloseTo(Math.log(wanted), 7);
  });

  test.each([
    ["two", front2, [0.35, 0.45], [0.2, 0.1]],
    ["three", front3, [0.35, 0.45, 0.4], [0.2, 0.1, 0.3]],
  ] as const)("in %s objectives is the mean over draws", (_, front, mean, std) => {
    const rule = hypervolumeImprovement(
      nondominatedBoxes(
        front,
        mean.map(() => 1),
      ),
    );
    const stream = rng(1, "draws");
    const draws = 10_000;
    let [sum, squares] = [0, 0];
    for (let n = 0; n < draws; n++) {
      const gain = improvementBy(
        front,
        mean.map((one, k) => one + std[k] * stream.normal()),
      );
      sum += gain / draws;
      squares += (gain * gain) / draws;
    }
    const error = Math.sqrt((squares - sum * sum) / draws);
    expect(Math.abs(Math.exp(at(rule, [...mean], [...std])) - sum)).toBeLessThan(4 * error);
  });

  test("with one objective is expected improvement", () => {
    const rule = hypervolumeImprovement(nondominatedBoxes([[0.2], [0.5]], [1]));
    const predictions = { mean: Float64Array.of(0.3, 4), std: Float64Array.of(0.2, 0.1) };
    const wanted = logExpectedImprovement(predictions, 0.2);
    rule.at([predictions]).forEach((value, c) => {
      expect(value).toBeCloseTo(wanted[c], 10);
    });
  });

  test("has its slopes, far from the front too", () => {
    const two = hypervolumeImprovement(nondominatedBoxes(front2, [1, 1]));
    const three = hypervolumeImprovement(nondominatedBoxes(front3, [1, 1, 1]));
    expectSlopes(two, [0.35, 0.45], [0.2, 0.1], 6);
    expectSlopes(two, [3, 9], [0.1, 0.2], 1);
    expectSlopes(two, [-2, -1], [0.1, 0.2], 6);
    expectSlopes(three, [0.35, 0.45, 0.4], [0.2, 0.1, 0.3], 6);
  });

  test("where nothing is to be expected its logarithm is finite, and still says where there is more", () => {
    const rule = hypervolumeImprovement(nondominatedBoxes(front2, [1, 1]));
    const values = [8, 9, 10].map((mean) => at(rule, [mean, mean], [0.1, 0.1]));
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values[0]).toBeGreaterThan(values[1]);
    expect(values[1]).toBeGreaterThan(values[2]);
  });
});

test("where models are trusted more, all is as if they were surer", () => {
  const rule = hypervolumeImprovement(nondominatedBoxes(front2, [1, 1]));
  const { value } = rule.slope([0.35, 0.45], [0.1, 0.05]);
  expect(trusted(rule).slope([0.35, 0.45], [0.2, 0.1]).value).toBe(value);
  expectSlopes(trusted(rule), [0.35, 0.45], [0.2, 0.1], 6);
});

test("feasibility is the sum of the logarithms of its probabilities, and has its slopes", () => {
  const rule = feasibility([0, 1]);
  const value = at(rule, [0.3, -0.5], [0.2, 1]);
  expect(value).toBeCloseTo(Math.log(normalCdf(-1.5) * normalCdf(1.5)), 12);
  expectSlopes(rule, [0.3, -0.5], [0.2, 1], 6);
  expectSlopes(rule, [5, -0.5], [0.2, 1], 3);
});

describe("random scalarisations", () => {
  const stream = rng(2, "points");
  const points = Array.from({ length: 20 }, () => Float64Array.from({ length: 5 }, () => stream.normal()));
  const [one] = scalarisations(points, 1, rng(3, "directions"));
  const rule = scalarisedImprovement([one]);
  const value = (y: Float64Array) =>
    y.reduce((most, each, k) => Math.max(most, (each - one.ideal[k]) / one.weights[k]), -Infinity);

  test("count from the best point", () => {
    expect(Math.min(...points.map(value))).toBe(one.best);
  });

  test("gain what draws gain on average", () => {
    const mean = [...one.ideal].map((ideal, k) => ideal + one.best * one.weights[k]);
    const std = [0.5, 1, 0.3, 2, 0.1];
    const draws = 20_000;
    let [sum, squares] = [0, 0];
    for (let n = 0; n < draws; n++) {
      const gain = Math.max(
        0,
        one.best - value(Float64Array.from(mean, (m, k) => m + std[k] * stream.normal())),
      );
      sum += gain / draws;
      squares += (gain * gain) / draws;
    }
    const error = Math.sqrt((squares - sum * sum) / draws);
    expect(Math.abs(Math.exp(at(rule, mean, std)) - sum)).toBeLessThan(4 * error);
  });

  test("have their slopes", () => {
    const mean = [...one.ideal].map((ideal, k) => ideal + one.best * one.weights[k] + 0.1 * k);
    expectSlopes(rule, mean, [0.5, 1, 0.3, 2, 0.4], 4);
    expectSlopes(
      rule,
      mean.map((m) => m + 8),
      [0.5, 1, 0.3, 2, 0.4],
      1,
    );
    expectSlopes(scalarisedImprovement(scalarisations(points, 3, rng(4))), mean, [0.5, 1, 0.3, 2, 0.4], 4);
  });
});
