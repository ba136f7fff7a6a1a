import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { conditionOf, type Scope, shown, type Tree } from "../space/expression.ts";
import { boolean, categorical, float, int, oneOf, permutation, space } from "../space.ts";
import { expression, parseExpression, readTexts } from "./expression.ts";

test.each<[string, Tree]>([
  ["layers * units <= 4096", ["<=", ["*", ["param", "layers"], ["param", "units"]], 4096]],
  ["a + b + c = 1", ["=", ["+", ["param", "a"], ["param", "b"], ["param", "c"]], 1]],
  ["a - b - 2 == 1", ["=", ["-", ["-", ["param", "a"], ["param", "b"]], 2], 1]],
  ["a <= b < c", ["and", ["<=", ["param", "a"], ["param", "b"]], ["<", ["param", "b"], ["param", "c"]]]],
  ["optimizer.sgd.momentum < 0.9", ["<", ["param", "optimizer.sgd.momentum"], 0.9]],
  ["units.0 < units[1]", ["<", ["param", "units.0"], ["param", "units.1"]]],
  ["`weight-decay` < -1e-3", ["<", ["param", "weight-decay"], -1e-3]],
  ["opt in ['a', \"b\"]", ["in", ["param", "opt"], "a", "b"]],
  ["not x = 1 and y", ["and", ["not", ["=", ["param", "x"], 1]], ["param", "y"]]],
  ["!(x < 1) || y && z", ["or", ["not", ["<", ["param", "x"], 1]], ["and", ["param", "y"], ["param", "z"]]]],
  ["2 ** 3 ** x > 1", [">", ["**", 2, ["**", 3, ["param", "x"]]], 1]],
  ["y ? a < 1 : b < 1", ["if", ["param", "y"], ["<", ["param", "a"], 1], ["<", ["param", "b"], 1]]],
  [
    "min(a, b) >= sum(units) % 2",
    [">=", ["min", ["param", "a"], ["param", "b"]], ["%", ["sum", ["param", "units"]], 2]],
  ],
  ["x = 'it\\'s a.b = c'", ["=", ["param", "x"], "it's a.b = c"]],
])("%s", (text, tree) => {
  expect(parseExpression(text)).toEqual(tree);
});

test.each([
  ["", "it is empty"],
  ["constructor.constructor('return process')()", "only functions are called"],
  ["toString()", "there is no function toString"],
  ["mn(a, b) < 1", 'there is no function mn (did you mean "min"?)'],
  ["a['constructor']", "no name"],
  ["a?.b", "no name"],
  ["this", "this cannot stand in a condition"],
  ["a; b", 'join them with "and"'],
  ["a b", 'join them with "and"'],
  ["x => x", "Expected expression"],
  ["a ^ 2 < 1", "powers are written **"],
  ["$0 < 1", '"$" is part of no name'],
  ["[1] = a", 'a list stands behind "in" only'],
  ["a in b", 'behind "in" stands a list'],
  ["a in [1,,2]", "a list has a gap"],
  ["a <", "Expected expression after < at character"],
  ["(a < 1", "Unclosed ("],
  [`${"(".repeat(3000)}a`, "nested too deeply"],
  ["a".repeat(4001), "longer than 4000"],
])("%s is refused", (text, message) => {
  expect(() => parseExpression(text)).toThrow(InvalidInputError);
  expect(() => parseExpression(text)).toThrow(message);
});

test("whatever text it is given, it answers with a tree of known operators or with a refusal", () => {
  const words = fc.constantFrom(
    ..."a b.c units[0] constructor __proto__ this ( ) [ ] { } , ; . ? : = == <= < + - * ** / % ^ & | ! ~ => ` ' \" $ \\ 1 2e3 0x1 and or not in if( min( true null".split(
      " ",
    ),
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(words).map((some) => some.join(" ")),
    fc.array(words).map((some) => some.join("")),
  );
  fc.assert(
    fc.property(text, (given) => {
      let tree: Tree;
      try {
        tree = parseExpression(given);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
        return;
      }
      expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
    }),
    { numRuns: 500 },
  );
});

test("the parser is left as it was found", async () => {
  parseExpression("not a = 1 and b in [2]");
  const { default: jsep } = await import("jsep");
  expect(Object.keys(jsep.binary_ops)).not.toContain("=");
  expect(Object.keys(jsep.unary_ops)).not.toContain("not");
});

const numbers = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Tree>(["param", "a"], ["param", "b"], ["param", "odd-name"], 2, -3, 0.5),
    fc.tuple(fc.constantFrom("-", "/", "%", "**"), tie("tree"), tie("tree")),
    fc.tuple(fc.constantFrom("min", "max"), tie("tree"), tie("tree")),
    fc.tuple(fc.constantFrom("abs", "sqrt", "floor"), tie("tree")),
  ) as fc.Arbitrary<Tree>,
})).tree;
const conditions = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(fc.constantFrom("<", "<=", ">", "!="), numbers, numbers),
    fc.tuple(fc.constant("in"), numbers, fc.constant(1), numbers),
    fc.tuple(fc.constant("if"), tie("tree"), tie("tree"), tie("tree")),
  ) as fc.Arbitrary<Tree>,
})).tree;
const scope: Scope = { kindOf: () => ({ kind: "number" }), itemsOf: () => undefined, names: ["a"] };

