import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumericalError } from "../errors.ts";
import { rng } from "../random.ts";
import { array, categorical, float, int, oneOf, permutation, readSpace, space, written } from "../space.ts";
import { adopt } from "./adopt.ts";
import { changes, refusal } from "./change.ts";
import { lattice } from "./lattice.ts";
import { factorial, placesOfRank } from "./permutation.ts";
import { snapOf } from "./snap.ts";
import { writtenPaths } from "./written.ts";

const s = space({ order: permutation(["relu", "norm", 7, "a b"]), x: float(0, 1) });

test("each item's place is a parameter; the nested value is the items in their order", () => {
  expect(s.parameters.map(({ path }) => path)).toEqual([
    "order.relu",
    "order.norm",
    "order.2",
    "order.3",
    "x",
  ]);
  const params = { "order.relu": 2, "order.norm": 0, "order.2": 1, "order.3": 3, x: 0.5 };
  expect(s.nest(params)).toEqual({ order: ["norm", 7, "relu", "a b"], x: 0.5 });
  expect(s.flatten({ order: ["norm", 7, "relu", "a b"], x: 0.5 })).toEqual(params);
  expect(() => s.flatten({ order: ["norm", 7, 7, "a b"], x: 0.5 })).toThrow("not each of");
  expect(s.check({ order: "norm, 7, relu, a b", x: 0.5 })).toEqual(params);
  expect(s.check({ order: ["norm", 7, "relu", "a b"], x: 0.5 })).toEqual(params);
  expect(s.parse("order", "norm,7,relu,a b")).toBe("norm,7,relu,a b");
  expect(() => s.check({ ...params, "order.norm": 1 })).toThrow("order.2: order.norm has place 1 already");
  expect(written(s, params)).toEqual({ order: "norm,7,relu,a b", x: 0.5 });
  expect(writtenPaths(s)).toEqual(["order", "x"]);
});

test("every point of the unit cube is a permutation, and each comes back from where it is", () => {
  const snap = snapOf(s);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -0.5, max: 1.5, noNaN: true }), { minLength: 5, maxLength: 5 }),
      (unit) => {
        const params = s.decode(unit);
        expect(s.check(params)).toEqual(params);
        const encoded = s.encode(params);
        expect(s.key(s.decode(encoded.unit))).toBe(s.key(params));
        const snapped = Float64Array.from(unit);
        snap(snapped, new Uint8Array(5));
        expect(snapped.slice(0, 4)).toEqual(encoded.unit.slice(0, 4));
      },
    ),
  );
  expect(() => s.decode([0.1, Number.NaN, 0.2, 0.3, 0])).toThrow(NumericalError);
});

test("uniform points give each order as often", () => {
  const three = space({ o: permutation(["a", "b", "c"]) });
  const stream = rng(1, "orders");
  const counts = new Map<string, number>();
  for (let n = 0; n < 6000; n++) {
    const key = three.key(three.decode(three.parameters.map(() => stream.uniform())));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120); // four standard deviations
});

describe("all orders", () => {
  test("are counted and listed once, beside other parameters and in branches", () => {
    const mixed = space({
      o: permutation(["a", "b", "c", "d"]),
      k: int(1, 3),
      branch: oneOf("t", { on: { p: permutation([1, 2, 3]) }, off: {} }),
    });
    expect(mixed.size).toBe(24 * 3 * 7);
    const points = lattice(
      mixed.parameters,
      mixed.parameters.map((one) =>
        Array.from({ length: (one as { size: number }).size }, (_, k) =>
          one.domain === "choice" ? one.choices[k] : k + (one as { low: number }).low,
        ),
      ),
    );
    const keys = new Set(
      Array.from({ length: points.count }, (_, index) => mixed.key(mixed.check(points.at(index)))),
    );
    expect(keys.size).toBe(24 * 3 * 7);
  });

  test("where something depends on a place", () => {
    const json = {
      o: { type: "permutation", items: ["a", "b", "c"] },
      x: { type: "int", low: 1, high: 2, when: { "o.a": 0 } },
    } as const;
    expect(readSpace(json).size).toBe(2 * 2 + 4);
  });

  test("ranks are a one-to-one map", () => {
    const all = new Set(Array.from({ length: factorial(5) }, (_, rank) => placesOfRank(5, rank).join()));
    expect(all.size).toBe(120);
    expect(placesOfRank(4, 0)).toEqual([0, 1, 2, 3]);
    expect(factorial(20)).toBe(2432902008176640000);
  });
});

test("one item has one order", () => {
  const one = space({ o: permutation(["alone"]) });
  expect(one.size).toBe(1);
  expect(one.nest(one.decode([0.3]))).toEqual({ o: ["alone"] });
});

test("in arrays of groups and branches", () => {
  const nested = space({ blocks: array({ o: permutation(["p", "q"]), w: float(0, 1) }, { length: 2 }) });
  const value = {
    blocks: [
      { o: ["q", "p"], w: 0.1 },
      { o: ["p", "q"], w: 0.2 },
    ],
  } as const;
  expect(nested.nest(nested.flatten(value))).toEqual(value);
  expect(Object.keys(nested.flatten(value))).toContain("blocks.1.o.q");
});

test.each([
  [[], "there is nothing to put in order"],
  [["a", "a"], 'item "a" is given twice'],
  [["1", 1], "item 1 is given twice"],
  [["a,b"], "has a comma"],
  [[{}], "is not a string"],
])("items %j are refused", (items, message) => {
  expect(() => space({ o: permutation(items as string[]) })).toThrow(message);
});

test("what stands below a permutation, a default that is none, and what a permutation has not", () => {
  const json = (extra: object) => ({ o: { type: "permutation", items: ["a", "b"], ...extra } });
  expect(() => readSpace({ ...json({}), "o.x": { type: "int", low: 1, high: 2 } })).toThrow(
    "o has no branches",
  );
  expect(() => readSpace(json({ default: ["a"] }))).toThrow("does not have each item once");
  expect(() => readSpace(json({ length: 2 }))).toThrow('has no "length"');
  expect(() => readSpace({ o: { type: "permutation" } })).toThrow("items is missing");
  expect(() => readSpace({ o: { type: "permutation", items: "ab" } })).toThrow("items must be a list");
});

test("while a study goes on its items stay; one that is added takes its default", () => {
  const before = space({ x: float(0, 1) });
  const after = space({ x: float(0, 1), o: permutation(["a", "b", "c"], { default: ["b", "c", "a"] }) });
  expect(refusal(before, after)).toBeUndefined();
  expect(refusal(before, space({ x: float(0, 1), o: permutation(["a", "b"]) }))?.kind).toBe("default");
  expect(after.nest(adopt(after, { x: 0.5 })!)).toEqual({ x: 0.5, o: ["b", "c", "a"] });
  const plain = space({ x: float(0, 1), o: permutation(["a", "b", "c"]) });
  expect(plain.nest(adopt(plain, { x: 0.5 })!).o).toEqual(["a", "b", "c"]);
  expect(refusal(plain, space({ x: float(0, 1), o: permutation(["a", "b"]) }))?.message).toMatch(
    /^o: items cannot change/,
  );
  expect(changes(plain, after)).toEqual(['o: default none → ["b","c","a"]']);
  expect(plain.equals(after)).toBe(true);
  expect(plain.equals(space({ x: float(0, 1), o: categorical(["a", "b", "c"]) }))).toBe(false);
});
