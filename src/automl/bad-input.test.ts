/**
 * Bad files: each is refused in one line that says what is wrong, where, and what to do; or is read, with a word on it.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TuningError } from "../errors.ts";
import { rng } from "../random.ts";
import { Encodings } from "./encodings.ts";
import { bayes } from "./families/bayes.ts";
import { ARRAYS, loadModel, MANIFEST, saveModel } from "./folder.ts";
import { type Model, predict } from "./model.ts";
import { fitPipeline } from "./pipeline.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { readTable } from "./read/file.ts";
import { smallParquet } from "./read/parquet.fixtures.ts";
import { tableOf } from "./read/values.ts";

const ROWS = 60;
const stream = rng(7, "bad input");
const noise = Float64Array.from({ length: ROWS }, () => stream.normal());

/** Sixty good rows of a header and these columns. */
function csv(columns: Readonly<Record<string, (row: number) => unknown>>, rows = ROWS): string {
  const names = Object.keys(columns);
  const lines = Array.from({ length: rows }, (_, row) => names.map((name) => columns[name](row)).join(","));
  return `${names.join(",")}\n${lines.join("\n")}\n`;
}

const x = (row: number) => noise[row % ROWS].toFixed(4);
const y = (row: number) => (row % 2 ? "yes" : "no");
const GOOD = csv({ x, y });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fettle-bad-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Everything that is done with a file before the first model. */
async function begin(name: string, content: string | Uint8Array): Promise<Prepared> {
  const table = await readTable(await fileOf(name, content));
  return prepare(table, { target: "y", seed: 1, families: ["bayes"] });
}

/** A small model of a good file. */
async function learn(content: string): Promise<Model> {
  const { schema, table, y, rows, metric } = await begin("train.csv", content);
  const pipeline = await fitPipeline({
    ...{ schema, y, rows, key: "all", family: bayes, log: false, balanced: false },
    encodings: new Encodings({ schema, table, y, rng: rng(1, "encodings") }),
    params: { smoothing: 1e-9, pseudocount: 1, power: 1 },
    rng: rng(1, "fit"),
    stop: () => false,
  });
  return {
    schema,
    metric: metric.name,
    members: [{ family: "bayes", trial: 0, weight: 1, pipelines: [pipeline] }],
  };
}

async function messageOf(running: Promise<unknown>): Promise<string> {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TuningError)) throw error ?? new Error("it was not refused");
  return error.message;
}

const parquet = smallParquet();
const damaged = parquet.slice();
damaged.fill(0x5a, parquet.length - 400, parquet.length - 300);
const gzipped = gzipSync(GOOD);
const bomb = Buffer.concat([gzipSync("x,y\n"), ...Array(300).fill(gzipSync(`${"a".repeat(1 << 20)},b\n`))]);