test("what is shown is read as the same condition", () => {
  fc.assert(
    fc.property(conditions, fc.double({ noNaN: true }), fc.double({ noNaN: true }), (tree, a, b) => {
      const again = parseExpression(shown(tree));
      const params = { a, b, "odd-name": 1.5 };
      expect(conditionOf(again, scope).holds(params), shown(tree)).toBe(
        conditionOf(tree, scope).holds(params),
      );
    }),
    { numRuns: 300 },
  );
});

const s = space({
  a: float(0, 1),
  k: int(1, 9),
  on: boolean(),
  act: categorical(["relu", "tanh"]),
  mixed: categorical([1, "auto"]),
  opt: oneOf("type", { sgd: { m: float(0, 1) }, adam: {} }),
  order: permutation(["x", "y"]),
});
const constrained = (text: string) =>
  space(
    {
      a: float(0, 1),
      k: int(1, 9),
      on: boolean(),
      act: categorical(["relu", "tanh"]),
      mixed: categorical([1, "auto"]),
      opt: oneOf("type", { sgd: { m: float(0, 1) }, adam: {} }),
      order: permutation(["x", "y"]),
    },
    { where: { it: expression(text) } },
  );

test.each([
  ["aa < 1", 'there is no parameter aa (did you mean "a"?)'],
  ["__proto__ = 1", "there is no parameter __proto__"],
  ["constructor = 1", "there is no parameter constructor"],
  ["a.constructor.name = 'x'", "there is no parameter a.constructor.name"],
  ["a * k", "it is no condition"],
  ["act", "it is no condition"],
  ["act + 1 < 2", "it takes numbers, not a text"],
  ["mixed < 2", "it takes numbers, not a value of more than one kind"],
  ["a and k = 1", "it takes conditions, not a number"],
  ["act = 'rleu'", 'none of the choices (did you mean "relu"?)'],
  ["opt in ['sgd', 'adma']", 'none of the choices (did you mean "adam"?)'],
  ["act = relu", "there is no parameter relu"],
  ["a = 'x'", "a number is never a text"],
  ["min() < 1", "it takes at least 1"],
  ["log(a, 2) < 1", "it takes 1 of them, not 2"],
])("%s is refused by the space", (text, message) => {
  expect(() => constrained(text)).toThrow(message);
});

test.each([
  ["a + k <= 2", { a: 0.5, k: 1 }, true],
  ["a + k <= 2", { a: 0.5, k: 2 }, false],
  ["0.1 + 0.2 + a = 0.8", { a: 0.5 }, true],
  ["opt.sgd.m < 0.1", { opt: "adam" }, true],
  ["opt.sgd.m < 0.1", { opt: "sgd", "opt.sgd.m": 0.5 }, false],
  ["opt = 'adam' or opt.sgd.m < 0.1", { opt: "sgd", "opt.sgd.m": 0.05 }, true],
  ["on ? a < 0.5 : a > 0.5", { on: true, a: 0.4 }, true],
  ["on ? a < 0.5 : a > 0.5", { on: false, a: 0.4 }, false],
  ["mixed in [1, 'auto']", { mixed: "auto" }, true],
  ["order.x < order.y", { "order.x": 1, "order.y": 0 }, false],
  ["-7 % 3 = 2", {}, true],
  ["round(2.5) = 3 and ceil(a) = 1 and abs(-a) > 0", { a: 0.5 }, true],
  ["exp(log(k)) = k and sqrt(k) = k ** 0.5 and 2 ** -1 = 0.5", { k: 7 }, true],
  ["k * 2000000000 = 2000000001", { k: 1 }, false],
  ["a / 0 > 1", { a: 1 }, true],
  ["log(-1) < 1", {}, false],
])("%s with %j is %s", (text, params, holds) => {
  expect(constrained(text).allows(params)).toBe(holds);
});

test("hostile trees are refused, however they came into the JSON", () => {
  const deep = (n: number): unknown => (n === 0 ? 1 : ["-", deep(n - 1)]);
  for (const tree of [
    ["constructor", 1],
    ["__proto__"],
    ["toString", ["param", "a"]],
    [["<"], 1, 2],
    [1, 2],
    [],
    { "<": [1, 2] },
    ["<", ["param", { toString: () => "a" }], 1],
    ["<", ["param", "a", "k"], 1],
    ["<", Number.NaN, 1],
    ["<", undefined, 1],
    ["=", deep(500), 1],
    "a < 1",
    7,
  ])
    expect(() => readSpaceWith(tree), JSON.stringify(tree)?.slice(0, 60)).toThrow(InvalidInputError);
});

function readSpaceWith(tree: unknown) {
  return space({ a: float(0, 1), k: int(1, 2) }, { where: { hostile: tree as Tree } });
}

test("JSON with texts becomes JSON with trees", () => {
  const json = { a: { type: "float", low: 0, high: 1 }, where: [" a < 0.5 ", { name: "fn" }] };
  expect(readTexts(json)).toEqual({
    a: json.a,
    where: [{ name: "a < 0.5", tree: ["<", ["param", "a"], 0.5] }, { name: "fn" }],
  });
  expect(() => readTexts({ where: ["a <"] })).toThrow('where "a <": Expected expression');
  expect(readTexts(s.toJSON())).toBe(s.toJSON());
  expect(readTexts(null)).toBe(null);
});
