import { expect, test } from "vitest";
import type { Problem } from "../../problem.ts";
import { categorical, float, space } from "../../space.ts";
import { deepFreeze } from "../../testing/check.ts";
import type { Trial } from "../../trial.ts";
import { pb2 } from "../pb2.ts";
import type { Episode } from "../pbt/episodes.ts";
import { improvementModel } from "./model.ts";

const s = space({ x: float(0, 1), c: categorical(["a", "b"]) });
const problem: Problem = {
  space: s,
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 1,
  limits: {},
  steps: { max: 100 },
};

/** A trial of a member, from the checkpoint of the one before. */
function trial(number: number, params: Trial["params"], loss: number, parent?: number): Trial {
  const generation = parent === undefined ? 0 : 1;
  return deepFreeze({
    number,
    state: "paused",
    attempt: 1,
    space: 0,
    params,
    losses: [loss],
    reports: [{ step: 10 * (generation + 1), values: { loss }, time: 0 }],
    budget: 10 * (generation + 1),
    ...(parent !== undefined && { fork: { trial: parent, step: 10 } }),
    origin: { member: parent ?? number, generation },
    times: { created: 0 },
    notes: {},
  });
}

/** Members at loss 1, which fall by 0.2 − (x − 0.3)² − 0.1 [c = b] in the second interval. */
function told(count: number) {
  const sampler = pb2({ population: count });
  let state = sampler.init(problem);
  for (let m = 0; m < count; m++) {
    const params = { x: (m + 0.5) / count, c: m % 2 === 0 ? "a" : "b" };
    const fall = 0.2 - (params.x - 0.3) ** 2 - (params.c === "b" ? 0.1 : 0);
    state = sampler.tell(state, trial(2 * m, params, 1));
    state = sampler.tell(state, trial(2 * m + 1, params, 1 - fall, 2 * m));
  }
  return state;
}

test("the bound is least where training improved the most", () => {
  const state = told(12);
  const parent = state.episodes.get(1) as Episode;
  const bound = improvementModel(state, parent, [])!;
  const points = [];
  for (const c of ["a", "b"]) for (let k = 0; k <= 20; k++) points.push({ x: k / 20, c });
  const bounds = bound(points.map((params) => s.encode(params)));
  const best = points[bounds.reduce((least, one, i) => (one < bounds[least] ? i : least), 0)];
  expect(best.c).toBe("a");
  expect(Math.abs(best.x - 0.3)).toBeLessThan(0.15);
});

test("what others are training with is as good as known", () => {
  const state = told(12);
  const parent = state.episodes.get(1) as Episode;
  const point = [s.encode({ x: 0.5, c: "a" })];
  const open = Array.from({ length: 4 }, (_, k) => ({
    ...trial(100 + k, { x: 0.5, c: "a" }, Number.NaN, 2),
    state: "running" as const,
  }));
  const [alone] = improvementModel(state, parent, [])!(point);
  const [beside] = improvementModel(state, parent, open)!(point);
  expect(beside).toBeGreaterThan(alone); // the mean stays, and the spread shrinks
});

test("there is no model of few intervals, or of intervals that are all alike", () => {
  const few = told(3);
  expect(improvementModel(few, few.episodes.get(1) as Episode, [])).toBeUndefined();
  const sampler = pb2();
  let state = sampler.init(problem);
  for (let m = 0; m < 8; m++) {
    state = sampler.tell(state, trial(2 * m, { x: m / 8, c: "a" }, 1));
    state = sampler.tell(state, trial(2 * m + 1, { x: m / 8, c: "a" }, 0.5, 2 * m));
  }
  expect(improvementModel(state, state.episodes.get(1) as Episode, [])).toBeUndefined();
});
