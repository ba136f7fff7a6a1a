import { describe, expect, test } from "vitest";
import { samplers } from "../registry.ts";
import { float, int, space } from "../space.ts";
import { samplerChecks } from "../testing/sampler.ts";
import { simulate } from "../testing/simulate.ts";
import { grid } from "./grid.ts";

/** What a sampler cannot do, with the reason why. */
const abilities: Readonly<Record<string, { finite?: boolean; models?: boolean }>> = {
  auto: {},
  grid: { finite: true }, // a real interval has no points of its own; see the tests below
  random: {},
  sobol: {},
};

describe.each(Object.keys(samplers))("%s", (name) => {
  test("stands in the list above", () => {
    expect(Object.keys(abilities)).toContain(name);
  });
  test.each(samplerChecks.map((check) => [check.name, check] as const))("%s", (_, check) =>
    check.run({ make: () => samplers[name](), ...abilities[name] }),
  );
});

describe("grid", () => {
  const problem = (s: ReturnType<typeof space>) => ({
    space: s,
    objectives: [{ name: "l", direction: "minimize" as const }],
    seed: 1,
    limits: {},
  });
  const s = space({ x: float(0, 1), n: int(1, 3) });

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
    expect(spaced.count?.(spaced.init(problem(s)))).toBe(9);
    const { trials } = await simulate(spaced, problem(s), () => 1, { trials: 99 });
    expect(new Set(trials.map(({ params }) => params.x))).toEqual(new Set([0, 0.5, 1]));
  });

  test("says what is missing, and what is wrong", () => {
    expect(() => grid().init(problem(s))).toThrow(
      "grid: x has too many values; list some instead of a range (-p x=0,0.5,1), or give it a step",
    );
    expect(() => grid({ points: { y: [1] } }).init(problem(s))).toThrow(
      "points name y, which is no parameter",
    );
    expect(() => grid({ points: { x: [2] } }).init(problem(s))).toThrow("points of x: 2 is above 1");
  });
});
