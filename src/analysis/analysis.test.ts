import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import type { Params, Space } from "../space/types.ts";
import { categorical, float, oneOf, space } from "../space.ts";
import type { Trial } from "../trial.ts";
import { importance } from "./importance.ts";
import { paretoFront } from "./pareto.ts";

const trial = (
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
const sample = (s: Space, n: number, f: (params: Record<string, never>) => number, seed = 1) =>
  Array.from({ length: n }, (_, number) => {
    const stream = rng(seed, number);
    const params = s.decode(s.parameters.map(() => stream.uniform()));
    return trial(number, params, [f(params as never)]);
  });

describe("importance", () => {
  const s = space({
    a: float(0, 1),
    b: float(1e-4, 1, { log: true }),
    c: float(0, 1),
    kind: categorical(["x", "y", "z"]),
  });

  test("ranks parameters by their weight, and marks those that are more than noise", () => {
    const shares = importance(
      sample(s, 300, (p) => 10 * (p.a - 0.3) ** 2 + (p.b - 0.5) ** 2),
      s,
    );
    expect(shares.map(({ path }) => path)[0]).toBe("a");
    expect(shares[0].significant).toBe(true);
    expect(shares.find(({ path }) => path === "c")?.significant).toBe(false);
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test("a category can matter most", () => {
    const shares = importance(
      sample(s, 200, (p) => (p.kind === "y" ? 0 : 1) + 0.1 * p.a),
      s,
    );
    expect(shares[0]).toMatchObject({ path: "kind", significant: true });
  });

  test("of pure noise, hardly anything is marked", () => {
    const marked = Array.from({ length: 20 }, (_, seed) => {
      const noise = rng(seed, "noise");
      return importance(
        sample(s, 60, () => noise.uniform(), seed + 100),
        s,
      ).some(({ significant }) => significant);
    });
    expect(marked.filter(Boolean).length).toBeLessThanOrEqual(4);
  });

  test("a parameter of a branch counts by the share of trials that have it", () => {
    const branched = space({ o: oneOf("t", { on: { x: float(0, 1) }, off: {} }), y: float(0, 1) });
    const shares = importance(
      sample(branched, 400, (p) => (p["o.on.x"] === undefined ? 0.5 : p["o.on.x"])),
      branched,
    );
    expect(shares.find(({ path }) => path === "o.on.x")?.significant).toBe(true);
  });

  test("equal values tell nothing, in whatever order they came", () => {
    const early = sample(s, 100, () => 1).map((one, n) => ({
      ...one,
      params: { ...one.params, a: n / 100 },
    }));
    expect(importance(early, s)).toEqual([]);
    const levels = early.map((one, n) => ({ ...one, losses: [n % 2] }));
    expect(importance(levels, s).every(({ significant }) => !significant)).toBe(true);
  });

  test("an infinite loss is a bad one", () => {
    const shares = importance(
      sample(s, 200, (p) => (p.a > 0.3 ? Number.POSITIVE_INFINITY : p.a)),
      s,
    );
    expect(shares[0]).toMatchObject({ path: "a", significant: true });
  });

  test("too few trials tell nothing, nor do constants", () => {
    expect(
      importance(
        sample(s, 19, (p) => p.a),
        s,
      ),
    ).toEqual([]);
    const same = space({ k: categorical(["only"]) });
    expect(
      importance(
        sample(same, 50, () => 1),
        same,
      ),
    ).toEqual([]);
  });
});

test("the front holds what nothing dominates: equal trials, but no infeasible or unfinished ones", () => {
  const losses = [
    [1, 5],
    [2, 3],
    [2, 4],
    [3, 3],
    [5, 1],
    [2, 3],
  ];
  const trials = losses.map((pair, number) => trial(number, {}, pair));
  const others = [trial(6, {}, [0, 0], { state: "pruned" }), trial(7, {}, [0, 0], { constraints: { c: 1 } })];
  expect(paretoFront([...trials, ...others]).map(({ number }) => number)).toEqual([0, 1, 4, 5]);
  expect(paretoFront([])).toEqual([]);
});