describe("refused", () => {
  it.each<[what: string, name: string, content: string | Uint8Array, message: string]>([
    ["an empty file", "a.csv", "", "a.csv is empty"],
    ["blank lines only", "a.csv", "\n \n\r\n", "a.csv is empty"],
    ["a header only", "a.csv", "x,y\n", "a.csv has a first line with names and no rows"],
    [
      "one row",
      "a.csv",
      "x,y\n1,a\n",
      'the target "y" has the same value in every row: there is nothing to learn',
    ],
    [
      "one class",
      "a.csv",
      csv({ x, y: () => "yes" }),
      'the target "y" has the same value in every row: there is nothing to learn',
    ],
    ["a target that is all missing", "a.csv", csv({ x, y: () => "" }), 'the target "y" is all missing'],
    [
      "no target",
      "a.csv",
      csv({ x, Y: y }),
      'there is no column "y" for the target (did you mean "Y"?); the table has "x", "Y"',
    ],
    [
      "a target that is all equal",
      "a.csv",
      csv({ x, y: () => 2.5 }),
      'the target "y" has the same value in every row: there is nothing to learn',
    ],
    [
      "an infinite target",
      "a.csv",
      csv({ x, y: (row) => (row === 3 ? "inf" : row / 7) }),
      'the target "y" is Infinity in row 4: remove such rows, or leave the cell empty',
    ],
    [
      "a target of names",
      "a.csv",
      csv({ x, y: (row) => `person ${row}` }),
      'the target "y" has 60 different values in 60 rows: too many to be classes; name another column',
    ],
    [
      "names that occur twice",
      "a.csv",
      GOOD.replace("x,y", "y,y"),
      'a.csv: line 1: columns 1 and 2 are both called "y"; rename one of them, or put a line of names first if this is a row',
    ],
    [
      "a row too short",
      "a.csv",
      GOOD.replace("no\n", "no\n7\n"),
      "a.csv: line 3 has 1 cell, not 2 as the first line: a cell or a delimiter is missing",
    ],
    [
      "a row too long",
      "a.csv",
      GOOD.replace("no\n", "no\n7,8,9\n"),
      "a.csv: line 3 has 3 cells, not 2 as the first line: put cells that hold the delimiter in quotes",
    ],
    [
      "a title above the header",
      "a.csv",
      `Sales of 2024\n\n${GOOD}`,
      "a.csv: line 3 has 2 cells, not 1 as the first line: the first line has to name all columns; remove what stands above it",
    ],
    [
      "a quote left open",
      "a.csv",
      `${GOOD}1,"yes\n2,no\n`,
      "a.csv: line 62, character 3: a quote is opened and never closed",
    ],
    [
      "a quote that is closed lines later",
      "a.csv",
      `${GOOD}1,"yes\n2,"no"\n3,no\n`,
      "a.csv: line 62, character 3: the quote opened here is closed within a cell; double the quotes that belong to the text",
    ],
    [
      "a binary file",
      "a.csv",
      Uint8Array.of(1, 2, 3, 0, 0, 7, 0, 0, 0, 10, 13, 99),
      "a.csv: line 1 has a zero byte: this is not a text, or it was damaged",
    ],
    [
      "zeros in a text",
      "a.csv",
      `${GOOD}1,\0yes\n`,
      "a.csv: line 62 has a zero byte: this is not a text, or it was damaged",
    ],
    [
      "a zip archive",
      "a.zip",
      Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0),
      "a.zip is a zip archive or an Excel workbook: unzip it, or save it as CSV",
    ],
    [
      "an Excel workbook",
      "a.xls",
      Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1),
      "a.xls is an old Excel workbook: save it as CSV",
    ],
    [
      "zstd",
      "a.csv.zst",
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 4),
      "a.csv.zst is compressed with zstd: decompress it, or compress it with gzip",
    ],
    ["JSON", "a.json", '[\n  {"x": 1, "y": 2}\n]\n', "a.json is JSON: give CSV or Parquet"],
    [
      "a web page",
      "a.csv",
      "<!DOCTYPE html>\n<html><body>Not found</body></html>\n",
      "a.csv is a web page or XML: give CSV or Parquet",
    ],
    [
      "ARFF",
      "a.arff",
      "% made by hand\n@relation iris\n@attribute x numeric\n@data\n1\n",
      "a.arff is ARFF: give CSV or Parquet",
    ],
    [
      "a pointer of Git LFS",
      "a.csv",
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
      "a.csv is a pointer of Git LFS: fetch the file with git lfs pull",
    ],
    [
      "gzip cut off",
      "a.csv.gz",
      gzipped.subarray(0, gzipped.length - 40),
      "a.csv.gz is cut off: its gzip data ends too early; copy it again",
    ],
    [
      "gzip damaged",
      "a.csv.gz",
      gzipped.map((byte, at) => (at > 40 && at < 60 ? 0x5a : byte)),
      "a.csv.gz is damaged: its gzip data cannot be decompressed (invalid distance too far back); copy it again",
    ],
    [
      "gzip in gzip",
      "a.csv.gz",
      gzipSync(gzipped),
      "a.csv.gz is compressed with gzip twice: decompress it once",
    ],
    [
      "a bomb",
      "a.csv.gz",
      bomb,
      "a.csv.gz expands from 0.32 MB to more than 269 MB: it was made to fill memory; decompress it yourself if you trust it",
    ],
    [
      "Parquet cut off",
      "a.parquet",
      parquet.subarray(0, parquet.length - 300),
      "a.parquet is cut off: it begins as Parquet and does not end so; copy it again",
    ],
    [
      "Parquet damaged",
      "a.parquet",
      damaged,
      "a.parquet cannot be read as Parquet (thrift unhandled type: 10): it may be damaged; write it again",
    ],
    [
      "too many columns",
      "a.csv",
      `${Array.from({ length: 5001 }, (_, c) => `c${c}`).join(",")}\n`,
      "a.csv: line 1: 5001 columns are more than the 5000 that a table may have; leave some out",
    ],
    [
      "an id and nothing else",
      "a.csv",
      csv({ id: (row) => row + 1, y }),
      'no column is left to learn from: "id" only numbers the rows',
    ],
    [
      "nothing but the target",
      "a.csv",
      csv({ y }),
      'the table has no column but "y": there is nothing to learn from',
    ],
  ])("%s", async (_, name, content, message) => {
    expect(await messageOf(begin(name, content))).toBe(message);
  });
});

