import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readSpace } from "../src/index.ts";

const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(new URL("../schema/space.schema.json", import.meta.url), "utf8")),
);
const range = { type: "float", low: 0, high: 1 };

const accepts = (json: unknown) => {
  try {
    readSpace(json);
    return true;
  } catch {
    return false;
  }
};

describe("the published schema of spaces agrees with what is read", () => {
  test.each([
    { x: range },
    { x: { ...range, log: false, step: 0.5, default: 0.5 } },
    { o: { type: "categorical", choices: ["a", 1, null, true], tag: "t" }, "o.a.m": { type: "boolean" } },
    { n: { type: "int", low: 0, high: 2 }, u: { type: "ordinal", choices: [1, 2], length: "n" } },
    { b: { type: "array", length: 2 }, "b.*.w": range },
    { c: { type: "constant", value: "x" }, d: { type: "boolean", when: { c: ["x"] } } },
    { o: { type: "permutation", items: ["a", 1, null], default: [1, null, "a"] } },
    { m: { type: "simplex", items: ["a", "b"] } },
    {
      x: range,
      y: range,
      where: [{ name: "less", tree: ["<", ["param", "x"], ["param", "y"]] }, { name: "fn" }],
    },
    { x: range, where: range },
  ])("both accept %j", (json) => {
    expect([schema.safeParse(json).success, accepts(json)]).toEqual([true, true]);
  });

  test.each([
    [],
    { x: 3 },
    { x: { type: "float", low: 0 } },
    { x: { type: "flaot", low: 0, high: 1 } },
    { x: { ...range, lgo: true } },
    { x: { ...range, log: "yes" } },
    { x: { type: "categorical", choices: [] } },
    { x: { type: "categorical", choices: "a,b" } },
    { x: { type: "array" } },
    { "x..y": range },
    { o: { type: "permutation", items: [] } },
    { m: { type: "simplex", items: ["a.b"] } },
    { o: { type: "permutation", items: ["a"], length: 2 } },
    { x: range, where: [{ tree: ["<", ["param", "x"], 1] }] },
    { x: range, where: [{ name: "it", tree: ["constructor", ["param", "x"], 1] }] },
    { x: range, where: [7] },
  ])("both refuse %j", (json) => {
    expect([schema.safeParse(json).success, accepts(json)]).toEqual([false, false]);
  });
});
