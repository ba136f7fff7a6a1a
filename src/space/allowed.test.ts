import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expression } from "../config/expression.ts";
import { rng } from "../random.ts";
import {
  array,
  ascending,
  categorical,
  float,
  type Group,
  int,
  oneOf,
  ordinal,
  type Params,
  permutation,
  place,
  readSpace,
  requireAllowed,
  requireKnown,
  type Space,
  space,
  sumOf,
} from "../space.ts";
import { allowedAt } from "./allowed.ts";
import { snapOf } from "./snap.ts";

const stream = (seed: number) => rng(seed, "points");
function points(s: Space, count: number, seed = 1, fixed: Params = {}): Params[] {
  const draws = stream(seed);
  return Array.from({ length: count }, () =>
    place(
      s,
      Float64Array.from(s.parameters, () => draws.uniform()),
      fixed,
    ),
  );
}

describe("sums", () => {
  const range = fc
    .tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 1e-3, max: 100, noNaN: true }))
    .map(([low, width]) => [low, low + width] as const);
  const coefficient = fc.oneof(
    fc.double({ min: 0.01, max: 50, noNaN: true }),
    fc.double({ min: -50, max: -0.01, noNaN: true }),
  );

  test("any coefficients, any ranges: solved inside of the ranges, by one draw", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(range, coefficient), { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        (terms, share, seed) => {
          const ends = terms.map(([[low, high], c]) => [
            Math.min(c * low, c * high),
            Math.max(c * low, c * high),
          ]);
          const sum = (k: number) => ends.reduce((total, end) => total + end[k], 0);
          const total = sum(0) + share * (sum(1) - sum(0));
          const s = space(Object.fromEntries(terms.map(([[low, high]], i) => [`x${i}`, float(low, high)])), {
            where: { sum: sumOf(Object.fromEntries(terms.map(([, c], i) => [`x${i}`, c])), total) },
          });
          const draws = stream(seed);
          const params = allowedAt(
            s,
            Float64Array.from(terms, () => draws.uniform()),
          );
          expect(params).toBeDefined();
          expect(s.check(params as Params)).toEqual(params);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("spread: of three shares each is as often the largest, and none sticks to an end", () => {
    const s = space(
      { a: float(0, 1), b: float(0, 1), c: float(0, 1) },
      { where: { mix: sumOf(["a", "b", "c"], 1) } },
    );
    const all = points(s, 3000) as Record<string, number>[];
    for (const path of ["a", "b", "c"]) {
      const mean = all.reduce((total, params) => total + params[path], 0) / all.length;
      expect(mean).toBeCloseTo(1 / 3, 1);
      expect(all.filter((params) => params[path] === 0 || params[path] === 1).length).toBe(0);
      expect(all.filter((params) => params[path] > 0.6).length).toBeGreaterThan(20);
    }
  });

  test("logarithmic ranges, settled values and two sums that share a parameter", () => {
    const s = space(
      { a: float(1e-3, 1, { log: true }), b: float(0, 1), c: float(0, 2), d: float(0, 1) },
      { where: { one: sumOf(["a", "b", "c"], 1.5), other: sumOf({ c: 1, d: -1 }, 0.25) } },
    );
    for (const params of points(s, 200, 2)) s.check(params);
    for (const params of points(s, 50, 3, { b: 0.7 })) {
      s.check(params);
      expect(params.b).toBe(0.7);
    }
  });

  test("whole numbers and steps", () => {
    const s = space(
      { a: int(0, 100), b: int(0, 100), c: float(0, 50, { step: 2.5 }) },
      { where: { sum: expression("a + 2 * b + c = 120") } },
    );
    const all = points(s, 200);
    for (const params of all) s.check(params);
    expect(new Set(all.map((params) => s.key(params))).size).toBeGreaterThan(120);
  });
});

describe("orders", () => {
  test("a chain over one range is a sorted uniform sample", () => {
    const paths = ["a", "b", "c", "d"];
    const s = space(Object.fromEntries(paths.map((path) => [path, float(0, 1)])) as Group, {
      where: { order: ascending(...paths) },
    });
    const all = points(s, 4000) as Record<string, number>[];
    for (const params of all) expect(paths.map((path) => params[path])).toEqual(Object.values(params).sort());
    paths.forEach((path, k) => {
      const mean = all.reduce((total, params) => total + params[path], 0) / all.length;
      expect(mean).toBeCloseTo((k + 1) / 5, 1); // of the k-th of four
    });
  });

  test("ranges that overlap in part, strict orders of whole numbers, and settled ends", () => {
    const s = space(
      { a: int(3, 9), b: int(1, 5), c: float(0, 4.5), d: int(1, 30, { log: true }) },
      { where: { x: expression("a > b"), y: expression("c <= b < d") } },
    );
    for (const fixed of [{}, { b: 2 }, { a: 3 }, { c: 4.25 }] as Params[])
      for (const params of points(s, 100, 4, fixed)) expect(s.check({ ...params, ...fixed })).toEqual(params);
  });

  test("what depends on a value that was swapped exists accordingly", () => {
    const s = space(
      { n: int(1, 4), m: int(1, 4), units: array(float(0, 1), { length: "n" }) },
      { where: { order: expression("m <= n"), room: expression("sum(units) <= 1") } },
    );
    for (const params of points(s, 200)) expect(s.check(params)).toEqual(params);
  });
});

describe("whatever is not solved", () => {
  test("a thin ring, a rare branch and a rare choice are reached, and points stay near where they were", () => {
    const s = space(
      {
        x: float(-1, 1),
        y: float(-1, 1),
        k: categorical(["a", "b", "c", "d", "e", "f", "g", "h"]),
        o: oneOf("t", { p: { z: float(0, 1) }, q: {} }),
      },
      {
        where: {
          ring: expression("0.5 <= x * x + y * y <= 0.51"),
          rare: expression("k in ['g']"),
          branch: expression("o.p.z <= 0.01"),
        },
      },
    );
    const all = points(s, 300);
    for (const params of all) expect(s.check(params)).toEqual(params);
    expect(new Set(all.map((params) => s.key(params))).size).toBeGreaterThan(200);
  });

  test("sums that are small by no chance: many parameters, arrays, whole numbers", () => {
    const s = space(
      {
        n: int(1, 8),
        units: array(int(16, 512), { length: "n" }),
        w: array(float(0, 1), { length: 10 }),
        k: int(1, 9),
      },
      {
        where: {
          budget: expression("sum(w) <= 1"),
          size: expression("sum(units) < 1000"),
          more: expression("3 >= w[0] + 2 * w[1] - w[2] + k / 2"),
        },
      },
    );
    const all = points(s, 200);
    for (const params of all) expect(s.check(params)).toEqual(params);
    expect(new Set(all.map((params) => s.key(params))).size).toBe(200);
    const sums = all.map((params) =>
      Array.from({ length: 10 }, (_, i) => params[`w.${i}`] as number).reduce((a, b) => a + b),
    );
    expect(Math.max(...sums)).toBeGreaterThan(0.99);
    for (const params of points(s, 20, 2, { "w.3": 0.9, n: 8 })) {
      expect(s.check(params)).toEqual(params);
      expect(params["w.3"]).toBe(0.9);
    }
  });

  test("an allowed point is what it would be without constraints", () => {
    const group = { x: float(0, 1), k: ordinal([1, 2, 4]), n: int(1, 9, { log: true }) };
    const plain = space(group);
    const s = space(group, { where: { it: ["<=", ["*", ["param", "k"], ["param", "n"]], 12] } });
    const draws = stream(5);
    for (let n = 0; n < 200; n++) {
      const unit = Float64Array.from(s.parameters, () => draws.uniform());
      const params = plain.decode(unit);
      if (s.allows(params)) expect(place(s, Float64Array.from(unit))).toEqual(params);
      expect(s.decode(unit)).toEqual(params);
    }
  });

  test("snapped points are allowed, and stay", () => {
    const s = space(
      { a: float(0, 1), b: int(0, 9), order: permutation(["x", "y", "z"]), k: categorical(["p", "q", "r"]) },
      {
        where: { it: expression("a * b <= 2 and order.x < order.y"), other: expression("k != 'p' or b > 5") },
      },
    );
    const snap = snapOf(s);
    const draws = stream(6);
    for (let n = 0; n < 200; n++) {
      const unit = Float64Array.from(s.parameters, () => draws.uniform());
      const active = new Uint8Array(unit.length);
      const params = s.decode(unit);
      snap(unit, active);
      expect(s.allows(s.decode(unit))).toBe(true);
      if (s.allows(params)) expect(unit).toEqual(s.encode(params).unit);
      const again = Float64Array.from(unit);
      snap(again, active);
      expect(again).toEqual(unit);
    }
  });
});

describe("no point", () => {
  const abc = { a: float(0, 1), b: float(0, 1), c: float(0, 1) };
  test.each([
    [
      { x: "a > b", y: "c < 0.5", z: "a < b - 0.1" },
      'no point of 10,000 satisfies both "x" and "z"; loosen one of them',
    ],
    [{ x: "a + b > 3", y: "c < 0.5" }, 'no point of 10,000 satisfies "x"; loosen it'],
    [{ sum: "a + b + c = 4" }, 'satisfies "sum"; loosen it'],
    [
      { w: "a < 0.9", x: "a <= b", y: "b <= c", z: "c < a - 0.01" },
      'satisfies all of "x", "y", "z"; loosen one of them',
    ],
    [{ x: "a * b > 1.5", y: "a < b" }, 'satisfies "x"'],
  ])("%j: %s", (texts, message) => {
    const s = space(abc, {
      where: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, expression(text)])),
    });
    expect(() => requireAllowed(s)).toThrow(message);
    expect(() => points(s, 1)).toThrow(message);
  });

  test("of a finite space, all of whose points were looked at", () => {
    const s = space(
      { a: int(1, 9), order: permutation(["x", "y", "z"]) },
      { where: { x: expression("order.x < order.y and order.y < order.z"), y: expression("order.x = 2") } },
    );
    expect(() => requireAllowed(s)).toThrow('where: no point satisfies both "x" and "y"');
  });

  test("with settled values, which are named; they win where a point must be had", () => {
    const s = space(abc, { where: { x: expression("a > b"), y: expression("b > c") } });
    requireAllowed(s);
    expect(() => requireAllowed(s, { a: 0.1, c: 0.5 })).toThrow(
      'with a = 0.1, c = 0.5 satisfies both "x" and "y"',
    );
    expect(points(s, 1, 1, { a: 0.1, c: 0.5 })[0]).toMatchObject({ a: 0.1, c: 0.5 });
  });

  test("a finite space is looked through: one point of 90,000 is found", () => {
    const s = space(
      { a: int(1, 300), b: int(1, 300) },
      { where: { one: expression("a * b % 89999 = 89401 and a > 298") } },
    );
    requireAllowed(s);
    expect(points(s, 3)).toEqual([
      { a: 299, b: 299 },
      { a: 299, b: 299 },
      { a: 299, b: 299 },
    ]);
    expect(s.size).toBe(1);
  });
});

