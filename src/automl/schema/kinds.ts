/**
 * What a column is, by its cells.
 */
import type { Column, NumberColumn, StringColumn } from "../table.ts";
import { levelCounts } from "./columns.ts";
import { compactDate, type DateOrder, dateOrder, parseDate } from "./dates.ts";
import { type DecimalMark, decimalMark, isCode, parseNumber } from "./numbers.ts";
import type { Kind } from "./schema.ts";

/** How numbers and dates are written: `compact` is 20240131, the clocks count from 1970-01-01. */
export type Format = DecimalMark | DateOrder | "compact" | "seconds" | "milliseconds";

export interface Recognised {
  readonly kind: Kind;
  readonly format?: Format;
  /** Why it is not to be learned from. */
  readonly why?: string;
  readonly warning?: string;
}

/** So large a share of the cells must be numbers, or dates, for the rest to be taken as missing. */
const SHARE = 0.95;
/** Fewer rows do not tell an id from an amount. */
const ID_ROWS = 50;

const TRUE = /^(true|t|yes|y|on)$/i;
const FALSE = /^(false|f|no|n|off)$/i;
const ID_NAME = /(^|[^a-z])(id|uuid|guid|key|index|idx|unnamed|row)([^a-z]|$)|Id$|ID$|^#$|^$/i;
const ORDER_NAME = /rank|year|order|position|time|date|age/i;
const CLOCK_NAME = /time|date|stamp|created|updated|(^|[_ .])(ts|at)$/i;
const UUID = /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$|^[0-9a-f]{24,64}$/i;

/** Recognises a column, and says why it is not to be learned from if it is not. */
export function recognise(column: Column): Recognised {
  return column.type === "number" ? recogniseNumbers(column) : recogniseStrings(column);
}

/** 1, 0, or NaN for what is neither. */
export function parseBoolean(text: string): number {
  const trimmed = text.trim();
  if (TRUE.test(trimmed) || trimmed === "1") return 1;
  return FALSE.test(trimmed) || trimmed === "0" ? 0 : Number.NaN;
}

function recogniseNumbers({ name, values }: NumberColumn): Recognised {
  let missing = 0;
  let whole = true;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let boolean = true;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) {
      missing++;
      continue;
    }
    if (value < low) low = value;
    if (value > high) high = value;
    if (whole && !Number.isInteger(value)) whole = false;
    if (boolean && value !== 0 && value !== 1) boolean = false;
  }
  if (missing === values.length) return { kind: "constant", why: "is all missing" };
  if (low === high && missing === 0) return { kind: "constant", why: "has one value only" };
  if (boolean) return { kind: "boolean" };
  if (!whole) return { kind: "number" };
  if (isCompactDate(low, high, values, name)) return { kind: "date", format: "compact" };
  const clock = clockOf(low, high, name);
  if (clock !== undefined) return { kind: "date", format: clock };
  if (missing === 0 && values.length >= ID_ROWS && countsRows(name, values, low, high))
    return {
      kind: "id",
      why: "only numbers the rows",
      warning: `column ${JSON.stringify(name)} only numbers the rows and is left out`,
    };
  return { kind: "number" };
}

/** Whole numbers without repetition that leave few gaps are rows counted, or drawn from rows counted. */
function countsRows(name: string, values: Float64Array, low: number, high: number): boolean {
  if (ORDER_NAME.test(name) && !ID_NAME.test(name)) return false;
  const span = high - low + 1;
  if (span < values.length) return false;
  if (span > values.length * (ID_NAME.test(name) ? 1e9 : 2)) return false;
  const sorted = Float64Array.from(values).sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return false;
  return true;
}

function isCompactDate(low: number, high: number, values: Float64Array, name: string): boolean {
  if (low < 19000101 || high > 21001231) return false;
  if (high - low > 2_000_000) return false; // two centuries
  if (!CLOCK_NAME.test(name) && !/day/i.test(name) && values.length < ID_ROWS) return false;
  for (let i = 0; i < values.length; i++)
    if (!Number.isNaN(values[i]) && Number.isNaN(compactDate(values[i]))) return false;
  return true;
}

