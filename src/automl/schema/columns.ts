/**
 * Finding columns by name, and counting what is in them.
 */
import { didYouMean, InvalidInputError } from "../../errors.ts";
import type { Column, StringColumn, Table } from "../table.ts";

/** @throws {InvalidInputError} if there is none of this name; says which there are */
export function columnNamed(table: Table, name: string, role: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = table.columns.map((column) => column.name);
  const shown = names.slice(0, 12).map((one) => JSON.stringify(one));
  throw new InvalidInputError(
    `there is no column ${JSON.stringify(name)} for the ${role}${didYouMean(name, names)}; the table has ${shown.join(", ")}${names.length > 12 ? ` and ${names.length - 12} more` : ""}`,
  );
}

/** How often each level occurs (in these rows, or in all), shape (levels). */
export function levelCounts({ codes, levels }: StringColumn, rows?: Int32Array): Int32Array {
  const counts = new Int32Array(levels.length);
  const n = rows === undefined ? codes.length : rows.length;
  for (let i = 0; i < n; i++) {
    const code = codes[rows === undefined ? i : rows[i]];
    if (code >= 0) counts[code]++;
  }
  return counts;
}
