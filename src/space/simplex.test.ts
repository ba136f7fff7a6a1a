import { expect, test } from "vitest";
import { rng } from "../random.ts";
import { array, float, int, oneOf, place, readSpace, simplex, space } from "../space.ts";
import { givenConstraints } from "./constraint.ts";

const s = space({ mix: simplex(["web", "books", "code"]), lr: float(0, 1) });

test("shares are a parameter each, and add up to 1", () => {
  expect(s.parameters.map(({ path }) => path)).toEqual(["mix.web", "mix.books", "mix.code", "lr"]);
  const draws = rng(1, "shares");
  for (let n = 0; n < 100; n++) {
    const params = place(
      s,
      Float64Array.from(s.parameters, () => draws.uniform()),
    );
    expect(s.check(params)).toEqual(params);
    const { mix } = s.nest(params);
    expect(mix.web + mix.books + mix.code).toBeCloseTo(1, 9);
    expect(s.flatten({ mix, lr: params.lr as number })).toEqual(params);
  }
  expect(() => s.check({ "mix.web": 0.5, "mix.books": 0.6, "mix.code": 0.1, lr: 0 })).toThrow(
    "the shares of mix add up to 1",
  );
});

test("JSON has the simplex, and no constraint for it", () => {
  expect(s.toJSON()).toEqual({
    mix: { type: "simplex", items: ["web", "books", "code"] },
    lr: { type: "float", low: 0, high: 1 },
  });
  expect(readSpace(s.toJSON()).equals(s)).toBe(true);
  expect(s.constraints).toHaveLength(1);
  expect(givenConstraints(s)).toEqual([]);
});

test("beside constraints, with a settled share, in branches and groups, of one name", () => {
  const nested = space(
    {
      o: oneOf("t", { on: { mix: simplex(["a", "b"]) }, off: {} }),
      n: int(1, 2),
      blocks: array({ part: simplex(["p", "q", "r"]) }, { length: "n" }),
      all: simplex(["alone"]),
    },
    { where: { more: ["<", ["param", "blocks.0.part.p"], ["param", "blocks.0.part.q"]] } },
  );
  const draws = rng(2, "shares");
  for (let n = 0; n < 100; n++) {
    const unit = Float64Array.from(nested.parameters, () => draws.uniform());
    const params = place(nested, unit, { "blocks.0.part.r": 0.25 });
    expect(nested.check(params)).toEqual(params);
    expect(params["blocks.0.part.r"]).toBe(0.25);
    expect(params["all.alone"]).toBeCloseTo(1, 9);
  }
});

test.each([
  [{ type: "simplex", items: [] }, "nothing to share"],
  [{ type: "simplex", items: ["a", "a"] }, '"a" is given twice'],
  [{ type: "simplex", items: ["a.b"] }, "is no name"],
  [{ type: "simplex", items: [1] }, "is no name"],
  [{ type: "simplex" }, "items is missing"],
  [{ type: "simplex", items: ["a"], length: 2 }, 'has no "length"'],
])("%j is refused", (json, message) => {
  expect(() => readSpace({ x: json })).toThrow(message);
});

test("nothing stands below it", () => {
  const json = { x: { type: "simplex", items: ["a"] }, "x.b": { type: "boolean" } };
  expect(() => readSpace(json)).toThrow("x.b: x has no branches");
});
