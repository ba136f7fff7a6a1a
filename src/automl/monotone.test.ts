import { expect, test } from "vitest";
import { rng } from "../random.ts";
import { automl } from "./automl.ts";
import { predict } from "./model.ts";
import { tableOf } from "./read/values.ts";

const stream = rng(1, "monotone");
const income = Array.from({ length: 300 }, () => 10 * stream.uniform());
const age = Array.from({ length: 300 }, () => 20 + 60 * stream.uniform());
/** Rises with income on the whole, with a dip that is only luck; and falls with age. */
const price = income.map((x, i) => x + 2 * Math.sin(4 * x) - 0.02 * age[i] + 0.3 * stream.normal());
const table = tableOf({ income, age, price });
const options = {
  target: "price",
  models: 4,
  seed: 1,
  threads: 2,
  families: ["constant", "boosting", "linear"],
};

/** Predictions along a column, the other held. */
function along(model: Parameters<typeof predict>[0], name: "income" | "age") {
  const grid = Array.from({ length: 60 }, (_, i) => (name === "income" ? i / 6 : 20 + i));
  const held = grid.map(() => (name === "income" ? 40 : 5));
  const rows = name === "income" ? { income: grid, age: held } : { income: held, age: grid };
  return Array.from(predict(model, tableOf(rows)).values);
}

test("predictions keep to the direction that a column is given, and only there", async () => {
  const { model, warnings } = await automl(table, {
    ...options,
    monotone: { income: "rising", age: "falling" },
  });
  expect(warnings).toContain("linear is left out: it keeps no direction");
  const rising = along(model, "income");
  for (const [i, value] of rising.entries()) if (i > 0) expect(value).toBeGreaterThanOrEqual(rising[i - 1]);
  const falling = along(model, "age");
  for (const [i, value] of falling.entries()) if (i > 0) expect(value).toBeLessThanOrEqual(falling[i - 1]);
  expect(rising[59]).toBeGreaterThan(rising[0] + 5);

  const free = along((await automl(table, options)).model, "income");
  expect(free.some((value, i) => i > 0 && value < free[i - 1])).toBe(true);
});

test("a column that has no order, and classes that have none, are refused", async () => {
  await expect(automl(table, { ...options, monotone: { incme: "rising" } })).rejects.toThrow(
    /^monotone: "incme" is no column of numbers that is learned from.*did you mean "?income/,
  );
  const size = price.map((value) => (value > 6 ? "large" : value > 3 ? "middle" : "small"));
  await expect(
    automl(tableOf({ income, size }), { ...options, target: "size", monotone: { income: "rising" } }),
  ).rejects.toThrow('monotone: "size" has 3 classes, of which none is above another');
});