/** Clocks count seconds or milliseconds; taken as such between 1985 and 2065, and where the name says it. */
function clockOf(low: number, high: number, name: string): "seconds" | "milliseconds" | undefined {
  if (!CLOCK_NAME.test(name)) return undefined;
  if (low >= 4.8e8 && high <= 3e9) return "seconds";
  return low >= 4.8e11 && high <= 3e12 ? "milliseconds" : undefined;
}

function recogniseStrings(column: StringColumn): Recognised {
  const { name, levels, codes } = column;
  const counts = levelCounts(column);
  const cells = counts.reduce((sum, count) => sum + count, 0);
  if (cells === 0) return { kind: "constant", why: "is all missing" };
  if (levels.length === 1 && cells === codes.length) return { kind: "constant", why: "has one value only" };
  if (levels.length === 2 && isBoolean(levels)) return { kind: "boolean" };
  const number = numbersIn(column, counts, cells);
  if (number !== undefined) return number;
  const order = dateOrder(levels, counts);
  const dates = cellsThat(levels, counts, (text) => !Number.isNaN(parseDate(text, order)));
  if (dates >= SHARE * cells) return { kind: "date", format: order };
  const words = weighted(levels, counts, cells, wordsIn);
  const length = weighted(levels, counts, cells, (text) => text.length);
  const varied = levels.length / cells;
  if (levels.length >= 20 && varied >= 0.1 && (words >= 3 || (length >= 40 && words >= 2)))
    return { kind: "text" };
  const uuids = levels.length >= ID_ROWS && levels.slice(0, 200).every((text) => UUID.test(text));
  if (levels.length >= ID_ROWS && (varied >= 0.99 || (uuids && varied > 0.5)))
    return {
      kind: "id",
      why: uuids ? "holds identifiers" : "has another text in every row",
      warning: `column ${JSON.stringify(name)} ${uuids ? "holds identifiers" : "has another text in every row"} and is left out`,
    };
  return { kind: "category" };
}

function isBoolean(levels: readonly string[]): boolean {
  const values = levels.map(parseBoolean);
  return values.includes(0) && values.includes(1);
}

function numbersIn(
  { name, levels }: StringColumn,
  counts: Int32Array,
  cells: number,
): Recognised | undefined {
  if (levels.some(isCode)) return undefined;
  const mark = decimalMark(levels, counts);
  const strange = levels.filter((text) => Number.isNaN(parseNumber(text, mark)));
  if (strange.length > 0) {
    const known = cellsThat(levels, counts, (text) => !Number.isNaN(parseNumber(text, mark)));
    if (known < SHARE * cells || levels.length - strange.length < 10) return undefined;
  }
  const shown = strange.slice(0, 3).map((text) => JSON.stringify(text.slice(0, 30)));
  return {
    kind: "number",
    format: mark,
    ...(strange.length > 0 && {
      warning: `column ${JSON.stringify(name)} is numbers but for ${shown.join(", ")}${strange.length > 3 ? " and others" : ""}, taken as missing`,
    }),
  };
}

function cellsThat(levels: readonly string[], counts: Int32Array, are: (text: string) => boolean): number {
  let sum = 0;
  for (let i = 0; i < levels.length; i++) if (are(levels[i])) sum += counts[i];
  return sum;
}

function weighted(
  levels: readonly string[],
  counts: Int32Array,
  cells: number,
  of: (text: string) => number,
): number {
  let sum = 0;
  for (let i = 0; i < levels.length; i++) sum += counts[i] * of(levels[i]);
  return sum / cells;
}

function wordsIn(text: string): number {
  let words = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    const space = text.charCodeAt(i) <= 32;
    if (!space && !inside) words++;
    inside = !space;
  }
  return words;
}
