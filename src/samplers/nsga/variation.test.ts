import { describe, expect, test } from "vitest";
import { rng } from "../../random.ts";
import { categorical, float, int, oneOf, ordinal, type Params, type Space, space } from "../../space.ts";
import { child } from "./variation.ts";

const free = (s: Space): Float64Array => new Float64Array(s.parameters.length).fill(Number.NaN);
const draw = (s: Space, a: Params, b: Params, n: number, strength: number, settled = free(s)): Params[] =>
  Array.from({ length: n }, (_, k) =>
    s.decode(child({ space: s, prior: undefined, settled }, s.encode(a), s.encode(b), strength, rng(4, k))),
  );
const values = (list: readonly Params[], path: string) => list.map((params) => params[path] as number);
const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;

describe("crossover", () => {
  const s = space({ x: float(0, 1) });
  const children = values(draw(s, { x: 0.4 }, { x: 0.6 }, 4000, 0), "x");

  test("leaves the first parent as it is, or spreads symmetrically about both", () => {
    const copies = children.filter((x) => Math.abs(x - 0.4) < 1e-12);
    expect(copies.length / 4000).toBeCloseTo(1 - 0.9 * 0.5, 1);
    const crossed = children.filter((x) => Math.abs(x - 0.4) >= 1e-12);
    expect(mean(crossed)).toBeCloseTo(0.5, 2);
  });

  test("has the spread of its distribution: half of the children lie between their parents", () => {
    const crossed = children.filter((x) => Math.abs(x - 0.4) >= 1e-12);
    expect(crossed.filter((x) => x > 0.4 && x < 0.6).length / crossed.length).toBeCloseTo(0.5, 1);
    // β = (2u)^(1/16) within: its mean is 16/17
    const within = crossed.map((x) => Math.abs(x - 0.5) / 0.1).filter((beta) => beta <= 1);
    expect(mean(within)).toBeCloseTo(16 / 17, 2);
  });

  test("stays inside of the range, and between equal parents", () => {
    for (const x of values(draw(s, { x: 0 }, { x: 1 }, 500, 1), "x")) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(1);
    }
    expect(new Set(values(draw(s, { x: 0.25 }, { x: 0.25 }, 50, 0), "x")).size).toBe(1);
  });

  test("takes each choice from either parent", () => {
    const both = space({ c: categorical(["a", "b", "c"]), d: categorical(["a", "b", "c"]) });
    const drawn = draw(both, { c: "a", d: "b" }, { c: "c", d: "a" }, 400, 0);
    const seen = new Set(drawn.map(({ c, d }) => `${c}${d}`));
    expect([...seen].sort()).toEqual(["aa", "ab", "ca", "cb"]);
  });
});

describe("mutation", () => {
  test("moves a number by a polynomial step: 1 / 12 of the range in the mean", () => {
    const s = space({ x: float(0, 1) });
    // |δ| of η = 10 has the mean 1 / (η + 2), the ends being far
    const moved = values(draw(s, { x: 0.5 }, { x: 0.5 }, 6000, 1), "x").map((x) => Math.abs(x - 0.5));
    expect(mean(moved)).toBeCloseTo(1 / 12, 2);
  });

  test("moves whole numbers, steps and ordered choices by one at least", () => {
    const s = space({
      n: int(1, 5),
      l: int(1, 8, { log: true }),
      f: float(0, 1, { step: 0.25 }),
      o: ordinal([1, 3, 9]),
    });
    const from = { n: 1, l: 8, f: 0.5, o: 9 };
    for (const params of draw(s, from, from, 200, 100))
      for (const [path, value] of Object.entries(from)) expect(params[path]).not.toBe(value);
  });

  test("draws another choice, each as often", () => {
    const s = space({ c: categorical(["a", "b", "c", "d"]) });
    const drawn = draw(s, { c: "b" }, { c: "b" }, 3000, 1).map(({ c }) => c);
    expect(drawn).not.toContain("b");
    for (const c of ["a", "c", "d"]) expect(drawn.filter((one) => one === c).length).toBeGreaterThan(600);
  });

  test("changes as many coordinates as it is told, those that are settled never", () => {
    const s = space({ a: float(0, 1), b: float(0, 1), c: float(0, 1), d: float(0, 1) });
    const from = { a: 0.5, b: 0.5, c: 0.5, d: 0.5 };
    const changes = (settled: Float64Array) =>
      draw(s, from, from, 2000, 1, settled).map(
        (params) => Object.values(params).filter((x) => x !== 0.5).length,
      );
    expect(mean(changes(free(s)))).toBeCloseTo(1, 1);
    const settled = free(s);
    settled[1] = settled[2] = 0.125;
    const drawn = draw(s, from, from, 2000, 1, settled);
    for (const { b, c } of drawn) expect([b, c]).toEqual([0.125, 0.125]);
    expect(mean(drawn.map(({ a, d }) => Number(a !== 0.5) + Number(d !== 0.5)))).toBeCloseTo(1, 1);
  });
});

describe("branches", () => {
  const s = space({ o: oneOf("t", { a: { x: float(0, 1) }, b: { y: float(0, 1), n: int(1, 3) } }) });
  const a = { o: "a", "o.a.x": 0.25 };
  const b = { o: "b", "o.b.y": 0.75, "o.b.n": 2 };

  test("come whole from the parent that has them", () => {
    for (const params of draw(s, a, b, 200, 0)) expect([a, b]).toContainEqual(params);
  });

  test("that neither parent has are drawn", () => {
    const drawn = draw(s, a, a, 400, 1).filter(({ o }) => o === "b");
    expect(drawn.length).toBeGreaterThan(50);
    const ys = values(drawn, "o.b.y");
    expect(Math.min(...ys)).toBeLessThan(0.1);
    expect(Math.max(...ys)).toBeGreaterThan(0.9);
    for (const params of drawn) expect(s.check(params)).toEqual(params);
  });
});
