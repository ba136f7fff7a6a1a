import { describe, expect, test } from "vitest";
import { rng } from "../../random.ts";
import { tableOf } from "../read/values.ts";
import { cells, columnOf, noise } from "../tables.fixtures.ts";
import { conform } from "./conform.ts";
import { recognise } from "./kinds.ts";
import { inferSchema, readTarget } from "./schema.ts";

const N = 200;
const words = ["alpha", "beta", "gamma", "delta"];

describe("kinds of columns", () => {
  const stream = rng(5);
  test.each([
    ["numbers", "x", noise(N, 1), "number"],
    ["unique whole numbers far apart", "salary", cells(N, (i) => i * i * 37 + (i % 7)), "number"],
    ["few whole numbers", "rooms", cells(N, (i) => i % 5), "number"],
    ["years in a row", "year", cells(N, (i) => 1800 + i), "number"],
    ["a number or nothing", "x", cells(N, (i) => (i % 3 ? null : 7)), "number"],
    ["zeros and ones", "flag", cells(N, (i) => i % 2), "boolean"],
    ["yes and no", "flag", cells(N, (i) => (i % 3 ? "yes" : "no")), "boolean"],
    ["two words", "sex", cells(N, (i) => (i % 3 ? "male" : "female")), "category"],
    ["words", "letter", cells(N, (i) => words[i % 4]), "category"],
    ["codes of digits", "zip", cells(N, (i) => `0${1000 + (i % 50)}`), "category"],
    ["one number", "x", cells(N, () => 3), "constant"],
    ["one word", "x", cells(N, () => "a"), "constant"],
    ["nothing", "x", cells(N, () => null), "constant"],
    ["rows counted", "PassengerId", cells(N, (i) => i + 1), "id"],
    ["rows counted, in any order", "nr", cells(N, (i) => (i * 37) % N), "id"],
    ["identifiers", "key", cells(N, () => hex(stream)), "id"],
    ["another word in every row", "name", cells(N, (i) => `p${i}x`), "id"],
    ["sentences", "remark", cells(N, (i) => `the ${words[i % 4]} was number ${i} of all`), "text"],
    ["iso dates", "day", cells(N, (i) => `2020-0${1 + (i % 9)}-${10 + (i % 19)}`), "date"],
    [
      "dates in several formats",
      "day",
      cells(N, (i) => (i % 2 ? `1${i % 9}/3/2020` : `1${i % 9} March 2020`)),
      "date",
    ],
    ["whole days as numbers", "date", cells(N, (i) => 20200101 + (i % 28)), "date"],
    ["seconds of a clock", "timestamp", cells(N, (i) => 1.6e9 + i * 5000), "date"],
    ["amounts of money", "price", cells(N, (i) => `$${1 + (i % 9)},${100 + i}`), "number"],
    ["decimal commas", "x", cells(N, (i) => `${i % 17},5`), "number"],
    ["numbers with a rare word", "x", cells(N, (i) => (i % 40 ? String(i) : "unknown")), "number"],
  ])("%s", (_, name, values, kind) => {
    expect(recognise(columnOf(name, values)).kind).toBe(kind);
  });

  test("strange cells in a column of numbers are named", () => {
    const { warning } = recognise(
      columnOf(
        "size",
        cells(N, (i) => (i % 40 ? String(i) : "n.d.")),
      ),
    );
    expect(warning).toBe('column "size" is numbers but for "n.d.", taken as missing');
  });
});

