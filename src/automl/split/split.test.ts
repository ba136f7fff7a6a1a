import { describe, expect, test } from "vitest";
import { rng } from "../../random.ts";
import { tableOf } from "../read/values.ts";
import { inferSchema } from "../schema/schema.ts";
import { innerSlice } from "../slice.ts";
import type { Table } from "../table.ts";
import { cells, noise } from "../tables.fixtures.ts";
import { planSplit, refitFolds, type SplitOptions } from "./split.ts";

function plan(table: Table, more: Partial<SplitOptions> = {}, task?: "regression") {
  const { schema, rows, y } = inferSchema(table, { target: "y", task });
  const options = { table, schema, rows, y, rng: rng(3), ...more };
  return { ...planSplit(options), y, rows, options };
}

const sorted = (...parts: readonly Int32Array[]) => parts.flatMap((part) => [...part]).sort((a, b) => a - b);
const labels = (n: number) => cells(n, (i) => (i % 10 === 0 ? "rare" : "usual"));

describe("rows without groups", () => {
  const n = 1000;
  const { outer, folds, y, rows, options } = plan(tableOf({ x: noise(n, 1), y: labels(n) }));

  test("a fifth is kept back, and the rest is in five folds, all of them once", () => {
    expect(sorted(outer.train, outer.test)).toEqual([...rows]);
    expect(outer.test).toHaveLength(200);
    expect(sorted(...folds.map(({ valid }) => valid))).toEqual([...outer.train]);
    for (const { train, valid } of folds) expect(sorted(train, valid)).toEqual([...outer.train]);
  });

  test("every part has its share of the rare class", () => {
    const share = (part: Int32Array) => part.filter((row) => y[row] === 0).length / part.length;
    expect(share(outer.test)).toBeCloseTo(0.1, 9);
    for (const { valid } of folds) expect(share(valid)).toBeCloseTo(0.1, 9);
  });

  test("the same seed is the same split, another is another", () => {
    expect(planSplit(options)).toEqual({ outer, folds });
    expect(planSplit({ ...options, rng: rng(4) })).not.toEqual({ outer, folds });
  });

  test("the final fit has folds of all rows", () => {
    expect(sorted(...refitFolds(options).map(({ valid }) => valid))).toEqual([...rows]);
  });
});

test("numbers are dealt so that their folds are alike", () => {
  const y = noise(1000, 2).map((value) => value * value * value);
  const { folds, outer } = plan(tableOf({ x: noise(1000, 1), y }));
  const median = (part: Int32Array) => [...part].map((row) => y[row]).sort((a, b) => a - b)[part.length >> 1];
  for (const { valid } of folds) expect(Math.abs(median(valid) - median(outer.train))).toBeLessThan(0.05);
});

test("larger tables keep less back, and very large ones are not dealt into five", () => {
  const large = plan(tableOf({ x: noise(6000, 1), y: labels(6000) }));
  expect(large.outer.test).toHaveLength(600);
  const n = 300_000;
  const huge = plan(tableOf({ x: cells(n, (i) => Math.sqrt(i)), y: cells(n, (i) => Math.sqrt(i * 7)) }));
  expect(huge.outer.test).toHaveLength(20_000);
  expect(huge.folds).toHaveLength(1);
  expect(huge.folds[0].valid).toHaveLength(28_000);
});

test("the only row of a class is always trained on; two of a class are never both kept from training", () => {
  const y = cells(100, (i) => (i === 50 ? "single" : i < 2 ? "pair" : i % 2 ? "a" : "b"));
  const { outer, folds } = plan(tableOf({ x: noise(100, 1), y }), { folds: 3 });
  expect(outer.train).toContain(50);
  expect(folds).toHaveLength(3);
  for (const { train } of folds) {
    expect(train).toContain(50);
    expect(train.filter((row) => row < 2).length).toBeGreaterThan(0);
  }
});

test("copies of a row stay together, unless the table has few combinations anyway", () => {
  const x = noise(500, 1);
  const copied = x.map((value, i) => (i % 5 === 0 ? x[(i + 250) % 500] : value));
  const { outer, folds } = plan(tableOf({ x: copied, y: noise(500, 2) }));
  const values = (part: Int32Array) => new Set([...part].map((row) => copied[row]));
  expect(shared(values(outer.test), values(outer.train))).toEqual([]);
  for (const { train, valid } of folds) expect(shared(values(train), values(valid))).toEqual([]);
  const few = plan(tableOf({ x: cells(500, (i) => i % 3), y: noise(500, 2) }));
  expect(few.outer.test).toHaveLength(100);
});

