import { expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import { array, boolean, categorical, float, int, oneOf, type Space, space } from "../space.ts";
import { simulate, slotOf } from "../testing/simulate.ts";
import type { Trial } from "../trial.ts";
import { grid } from "./grid.ts";

const problem = (s: Space): Problem => ({
  space: s,
  objectives: [{ name: "l", direction: "minimize" }],
  seed: 1,
  limits: {},
});
const s = space({ x: float(0, 1), n: int(1, 3) });
const count = (sampler: ReturnType<typeof grid>, of: Space, fixed = {}) =>
  sampler.count?.(sampler.init(problem(of)), fixed);

test("takes given points for reals, or evenly spaced ones", async () => {
  const given = await simulate(grid({ points: { x: [0.1, 0.5] } }), problem(s), () => 1, { trials: 99 });
  expect(given.trials.map(({ params }) => [params.x, params.n])).toEqual([
    [0.1, 1],
    [0.5, 1],
    [0.1, 2],
    [0.5, 2],
    [0.1, 3],
    [0.5, 3],
  ]);
  const spaced = grid({ resolution: 3 });
  expect(count(spaced, s)).toBe(9);
  const { trials } = await simulate(spaced, problem(s), () => 1, { trials: 99 });
  expect(new Set(trials.map(({ params }) => params.x))).toEqual(new Set([0, 0.5, 1]));
  const log = await simulate(
    grid({ resolution: 3 }),
    problem(space({ lr: float(1e-4, 1, { log: true }) })),
    () => 1,
    { trials: 9 },
  );
  expect(log.trials.map(({ params }) => Number(params.lr).toPrecision(6))).toEqual([
    "0.000100000",
    "0.0100000",
    "1.00000",
  ]);
});

test("each branch has its own points, each length its own items", async () => {
  const branched = space({
    o: oneOf("t", { sgd: { m: categorical([0, 0.9]), nesterov: boolean() }, adam: {} }),
    n: int(0, 2),
    units: array(int(1, 2), { length: "n" }),
  });
  expect(count(grid(), branched)).toBe((2 * 2 + 1) * (1 + 2 + 4));
  const { trials } = await simulate(grid(), problem(branched), () => "failed", { trials: 99, workers: 5 });
  expect(trials.length).toBe(35);
  expect(new Set(trials.map(({ params }) => branched.key(params))).size).toBe(35);
});

test("what was tried already, whoever suggested it, is passed over; nothing is left out", async () => {
  const finite = space({ a: int(0, 3), b: boolean() });
  const sampler = grid();
  let state = sampler.init(problem(finite));
  const tried = [
    { a: 0, b: false },
    { a: 2, b: true },
  ].map((params, number): Trial => {
    return { ...openTrial(number), params, state: "failed" };
  });
  for (const trial of tried) state = sampler.tell(state, trial);
  const open: Trial[] = [{ ...openTrial(2), params: { a: 1, b: false } }];
  const keys = new Set([...tried, ...open].map(({ params }) => finite.key(params)));
  for (let number = 3; ; number++) {
    const answer = await sampler.ask(state, slotOf(problem(finite), number, open));
    if (typeof answer === "string") {
      expect([answer, number]).toEqual(["done", 8]);
      break;
    }
    expect(keys).not.toContain(finite.key(answer.params));
    keys.add(finite.key(answer.params));
    open.push({ ...openTrial(number), params: answer.params });
  }
  expect(keys.size).toBe(8);
});

test("values that are settled need no points, nor do branches that they rule out", async () => {
  const mixed = space({ x: float(0, 1), o: oneOf("t", { a: { y: float(0, 1) }, b: { k: int(1, 3) } }) });
  const fixed = { x: 0.25, o: "b" };
  expect(count(grid(), mixed, fixed)).toBe(3);
  const { trials } = await simulate(grid(), problem(mixed), () => 1, { trials: 9, fixed });
  expect(trials.map(({ params }) => params)).toEqual([1, 2, 3].map((k) => ({ ...fixed, "o.b.k": k })));
  expect(() => count(grid(), mixed, { x: 0.25 })).toThrow("grid: o.a.y has too many values");
});

test("says what is missing, and what is wrong", () => {
  expect(() => count(grid(), s)).toThrow(
    "grid: x has too many values; list some instead of a range (-p x=0,0.5,1), or give it a step",
  );
  expect(() => count(grid(), space({ n: int(1, 5000) }))).toThrow("grid: n has too many values");
  expect(() => grid({ points: { y: [1] } }).init(problem(s))).toThrow("points name y, which is no parameter");
  expect(() => grid({ points: { x: [2] } }).init(problem(s))).toThrow("points of x: 2 is above 1");
  expect(() => grid({ points: { x: [] } })).toThrow("points of x are not a list of at least one value");
  expect(() => grid({ resolution: 0 })).toThrow("resolution 0 is not a whole number of at least 1");
});

function openTrial(number: number): Omit<Trial, "params"> {
  return { number, state: "running", attempt: 1, space: 0, reports: [], times: { created: 0 }, notes: {} };
}
