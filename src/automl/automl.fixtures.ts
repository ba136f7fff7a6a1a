/**
 * Tables of every kind of column, for tests of whole models.
 */
import { rng } from "../random.ts";
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