describe("groups", () => {
  const n = 600;
  const group = cells(n, (i) => `patient ${Math.floor(Math.sqrt(i * 3))}`);
  const table = tableOf({ group, x: noise(n, 1), y: labels(n) });

  test("no group is on both sides", () => {
    const { outer, folds } = plan(table, { group: "group" });
    const groups = (part: Int32Array) => new Set([...part].map((row) => group[row]));
    expect(shared(groups(outer.test), groups(outer.train))).toEqual([]);
    for (const { train, valid } of folds) {
      expect(shared(groups(train), groups(valid))).toEqual([]);
      expect(valid.length).toBeGreaterThan(0.15 * outer.train.length);
    }
    expect(sorted(...folds.map(({ valid }) => valid))).toEqual([...outer.train]);
  });

  test("three groups are few, but enough; two are refused", () => {
    const few = (count: number) =>
      tableOf({ group: cells(n, (i) => i % count), x: noise(n, 1), y: labels(n) });
    const { outer, folds } = plan(few(3), { group: "group" });
    expect([outer.test.length, folds.length]).toEqual([200, 2]);
    expect(() => plan(few(2), { group: "group" })).toThrow(/groups of column "group" are too few/);
    expect(() => plan(table, { group: "grup" })).toThrow(/no column "grup".*did you mean "group"/);
  });
});

describe("time", () => {
  const n = 600;
  const when = cells(n, (i) => `${1 + ((i * 7) % 28)}.${1 + ((i * 5) % 12)}.2020`);
  const moment = when.map((text) => {
    const [day, month] = text.split(".").map(Number);
    return month * 100 + day;
  });
  const table = tableOf({ when, x: noise(n, 1), y: labels(n) });

  test("what is checked with is later than all that was learned from", () => {
    const { outer, folds } = plan(table, { time: "when" });
    const latest = (part: Int32Array) => Math.max(...[...part].map((row) => moment[row]));
    const earliest = (part: Int32Array) => Math.min(...[...part].map((row) => moment[row]));
    expect(latest(outer.train)).toBeLessThan(earliest(outer.test));
    expect(outer.test.length).toBeGreaterThan(90);
    expect(folds).toHaveLength(5);
    for (const { train, valid } of folds) expect(latest(train)).toBeLessThan(earliest(valid));
    const latter = plan(table, { time: "when", folds: 1 }).folds;
    expect(latter).toHaveLength(1);
    expect(latest(latter[0].train)).toBeLessThan(earliest(latter[0].valid));
  });

  test("rows to train on are in the order of time, whatever that of the table, so that the last can be held back", () => {
    const { outer, folds, y } = plan(table, { time: "when" });
    for (const { train } of [outer, ...folds]) {
      const times = Array.from(train, (row) => moment[row]);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    const task = { kind: "classification", classes: ["rare", "usual"] } as const;
    const { learned, slice } = innerSlice(outer.train, y, task, { seed: 1, key: "", timed: true });
    expect(Math.max(...Array.from(learned, (row) => moment[row]))).toBeLessThanOrEqual(
      Math.min(...Array.from(slice, (row) => moment[row])),
    );
  });

  test("what is no time, never changes, or comes with a group is refused", () => {
    const other = tableOf({ a: labels(n), b: cells(n, () => 1), x: noise(n, 1), y: labels(n) });
    expect(() => plan(other, { time: "a" })).toThrow(/"a" holds no dates and no numbers/);
    expect(() => plan(other, { time: "b" })).toThrow(/"b" has too few different times/);
    expect(() => plan(table, { time: "when", group: "x" })).toThrow(/not by both/);
  });
});

test("numbers of folds that make no sense are refused", () => {
  const table = tableOf({ x: noise(40, 1), y: noise(40, 2) });
  expect(() => plan(table, { folds: 0 })).toThrow(/at least 1, not 0/);
  expect(() => plan(table, { folds: 30 })).toThrow(/too many for 32 rows/);
});

function shared<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): T[] {
  return [...one].filter((value) => other.has(value));
}
