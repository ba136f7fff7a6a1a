import { describe, expect, test } from "vitest";
import type { DesignMatrix } from "../../models/design-matrix.ts";
import { rng } from "../../random.ts";
import type { View } from "../family.ts";
import { tableOf } from "../read/values.ts";
import { conform } from "../schema/conform.ts";
import { inferSchema, type SchemaOptions } from "../schema/schema.ts";
import type { Table } from "../table.ts";
import { cells, noise } from "../tables.fixtures.ts";
import { encode, fitEncoder, names, sources } from "./encoder.ts";

const N = 300;
const letters = "abcdefghijklmnopqrstuvwxyz";
const amounts = noise(N, 9);

/** What is learned from the table's even rows (or from these). */
function learned(raw: Table, view: View, options: Partial<SchemaOptions> = {}, chosen?: Int32Array) {
  const { schema, y } = inferSchema(raw, { target: "y", ...options });
  const { table } = conform(raw, schema);
  const rows = chosen ?? Int32Array.from({ length: raw.rows >> 1 }, (_, i) => 2 * i);
  return { ...fitEncoder({ table, schema, rows, y, view, rng: rng(1) }), schema, table, rows, y };
}

const columnOf = (matrix: DesignMatrix, c: number) => [
  ...matrix.values.subarray(c * matrix.rows, (c + 1) * matrix.rows),
];
/** Columns by name. */
function columns(raw: Table, view: View, options: Partial<SchemaOptions> = {}) {
  const { encoder, table } = learned(raw, view, options);
  const matrix = encode(encoder, table);
  return Object.fromEntries(names(encoder).map((name, c) => [name, columnOf(matrix, c)]));
}

const mixed = tableOf({
  number: noise(N, 1).map((value, i) => (i % 9 ? value : null)),
  word: cells(N, (i) => (i % 11 ? letters[i % 4] : null)),
  wide: cells(N, (i) => `w${(i * i) % 211}`),
  flag: cells(N, (i) => (i % 3 ? "yes" : "no")),
  day: cells(N, (i) => `2020-${String(1 + (i % 12)).padStart(2, "0")}-${10 + (i % 19)}`),
  remark: cells(N, (i) => `it was ${i % 2 ? "good" : "bad"} on visit ${i}`),
  y: amounts,
});