describe("spaces with constraints", () => {
  const s = space(
    { a: int(1, 4), b: int(1, 4) },
    { where: { less: ["<", ["param", "a"], ["param", "b"]], odd: ({ a, b }) => (a + b) % 2 === 1 } },
  );

  test("count, check and compare", () => {
    expect(s.size).toBe(4); // 1 2, 1 4, 2 3, 3 4
    expect(s.check({ a: 1, b: 2 })).toEqual({ a: 1, b: 2 });
    expect(() => s.check({ a: 2, b: 1 })).toThrow('where "less" (a < b): these values do not satisfy it');
    expect(() => s.check({ a: 1, b: 3 })).toThrow('where "odd": these values do not satisfy it');
    expect(s.check({ a: 2, b: 1 }, { foreign: true })).toEqual({ a: 2, b: 1 });
    expect(s.check({ a: 4 }, { partial: true })).toEqual({ a: 4 });
    expect(() => s.check({ a: 1, b: 3 }, { partial: true }), "though it is whole").toThrow("odd");
  });

  test("JSON keeps trees, and the names of functions", () => {
    const json = JSON.parse(JSON.stringify(s.toJSON()));
    expect(json.where).toEqual([
      { name: "less", tree: ["<", ["param", "a"], ["param", "b"]] },
      { name: "odd" },
    ]);
    const without = readSpace(json);
    expect(without.equals(s)).toBe(true);
    expect(() => requireKnown(without)).toThrow('where "odd" is a function, which only the program');
    expect(() => without.check({ a: 2, b: 1 })).toThrow("less");
    expect(readSpace(json, s.functions).size).toBe(4);
    requireKnown(readSpace(json, s.functions));
  });

  test("differ by what they say, not by how it is written", () => {
    const group = { a: int(1, 4), b: int(1, 4) };
    const one = space(group, { where: { "a<b": expression("a<b") } });
    expect(one.equals(space(group, { where: { order: expression("a < b") } }))).toBe(true);
    expect(one.difference(space(group))).toEqual(['where: − "a<b"']);
    expect(space(group).difference(one)).toEqual(['where: + "a<b"']);
    expect(one.difference(s)).toEqual(['where: + "odd"']);
  });

  test("a parameter may be called where, unless there are constraints", () => {
    const named = space({ where: int(1, 2) });
    expect(readSpace(named.toJSON()).equals(named)).toBe(true);
    expect(() => space({ where: int(1, 2) }, { where: { it: ["<", ["param", "where"], 2] } })).toThrow(
      "use another",
    );
  });

  test("a function that throws is named", () => {
    const bad = space(
      { a: int(1, 2) },
      {
        where: {
          boom: () => {
            throw new Error("no");
          },
        },
      },
    );
    expect(() => points(bad, 1)).toThrow('where "boom": the function threw: no');
  });

  test.each([
    [[{ name: "" }], "has no name"],
    [[{ name: "x", three: [] }], 'has no "three" (did you mean "tree"?)'],
    [["a < b"], 'a text is read by expression() of "fettle/node"'],
    [[7], "is no constraint"],
    [[{ name: "x" }, { name: "x" }], 'where "x" is given twice'],
  ])("%j is refused", (where, message) => {
    expect(() => readSpace({ ...space({ a: int(1, 2) }).toJSON(), where } as never)).toThrow(message);
  });
});
