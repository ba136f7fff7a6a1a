import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  array,
  boolean,
  categorical,
  constant,
  float,
  type Group,
  int,
  type Node,
  oneOf,
  ordinal,
  readSpace,
  space,
} from "../space.ts";
import type { Scalar } from "./parameter.ts";
import type { Params, Space } from "./types.ts";

/** Random spaces: groups, branches and arrays, three levels deep. */
const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc
    .tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: 1e-3, max: 9, noNaN: true }))
    .map(([low, width]) => float(low, low + width)),
  fc
    .tuple(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.double({ min: 1.5, max: 1e6, noNaN: true }))
    .map(([low, ratio]) => float(low, low * ratio, { log: true })),
  fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 5 }))
    .map(([low, k, step]) => int(low, low + k * step, { step })),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 900 }))
    .map(([low, width]) => int(low, low + width, { log: true })),
  fc
    .tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: 1, max: 20 }))
    .map(([low, k]) => float(low, low + k * 0.1, { step: 0.1 })),
  fc.constantFrom<Node>(
    boolean(),
    categorical(["a", "b", 3, null]),
    ordinal([1, 2, 4, 8]),
    constant("fixed"),
  ),
);
const group = (depth: number): fc.Arbitrary<Group> =>
  fc.dictionary(fc.constantFrom("p", "q", "r", "s"), node(depth), { minKeys: 1, maxKeys: 3 });
const node = (depth: number): fc.Arbitrary<Node> =>
  depth === 0
    ? leaf
    : fc.oneof(
        { weight: 4, arbitrary: leaf },
        { weight: 1, arbitrary: group(depth - 1) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(group(depth - 1), group(depth - 1))
            .map(([one, two]) => oneOf("kind", { one, two, empty: {} })),
        },
        {
          weight: 2,
          arbitrary: fc
            .tuple(node(depth - 1), fc.integer({ min: 0, max: 3 }))
            .map(([item, length]) => array(item, { length })),
        },
      );
const spaces = fc
  .tuple(group(3), leaf, fc.boolean())
  .map(([g, item, counted]) =>
    space({ ...g, ...(counted && { n: int(0, 3), items: array(item, { length: "n" }) }) } as Group),
  );

const units = (s: Space, seed: readonly number[]) =>
  s.parameters.map((_, index) => seed[index % seed.length]);
const seeds = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 });

describe("every space", () => {
  test("decodes into its domain, and encodes back to the same params", () => {
    fc.assert(
      fc.property(spaces, seeds, (s, seed) => {
        const params = s.decode(units(s, seed));
        expect(s.check(params)).toEqual(params);
        const { unit, active } = s.encode(params);
        expect(unit.every((u) => u >= 0 && u <= 1)).toBe(true);
        expect(Array.from(active, Boolean)).toEqual(s.parameters.map(({ path }) => path in params));
        const again = s.decode(unit);
        expect(Object.keys(again)).toEqual(Object.keys(params));
        for (const { path, domain } of s.parameters)
          if (domain !== "real") expect(again[path]).toBe(params[path]);
          else if (path in params) expect(again[path]).toBeCloseTo(params[path] as number, 6);
      }),
      { numRuns: 300 },
    );
  });

  test("nests and flattens to the same params; JSON round-trips", () => {
    fc.assert(
      fc.property(spaces, seeds, (s, seed) => {
        const params = s.decode(units(s, seed));
        expect(s.flatten(s.nest(params))).toEqual(params);
        const read = readSpace(JSON.parse(JSON.stringify(s)));
        expect(read.equals(s)).toBe(true);
        expect(read.decode(units(s, seed))).toEqual(params);
        expect(read.toJSON()).toEqual(s.toJSON());
      }),
      { numRuns: 300 },
    );
  });

  test("size is the number of points, and key tells them apart", () => {
    fc.assert(
      fc.property(spaces, (s) => {
        fc.pre(Number.isFinite(s.size) && s.size < 3000);
        const keys = new Set<string>();
        for (const params of points(s)) keys.add(s.key(params));
        expect(keys.size).toBe(s.size);
      }),
      { numRuns: 200 },
    );
  });
});

/** All points, the slow way. */
function* points(s: Space, index = 0, params: Record<string, Scalar> = {}): Generator<Params> {
  const parameter = s.parameters[index];
  if (parameter === undefined) return yield params;
  if (!s.isActive(index, params)) return yield* points(s, index + 1, params);
  if (parameter.domain === "real") throw new Error("endless");
  for (let k = 0; k < parameter.size; k++) {
    const value =
      parameter.domain === "choice"
        ? parameter.choices[k]
        : Number((parameter.low + k * parameter.step).toPrecision(15));
    yield* points(s, index + 1, { ...params, [parameter.path]: value });
  }
}

