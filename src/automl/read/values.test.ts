import { expect, it } from "vitest";
import { parseCsv } from "./csv.ts";
import { tableOf } from "./values.ts";

it("makes the table of rows that it makes of their columns", () => {
  const rows = [
    { x: 1, city: "Oslo", at: new Date("2024-02-29T12:30:00Z"), open: true },
    { x: 2n, city: " NA ", at: null, open: false },
    { x: null, at: new Date("2024-03-01"), open: undefined, late: 7 },
  ];
  const table = tableOf(rows);
  expect(table).toEqual(
    tableOf({
      x: [1, 2, Number.NaN],
      city: ["Oslo", null, undefined],
      at: ["2024-02-29T12:30:00Z", "", "2024-03-01"],
      open: ["true", "false", "?"],
      late: Float32Array.of(Number.NaN, Number.NaN, 7),
    }),
  );
  expect(table.columns[0]).toEqual({ name: "x", type: "number", values: Float64Array.of(1, 2, Number.NaN) });
  expect(table.columns[1]).toEqual({
    name: "city",
    type: "string",
    codes: Int32Array.of(0, -1, -1),
    levels: ["Oslo"],
  });
});

it("makes of numbers among texts the texts that a file has for them", () => {
  expect(tableOf({ size: ["L", 42, null, 0.5] })).toEqual(parseCsv("size\nL\n42\n\n0.5\n"));
});
