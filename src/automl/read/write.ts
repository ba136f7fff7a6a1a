/**
 * CSV as it is written: RFC 4180, with line feeds.
 */
export interface WrittenColumn {
  readonly name: string;
  /** NaN, null and undefined are empty cells. */
  readonly values: ArrayLike<string | number | null | undefined>;
}

/** Text of all columns, names first; numbers in the shortest form that is read as the same number. */
export function writeCsv(columns: readonly WrittenColumn[]): string {
  const rows = Math.max(0, ...columns.map(({ values }) => values.length));
  const lines = [columns.map(({ name }) => cell(name)).join(",")];
  for (let row = 0; row < rows; row++) {
    const line = columns.map(({ values }) => cell(values[row])).join(",");
    lines.push(line === "" ? '""' : line); // a blank line is no row
  }
  return `${lines.join("\n")}\n`;
}

function cell(value: string | number | null | undefined): string {
  if (typeof value === "string")
    return /[",;\t\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  return value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
}