describe("the target decides the task", () => {
  const task = (values: (string | number | null)[], options = {}) =>
    inferSchema(tableOf({ x: noise(values.length, 2), y: values }), { target: "y", ...options });

  test("words are classes, in alphabetic order", () => {
    const { schema, y } = task(cells(N, (i) => words[i % 4]));
    expect(schema.task).toEqual({ kind: "classification", classes: ["alpha", "beta", "delta", "gamma"] });
    expect([...y.slice(0, 4)]).toEqual([0, 1, 3, 2]);
  });

  test("few whole numbers are classes, with a word on how to say otherwise", () => {
    const { schema, warnings } = task(cells(N, (i) => [3, 10, 2][i % 3]));
    expect(schema.task).toEqual({ kind: "classification", classes: ["2", "3", "10"] });
    expect(warnings).toEqual([expect.stringMatching(/3 whole numbers.*say task regression/)]);
    expect(
      task(
        cells(N, (i) => [3, 10, 2][i % 3]),
        { task: "regression" },
      ).schema.task.kind,
    ).toBe("regression");
  });

  test("a rare word among numbers is a class like them", () => {
    const { schema, y } = task(cells(N, (i) => (i % 50 ? String((i % 3) + 9) : "none")));
    expect(schema.task).toEqual({ kind: "classification", classes: ["9", "10", "11", "none"] });
    expect([...y.slice(0, 3)]).toEqual([3, 1, 2]);
  });

  test("two values are classes without a word", () => {
    const { schema, warnings } = task(cells(N, (i) => (i % 3 ? 0 : 1)));
    expect(schema.task).toEqual({ kind: "classification", classes: ["0", "1"] });
    expect(warnings).toEqual([]);
  });

  test("numbers are regression, and quantiles if they are asked for", () => {
    expect(task(noise(N, 3)).schema.task.kind).toBe("regression");
    expect(task(cells(N, (i) => i % 40)).schema.task.kind).toBe("regression");
    expect(task(cells(N, (i) => `${i},5`)).y[7]).toBe(7.5);
    expect(task(noise(N, 3), { quantiles: [0.9, 0.1] }).schema.task).toEqual({
      kind: "quantiles",
      levels: [0.1, 0.9],
    });
  });

  test("classes of very few rows are named", () => {
    const { warnings } = task(cells(N, (i) => (i < 3 ? "rare" : i % 2 ? "b" : "a")));
    expect(warnings).toEqual([expect.stringMatching(/^1 of 3 classes have fewer than 5 rows \("rare"\)/)]);
  });

  test("rows without a target are left out", () => {
    const { rows, y, warnings } = task(cells(N, (i) => (i === 5 ? null : i % 2 ? "b" : "a")));
    expect(rows).toHaveLength(N - 1);
    expect(y[5]).toBeNaN();
    expect(warnings[0]).toMatch(/^1 of 200 rows have no "y"/);
  });

  test.each([
    ["one class", cells(N, () => "a"), {}, /same value in every row/],
    ["all equal", cells(N, () => 2.5), {}, /same value in every row/],
    ["all missing", cells(N, () => null), {}, /all missing/],
    ["infinite", cells(N, (i) => (i === 3 ? Number.POSITIVE_INFINITY : i / 7)), {}, /Infinity in row 4/],
    ["few rows", noise(19, 1), {}, /19 of 19 rows.*at least 20/],
    ["names as classes", cells(N, (i) => `person ${i}`), {}, /200 different values in 200 rows/],
    ["words to regress", cells(N, (i) => words[i % 4]), { task: "regression" }, /no number, such as "alpha"/],
    [
      "quantiles of classes",
      noise(N, 3),
      { task: "classification", quantiles: [0.5] },
      /quantiles are of numbers/,
    ],
    ["a quantile of 1", noise(N, 3), { quantiles: [1] }, /between 0 and 1/],
  ])("refused: %s", (_, values, options, message) => {
    expect(() => task(values, options)).toThrow(message);
  });

  test("an absent target is refused with the nearest name, an absent ignored column too", () => {
    const table = tableOf({ age: noise(N, 1), price: noise(N, 2) });
    expect(() => inferSchema(table, { target: "pirce" })).toThrow(
      /no column "pirce".*did you mean "price"\?/,
    );
    expect(() => inferSchema(table, { target: "price", ignore: ["ages"] })).toThrow(
      /no column "ages".*"age"/,
    );
  });

  test("a table without a column to learn from is refused", () => {
    expect(() => inferSchema(tableOf({ y: noise(N, 1) }), { target: "y" })).toThrow(/nothing to learn from/);
    const table = tableOf({ id: cells(N, (i) => i), y: noise(N, 1) });
    expect(() => inferSchema(table, { target: "y" })).toThrow(
      /no column is left.*"id" only numbers the rows/,
    );
  });
});

