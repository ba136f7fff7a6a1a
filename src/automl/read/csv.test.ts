import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Table } from "../table.ts";
import { parseCsv } from "./csv.ts";
import { writeCsv } from "./write.ts";

const cells = (table: Table) =>
  Object.fromEntries(
    table.columns.map((column) => [
      column.name,
      column.type === "number"
        ? [...column.values]
        : [...column.codes].map((code) => (code < 0 ? null : column.levels[code])),
    ]),
  );
const read = (text: string, options?: { delimiter?: string }) => cells(parseCsv(text, options));

describe("parseCsv", () => {
  it("takes a column for numbers where every cell that is there is one", () => {
    const text = "a,b,c\n1,x,1e3\n-.5,,NA\n?,NaN,+7\n";
    expect(read(text)).toEqual({
      a: [1, -0.5, Number.NaN],
      b: ["x", null, null],
      c: [1000, Number.NaN, 7],
    });
  });

  it.each([";", "\t", "|", ","])("finds the delimiter %j", (delimiter) => {
    const lines = [
      ["x", "text", "y"],
      ["1", "a b", "2"],
    ];
    const text = lines.map((line) => line.join(delimiter)).join("\n");
    expect(read(text)).toEqual({ x: [1], text: ["a b"], y: [2] });
  });

  it("takes runs of spaces for delimiters where nothing else separates", () => {
    expect(read("  mpg  cyl   name\n 18.0   8    ford\n 22.5   4 fiat  \n")).toEqual({
      mpg: [18, 22.5],
      cyl: [8, 4],
      name: ["ford", "fiat"],
    });
  });

  it("leaves one column of names one column", () => {
    expect(read("full name\nAda Lovelace\nAlan Turing\n")).toEqual({
      "full name": ["Ada Lovelace", "Alan Turing"],
    });
  });

  it("knows decimal commas where columns are separated otherwise", () => {
    expect(read("x;y\n1,5;2,25\n3;-0,5\n")).toEqual({ x: [1.5, 3], y: [2.25, -0.5] });
    expect(read("x;y\n1.5;2,25\n3,5;1\n")).toEqual({ x: ["1.5", "3,5"], y: [2.25, 1] });
    expect(read('x,y\n"1,5",2\n')).toEqual({ x: ["1,5"], y: [2] });
  });

  it.each([
    ["CRLF", "a,b\r\n1,x\r\n2,y\r\n"],
    ["CR", "a,b\r1,x\r2,y\r"],
    ["both", "a,b\r\n1,x\n2,y"],
    ["a byte-order mark", "\ufeffa,b\n1,x\n2,y\n"],
    ["blank lines", "\n\na,b\n\n1,x\n   \n2,y\n\n\n"],
    ["quotes", '"a","b"\r\n"1","x"\r\n"2","y"'],
    ["spaces", "a , b\n 1, x\n2 ,y \n"],
    ["a declared delimiter", "sep=,\na,b\n1,x\n2,y\n"],
    ["delimiters at the ends of lines", "a,b,\n1,x,\n2,y,,\n"],
  ])("reads %s", (_, text) => {
    expect(read(text)).toEqual({ a: [1, 2], b: ["x", "y"] });
  });

  it("keeps delimiters, quotes and line ends within quotes", () => {
    expect(read('a,b\n"x, ""y""","1\n2"\n z ,"u, v"\n')).toEqual({
      a: ['x, "y"', "z"],
      b: ["1\n2", "u, v"],
    });
    expect(read('a, "b"\nx, "1"\n')).toEqual({ a: ["x"], b: [1] });
  });

  it("leaves codes with zeros before them, and hexadecimals, as they are written", () => {
    expect(read("zip,hex,x\n01234,0x10,0\n99999,0b1,0.5\n")).toEqual({
      zip: ["01234", "99999"],
      hex: ["0x10", "0b1"],
      x: [0, 0.5],
    });
  });

  it("keeps infinities, so that a target that has them can be refused", () => {
    expect(read("x,y\ninf,1\n-Infinity,2\n+INF,3\n")).toEqual({
      x: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      y: [1, 2, 3],
    });
  });

  it("reads a column as it is written where its first text comes late", () => {
    const rows = 30_000; // of some 80 characters: more than one piece
    const lines = Array.from(
      { length: rows },
      (_, i) => `${i % 7}.50,${i < 20_000 ? "" : "late"},${i},${"-".repeat(60)}`,
    );
    const table = parseCsv(`a,b,c,d\n${lines.join("\n")}\nnone of them,x,1,y\n`);
    const [a, b, c] = table.columns;
    if (a.type !== "string" || b.type !== "string" || c.type !== "number") throw new Error("other types");
    expect(table.rows).toBe(rows + 1);
    expect(a.levels).toEqual(["0.50", "1.50", "2.50", "3.50", "4.50", "5.50", "6.50", "none of them"]);
    expect(a.levels[a.codes[rows - 1]]).toBe(`${(rows - 1) % 7}.50`);
    expect(b.levels).toEqual(["late", "x"]);
    expect(b.codes.findIndex((code) => code >= 0)).toBe(20_000);
    expect(c.values[rows - 1]).toBe(rows - 1);
  });

  it("takes a first line of numbers above numbers for a row, and says so", () => {
    const table = parseCsv("5.1,3.5,setosa\n4.9,3.0,setosa\n", { name: "iris.data" });
    expect(cells(table)).toEqual({
      column_1: [5.1, 4.9],
      column_2: [3.5, 3],
      column_3: ["setosa", "setosa"],
    });
    expect(table.notes).toEqual([
      "the first line of iris.data is taken for a row, as it has numbers above numbers: the columns are called column_1, column_2, …",
    ]);
  });

  it.each([
    ["years", "name,2019,2020\nx,3,4\n"],
    ["one year", "name,2019\nx,3\n"],
    ["pixels", "0,1,2\n3,4,9\n"],
    ["texts above numbers", "a,12\n3,4\n"],
  ])("takes %s for names", (_, text) => {
    const first = text.slice(0, text.indexOf("\n")).split(",");
    expect(parseCsv(text).columns.map(({ name }) => name)).toEqual(first);
    expect(parseCsv(text).rows).toBe(1);
  });

  it("takes the first line for what it is said to be", () => {
    expect(cells(parseCsv("a,10,25\nx,3,4\n", { header: true }))).toEqual({ a: ["x"], 10: [3], 25: [4] });
    expect(cells(parseCsv("a,b\nc,d\n", { header: false }))).toEqual({
      column_1: ["a", "c"],
      column_2: ["b", "d"],
    });
  });

  it("names columns that have no name, and says so", () => {
    const table = parseCsv(",x,unnamed_1\n0,1,2\n1,5,3\n");
    expect(Object.keys(cells(table))).toEqual(["unnamed_1_", "x", "unnamed_1"]);
    expect(table.notes).toEqual(["column 1 has no name and is called unnamed_1_"]);
  });

  it("reads on over a quote that is not doubled within one cell, and says so", () => {
    const table = parseCsv('a,b\n"the "best" one",1\nx,2\n', { name: "t.csv" });
    expect(cells(table).b).toEqual([1, 2]);
    expect(table.notes).toEqual(["t.csv has quotes within quotes that are not doubled, first in line 2"]);
  });

  it("reads a text the same however long its cells are", () => {
    const long = "lorem ipsum ".repeat(400_000); // 4.8 million characters
    const table = parseCsv(`a,b\n1,"${long}"\n2,short\n`);
    const [, b] = table.columns;
    if (b.type !== "string") throw new Error("not texts");
    expect(b.levels[0].length).toBe(long.length - 1);
    expect(table.rows).toBe(2);
  });

  it("reads what was written, whatever the texts are", () => {
    const text = fc
      .string({ unit: fc.constantFrom(..."ab 1,;|\t\n\"'#=.é\u{1f600}"), maxLength: 8 })
      .map((cell) => `x${cell}x`); // neither missing nor a number, without spaces at its ends
    const row = fc.tuple(
      text,
      fc.double({ noDefaultInfinity: true }).map((value) => value + 0),
      text,
    ); // −0 is written as 0
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const columns = ["first", "number", "last"].map((name, c) => ({
          name,
          values: rows.map((values) => values[c]),
        }));
        expect(read(writeCsv(columns), { delimiter: "," })).toEqual({
          first: rows.map(([cell]) => cell),
          number: rows.map(([, value]) => value),
          last: rows.map(([, , cell]) => cell),
        });
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
