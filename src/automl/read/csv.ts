/**
 * Comma-separated values and their relatives, piece by piece into typed columns.
 */
import { InvalidInputError } from "../../errors.ts";
import type { Table } from "../table.ts";
import { type TextColumnBuilder, textColumnBuilder } from "./build-column.ts";
import { type Dialect, dialectOf, isBlank, splitRows, squeezeSpaces } from "./csv-dialect.ts";
import { checkRows, count, lineOfRow, type Piece } from "./csv-rows.ts";
import { columnNames, dropEmpty } from "./names.ts";
import { refuseOtherText } from "./signature.ts";

export interface CsvOptions {
  /**
   * One character; a space stands for any number of spaces and tabs.
   * @default the one of comma, tab, semicolon, bar, spaces that the first lines agree on
   */
  readonly delimiter?: string;
  /** Whether the first line names the columns. @default it does, unless it has numbers above numbers */
  readonly header?: boolean;
  /** What messages call it. @default "the text" */
  readonly name?: string;
}

/** Takes a text in pieces. */
export interface CsvReader {
  /** @throws {InvalidInputError} with the line, for what is no table */
  push(text: string): void;
  /**
   * The table; or, where columns turned out late not to be numbers, their places: the text has to be read again with
   * these as `strings`.
   */
  finish(): { readonly table: Table } | { readonly strings: ReadonlySet<number> };
}

/** So much of a text shows its dialect, in characters. */
const SAMPLE = 1 << 18;
const PIECE = 1 << 20;
/** A longer row is a quote that was left open. */
const LONGEST_ROW = 1 << 26;

/**
 * A table from CSV text. Delimiter, quotes, line ends, header and decimal commas are recognised; empty cells, NA, null, ?
 * and the like are missing; a column is numbers if all its other cells are.
 *
 * @throws {InvalidInputError} with the line, for an empty text, no rows, rows of different lengths, quotes left open, names
 *   that occur twice
 * @example
 * parseCsv("x,y\n1,red\n2,blue").columns[0]; // { name: "x", type: "number", values: Float64Array [1, 2] }
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  let strings: ReadonlySet<number> | undefined;
  for (;;) {
    const reader = csvReader(options, strings);
    for (let at = 0; at < text.length; at += PIECE) reader.push(text.slice(at, at + PIECE));
    const done = reader.finish();
    if ("table" in done) return done.table;
    strings = done.strings;
  }
}

/**
 * @param strings  places of columns that are strings whatever their cells look like
 * @throws {InvalidInputError} if the delimiter is not one character
 */
export function csvReader(
  { delimiter, header, name = "the text" }: CsvOptions,
  strings: ReadonlySet<number> = new Set(),
): CsvReader {
  if (delimiter !== undefined && !/^[^\r\n"]$/.test(delimiter))
    throw new InvalidInputError(
      `the delimiter ${JSON.stringify(delimiter)} is not one character, such as ; or |`,
    );
  const notes: string[] = [];
  let dialect: Dialect | undefined;
  let columns: TextColumnBuilder[] | undefined;
  let unnamed: ReadonlySet<number> = new Set();
  let rows = 0;
  let pending = "";
  let line = 1; // of the first character of `pending`
  let wanted = SAMPLE;

  const begin = (complete: boolean): Dialect => {
    pending = pending.replace(/^\ufeff/, "");
    refuseOtherText(pending, name);
    const declared = /^"?sep=(.)"?\r?\n/i.exec(pending); // a line that spreadsheets write
    if (declared !== null) {
      pending = pending.slice(declared[0].length);
      line++;
    }
    const whole = complete && pending.length <= SAMPLE;
    const found = dialectOf(pending.slice(0, SAMPLE), whole, delimiter ?? declared?.[1]);
    return { ...found, header: header ?? found.header };
  };

  const startColumns = (first: readonly string[], at: number, found: Dialect) => {
    const { names, unnamed: places } = columnNames(
      found.header ? first : first.length,
      `${name}: line ${at}`,
      "rename one of them, or put a line of names first if this is a row",
    );
    if (!found.header && header === undefined)
      notes.push(
        `the first line of ${name} is taken for a row, as it has numbers above numbers: the columns are called column_1, column_2, …`,
      );
    unnamed = places;
    columns = names.map((own, c) =>
      textColumnBuilder({ name: own, strings: strings.has(c), commas: found.delimiter !== "," }),
    );
  };

  const take = (complete: boolean): void => {
    dialect ??= begin(complete);
    const { newline } = dialect;
    const spaced = dialect.delimiter === " ";
    const end = spaced && !complete ? pending.lastIndexOf(newline) + 1 : pending.length;
    let input = pending.slice(0, end);
    if (complete) input = input.replace(/[\r\n]+$/, "");
    if (spaced) input = squeezeSpaces(input);
    const { data, errors, meta } = splitRows(input, complete, dialect);
    const piece: Piece = { data, errors, input, line, newline, name };
    let skip = 0;
    if (columns === undefined) {
      skip = data.findIndex((row) => !isBlank(row));
      if (skip >= 0) startColumns(data[skip], lineOfRow(piece, skip), dialect);
      skip = skip < 0 ? data.length : skip + (dialect.header ? 1 : 0);
    }
    if (columns !== undefined) {
      const checked = checkRows(piece, columns.length, skip);
      for (const [c, column] of columns.entries()) column.take(checked.rows, c);
      rows += checked.rows.length;
      if (checked.loose !== undefined && !notes.some((note) => note.includes("not doubled")))
        notes.push(`${name} has quotes within quotes that are not doubled, first in line ${checked.loose}`);
    }
    line += count(input.slice(0, meta.cursor), newline);
    pending = input.slice(meta.cursor) + pending.slice(end);
    if (pending.length > LONGEST_ROW)
      throw new InvalidInputError(
        `${name}: the row that begins in line ${line} is longer than ${LONGEST_ROW >> 20} million characters: a quote may have been left open`,
      );
    wanted = Math.max(PIECE, 2 * pending.length); // so that a long row is not looked through for every piece
  };

  return {
    push(text) {
      const zero = text.indexOf("\0");
      if (zero >= 0)
        throw new InvalidInputError(
          `${name}: line ${line + count(pending, "\n") + count(text.slice(0, zero), "\n")} has a zero byte: this is not a text, or it was damaged`,
        );
      pending += text;
      if (pending.length >= wanted) take(false);
    },
    finish() {
      take(true);
      if (columns === undefined) throw new InvalidInputError(`${name} is empty`);
      if (rows === 0) throw new InvalidInputError(`${name} has a first line with names and no rows`);
      const late = columns.flatMap((column, c) => (column.late ? [c] : []));
      if (late.length > 0) return { strings: new Set([...strings, ...late]) };
      const finished = columns.map((column) => column.finish());
      const kept = dropEmpty(finished, unnamed, notes);
      return { table: { rows, columns: kept, ...(notes.length > 0 && { notes }) } };
    },
  };
}