describe("suspicious columns", () => {
  const y = noise(N, 4);
  const labels = y.map((value) => (value > 0 ? "high" : "low"));
  const x = noise(N, 5);

  test("a copy of the target is left out", () => {
    const { schema, warnings } = inferSchema(tableOf({ x, again: labels, y: labels }), { target: "y" });
    expect(schema.features[1]).toMatchObject({ used: false, why: "is a copy of the target" });
    expect(warnings).toEqual(['column "again" is a copy of the target "y" and is left out']);
    expect(inferSchema(tableOf({ x, again: y, y }), { target: "y" }).schema.features[1].used).toBe(false);
  });

  test("a column that tells all is named and kept", () => {
    for (const leak of [y, labels.map((label) => label.slice(0, 1)), y.map((value) => (value > 0 ? 7 : 3))]) {
      const { schema, warnings } = inferSchema(tableOf({ x, leak, y: labels }), { target: "y" });
      expect(schema.features[1].used).toBe(true);
      expect(warnings).toEqual([expect.stringMatching(/^column "leak" alone predicts the target/)]);
    }
    const scaled = y.map((value) => 3 * value - 2);
    expect(inferSchema(tableOf({ x, scaled, y }), { target: "y" }).warnings[0]).toMatch(/"scaled" alone/);
  });

  test("columns that tell much, or only look exact, are not suspected", () => {
    const good = y.map((value, i) => value + 0.2 * x[i]);
    const rare = labels.map((_, i) => (i < 100 ? `${i}` : "other"));
    expect(inferSchema(tableOf({ x, good, rare, y: labels }), { target: "y" }).warnings).toEqual([]);
  });

  test("repeated rows are counted", () => {
    const twice = (values: number[]) => values.map((_, i) => values[i < 20 ? i + 20 : i]);
    const { warnings } = inferSchema(tableOf({ x: twice(x), y }), { target: "y" });
    expect(warnings).toEqual([expect.stringMatching(/^20 of 200 rows.*kept on one side/)]);
    const few = inferSchema(tableOf({ a: cells(N, (i) => i % 3), b: cells(N, (i) => i % 4), y }), {
      target: "y",
    });
    expect(few.warnings).toEqual([expect.stringMatching(/^188 of 200 rows.*few combinations/)]);
  });
});

describe("another table is read as the schema has it", () => {
  const train = tableOf({
    number: noise(N, 6),
    money: cells(N, (i) => `$${i % 30}.50`),
    word: cells(N, (i) => (i % 10 ? String(i % 10) : "x")),
    flag: cells(N, (i) => (i % 3 ? "yes" : "no")),
    day: cells(N, (i) => `${1 + (i % 28)}.03.2020`),
    constant: cells(N, () => 1),
    y: cells(N, (i) => (i % 2 ? "a" : "b")),
  });
  const { schema } = inferSchema(train, { target: "y", ignore: [] });

  test("kinds become numbers or strings, in the schema's order", () => {
    const { table, notes } = conform(train, schema);
    expect(table.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      ...["number number", "money number", "word string", "flag number", "day number"],
    ]);
    const firsts = table.columns.map((column) =>
      column.type === "number" ? column.values[1] : column.levels[1],
    );
    expect(firsts.slice(1)).toEqual([1.5, "1", 1, Date.UTC(2020, 2, 2) / 86_400_000]);
    expect(notes).toEqual([]);
  });

  test("types that differ are converted, what cannot be is missing, what is absent too", () => {
    const later = tableOf({
      ...{ day: ["2020-04-01", "soon"], word: [3, null], number: ["1.5", "many"], flag: [1, 0] },
    });
    const { table, notes } = conform(later, schema);
    expect(table.rows).toBe(2);
    const values = table.columns.map((column) =>
      column.type === "number"
        ? [...column.values]
        : [...column.codes].map((code) => column.levels[code] ?? null),
    );
    expect(values).toEqual([
      ...[
        [1.5, Number.NaN],
        [Number.NaN, Number.NaN],
        ["3", null],
        [1, 0],
      ],
      [Date.UTC(2020, 3, 1) / 86_400_000, Number.NaN],
    ]);
    expect(notes).toEqual([
      '1 cells of column "number" are no number, such as "many", and taken as missing',
      'column "money" is absent and taken as missing',
      '1 cells of column "day" are no date, such as "soon", and taken as missing',
    ]);
  });

  test("targets of another table: unknown classes are missing", () => {
    expect([...readTarget(tableOf({ y: ["b", "c", null, "a"] }), schema)]).toEqual([
      1,
      Number.NaN,
      Number.NaN,
      0,
    ]);
    expect(() => readTarget(tableOf({ x: [1] }), schema)).toThrow(/no column "y"/);
  });
});

function hex(stream: ReturnType<typeof rng>): string {
  const digits = cells(32, () => stream.integer(16).toString(16)).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
