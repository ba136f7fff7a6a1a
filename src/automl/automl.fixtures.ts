/**
 * Tables of every kind of column, for tests of whole models.
 */
import { expect } from "vitest";
import { rng } from "../random.ts";
import { type Model, predict } from "./model.ts";
import { tableOf } from "./read/values.ts";
import type { Table } from "./table.ts";
import { cells } from "./tables.fixtures.ts";

const COLOURS = ["red", "green", "blue", "grey"];

/**
 * `n` rows of numbers with gaps, a skewed one, a date, a boolean, a category and one of many levels, with a target that
 * depends on some of them.
 *
 * @param target  two classes, three, or a number
 */
export function mixedTable(n: number, target: "two" | "three" | "number", seed = 1): Table {
  const stream = rng(seed, "mixed table");
  const x = cells(n, () => stream.normal());
  const size = cells(n, () => Math.exp(stream.normal()));
  const colour = cells(n, () => COLOURS[stream.integer(4)]);
  const town = cells(n, () => `town ${stream.integer(120)}`);
  const member = cells(n, () => (stream.uniform() < 0.4 ? "yes" : "no"));
  const day = cells(n, () =>
    new Date(Date.UTC(2019, 0, 1 + stream.integer(1500))).toISOString().slice(0, 10),
  );
  const score = cells(
    n,
    (i) =>
      x[i] +
      (colour[i] === "red" ? 1.5 : 0) +
      (member[i] === "yes" ? 0.7 : 0) +
      Math.log(size[i]) +
      0.5 * stream.normal(),
  );
  const label: (value: number) => string | number = {
    two: (value: number) => (value > 0.5 ? "good" : "bad"),
    three: (value: number) => (value > 1.2 ? "high" : value > -0.2 ? "middle" : "low"),
    number: (value: number) => Math.round(1000 * value) / 1000,
  }[target];
  return tableOf({
    x: x.map((value) => (stream.uniform() < 0.1 ? null : value)),
    size,
    colour: colour.map((name) => (stream.uniform() < 0.05 ? null : name)),
    town,
    member,
    day,
    y: score.map((value) => label(value)),
  });
}

/** Without some columns, with categories and a date that training never saw, and with cells that are empty. */
export const STRANGE = tableOf({
  x: [1, null, -3, 1e9],
  colour: ["red", "mauve", null, "blue"],
  town: ["town 7", "nowhere", null, ""],
  day: ["2031-01-01", null, "2019-05-05", "2019-05-06"],
});

/** Numbers for every row, that are probabilities or ascend where they are to. */
export function expectPredictions(model: Model, table: Table): void {
  const { values, outputs, classes } = predict(model, table);
  expect(values).toHaveLength(table.rows * outputs);
  expect(values.every(Number.isFinite)).toBe(true);
  const { task } = model.schema;
  for (let row = 0; row < table.rows; row++) {
    const own = [...values.subarray(row * outputs, (row + 1) * outputs)];
    if (task.kind === "classification") {
      expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
      expect(own[classes?.[row] as number]).toBe(Math.max(...own));
    } else if (task.kind === "quantiles") expect(own).toEqual([...own].sort((a, b) => a - b));
  }
}
