import { expect, test } from "vitest";
import { hypervolume } from "../../analysis/hypervolume.ts";
import { dominates } from "../../analysis/pareto.ts";
import { referencePoint } from "../../analysis/reference-point.ts";
import type { Problem } from "../../problem.ts";
import { rng } from "../../random.ts";
import { float, space } from "../../space.ts";
import type { Trial } from "../../trial.ts";
import { byRank, type Observation, observationOf } from "../observed.ts";
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

/** A trial that reported these losses, step by step, and was stopped there or went on to its end. */
function curve(losses: readonly number[], state: Trial["state"] = "pruned"): Observation {
  const reports = losses.map((loss, n) => ({ step: n + 1, time: 0, values: { loss } }));
  return observed(one, { state, losses: losses.slice(-1), reports });
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

test("those that went further come first, and are compared with those that came as far", () => {
  const list = [
    curve([4.5, 4.5, 4.5], "complete"),
    curve([5.5, 5.5, 5.4], "complete"),
    curve([4, 3]),
    curve([3, 2]),
    curve([3, 4], "paused"),
    curve([0.1]),
    curve([6.5]),
    curve([6.7, 6], "running"),
  ];
  expect(betterOf(list, one, 8)).toEqual([0, 1, 3, 2, 4, 7, 5, 6]);
  expect(betterOf(list, one, 3)).toEqual([0, 1, 3]);
  // of several objectives too
  const several = list.map((each) => ({ ...each, losses: Float64Array.of(each.loss, -each.loss) }));
  expect(betterOf(several, two, 5).slice(0, 2).sort()).toEqual([0, 1]);
  expect(betterOf(several, two, 6).slice(2).sort()).toEqual([2, 3, 4, 7]);
});

test("of one objective it is the order of `byRank`", () => {
  const stream = rng(8, "ranks");
  const list = Array.from({ length: 60 }, () => {
    const losses = Array.from({ length: 1 + stream.integer(3) }, () => stream.integer(6));
    const state = stream.uniform() < 0.2 ? "failed" : stream.uniform() < 0.5 ? "complete" : "pruned";
    const one = curve(losses, state);
    return { ...one, violation: stream.uniform() < 0.2 ? stream.integer(3) : 0 };
  });
  const ranked = [...list].sort(byRank);
  expect(betterOf(list, one, 60).map((place) => list[place])).toEqual(ranked);
});
