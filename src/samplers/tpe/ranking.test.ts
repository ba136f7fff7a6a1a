import { expect, test } from "vitest";
import { hypervolume } from "../../analysis/hypervolume.ts";
import { dominates } from "../../analysis/pareto.ts";
import { referencePoint } from "../../analysis/reference-point.ts";
import type { Problem } from "../../problem.ts";
import { rng } from "../../random.ts";
import { float, space } from "../../space.ts";
import type { Trial } from "../../trial.ts";
import { type Observation, observationOf } from "../observed.ts";
import { bestRows, betterOf } from "./ranking.ts";

const one: Problem = {
  space: space({ x: float(0, 1) }),
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 1,
  limits: {},
};
const two: Problem = {
  ...one,
  objectives: [
    { name: "a", direction: "minimize" },
    { name: "b", direction: "maximize" },
  ],
};

let numbers = 0;
function observed(problem: Problem, told: Partial<Trial>): Observation {
  const trial: Trial = {
    ...{ number: numbers++, state: "complete", attempt: 1, space: 0, params: { x: 0.5 } },
    ...{ reports: [], times: { created: 0 }, notes: {}, ...told },
  };
  return observationOf(problem, trial)!;
}

/** A trial that reported these losses at these steps and was stopped there, or went on to its end. */
function curve(
  reports: readonly (readonly [number, number])[],
  state: Trial["state"] = "pruned",
): Observation {
  return observed(one, {
    state,
    losses: [reports[reports.length - 1][1]],
    reports: reports.map(([step, loss]) => ({ step, time: 0, values: { loss } })),
  });
}

test("of several objectives, whole fronts come first, then what keeps most of the last one's volume", () => {
  const stream = rng(4, "points");
  for (const n of [5, 12, 20]) {
    const rows = Float64Array.from({ length: 2 * n }, () => stream.uniform());
    const points = Array.from({ length: n }, (_, i) => [...rows.subarray(2 * i, 2 * i + 2)]);
    const left = new Set(points.keys());
    const before: number[] = [];
    while (left.size > 0) {
      const front = [...left].filter((i) => ![...left].some((j) => dominates(points[j], points[i])));
      const reference = referencePoint(Float64Array.from(front.flatMap((i) => points[i])), front.length, 2)!;
      const volume = (some: readonly number[]) =>
        hypervolume(Float64Array.from(some.flatMap((i) => points[i])), some.length, 2, reference);
      for (let k = 1; k <= front.length; k++) {
        const chosen = bestRows(rows, n, 2, before.length + k);
        expect(chosen.slice(0, before.length).sort()).toEqual([...before].sort());
        const last = chosen.slice(before.length);
        expect(last.every((i) => front.includes(i))).toBe(true);
        const subsets = [...Array(2 ** front.length).keys()]
          .map((bits) => front.filter((_, place) => (bits >> place) & 1))
          .filter(({ length }) => length === k);
        expect(volume(last)).toBeCloseTo(Math.max(...subsets.map(volume)), 12);
      }
      before.push(...front);
      for (const i of front) left.delete(i);
    }
  }
});

test("feasible ones come first, then those that are less far off, failed ones last", () => {
  const constrained: Problem = { ...two, constraints: [{ name: "c" }, { name: "d" }] };
  const list = [
    observed(constrained, { losses: [0, 0], constraints: { c: 3, d: 0 } }),
    observed(constrained, { state: "failed" }),
    observed(constrained, { losses: [0, 0], constraints: { c: 0 } }), // does not say all of it
    observed(constrained, { losses: [9, 9], constraints: { c: 0, d: 0 } }),
    observed(constrained, { losses: [5, 5], constraints: { c: 1, d: 1 } }),
    observed(constrained, { losses: [8, 8], constraints: { c: 0, d: -1 } }),
    observed(constrained, { losses: [Number.NaN, 0], constraints: { c: 0, d: -1 } }),
  ];
  expect(betterOf(list, constrained, 7)).toEqual([5, 3, 4, 0, 2, 1, 6]);
  expect(betterOf(list, constrained, 3)).toEqual([5, 3, 4]);
});

test("trials are compared at the furthest step that enough of them reached", () => {
  // two early ones went to their end only because nobody was there to compare them with
  const list = [
    curve(
      [
        [1, 5],
        [3, 5],
        [9, 4.5],
      ],
      "complete",
    ),
    curve(
      [
        [1, 6],
        [3, 6],
        [9, 5.5],
      ],
      "complete",
    ),
    curve([
      [1, 4],
      [3, 3],
    ]),
    curve([
      [1, 3],
      [3, 2],
    ]),
    curve([
      [1, 3],
      [3, 4],
    ]),
    curve([[1, 7]]),
    curve([[1, 6.5]]),
    curve([[1, 6.7]], "running"),
  ];
  expect(betterOf(list, one, 1)).toEqual([3]);
  expect(betterOf(list, one, 2)).toEqual([3, 2]);
  // those who did not come as far come later, whatever they reported
  expect(betterOf(list.slice(0, 5).concat(curve([[1, 0.1]])), one, 2)).toEqual([3, 2]);
  // of all, those with nothing to be compared by: the longer the better, then the loss
  expect(betterOf(list, one, 8).slice(5)).toEqual([6, 7, 5]);
});

test("those that were trained to their end are compared by what they came to, once they are enough", () => {
  const list = [
    ...[5, 4, 3, 2, 1].map((last) =>
      curve(
        [
          [1, 10 - last],
          [3, last],
        ],
        "complete",
      ),
    ),
    ...[0.5, 0.4, 0.3].map((last) => curve([[1, last]])),
  ];
  expect(betterOf(list, one, 1)).toEqual([4]);
  expect(betterOf(list, one, 2)).toEqual([4, 3]);
});
