/**
 * Numbers as people write them: currency signs, thousands separated, decimal commas, per cent, accountants' parentheses.
 */

/** What separates the fraction. */
export type DecimalMark = "point" | "comma";

const POINT =
  /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:['\u2019 \u00a0\u202f]\d{3})+|\d*)(?:\.\d*)?(?:e[+-]?\d+)?$/i;
const COMMA = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d{1,3}(?:['\u2019 \u00a0\u202f]\d{3})+|\d*)(?:,\d*)?$/;
const INFINITE = /^([+-])?inf(?:inity)?$/i;

/** The number that a text means; NaN if it means none. */
export function parseNumber(text: string, mark: DecimalMark): number {
  let rest = text.trim();
  const infinite = INFINITE.exec(rest);
  if (infinite !== null) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  let sign = 1;
  if (rest.startsWith("(") && rest.endsWith(")")) {
    rest = rest.slice(1, -1).trim();
    sign = -1;
  }
  rest = rest.replace(/^([+-]?)\s*[$€£¥₹]\s*/, "$1").replace(/\s*[$€£¥₹%]$/, "");
  if (!/\d/.test(rest) || !(mark === "point" ? POINT : COMMA).test(rest)) return Number.NaN;
  const plain =
    mark === "point"
      ? rest.replace(/[,'\u2019\s]/g, "")
      : rest.replace(/[.'\u2019\s]/g, "").replace(",", ".");
  return sign * Number(plain);
}

/** The mark with which more of the cells are numbers; the point where both do. */
export function decimalMark(texts: readonly string[], counts: ArrayLike<number>): DecimalMark {
  let balance = 0;
  for (let i = 0; i < texts.length; i++) {
    if (!Number.isNaN(parseNumber(texts[i], "point"))) balance += counts[i];
    if (!Number.isNaN(parseNumber(texts[i], "comma"))) balance -= counts[i];
  }
  return balance >= 0 ? "point" : "comma";
}

/** A number in digits that means a code, not an amount: its first zero would get lost. */
export function isCode(text: string): boolean {
  return /^0\d+$/.test(text.trim());
}
