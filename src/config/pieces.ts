/**
 * The text of a parameter's values, `a,'b:c':default=a`, as its pieces; quotes keep commas and colons.
 */
import { InvalidInputError } from "../errors.ts";

export interface Piece {
  readonly text: string;
  /** Whether it stood in quotes: then it is text, whatever it looks like. */
  readonly quoted: boolean;
}

export interface Suffix {
  readonly name: string;
  /** What stands behind its "=". */
  readonly value?: Piece;
}

/**
 * Reads values separated by commas, and suffixes that each begin with a colon. A quote opens only where a value
 * begins, so that `it's` is three letters and an apostrophe.
 *
 * @throws {InvalidInputError} on a quote that is not closed, or text behind a closing one
 */
export function readPieces(text: string): {
  readonly values: readonly Piece[];
  readonly suffixes: readonly Suffix[];
} {
  let at = 0;

  function piece(stops: string): Piece {
    while (text[at] === " ") at++;
    const from = at;
    const quote = text[at];
    if (quote !== "'" && quote !== '"') {
      while (at < text.length && !stops.includes(text[at])) at++;
      return { text: text.slice(from, at).trim(), quoted: false };
    }
    at = text.indexOf(quote, at + 1);
    if (at < 0)
      throw new InvalidInputError(
        `the ${quote} before ${JSON.stringify(text.slice(from + 1))} is not closed`,
      );
    const content = text.slice(from + 1, at++);
    while (text[at] === " ") at++;
    if (at < text.length && !stops.includes(text[at]))
      throw new InvalidInputError(
        `${JSON.stringify(text.slice(at))} follows the closing ${quote}; quote a value as a whole, such as "a'b"`,
      );
    return { text: content, quoted: true };
  }

  const values = [piece(",:")];
  while (text[at] === ",") {
    at++;
    values.push(piece(",:"));
  }
  const suffixes: Suffix[] = [];
  while (text[at] === ":") {
    at++;
    const name = piece("=:").text;
    if (text[at] !== "=") {
      suffixes.push({ name });
      continue;
    }
    at++;
    suffixes.push({ name, value: piece(":") });
  }
  return { values, suffixes };
}