describe("cells", () => {
  const share = (s: Space, value: Scalar) => {
    const n = 20000;
    let hits = 0;
    for (let i = 0; i < n; i++) if (s.decode([(i + 0.5) / n]).k === value) hits++;
    return hits / n;
  };

  test("an int's cells have equal mass, a log int's cells that of their logarithms", () => {
    for (let k = 2; k <= 6; k++) expect(share(space({ k: int(2, 6) }), k)).toBeCloseTo(1 / 5, 3);
    const logs = space({ k: int(2, 30, { log: true }) });
    for (const k of [2, 3, 11, 30])
      expect(share(logs, k)).toBeCloseTo(Math.log((k + 0.5) / (k - 0.5)) / Math.log(30.5 / 1.5), 3);
    for (const k of [1, 4, 8]) expect(share(space({ k: ordinal([1, 2, 4, 8]) }), k)).toBeCloseTo(1 / 4, 3);
  });

  test("steps give tidy values, ends are exact, and what is outside counts as the end", () => {
    const s = space({ k: float(0.1, 0.7, { step: 0.2 }), r: float(1e-5, 0.1, { log: true }) });
    expect([0, 0.3, 0.6, 1].map((u) => s.decode([u, 0]).k)).toEqual([0.1, 0.3, 0.5, 0.7]);
    expect([s.decode([0, -1]).r, s.decode([0, 2]).r, s.decode([0, 1]).r]).toEqual([1e-5, 0.1, 0.1]);
    expect(() => s.decode([Number.NaN, 0])).toThrow("NaN");
  });
});

describe("conditions", () => {
  const s = space({
    opt: oneOf("type", {
      sgd: { momentum: float(0, 0.99) },
      adam: { beta1: float(0.8, 0.999), deep: { x: int(1, 2) } },
    }),
    layers: int(0, 3),
    units: array(int(16, 64, { step: 16 }), { length: "layers" }),
    blocks: array(
      { width: int(1, 4), act: oneOf("name", { relu: {}, leaky: { slope: float(0, 1) } }) },
      { length: "layers" },
    ),
  });

  test("paths, nesting and lengths are those of the declaration", () => {
    const params = s.check({
      opt: "adam",
      "opt.adam.beta1": 0.9,
      "opt.adam.deep.x": 2,
      layers: 1,
      "units.0": 32,
      "blocks.0.width": 3,
      "blocks.0.act": "leaky",
      "blocks.0.act.leaky.slope": 0.5,
    });
    expect(s.nest(params)).toEqual({
      opt: { type: "adam", beta1: 0.9, deep: { x: 2 } },
      layers: 1,
      units: [32],
      blocks: [{ width: 3, act: { name: "leaky", slope: 0.5 } }],
    });
    expect(s.nest({ opt: "sgd", "opt.sgd.momentum": 0, layers: 0 })).toEqual({
      opt: { type: "sgd", momentum: 0 },
      layers: 0,
      units: [],
      blocks: [],
    });
  });

  test("by path alone in the flat form, and by `when`", () => {
    const flat = readSpace({
      "opt.sgd.momentum": { type: "float", low: 0, high: 1 },
      opt: { type: "categorical", choices: ["sgd", "adam"] },
      warmup: { type: "int", low: 0, high: 5, when: { opt: ["adam"] } },
    });
    expect(flat.parameters.map(({ path }) => path)).toEqual(["opt", "opt.sgd.momentum", "warmup"]);
    expect(Object.keys(flat.decode([0.9, 0.5, 0.5]))).toEqual(["opt", "warmup"]);
    expect(flat.size).toBe(Number.POSITIVE_INFINITY);
  });

  test("a flatten that misses, misspells or adds a value says which", () => {
    const good = { opt: { type: "sgd", momentum: 0.5 }, layers: 0, units: [], blocks: [] } as const;
    expect(s.flatten(good)).toEqual({ opt: "sgd", "opt.sgd.momentum": 0.5, layers: 0 });
    expect(() => s.flatten({ ...good, opt: { type: "sgd" } } as never)).toThrow(
      "opt.sgd.momentum: has no value",
    );
    expect(() => s.flatten({ ...good, layer: 3 } as never)).toThrow(
      'layer: unknown or inactive parameter (did you mean "layers"?)',
    );
  });
});

