import { describe, expect, test } from "vitest";
import { hypervolume } from "../../analysis/hypervolume.ts";
import type { Problem } from "../../problem.ts";
import { rng } from "../../random.ts";
import {
  boolean,
  categorical,
  float,
  type Group,
  int,
  oneOf,
  type Params,
  type Space,
  space,
} from "../../space.ts";
import { simulate, slotOf } from "../../testing/simulate.ts";
import type { Trial } from "../../trial.ts";
import { nsga2 } from "../nsga2.ts";
import { nsga3 } from "../nsga3.ts";
import type { GenerationState } from "./generations.ts";

const problemOf = (s: Space, count = 2, extra: Partial<Problem> = {}): Problem => ({
  space: s,
  objectives: Array.from({ length: count }, (_, k) => ({ name: `f${k}`, direction: "minimize" as const })),
  seed: 5,
  limits: {},
  ...extra,
});
const units = (d: number) =>
  space(Object.fromEntries(Array.from({ length: d }, (_, j) => [`x${j}`, float(0, 1)])) as Group);
const numbers = (params: Params) => Object.values(params).map(Number);
const ended = (
  number: number,
  params: Params,
  losses: readonly number[],
  extra: Partial<Trial> = {},
): Trial => ({
  number,
  state: "complete",
  attempt: 1,
  space: 0,
  params,
  losses,
  reports: [],
  times: { created: 0 },
  notes: {},
  ...extra,
});
const volume = (trials: readonly Trial[], reference: readonly number[]) => {
  const rows = trials.flatMap(({ losses }) => losses ?? []);
  return hypervolume(Float64Array.from(rows), rows.length / reference.length, reference.length, reference);
};
const living = (state: GenerationState) => state.parents.map(({ observation }) => observation.trial.number);

const both = [
  ["nsga2", nsga2],
  ["nsga3", nsga3],
] as const;

describe.each(both)("%s", (name, make) => {
  test("comes near to the front of ZDT1", async () => {
    // the front is f₂ = 1 − √f₁; its hypervolume up to (1.1, 1.1) is 0.21 + ⅔
    const zdt1 = (params: Params) => {
      const [first, ...others] = numbers(params);
      const g = 1 + (9 * others.reduce((sum, x) => sum + x, 0)) / others.length;
      return [first, g * (1 - Math.sqrt(first / g))];
    };
    const { trials } = await simulate(make(), problemOf(units(6)), zdt1, { trials: 800, workers: 4 });
    expect(volume(trials, [1.1, 1.1])).toBeGreaterThan(0.92 * (0.21 + 2 / 3));
  });

  test("keeps to what is feasible, once it has found it", async () => {
    // feasible only above the line; the front is part of it
    const sampler = make();
    const problem = problemOf(units(4));
    let state = sampler.init(problem);
    const trials: Trial[] = [];
    for (let number = 0; number < 400; number++) {
      const answer = await sampler.ask(state, slotOf(problem, number, []));
      if (typeof answer === "string") throw new Error(answer);
      const [a, b, c, d] = numbers(answer.params);
      const constraints = { line: 1.6 - a - b, rest: c + d - 0.4 };
      trials.push(ended(number, answer.params, [a + c, b + d], { constraints, origin: answer.origin }));
      state = sampler.tell(state, trials[number]);
    }
    const feasible = trials.map(({ constraints }) => Object.values(constraints ?? {}).every((c) => c <= 0));
    expect(feasible.slice(0, 40).filter(Boolean).length).toBeLessThan(6);
    expect(feasible.slice(-100).filter(Boolean).length).toBeGreaterThan(50);
    // the best there are: a + b = 1.6 with both at most 1, c = d = 0
    const sums = trials.filter((_, n) => feasible[n]).map(({ losses }) => losses![0] + losses![1]);
    expect(Math.min(...sums)).toBeLessThan(1.65);
  });

  test("with one objective is an evolutionary search", async () => {
    const sphere = (params: Params) => numbers(params).reduce((sum, x) => sum + (x - 0.3) ** 2, 0);
    const { trials } = await simulate(make(), problemOf(units(5), 1), sphere, { trials: 400 });
    expect(Math.min(...trials.map(({ losses }) => losses![0]))).toBeLessThan(0.002);
  });

  test("finds the branch, the choice and the integer in which the front lies", async () => {
    const s = space({
      trade: float(0, 1),
      model: oneOf("type", {
        a: { n: int(1, 50), kind: categorical(["x", "y", "z"]) },
        b: { w: float(0, 1) },
      }),
      on: boolean(),
    });
    const losses = (params: Params) => {
      const off =
        params.model === "b"
          ? 1
          : Math.abs((params["model.a.n"] as number) - 37) / 50 + Number(params["model.a.kind"] !== "y");
      const radius = 1 + off + Number(!params.on);
      return [radius * (params.trade as number), radius * (1 - (params.trade as number))];
    };
    const { trials, state } = await simulate(make(), problemOf(s), losses, { trials: 300, workers: 3 });
    const parents = (state as GenerationState).parents.map(({ observation }) => observation.trial.params);
    for (const params of parents) expect(params).toMatchObject({ model: "a", "model.a.kind": "y", on: true });
    expect(trials.some(({ params }) => params["model.a.n"] === 37)).toBe(true);
  });

  test("begins with twice as many points as live on, fewer on a small budget; then says whose child it is", async () => {
    const s = units(3);
    const losses = (params: Params) => numbers(params).slice(0, 2);
    const origins = async (limits: Problem["limits"]) =>
      (await simulate(make(), problemOf(s, 2, { limits }), losses, { trials: 70 })).trials.map(
        ({ origin }) => origin as { generation: number; parents?: number[] },
      );
    const generations = (await origins({})).map(({ generation }) => generation);
    expect(generations).toEqual([
      ...new Array(40).fill(0),
      ...new Array(20).fill(1),
      ...new Array(10).fill(2),
    ]);
    const small = await origins({ trials: 50 });
    expect(small.findIndex(({ parents }) => parents !== undefined)).toBe(20);
    expect(small[30].parents).toHaveLength(2);
  });

  test("never breeds from what failed, and forgets who is told to have failed after all", () => {
    const problem = problemOf(units(2));
    const sampler = make({ population: 4 });
    let state = sampler.init(problem);
    const at = (number: number) => ({ x0: number / 10, x1: 1 - number / 10 });
    const tell = (...args: Parameters<typeof ended>) => {
      state = sampler.tell(state, ended(...args));
    };
    for (let n = 0; n < 4; n++) tell(n, at(n), [n, 4 - n]);
    tell(4, at(4), [Number.NaN, 0], { state: "failed" });
    expect(living(state)).toEqual([0, 1, 2, 3]);
    tell(2, at(2), [9, 9], { state: "failed" });
    expect(living(state)).toEqual([0, 1, 3]);
  });

  test("who is told again, or late, takes the place that the losses give", () => {
    const problem = problemOf(units(2));
    const sampler = make({ population: 4 });
    const at = (number: number) => ({ x0: number / 10, x1: 1 - number / 10 });
    let state = sampler.init(problem);
    const tell = (number: number, losses: readonly number[], extra: Partial<Trial> = {}) => {
      state = sampler.tell(state, ended(number, at(number), losses, extra));
    };
    for (let n = 0; n < 4; n++) tell(n, [n, 3 - n]);
    tell(4, [5, 5], { origin: { generation: 0 } });
    expect(living(state)).toEqual([0, 1, 2, 3]);
    tell(4, [-1, -1], { repeats: { count: 2, std: [1, 1] } });
    expect(living(state)).toContain(4);
    expect(
      state.parents.filter(({ rank }) => rank === 0).map(({ observation }) => observation.trial.number),
    ).toEqual([4]);
  });

  test("asks whatever the order in which equal logs were folded; the seed counts", async () => {
    const s = units(3);
    const losses = (params: Params) => numbers(params).slice(0, 2);
    const run = async (seed: number) =>
      (await simulate(make(), problemOf(s, 2, { seed }), losses, { trials: 60 })).trials.map(
        ({ params }) => params,
      );
    expect(await run(1)).toEqual(await run(1));
    expect((await run(1))[55]).not.toEqual((await run(2))[55]);
  });

  test("options that cannot be meant are refused", () => {
    expect(() => make({ population: 3 })).toThrow(
      `${name}: population 3 is not a whole number of at least 4`,
    );
    expect(() => make({ population: 4.5 })).toThrow("population 4.5");
    expect(make({ population: 8 }).options).toEqual({ population: 8 });
    expect(make().options).toBeUndefined();
  });
});