describe("read, with a word on it", () => {
  const words = "the quick brown fox jumps over the lazy dog ".split(" ");
  const sentence = (row: number, length: number) =>
    Array.from({ length }, (_, i) => (i === 0 ? `${row}:` : words[i % words.length])).join(" ");
  const wide = Object.fromEntries(
    Array.from({ length: 4999 }, (_, c) => [`c${c}`, (row: number) => x(row * 7 + c)]),
  );
  const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  it.each<[what: string, content: string | Uint8Array, warnings: string[], kind?: string]>([
    [
      "Windows-1252",
      latin1(csv({ city: (row) => ["Zürich", "Málaga", "Bergen"][row % 3], x, y })),
      ["a.csv is not UTF-8 and is read as Windows-1252"],
      "category",
    ],
    ["a byte-order mark and CRLF", `\ufeff${GOOD.replaceAll("\n", "\r\n")}`, [], "number"],
    ["semicolons and decimal commas", GOOD.replaceAll(",", ";").replaceAll(".", ","), [], "number"],
    [
      "a column without a name",
      csv({ "": (row) => row, x, y }),
      [
        "column 1 has no name and is called unnamed_1",
        'column "unnamed_1" only numbers the rows and is left out',
      ],
      "id",
    ],
    [
      "quotes that are not doubled",
      csv({ note: (row) => (row === 5 ? '"the "best" one"' : "plain"), x, y }),
      ["a.csv has quotes within quotes that are not doubled, first in line 7"],
      "category",
    ],
    [
      "dates in mixed formats",
      csv({ day: (row) => ["2024-01-31", "31.1.2024", "Jan 31 2024"][row % 3], x, y }),
      [],
      "date",
    ],
    [
      "numbers but for a few cells",
      csv({ z: (row) => (row === 7 ? "unknown" : x(row)), x, y }),
      ['column "z" is numbers but for "unknown", taken as missing'],
      "number",
    ],
    ["infinite numbers", csv({ z: (row) => (row === 7 ? "inf" : x(row)), x, y }), [], "number"],
    ["a column of objects", csv({ object: (row) => `"{""a"": ${row % 5}}"`, x, y }), [], "category"],
    [
      "a copy of the target",
      csv({ copy: y, x, y }),
      ['column "copy" is a copy of the target "y" and is left out'],
      "boolean",
    ],
    [
      "an id",
      csv({ id: (row) => 1000 + row, x, y }),
      ['column "id" only numbers the rows and is left out'],
      "id",
    ],
    [
      "identifiers",
      csv({ key: (row) => `a${row}b`, x, y }),
      ['column "key" has another text in every row and is left out'],
      "id",
    ],
    ["a column that is all missing", csv({ none: () => "NA", x, y }), [], "constant"],
    [
      "repeated rows",
      csv({ x: (row) => x(row % 20), z: (row) => x((row % 20) + 20), y: (row) => y(row % 20) }),
      [
        "40 of 60 rows are the same in every feature as an earlier row: the table has few combinations of values",
      ],
      "number",
    ],
    [
      "rows without a target",
      csv({ x, y: (row) => (row < 9 ? "?" : y(row)) }),
      ['9 of 60 rows have no "y" and are left out'],
      "number",
    ],
    [
      "a class of one row",
      csv({ x, y: (row) => (row === 3 ? "rare" : y(row)) }),
      ['1 of 3 classes have fewer than 5 rows ("rare"): they can hardly be learned, and not be checked'],
      "number",
    ],
    ["a text of megabytes", csv({ text: (row) => `"${sentence(row, 20_000)}"`, x, y }), [], "text"],
    ["5,000 columns", csv({ ...wide, y }), [], "number"],
  ])("%s", async (_, content, warnings, kind) => {
    const prepared = await begin("a.csv", content);
    expect(prepared.warnings).toEqual(warnings);
    expect(prepared.schema.features[0].kind).toBe(kind);
    expect(prepared.outer.train.length + prepared.outer.test.length).toBe(prepared.rows.length);
  });
});

it("says what a file without names makes of its target's name", async () => {
  const text = csv({ x, z: x, y }).replace("x,z,y\n", "");
  expect((await readTable(await fileOf("a.data", text))).notes).toEqual([
    "the first line of a.data is taken for a row, as it has numbers above numbers: the columns are called column_1, column_2, …",
  ]);
  expect(await messageOf(begin("a.data", text))).toBe(
    'there is no column "y" for the target; the table has "column_1", "column_2", "column_3"',
  );
});

