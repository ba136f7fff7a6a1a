/**
 * Whether the rows of a piece of text have the shape that the first line says, and where they have not.
 */
import { InvalidInputError } from "../../errors.ts";
import { isBlank, type Split } from "./csv-dialect.ts";

export interface Piece extends Pick<Split, "data" | "errors"> {
  readonly input: string;
  /** Number of its first line. */
  readonly line: number;
  readonly newline: string;
  /** What messages call the text. */
  readonly name: string;
}

/**
 * The rows that count, each of `width` cells; blank lines are none (in a single column they are missing cells).
 *
 * @param skip  rows before the first that is looked at
 * @returns also the line of the first quote that stands within a quoted cell without being doubled, if one does
 * @throws {InvalidInputError} with the line, for a row of another length or a quote left open
 */
export function checkRows(piece: Piece, width: number, skip: number): { rows: string[][]; loose?: number } {
  const loose = checkQuotes(piece, width);
  const rows: string[][] = [];
  for (let i = skip; i < piece.data.length; i++) {
    const row = piece.data[i];
    if (width > 1 && isBlank(row)) continue;
    if (row.length !== width) {
      const extra = row.slice(width);
      if (extra.length === 0 || extra.some((cell) => cell.trim() !== ""))
        throw new InvalidInputError(
          `${piece.name}: line ${lineOfRow(piece, i)} has ${cells(row.length)}, not ${width} as the first line: ${
            extra.length === 0
              ? "a cell or a delimiter is missing"
              : width === 1
                ? "the first line has to name all columns; remove what stands above it"
                : "put cells that hold the delimiter in quotes"
          }`,
        );
      row.length = width; // delimiters at the end of the line
    }
    rows.push(row);
  }
  return { rows, ...(loose !== undefined && { loose }) };
}

/** Number of the line in which a row begins. */
export function lineOfRow({ data, line, newline }: Piece, row: number): number {
  let number = line + row;
  for (let r = 0; r < row; r++) for (const cell of data[r]) number += count(cell, newline);
  return number;
}

/** How often a character occurs. */
export function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}

/** Papaparse reads on after a quote that is not doubled: fine within one cell, but not where it swallowed lines. */
function checkQuotes(piece: Piece, width: number): number | undefined {
  const { data, errors, input, line, newline, name } = piece;
  let loose: number | undefined;
  for (const { code, row, index } of errors) {
    if (row >= data.length) continue; // of the row that was cut off
    const lineAt = line + count(input.slice(0, index), newline);
    const place = `${name}: line ${lineAt}, character ${index - input.lastIndexOf(newline, index - 1) - 1}`;
    if (code === "MissingQuotes") throw new InvalidInputError(`${place}: a quote is opened and never closed`);
    if (data[row].length !== width || data[row].some((cell) => cell.includes(newline)))
      throw new InvalidInputError(
        `${place}: the quote opened here is closed within a cell; double the quotes that belong to the text`,
      );
    loose ??= lineAt;
  }
  return loose;
}

function cells(count: number): string {
  return count === 1 ? "1 cell" : `${count} cells`;
}