describe("bad spaces are refused, each with its path and reason", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ x: { type: "float", low: 2, high: 1 } }, "x: low 2 is above high 1; swap them"],
    [
      { x: { type: "float", low: 0, high: 1, log: true } },
      "x: a logarithmic range must begin above 0, not at 0",
    ],
    [
      { x: { type: "int", low: 0, high: 8, log: true } },
      "x: a logarithmic range must begin at 1 or above, not at 0",
    ],
    [
      { x: { type: "int", low: 1, high: 8, log: true, step: 2 } },
      "x: log and step do not go together; leave one of them out",
    ],
    [
      { x: { type: "float", low: 0, high: 1, step: 0.3 } },
      "x: step 0.3 does not fit between 0 and 1; the nearest high is 0.9",
    ],
    [{ x: { type: "int", low: 0, high: 8, step: 0 } }, "x: step 0 is not a whole number above 0"],
    [{ x: { type: "int", low: 0.5, high: 8 } }, "x: low 0.5 is not a whole number"],
    [{ x: { type: "float", low: 0, high: "1" } }, 'x: high "1" is not a finite number'],
    [
      { x: { type: "categorical", choices: [] } },
      "x: there is nothing to choose from; give at least one choice",
    ],
    [{ x: { type: "categorical", choices: ["a", "a"] } }, 'x: choice "a" is given twice'],
    [{ x: { type: "categorical", choices: ["a"], default: "b" } }, 'x: default "b" is not among the choices'],
    [{ x: { type: "flaot", low: 0, high: 1 } }, 'did you mean "float"?'],
    [{ x: { type: "float", low: 0 } }, "x: a float needs low and high; high is missing"],
    [{ x: { type: "float", low: 0, high: 1, lgo: true } }, 'x: a float has no "lgo" (did you mean "log"?)'],
    [
      { opt: { type: "categorical", choices: ["sgd"] }, "opt.sdg.m": { type: "boolean" } },
      'opt.sdg.m: "sdg" is not one of the choices of opt (did you mean "sgd"?)',
    ],
    [
      { n: { type: "int", low: 1, high: 2 }, "n.x": { type: "boolean" } },
      "n.x: n is a int, which has no branches; use another name",
    ],
    [
      { x: { type: "boolean", when: { ot: 1 } }, opt: { type: "boolean" } },
      'x: when names ot, which does not exist (did you mean "opt"?)',
    ],
    [
      { x: { type: "boolean", when: { y: true } }, y: { type: "boolean", when: { x: true } } },
      "x → y → x: conditions in a cycle",
    ],
    [{ x: { type: "boolean", length: "m" } }, 'x: length names "m", which does not exist'],
    [
      { x: { type: "boolean", length: "m" }, m: { type: "float", low: 0, high: 1 } },
      "x: length names m, which is not an int",
    ],
    [{ "x.*.y": { type: "boolean" } }, 'x.*.y: "*" stands for the items of an array, but x is none'],
    [{ x: 3 }, "x: expected an object with a type, got 3"],
  ])("%j", (json, message) => {
    expect(() => readSpace(json)).toThrow(message);
  });

  test("names with dots, and branches that hide their tag", () => {
    expect(() => space({ "a.b": float(0, 1) })).toThrow("a.b: a name must not be empty");
    expect(() => space({ o: oneOf("t", { a: { t: float(0, 1) } }) })).toThrow("o.a.t: a branch cannot have");
  });
});

test("check names the path, the value and the domain", () => {
  const s = space({
    lr: float(0.001, 0.1),
    act: categorical(["relu", "tanh"]),
    opt: oneOf("t", { a: { m: int(1, 3) }, b: {} }),
  });
  const good = { lr: 0.01, act: "relu", opt: "a", "opt.a.m": 2 };
  expect(s.check({ ...good, lr: 0.1 }).lr).toBe(0.1);
  expect(() => s.check({ ...good, lr: 0.5 })).toThrow("lr: 0.5 is above 0.1");
  expect(() => s.check({ ...good, lr: Number.NaN })).toThrow("lr: NaN is not a finite number");
  expect(() => s.check({ ...good, act: "rely" })).toThrow(
    'act: "rely" is not one of "relu", "tanh" (did you mean "relu"?)',
  );
  expect(() => s.check({ ...good, ac: 1 })).toThrow('ac: unknown parameter (did you mean "act"?)');
  expect(() => s.check({ ...good, opt: "b" })).toThrow('opt.a.m: not active (opt is "b")');
  expect(() => s.check({ ...good, "opt.a.m": 1.5 })).toThrow("opt.a.m: 1.5 is not a whole number");
  expect(() => s.check({ lr: 0.01 })).toThrow("act: has no value");
  expect(s.check({ "opt.a.m": 2 }, { partial: true })).toEqual({ "opt.a.m": 2 });
  expect(s.parse("lr", " 1e-2 ")).toBe(0.01);
  expect(s.parse("act", '"tanh"')).toBe("tanh");
  expect(() => s.parse("lr", "fast")).toThrow('lr: "fast" is not a number');
});

test("differences are told in words", () => {
  const before = space({ lr: float(0, 0.1), act: categorical(["a"]), gone: boolean() });
  const after = space({ lr: float(0, 1), act: categorical(["a", "b"]), extra: boolean() });
  expect(before.difference(after)).toEqual([
    "lr: high 0.1 → 1",
    'act: choices + "b"',
    "gone: removed",
    "extra: added",
  ]);
});
