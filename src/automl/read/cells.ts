/**
 * What one cell of text says: that it is missing, or a number.
 */

/** As R, pandas, databases, statistics packages and spreadsheets write what is not there. */
const MISSING = new Set([
  ...["", "NA", "N/A", "n/a", "<NA>", "#N/A", "#NA", "NaN", "nan", "-nan", "-NaN", "NAN"],
  ...["null", "NULL", "Null", "None", "NaT", "?", "-", "."],
  ...["#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!"],
]);
const LONGEST = Math.max(...[...MISSING].map((marker) => marker.length));

const INFINITE = /^[+-]?inf(inity)?$/i;
const COMMA_NUMBER = /^[+-]?(\d+,\d*|,\d+)(e[+-]?\d+)?$/i;
// character codes
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const LETTER_E = 101;
const LETTER_I = 105;
const NO_BREAK_SPACE = 160;
/** Turns a capital into its small letter. */
const LOWER = 32;

/** What separates the fraction of a column's numbers: `undefined` until one has shown it. */
export type Mark = "point" | "comma" | undefined;

/** @param text  without spaces around it */
export function isMissing(text: string): boolean {
  return text.length <= LONGEST && MISSING.has(text);
}

/**
 * The number that a text is, plainly written (12, -0.5, 1e5, inf); NaN where it is none. A zero before other digits makes a code
 * (a postcode, say), which is no number; neither is 0x10.
 *
 * @param text  without spaces around it
 */
export function plainNumber(text: string): number {
  const first = text.charCodeAt(0);
  if (first > NINE) return (first | LOWER) === LETTER_I ? infinity(text) : Number.NaN;
  if (first === ZERO && text.length > 1) {
    const second = text.charCodeAt(1) | LOWER;
    if (second > NINE && second !== LETTER_E) return Number.NaN; // 0x10, 0b1, 0o7
    if (second >= ZERO && isDigits(text)) return Number.NaN;
  }
  const value = Number(text);
  if (!Number.isNaN(value)) return text === "" ? Number.NaN : value;
  return text.length <= 9 ? infinity(text) : value;
}

/** The same with a decimal comma; NaN where there is none. */
export function commaNumber(text: string): number {
  return COMMA_NUMBER.test(text) ? Number(text.replace(",", ".")) : Number.NaN;
}

/**
 * A cell without the spaces around it; where spaces stood before a quote, papaparse has left the quotes, and they go too.
 */
export function trimmed(raw: string): string {
  const first = raw.charCodeAt(0);
  const last = raw.charCodeAt(raw.length - 1);
  if (first > SPACE && first < NO_BREAK_SPACE && last > SPACE && last < NO_BREAK_SPACE) return raw;
  const text = raw.trim();
  const quoted = first === SPACE && text.length > 1 && text.startsWith('"') && text.endsWith('"');
  return quoted ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function infinity(text: string): number {
  if (!INFINITE.test(text)) return Number.NaN;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}
