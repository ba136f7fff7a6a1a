import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TuningError } from "../../errors.ts";
import { rng } from "../../random.ts";
import type { Table } from "../table.ts";
import { readTable } from "./file.ts";
import { smallParquet } from "./parquet.fixtures.ts";

const TEXT = "city,x\nZürich,1.5\nMálaga,\n€uro,3\n";
const utf8 = new TextEncoder().encode(TEXT);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fettle-read-"));
});
afterAll(() => rm(folder, { recursive: true }));

function texts(table: Table, name: string): (string | null)[] {
  const column = table.columns.find((one) => one.name === name);
  if (column?.type !== "string") throw new Error(`${name} is not strings`);
  return [...column.codes].map((code) => (code < 0 ? null : column.levels[code]));
}

function numbers(table: Table, name: string): number[] {
  const column = table.columns.find((one) => one.name === name);
  if (column?.type !== "number") throw new Error(`${name} is not numbers`);
  return [...column.values];
}

function isTheText(table: Table): void {
  expect(texts(table, "city")).toEqual(["Zürich", "Málaga", "€uro"]);
  expect(numbers(table, "x")).toEqual([1.5, Number.NaN, 3]);
}

function utf16(text: string, { mark = true, big = false } = {}): Uint8Array {
  const units = new DataView(new ArrayBuffer(2 * (text.length + 1)));
  units.setUint16(0, 0xfeff, !big);
  for (let i = 0; i < text.length; i++) units.setUint16(2 * i + 2, text.charCodeAt(i), !big);
  return new Uint8Array(units.buffer).slice(mark ? 0 : 2);
}

it.each([
  ["UTF-8", utf8],
  ["UTF-8 with a mark", Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8)],
  ["UTF-16, small end first", utf16(TEXT)],
  ["UTF-16, big end first", utf16(TEXT, { big: true })],
  ["gzip", gzipSync(utf8)],
  ["gzip in two members", Buffer.concat([gzipSync(utf8.subarray(0, 20)), gzipSync(utf8.subarray(20))])],
])("reads %s", async (_, bytes) => {
  const table = await readTable(bytes);
  isTheText(table);
  expect(table.notes).toBeUndefined();
});

it("reads UTF-16 without a mark", async () => {
  const ascii = "name,x\nOslo,1\nRoma,2\n";
  expect(texts(await readTable(utf16(ascii, { mark: false })), "name")).toEqual(["Oslo", "Roma"]);
  expect(numbers(await readTable(utf16(ascii, { mark: false, big: true })), "x")).toEqual([1, 2]);
});

it("reads what is not UTF-8 as Windows-1252, and says so", async () => {
  const bytes = Uint8Array.from(TEXT, (character) => (character === "€" ? 0x80 : character.charCodeAt(0)));
  const table = await readTable(bytes);
  isTheText(table);
  expect(table.notes).toEqual(["the table is not UTF-8 and is read as Windows-1252"]);
});

it("stays with UTF-8 where only a few bytes are not, and says so", async () => {
  const table = await readTable(Uint8Array.of(...utf8, 0xff, ...new TextEncoder().encode("a,2\n")));
  expect(texts(table, "city")).toEqual(["Zürich", "Málaga", "€uro", "\ufffda"]);
  expect(table.notes).toEqual(["the table has bytes that are not UTF-8; they are read as \ufffd"]);
});

it("reads a text again where a column turns out late to be no numbers, from a file as from bytes", async () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `${i % 3}.0,${"-".repeat(60)}`);
  const text = `a,b\n${lines.join("\n")}\nlast,x\n`;
  const path = join(folder, "late.csv.gz");
  await writeFile(path, gzipSync(text, { level: 1 }));
  for (const source of [path, new TextEncoder().encode(text)]) {
    const table = await readTable(source);
    expect(texts(table, "a").slice(-3)).toEqual(["2.0", "0.0", "last"]);
    expect(table.rows).toBe(40_001);
  }
});

it.each(["file", "bytes", "gzip"])("reads Parquet from %s", async (from) => {
  const path = join(folder, "small.parquet");
  await writeFile(path, smallParquet());
  const table = await readTable(
    from === "file" ? path : from === "bytes" ? smallParquet() : gzipSync(smallParquet()),
  );
  expect(table.rows).toBe(4);
  expect(numbers(table, "number")).toEqual([1.5, Number.NaN, -2, 0.25]);
  expect(numbers(table, "count")).toEqual([1, 2, Number.NaN, Number.MAX_SAFE_INTEGER]);
  expect(numbers(table, "price")).toEqual([1.25, 0.1, Number.NaN, -3]);
  expect(numbers(table, "nothing")).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect(texts(table, "city")).toEqual(["Oslo", "Zürich", null, null]);
  expect(texts(table, "open")).toEqual(["true", "false", null, "true"]);
  expect(texts(table, "day")).toEqual(["2024-02-29", null, "1969-12-31", "2024-02-29"]);
  expect(texts(table, "at")).toEqual([
    "2024-02-29T12:30:00.250Z",
    null,
    "2024-02-29",
    "2024-02-29T12:30:00Z",
  ]);
  const name = from === "file" ? "small.parquet" : "the table";
  expect(table.notes).toEqual([
    `column "list" of ${name} holds lists and is left out`,
    `column "object" of ${name} holds objects and is left out`,
  ]);
});

it("takes a format and a delimiter that are named", async () => {
  const table = await readTable(new TextEncoder().encode("a;b,c\n1;2,5\n"), {
    format: "csv",
    delimiter: ";",
  });
  expect(numbers(table, "b,c")).toEqual([2.5]);
});

it.each<[what: string, bytes: Uint8Array]>([
  ["CSV", new TextEncoder().encode(`${TEXT}"quoted, ""cell""",1e5\r\nplain,-.5\n`)],
  ["gzip", gzipSync(TEXT.repeat(3))],
  ["Parquet", smallParquet()],
])("reads or refuses %s with any bytes changed, and never fails otherwise", async (_, bytes) => {
  const stream = rng(3, "changed bytes");
  let refused = 0;
  for (let round = 0; round < 200; round++) {
    const changed = Uint8Array.from(bytes);
    for (let i = 0; i <= stream.integer(3); i++)
      changed[stream.integer(changed.length)] = stream.integer(256);
    const outcome = await readTable(changed).catch((error: unknown) => error);
    if (outcome instanceof TuningError) {
      expect(outcome.message).toMatch(/^[^\n]{10,300}$/);
      refused++;
    } else if (outcome instanceof Error) throw outcome;
  }
  expect(refused).toBeGreaterThan(10);
});