test("nsga3 spreads over five objectives, where nsga2 does not", async () => {
  // DTLZ2 with five distances: the volume beyond the sphere is 1.5⁵ less that of the ball's part
  const centres = [0.4, 0.65, 0.3, 0.55, 0.7];
  const dtlz2 = (params: Params) => {
    const x = numbers(params);
    let product = 1 + centres.reduce((sum, c, j) => sum + (x[4 + j] - c) ** 2, 0);
    const losses = x.slice(0, 4).map((u) => {
      const loss = product * Math.sin((u * Math.PI) / 2);
      product *= Math.cos((u * Math.PI) / 2);
      return loss;
    });
    return [...losses, product];
  };
  const short = async (make: typeof nsga2) => {
    const { trials } = await simulate(make(), problemOf(units(9), 5), dtlz2, { trials: 600 });
    return 1.5 ** 5 - (8 * Math.PI ** 2) / 15 / 32 - volume(trials, new Array(5).fill(1.5));
  };
  const [spread, crowded] = [await short(nsga3), await short(nsga2)];
  expect(spread).toBeLessThan(crowded);
  expect(spread).toBeLessThan(1);
});

test("a prior moves what is drawn anew", async () => {
  const s = (confidence: "high" | undefined) =>
    space({
      o: oneOf("t", {
        a: { x: float(0, 1, confidence === undefined ? {} : { prior: { value: 0.9, confidence } }) },
        b: {},
      }),
    });
  const mean = async (confidence: "high" | undefined) => {
    const problem = problemOf(s(confidence));
    const sampler = nsga2({ population: 4 });
    let state = sampler.init(problem);
    for (let n = 0; n < 8; n++) state = sampler.tell(state, ended(n, { o: "b" }, [n, 8 - n]));
    const drawn: number[] = [];
    for (let n = 0; n < 600; n++) {
      const answer = await sampler.ask(state, { ...slotOf(problem, 9 + n, []), rng: rng(3, n) });
      if (typeof answer === "object" && answer.params.o === "a") drawn.push(answer.params["o.a.x"] as number);
    }
    expect(drawn.length).toBeGreaterThan(100);
    return drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
  };
  expect(Math.abs((await mean(undefined)) - 0.5)).toBeLessThan(0.08);
  expect(await mean("high")).toBeGreaterThan(0.6);
});