describe.each(["trees", "dense"] as const)("the %s view", (view) => {
  const { encoder, matrix, table, rows, schema, y } = learned(mixed, view);

  test("is plain JSON, named, with a source for every column", () => {
    const copied = JSON.parse(JSON.stringify(encoder));
    expect(encode(copied, table)).toEqual(encode(encoder, table));
    expect(names(encoder)).toHaveLength(matrix.columns);
    expect(new Set(names(encoder)).size).toBe(matrix.columns);
    expect([...new Set(sources(encoder))].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("the rows learned from are as they will be, but for means of the target", () => {
    const again = encode(encoder, table, rows);
    const differing = names(encoder).filter((_, c) => {
      const [a, b] = [columnOf(matrix, c), columnOf(again, c)];
      return a.some((value, i) => !Object.is(value, b[i]));
    });
    expect(differing.every((name) => /^wide (mean target|count)$/.test(name))).toBe(true);
    expect(differing).toContain("wide mean target");
  });

  test("rows that it did not learn from change nothing", () => {
    const even = new Set(rows);
    const changed = y.map((value, row) => (even.has(row) ? value : 1e6));
    const other = {
      ...table,
      columns: table.columns.map((column) =>
        column.type === "number"
          ? { ...column, values: column.values.map((value, row) => (even.has(row) ? value : -1e9)) }
          : column,
      ),
    };
    const fitted = fitEncoder({ table: other, schema, rows, y: changed, view, rng: rng(1) });
    expect(fitted.encoder).toEqual(encoder);
    expect(fitted.matrix).toEqual(matrix);
  });

  test("levels never seen, missing cells and absent columns have a value", () => {
    const later = tableOf({
      word: ["zebra", null, "a"],
      wide: ["w0", "never", null],
      flag: ["yes", null, "no"],
    });
    const { table: conformed, notes } = conform(later, schema);
    expect(notes).toHaveLength(3);
    const out = encode(encoder, conformed);
    expect(out.rows).toBe(3);
    if (view === "dense") expect(out.values.every(Number.isFinite)).toBe(true);
    else expect(out.values.some(Number.isNaN)).toBe(true);
  });
});

describe("trees", () => {
  test("numbers are as they are, few levels are codes by frequency, booleans 0 and 1", () => {
    const raw = tableOf({
      number: noise(N, 1).map((value, i) => (i % 9 ? value : null)),
      word: cells(N, (i) => (i === 7 ? "odd one" : i % 11 ? "aab"[i % 3] : null)),
      flag: cells(N, (i) => (i % 3 ? "yes" : "no")),
      y: amounts,
    });
    const { encoder, table } = learned(raw, "trees");
    const matrix = encode(encoder, table);
    expect(names(encoder)).toEqual(["number", "word", "flag"]);
    expect([...matrix.levels]).toEqual([0, 2, 0]);
    expect(columnOf(matrix, 0)[1]).toBeCloseTo(noise(N, 1)[1], 6);
    expect(columnOf(matrix, 0)[9]).toBeNaN();
    expect(columnOf(matrix, 1).slice(0, 3)).toEqual([Number.NaN, 0, 1]);
    expect(columnOf(matrix, 1)[7]).toBeNaN(); // not among the rows it learned from
    expect(columnOf(matrix, 2).slice(0, 3)).toEqual([0, 1, 1]);
  });

  test("rare levels share a code, and what was never seen has it too", () => {
    const raw = tableOf({ word: cells(N, (i) => (i % 100 ? "ab"[(i >> 1) % 2] : `rare ${i}`)), y: amounts });
    const { encoder, matrix, schema } = learned(raw, "trees");
    expect([...matrix.levels]).toEqual([3]);
    const later = conform(tableOf({ word: ["a", "rare 0", "never", null] }), schema).table;
    expect([...encode(encoder, later).values]).toEqual([expect.any(Number), 2, 2, Number.NaN]);
  });

  test("large numbers of small spread stay apart in single precision", () => {
    const { x } = columns(tableOf({ x: cells(N, (i) => 1.6e9 + 5 * ((i * 7) % N)), y: amounts }), "trees");
    expect(new Set(x).size).toBe(N);
    const { huge } = columns(
      tableOf({ huge: cells(N, (i) => (i === 4 ? 1e300 : i / 7)), y: amounts }),
      "trees",
    );
    expect(huge.every(Number.isFinite)).toBe(true);
  });

  test("dates are days and the parts that vary", () => {
    const made = columns(mixed, "trees");
    expect(Object.keys(made).filter((name) => name.startsWith("day"))).toEqual([
      ...["day", "day month", "day day", "day yearday", "day weekday"],
    ]);
    expect(made["day month"].slice(0, 3)).toEqual([1, 2, 3]);
    expect(made.day[1] - made.day[0]).toBe(32);
  });

  test("texts are lengths, and the words that tell most", () => {
    const made = columns(tableOf({ ...texts(), y: cells(N, (i) => ((i >> 1) % 2 ? "p" : "q")) }), "trees");
    expect(Object.keys(made)).toEqual(expect.arrayContaining(["remark letters", 'remark has "good"']));
    expect(made['remark has "good"'].slice(0, 4)).toEqual([0, 0, 1, 1]);
  });

  test("a fold in which every column is the same still has a matrix", () => {
    const raw = tableOf({ x: cells(N, (i) => i % 7), y: amounts });
    const same = Int32Array.from({ length: 40 }, (_, i) => 7 * i);
    const { matrix } = learned(raw, "trees", {}, same);
    expect([matrix.rows, matrix.columns]).toEqual([40, 1]);
  });
});

describe("dense", () => {
  test("numbers have median 0 and a like spread, and say where they are missing", () => {
    const { encoder, matrix } = learned(mixed, "dense");
    const values = columnOf(matrix, names(encoder).indexOf("number")).sort((a, b) => a - b);
    expect(values[values.length >> 1]).toBeCloseTo(0, 1);
    expect(values[Math.floor(0.84 * values.length)]).toBeGreaterThan(0.7);
    expect(values[Math.floor(0.84 * values.length)]).toBeLessThan(1.3);
    expect(names(encoder)).toContain("number is missing");
  });

  test("an outlier at prediction is clipped, a heavy tail is on a logarithmic scale", () => {
    const { encoder, schema } = learned(tableOf({ x: noise(N, 1), y: amounts }), "dense");
    const { table } = conform(tableOf({ x: [1e12, Number.NEGATIVE_INFINITY] }), schema);
    expect(encode(encoder, table).values.every((value) => Math.abs(value) < 3)).toBe(true);
    const heavy = noise(N, 1).map((value) => 2 ** (4 * value));
    const { x } = columns(tableOf({ x: heavy, y: amounts }), "dense");
    expect(Math.max(...x.map(Math.abs))).toBeLessThan(3);
    expect(x[0] < x[1]).toBe(heavy[0] < heavy[1]);
  });

  test("few levels have a column each, two have one", () => {
    const made = columns(mixed, "dense");
    expect(Object.keys(made).filter((name) => name.startsWith("word"))).toEqual([
      ...["word = a", "word = c", "word is missing"],
    ]);
    const two = columns(tableOf({ sex: cells(N, (i) => ((i >> 1) % 3 ? "f" : "m")), y: amounts }), "dense");
    expect(Object.keys(two)).toEqual(["sex = m"]);
  });

  test("5,000 categories do not become 50,000 columns", () => {
    const many = Object.fromEntries(
      cells(500, (c) => [`c${c}`, cells(60, (i) => letters[(i * (c + 1)) % 10])] as const),
    );
    const { matrix } = learned(tableOf({ ...many, y: noise(60, 3) }), "dense");
    expect(matrix.columns).toBeLessThan(3_000);
  });
});

describe("means of the target", () => {
  const n = 4000;
  const stream = rng(8);
  const wide = cells(n, () => `level ${stream.integer(1000)}`);

  test("know nothing of a row's own target: noise stays noise", () => {
    const raw = tableOf({ wide, y: noise(n, 7) });
    const { matrix, encoder, table, rows, y } = learned(raw, "trees");
    const at = names(encoder).indexOf("wide mean target");
    const target = [...rows].map((row) => y[row]);
    expect(Math.abs(correlation(columnOf(matrix, at), target))).toBeLessThan(0.06);
    // what is not out of fold does know it
    expect(correlation(columnOf(encode(encoder, table, rows), at), target)).toBeGreaterThan(0.3);
  });

  test("find what is there", () => {
    const y = wide.map((level, i) => (Number(level.slice(6)) % 10) + noise(1, i)[0]);
    const { encoder, table, y: target } = learned(tableOf({ wide, y }), "dense");
    const others = Int32Array.from({ length: n >> 1 }, (_, i) => 2 * i + 1);
    const at = names(encoder).indexOf("wide mean target");
    const seen = columnOf(encode(encoder, table, others), at);
    expect(
      correlation(
        seen,
        [...others].map((row) => target[row]),
      ),
    ).toBeGreaterThan(0.6);
  });

  test("have a column for each of many classes", () => {
    const { encoder } = learned(tableOf({ wide, y: cells(n, (i) => letters[i % 3]) }), "trees");
    expect(names(encoder)).toEqual(["wide share of a", "wide share of b", "wide share of c", "wide count"]);
  });
});

describe("terms of long texts", () => {
  const n = 2000;
  const stream = rng(11);
  /** Of 400 words, the even ones are a little more frequent where the label is so. */
  const written = (label: number) =>
    cells(30, () => {
      const word = stream.integer(400);
      return `w${word % 2 === 1 && label === 1 && stream.uniform() < 0.3 ? word - 1 : word}`;
    }).join(" ");
  const labels = cells(n, (i) => (i >> 1) % 2);
  const told = cells(n, (i) => written(labels[i]));
  const at = (made: readonly string[]) => made.findIndex((name) => name.startsWith("text terms"));
  const others = Int32Array.from({ length: n >> 1 }, (_, i) => 2 * i + 1);

  test("say together what few of them do not", () => {
    const { encoder, table } = learned(tableOf({ text: told, y: labels }), "dense");
    const matrix = encode(encoder, table, others);
    const target = [...others].map((row) => labels[row]);
    const single = names(encoder).map((_, c) => Math.abs(correlation(columnOf(matrix, c), target)));
    expect(single[at(names(encoder))]).toBeGreaterThan(0.5);
    expect(
      Math.max(...single.filter((value, c) => c !== at(names(encoder)) && !Number.isNaN(value))),
    ).toBeLessThan(0.3);
  });

  test("know nothing of their own row's target: noise stays noise", () => {
    const { encoder, table, matrix, rows, y } = learned(
      tableOf({ text: told, y: cells(n, () => stream.integer(2)) }),
      "trees",
    );
    const target = [...rows].map((row) => y[row]);
    const place = at(names(encoder));
    expect(Math.abs(correlation(columnOf(matrix, place), target))).toBeLessThan(0.12);
    expect(correlation(columnOf(encode(encoder, table, rows), place), target)).toBeGreaterThan(0.3);
  });
});

function texts() {
  return { remark: cells(N, (i) => `it was ${(i >> 1) % 2 ? "good" : "bad"} on visit ${i}`) };
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const together = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return together(a, ma, b, mb) / Math.sqrt(together(a, ma, a, ma) * together(b, mb, b, mb));
}
