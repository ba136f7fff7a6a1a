import { describe, expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import { boolean, categorical, float, int, oneOf, type Space, space } from "../space.ts";
import { simulate } from "../testing/simulate.ts";
import { auto } from "./auto.ts";
import { random } from "./random.ts";
import { sobol } from "./sobol.ts";

const problem = (s: Space, deterministic?: boolean): Problem => ({
  space: s,
  objectives: [{ name: "l", direction: "minimize" }],
  seed: 3,
  limits: {},
  ...(deterministic !== undefined && { deterministic }),
});
const mixed = space({
  x: float(0, 1),
  o: oneOf("t", { a: { y: float(0, 1) }, b: { k: int(1, 3) } }),
  big: int(0, 99_999),
  c: categorical(["u", "v"]),
});

describe.each([
  ["random", random],
  ["sobol", sobol],
  ["auto", auto],
] as const)("%s", (_, make) => {
  test("what settled values leave of a space is tried once, all of it", async () => {
    const fixed = { x: 0.3, o: "b", big: 7 };
    const { trials } = await simulate(make(), problem(mixed, true), () => 1, {
      trials: 50,
      workers: 2,
      fixed,
    });
    expect(new Set(trials.map(({ params }) => mixed.key(params))).size).toBe(3 * 2);
    expect(trials.length).toBe(3 * 2);
  });

  test("once all points were tried, they come again, unless the objective is deterministic", async () => {
    const small = space({ a: int(1, 3), b: boolean() });
    const { trials } = await simulate(make(), problem(small), () => 1, { trials: 20 });
    const keys = trials.map(({ params }) => small.key(params));
    expect(new Set(keys.slice(0, 6)).size).toBe(6);
    expect(keys.length).toBe(20);
  });

  test("where repeats are wanted, nothing is guarded", async () => {
    const small = space({ a: int(1, 3), b: boolean() });
    const { trials } = await simulate(make(), problem(small, false), () => 1, { trials: 6 });
    expect(new Set(trials.map(({ params }) => small.key(params))).size).toBeLessThan(6);
  });

  test("a real coordinate that is drawn is never the end", async () => {
    const { trials } = await simulate(make(), problem(mixed, true), () => 1, {
      trials: 60,
      fixed: { x: 0.3, big: 7, c: "u" },
    });
    expect(trials.length).toBe(60);
    expect(new Set(trials.map(({ params }) => mixed.key(params))).size).toBe(60);
  });
});
