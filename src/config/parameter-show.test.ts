import fc from "fast-check";
import { expect, test } from "vitest";
import type { ParameterJson } from "../space/types.ts";
import { showParameter } from "./parameter-show.ts";
import { parseParameterText } from "./parameter-text.ts";

test.each<[ParameterJson, string | undefined]>([
  [{ type: "float", low: 1e-5, high: 0.1, log: true }, "0.00001..0.1:log"],
  [{ type: "float", low: 0, high: 2 }, "0..2:float"],
  [{ type: "float", low: 0, high: 2, step: 0.5, default: 1 }, "0..2:step=0.5:default=1"],
  [{ type: "int", low: 1, high: 6, length: "n" }, "1..6:length=n"],
  [{ type: "categorical", choices: ["a", "b:c", "1", 1, "it's", " x"] }, `a,'b:c','1',1,"it's",' x'`],
  [{ type: "ordinal", choices: ["s", "m"], default: "m" }, "s,m:ordinal:default=m"],
  [{ type: "permutation", items: ["relu", 7, "a:b"] }, "relu,7,'a:b':permutation"],
  [{ type: "permutation", items: ["alone"] }, "alone:permutation"],
  [{ type: "permutation", items: ["a", "b"], default: ["b", "a"] }, "a,b:permutation:default=b,a"],
  [{ type: "permutation", items: ["1", 2], default: [2, "1"] }, "'1',2:permutation:default=2,1"],
  [{ type: "simplex", items: ["a", "b"] }, "a,b:simplex"],
  [{ type: "boolean", default: true }, "true,false:default=true"],
  [{ type: "constant", value: "v" }, "v"],
  [{ type: "array", length: 3 }, ":length=3"],
  [
    { type: "float", low: 0.5, high: 1, prior: { value: 0.75, confidence: "high" } },
    "0.5..1:prior=0.75:confidence=high",
  ],
  [{ type: "categorical", choices: ["sgd", "adam"], tag: "type" }, "sgd,adam"],
  [{ type: "int", low: 1, high: 6, when: { opt: "sgd" } }, undefined],
  [{ type: "categorical", choices: ["only"] }, undefined],
  [{ type: "categorical", choices: ["'\"", "b"] }, undefined],
])("%j is %s", (json, text) => {
  expect(showParameter(json)).toBe(text);
});

test("a text that is shown is read back as the same", () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
  );
  const json = fc.oneof(
    fc
      .uniqueArray(value, { minLength: 2 })
      .map((choices): ParameterJson => ({ type: "categorical", choices })),
    fc
      .tuple(fc.double({ min: -1e30, max: 1e30, noNaN: true }), fc.double({ min: 0, max: 1e30, noNaN: true }))
      .map(([low, width]): ParameterJson => ({ type: "float", low: low + 0, high: low + width + 0 })),
    fc
      .tuple(fc.maxSafeInteger(), fc.nat())
      .map(([low, width]): ParameterJson => ({ type: "int", low: low - width, high: low })),
  );
  fc.assert(
    fc.property(json, (parameter) => {
      const text = showParameter(parameter);
      if (text !== undefined) expect(parseParameterText(text, String)).toEqual(parameter);
    }),
  );
});