describe("sources that cannot be read", () => {
  it("names the file that there is not, and the one that may be meant", async () => {
    const path = await fileOf("houses.csv", GOOD);
    expect(await messageOf(readTable(join(folder, "house.csv")))).toBe(
      `there is no file ${join(folder, "house.csv")} (did you mean "houses.csv"?)`,
    );
    expect(await messageOf(readTable(join(path, "x")))).toBe(`there is no file ${join(path, "x")}`);
  });

  it("refuses a folder, and values that are no cells", async () => {
    expect(await messageOf(readTable(folder))).toBe(`${folder} is a folder; name a file in it`);
    const refused = (make: () => unknown) => messageOf(Promise.resolve().then(make));
    expect(await refused(() => tableOf([{ a: 1 }, { a: { b: 2 } }]))).toBe(
      'column "a" has a value of type object in row 2; give a number, a text, a boolean or a date',
    );
    expect(await refused(() => tableOf({ a: [1, 2], b: [1] }))).toBe(
      'columns "a" and "b" have 2 and 1 values; give them as many',
    );
    expect(await refused(() => tableOf([]))).toBe("the table has no rows");
  });

  it("refuses a format that the file is not in, and a delimiter of two characters", async () => {
    const bytes = new TextEncoder().encode(GOOD);
    expect(await messageOf(readTable(bytes, { format: "parquet" }))).toBe("the table is no Parquet file");
    expect(await messageOf(readTable(parquet, { format: "csv" }))).toBe("the table is Parquet, not CSV");
    expect(await messageOf(readTable(bytes, { delimiter: "||" }))).toBe(
      'the delimiter "||" is not one character, such as ; or |',
    );
  });
});

describe("predictions", () => {
  const colour = (row: number) => ["red", "green", "blue"][row % 3];
  const areProbabilities = (values: Float64Array) => {
    for (let i = 0; i < values.length; i += 2) expect(values[i] + values[i + 1]).toBeCloseTo(1, 12);
  };

  it("are made for a category that training never saw", async () => {
    const model = await learn(csv({ x, colour, y }));
    const { values, notes } = predict(
      model,
      await readTable(await fileOf("new.csv", "x,colour\n0.5,violet\n,?\n")),
    );
    areProbabilities(values);
    expect(notes).toEqual([]);
  });

  it("are made without a column, and with cells that cannot be read, and both are said", async () => {
    const model = await learn(csv({ x, colour, y }));
    const { values, notes } = predict(model, await readTable(await fileOf("new.csv", "x\nmany\n1.5\n2\n")));
    areProbabilities(values);
    expect(notes).toEqual([
      '1 cells of column "x" are no number, such as "many", and taken as missing',
      'column "colour" is absent and taken as missing',
    ]);
  });
});

describe("the folder of a model", () => {
  const save = async (name: string) => {
    const at = join(folder, name);
    await saveModel(at, await learn(GOOD));
    expect((await loadModel(at)).schema.target).toBe("y");
    return at;
  };

  it("is refused where a byte was changed", async () => {
    const at = await save("changed");
    const arrays = await readFile(join(at, ARRAYS));
    const manifest = await readFile(join(at, MANIFEST), "utf8");
    await writeFile(
      join(at, ARRAYS),
      arrays.map((byte, i) => (i === 9 ? byte ^ 1 : byte)),
    );
    expect(await messageOf(loadModel(at))).toBe(
      `${at}: arrays.bin was changed since the model was saved: its checksum does not match`,
    );
    await writeFile(join(at, ARRAYS), arrays);
    await writeFile(join(at, MANIFEST), manifest.replace('"target":"y"', '"target":"z"'));
    expect(await messageOf(loadModel(at))).toBe(
      `${at}: manifest.json was changed since the model was saved: its checksum does not match`,
    );
    await writeFile(join(at, MANIFEST), manifest.slice(0, -20));
    expect(await messageOf(loadModel(at))).toMatch(/^\S+changed: manifest\.json is not JSON: [^\n]+$/);
  });

  it("is refused where it was written by a newer version, or is none", async () => {
    const at = await save("newer");
    const manifest = await readFile(join(at, MANIFEST), "utf8");
    await writeFile(join(at, MANIFEST), manifest.replace('"format":1', '"format":2'));
    expect(await messageOf(loadModel(at))).toBe(
      "the model was saved in format 2, and this version of fettle reads up to 1: use a newer one",
    );
    await rm(join(at, ARRAYS));
    expect(await messageOf(loadModel(at))).toBe(
      `${at} has no arrays.bin; is it the folder of a model that fettle automl saved?`,
    );
  });
});
