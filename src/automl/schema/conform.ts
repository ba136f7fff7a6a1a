/**
 * A table as the schema has it, whatever types its columns were read with.
 */
import type { Column, NumberColumn, StringColumn, Table } from "../table.ts";
import { compactDate, type DateOrder, parseDate } from "./dates.ts";
import { parseBoolean } from "./kinds.ts";
import { parseNumber } from "./numbers.ts";
import type { Feature, Schema } from "./schema.ts";

/**
 * A table as the schema has it: the used features only, in its order; numbers, booleans (0, 1) and dates (days since
 * 1970-01-01) as numbers, categories and texts as strings. A column that is absent is all missing. What could not be read
 * is said in the notes.
 */
export function conform(
  table: Table,
  { features }: Pick<Schema, "features">,
): { readonly table: Table; readonly notes: readonly string[] } {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const notes: string[] = [];
  const columns = features
    .filter(({ used }) => used)
    .map((feature) => conformColumn(byName.get(feature.name), feature, table.rows, notes));
  return { table: { rows: table.rows, columns }, notes };
}

/**
 * @param column  as it was read; undefined where the table has none of this name
 * @param notes   appended to: what could not be read
 */
export function conformColumn(
  column: Column | undefined,
  feature: Feature,
  rows: number,
  notes: string[],
): Column {
  const { name, kind } = feature;
  const strings = kind === "category" || kind === "text" || kind === "id";
  if (column === undefined) {
    notes.push(`column ${JSON.stringify(name)} is absent and taken as missing`);
    return strings
      ? { name, type: "string", codes: new Int32Array(rows).fill(-1), levels: [] }
      : { name, type: "number", values: new Float64Array(rows).fill(Number.NaN) };
  }
  if (strings) return column.type === "string" ? column : asStrings(column);
  return column.type === "number" ? numbersAs(column, feature) : parsed(column, feature, notes);
}

/** Numbers as strings, each once. */
export function asStrings({ name, values }: NumberColumn): StringColumn {
  const known = new Map<number, number>();
  const levels: string[] = [];
  const codes = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) {
      codes[i] = -1;
      continue;
    }
    let code = known.get(values[i]);
    if (code === undefined) {
      code = levels.length;
      known.set(values[i], code);
      levels.push(String(values[i]));
    }
    codes[i] = code;
  }
  return { name, type: "string", codes, levels };
}

function numbersAs(column: NumberColumn, { kind, format }: Feature): NumberColumn {
  if (kind !== "date") return column;
  if (format === "compact") return { ...column, values: column.values.map(compactDate) };
  if (format === "seconds") return { ...column, values: column.values.map((value) => value / 86_400) };
  if (format === "milliseconds")
    return { ...column, values: column.values.map((value) => value / 86_400_000) };
  return { ...column, values: column.values.map(compactDate) }; // dates in texts once, and as 20240131 now
}

function parsed({ codes, levels }: StringColumn, feature: Feature, notes: string[]): NumberColumn {
  const { name } = feature;
  const parse = parserOf(feature);
  const numbers = Float64Array.from(levels, parse);
  const values = new Float64Array(codes.length);
  let strange = 0;
  let example = -1;
  for (let i = 0; i < codes.length; i++) {
    values[i] = codes[i] < 0 ? Number.NaN : numbers[codes[i]];
    if (codes[i] >= 0 && Number.isNaN(values[i])) {
      if (strange === 0) example = codes[i];
      strange++;
    }
  }
  if (strange > 0)
    notes.push(
      `${strange} cells of column ${JSON.stringify(name)} are no ${feature.kind}, such as ${JSON.stringify(levels[example].slice(0, 30))}, and taken as missing`,
    );
  return { name, type: "number", values };
}

function parserOf({ kind, format }: Feature): (text: string) => number {
  if (kind === "boolean") return parseBoolean;
  if (kind === "number") return (text) => parseNumber(text, format === "comma" ? "comma" : "point");
  if (format === "dmy" || format === "mdy") return (text) => parseDate(text, format satisfies DateOrder);
  const scale = format === "seconds" ? 86_400 : format === "milliseconds" ? 86_400_000 : undefined;
  return (text) => {
    const number = parseNumber(text, "point");
    if (Number.isNaN(number)) return parseDate(text, "mdy");
    return scale === undefined ? compactDate(number) : number / scale;
  };
}
