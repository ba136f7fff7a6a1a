import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  array,
  categorical,
  constant,
  float,
  type Group,
  int,
  oneOf,
  ordinal,
  type Params,
  space,
} from "../space.ts";
import { adopt, adoptEncoded, isWhole } from "./adopt.ts";

describe("adopt", () => {
  const cases: [name: string, group: Group, params: Params, adopted: Params | undefined][] = [
    ["a point of the space", { x: float(0, 1), n: int(1, 9) }, { x: 0.5, n: 3 }, { x: 0.5, n: 3 }],
    ["an added parameter", { x: float(0, 1), d: float(0, 1, { default: 0.1 }) }, { x: 0 }, { x: 0, d: 0.1 }],
    ["one without a default", { x: float(0, 1), n: int(0, 4) }, { x: 0 }, { x: 0, n: 2 }],
    ["an added choice that is null", { c: categorical(["a", null], { default: null }) }, {}, { c: null }],
    ["an added constant", { k: constant("v") }, {}, { k: "v" }],
    ["a parameter that is not here", { x: float(0, 1) }, { x: 0, gone: 1 }, { x: 0 }],
    ["a number outside", { x: float(0, 1) }, { x: 7 }, { x: 7 }],
    ["a number between steps", { x: float(0, 1, { step: 0.5 }) }, { x: 0.2 }, { x: 0.2 }],
    ["an appended choice", { c: categorical(["a", "b", "c"]) }, { c: "b" }, { c: "b" }],
    ["a choice that is not here", { c: ordinal(["a", "b"]) }, { c: "z" }, undefined],
    ["a number where choices are", { c: categorical(["1", "2"]) }, { c: 1 }, undefined],
    ["text where numbers are", { x: float(0, 1) }, { x: "0.5" }, undefined],
    ["zero on a logarithmic scale", { x: float(0.1, 1, { log: true }) }, { x: 0 }, undefined],
    [
      "a branch that lacks a parameter",
      { o: oneOf("t", { a: { k: int(1, 3, { default: 1 }) }, b: {} }) },
      { o: "a" },
      { o: "a", "o.a.k": 1 },
    ],
    ["a branch that is inactive", { o: oneOf("t", { a: { k: int(1, 3) }, b: {} }) }, { o: "b" }, { o: "b" }],
    [
      "an array that became shorter",
      { n: int(1, 2), u: array(int(0, 9), { length: "n" }) },
      { n: 3, "u.0": 1, "u.1": 2, "u.2": 3 },
      { n: 3, "u.0": 1, "u.1": 2 },
    ],
  ];
  test.each(cases)("%s", (_, group, params, adopted) => {
    expect(adopt(space(group), params)).toEqual(adopted);
  });

  test("is the identity on the space's own points", () => {
    const s = space({
      x: float(1e-3, 1, { log: true }),
      o: oneOf("t", { a: { k: int(1, 3) }, b: { c: categorical(["p", "q"]) } }),
      n: int(1, 3),
      u: array(float(0, 1), { length: "n" }),
    });
    const unit = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: s.parameters.length,
      maxLength: s.parameters.length,
    });
    fc.assert(
      fc.property(unit, (u) => {
        const params = s.decode(u);
        expect(adopt(s, params)).toEqual(params);
        expect(isWhole(s, params)).toBe(true);
        expect(adoptEncoded(s, params)).toEqual(s.encode(params));
      }),
    );
  });

  test("what has a place has all that is active, and finite coordinates; clipped ones lie in the cube", () => {
    const s = space({
      x: float(1e-3, 1, { log: true }),
      n: int(1, 3, { log: true }),
      c: categorical(["p", "q"]),
      o: oneOf("t", { a: { y: float(-1, 1, { step: 0.5 }) }, b: {} }),
    });
    const scalar = fc.oneof(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.integer({ min: -5, max: 50 }),
      fc.constantFrom("p", "q", "a", "b", "z", null, true),
    );
    const params = fc.dictionary(fc.constantFrom("x", "n", "c", "o", "o.a.y", "other"), scalar);
    fc.assert(
      fc.property(params, (given) => {
        const adopted = adopt(s, given);
        if (adopted === undefined) return;
        expect(isWhole(s, adopted)).toBe(true);
        const { unit } = adoptEncoded(s, given) ?? { unit: [Number.NaN] };
        expect(Array.from(unit).every(Number.isFinite)).toBe(true);
        const clipped = adoptEncoded(s, given, true)?.unit ?? [];
        expect(Array.from(clipped).every((u) => u >= 0 && u <= 1)).toBe(true);
      }),
    );
  });

  test("numbers outside keep their distance", () => {
    const s = space({ x: float(0.1, 1, { log: true }) });
    expect(adoptEncoded(s, { x: 100 })?.unit[0]).toBeCloseTo(3);
    expect(adoptEncoded(s, { x: 0.01 })?.unit[0]).toBeCloseTo(-1);
  });
});
