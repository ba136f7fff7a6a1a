import { expect, test } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { plainModel } from "./model.fixtures.ts";
import { predict } from "./model.ts";
import { tableOf } from "./read/values.ts";
import { noise } from "./tables.fixtures.ts";

const table = tableOf({ a: noise(60, 1), b: noise(60, 2), y: noise(60, 3) });

test("a column that is absent is missing; a table that has none of them is another, and refused", async () => {
  const model = await plainModel(table, ["linear"]);
  const { values, notes } = predict(model, tableOf({ b: [0.5, 1] }));
  expect(values.every(Number.isFinite)).toBe(true);
  expect(notes).toEqual(['column "a" is absent and taken as missing']);
  expect(() => predict(model, tableOf({ c: [1, 2] }))).toThrow(InvalidInputError);
  expect(() => predict(model, tableOf({ c: [1, 2] }))).toThrow(/none of the columns.*"a", "b".*but "c"/);
});
