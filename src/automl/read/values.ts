/**
 * Tables from values of TypeScript: rows as objects, or columns as arrays.
 */
import { InvalidInputError } from "../../errors.ts";
import type { Column, Table } from "../table.ts";
import { growingNumbers, stringBuilder } from "./build-column.ts";
import { isMissing } from "./cells.ts";
import { columnNames } from "./names.ts";

type Columns = Readonly<Record<string, ArrayLike<unknown>>>;
type Row = Readonly<Record<string, unknown>>;

/**
 * A table from rows, or from columns. Numbers stay numbers (bigint too), booleans and dates become the texts that files have
 * for them; null, undefined, NaN and texts that mean "missing" in a file are missing. A column with any text in it is texts.
 *
 * @throws {InvalidInputError} for no rows, columns of different lengths, or a value that is an object, a list or a function
 * @example
 * tableOf([{ age: 31, city: "Oslo" }, { age: null, city: "Bergen" }]).columns[1]; // { name: "city", type: "string", … }
 */
export function tableOf(data: readonly Row[] | Columns): Table {
  const columns = Array.isArray(data) ? byColumn(data as readonly Row[]) : new Map(Object.entries(data));
  columnNames([...columns.keys()], "the table");
  const [first] = columns;
  const rows = first?.[1].length ?? 0;
  if (rows === 0) throw new InvalidInputError("the table has no rows");
  for (const [name, values] of columns)
    if (values.length !== rows)
      throw new InvalidInputError(
        `columns ${JSON.stringify(first[0])} and ${JSON.stringify(name)} have ${rows} and ${values.length} values; give them as many`,
      );
  return { rows, columns: [...columns].map(([name, values]) => columnOf(name, values)) };
}

/** As ISO 8601 has it, in UTC: a date, with the time of day where it has one. NaN is no date. */
export function isoDate(ms: number): string {
  if (!(Math.abs(ms) <= 8.64e15)) return "";
  const text = new Date(ms).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, -14) : text.replace(".000Z", "Z");
}

function byColumn(rows: readonly Row[]): Map<string, unknown[]> {
  const columns = new Map<string, unknown[]>();
  for (const [at, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new InvalidInputError(`row ${at + 1} is no object with a value for each column`);
    for (const name of Object.keys(row))
      if (!columns.has(name)) columns.set(name, new Array<unknown>(rows.length));
  }
  for (const [name, values] of columns) for (let at = 0; at < rows.length; at++) values[at] = rows[at][name];
  return columns;
}

function columnOf(name: string, values: ArrayLike<unknown>): Column {
  const numbers = growingNumbers();
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value === "number") numbers.push(value);
    else if (typeof value === "bigint") numbers.push(Number(value));
    else if (textOf(value, name, row) === undefined) numbers.push(Number.NaN);
    else return texts(name, values);
  }
  return { name, type: "number", values: numbers.finish() };
}

function texts(name: string, values: ArrayLike<unknown>): Column {
  const builder = stringBuilder(name);
  for (let row = 0; row < values.length; row++) builder.push(textOf(values[row], name, row));
  return builder.finish();
}

/** @returns undefined where it is missing */
function textOf(value: unknown, name: string, row: number): string | undefined {
  if (value === null || value === undefined || Number.isNaN(value)) return undefined;
  if (value instanceof Date) return isoDate(value.getTime()) || undefined;
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol")
    throw new InvalidInputError(
      `column ${JSON.stringify(name)} has ${Array.isArray(value) ? "a list" : `a value of type ${typeof value}`} in row ${row + 1}; give a number, a text, a boolean or a date`,
    );
  const text = String(value).trim();
  return isMissing(text) ? undefined : text;
}
