/**
 * How a text separates its columns, and whether its first line names them, by its first lines.
 */
import Papa from "papaparse";
import { commaNumber, isMissing, plainNumber, trimmed } from "./cells.ts";

export interface Dialect {
  /** One character; " " stands for any number of spaces and tabs. */
  readonly delimiter: string;
  readonly newline: "\n" | "\r";
  /** Whether the first line has names; otherwise it is the first row. */
  readonly header: boolean;
}

/** Where two separate a text alike, the first is taken. */
const DELIMITERS = [",", "\t", ";", "|"];
/** Of the rows, at least so many must have as many cells as the first. */
const AGREEING = 0.5;
/** Fewer words in each line may as well be names of persons. */
const FEWEST_SPACED = 3;

/**
 * @param sample     the first lines
 * @param complete   whether the sample is the whole text; otherwise its last line is cut off
 * @param delimiter  where it is known
 */
export function dialectOf(sample: string, complete: boolean, delimiter?: string): Dialect {
  const newline = sample.includes("\n") || !sample.includes("\r") ? "\n" : "\r";
  const chosen = delimiter ?? sniffDelimiter(sample, complete, newline);
  const rows = split(sample, complete, chosen, newline);
  return { delimiter: chosen, newline, header: rows.length < 2 || hasHeader(rows, chosen !== ",") };
}

function sniffDelimiter(sample: string, complete: boolean, newline: "\n" | "\r"): string {
  let best = ",";
  let bestShare = 0;
  let bestWidth = 1;
  for (const delimiter of DELIMITERS) {
    const { width, share } = agreement(split(sample, complete, delimiter, newline));
    if (width < 2 || share < AGREEING) continue;
    if (share > bestShare || (share === bestShare && width > bestWidth)) {
      best = delimiter;
      bestShare = share;
      bestWidth = width;
    }
  }
  if (bestWidth > 1 || /[,;|]/.test(firstLine(sample, newline))) return best;
  const { width, share } = agreement(split(sample, complete, " ", newline));
  return width >= FEWEST_SPACED && share === 1 ? " " : best;
}

function agreement(rows: readonly (readonly string[])[]): { width: number; share: number } {
  if (rows.length === 0) return { width: 0, share: 0 };
  const width = rows[0].length;
  return { width, share: rows.filter((row) => row.length === width).length / rows.length };
}

function split(
  text: string,
  complete: boolean,
  delimiter: string,
  newline: "\n" | "\r",
): readonly string[][] {
  const spaced = delimiter === " " ? squeezeSpaces(text) : text;
  return splitRows(spaced, complete, { delimiter, newline }).data.filter((row) => !isBlank(row));
}

/** Runs of spaces and tabs as one space, and none at the ends of lines. */
export function squeezeSpaces(text: string): string {
  return text.replace(/[ \t]+/g, " ").replace(/^ | (?=\r?$)/gm, "");
}

export function isBlank(row: readonly string[]): boolean {
  return row.length === 1 && row[0].trim() === "";
}

/** Rows of one text. `cursor`: where the row begins that was cut off. `index` of an error: just after the opening quote. */
export interface Split {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row: number; readonly index: number }[];
  readonly meta: { readonly cursor: number };
}

/** @param complete  otherwise the last row may be cut off, and is left out */
export function splitRows(
  text: string,
  complete: boolean,
  { delimiter, newline }: Pick<Dialect, "delimiter" | "newline">,
): Split {
  return new Papa.Parser({ delimiter, newline }).parse(text, 0, !complete);
}

/**
 * A first line is a row where it has a number above numbers, and no text above numbers. Whole numbers in even steps (years, pixels)
 * and single years may be names.
 */
function hasHeader([first, ...rest]: readonly (readonly string[])[], commas: boolean): boolean {
  const numbers = first.map((cell) => numberIn(cell, commas));
  const own = numbers.filter((value) => !Number.isNaN(value));
  if (own.length === 0 || mayBeNames(own)) return true;
  let above = 0;
  for (const [c, value] of numbers.entries()) {
    const cells = rest.map((row) => trimmed(row[c] ?? "")).filter((cell) => !isMissing(cell));
    if (cells.length === 0 || !cells.every((cell) => !Number.isNaN(numberIn(cell, commas)))) continue;
    if (!Number.isNaN(value)) above++;
    else if (!isMissing(trimmed(first[c]))) return true;
  }
  return above === 0;
}

function mayBeNames(numbers: readonly number[]): boolean {
  if (!numbers.every(Number.isInteger)) return false;
  if (numbers.length === 1) return numbers[0] >= 1900 && numbers[0] <= 2100;
  const step = numbers[1] - numbers[0];
  return step !== 0 && numbers.every((value, i) => i === 0 || value - numbers[i - 1] === step);
}

function numberIn(cell: string, commas: boolean): number {
  const text = trimmed(cell);
  const value = plainNumber(text);
  return Number.isNaN(value) && commas ? commaNumber(text) : value;
}

function firstLine(text: string, newline: string): string {
  const end = text.indexOf(newline);
  return end < 0 ? text : text.slice(0, end);
}
