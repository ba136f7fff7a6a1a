/**
 * The flags of `fettle run` that describe a study, as they are written, and their values.
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import { parseDuration } from "./duration.ts";
import { oneOfText, suggest } from "./suggest.ts";

/** Flags as text; only those that were given. */
export interface Flags {
  readonly param?: readonly string[];
  readonly where?: readonly string[];
  readonly min?: readonly string[];
  readonly max?: readonly string[];
  readonly trials?: string;
  readonly parallel?: string;
  readonly gpus?: string;
  readonly gpusPerTrial?: string;
  readonly subjectTo?: readonly string[];
  readonly study?: string;
  readonly storage?: string;
  readonly sampler?: string;
  readonly pruner?: string;
  readonly stopWhen?: string;
  readonly repeats?: string;
  readonly maxSteps?: string;
  readonly seed?: string;
  readonly time?: string;
  readonly trialTimeout?: string;
  readonly grace?: string;
  readonly target?: readonly string[];
  readonly maxFailures?: string;
  readonly retries?: string;
  readonly fix?: readonly string[];
  readonly warmStart?: readonly string[];
  readonly value?: string;
  readonly files?: string;
}

/** A flag's whole number. @throws {InvalidInputError} showing the flag */
export function wholeNumber(flag: string, text: string | undefined, least?: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= (least ?? value)) return value;
  const bound = least === undefined ? "" : ` of at least ${least}`;
  throw new InvalidInputError(`${flag} ${text}: expected a whole number${bound}`);
}

/** A duration in milliseconds. @throws {InvalidInputError} saying where it stood */
export function durationAt(where: string, given: string | number): number {
  try {
    return parseDuration(given);
  } catch (cause) {
    throw new InvalidInputError(`${where}: ${messageOf(cause)}`, { cause });
  }
}

/** One of several words. @throws {InvalidInputError} showing the flag and the nearest word */
export function oneOf<const T extends string>(
  flag: string,
  text: string | undefined,
  words: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const word = words.find((each) => each === text);
  if (word !== undefined) return word;
  throw new InvalidInputError(`${flag} ${text}: expected ${oneOfText(words)}${suggest(text, words)}`);
}

/** `name=value` in its two parts. @throws {InvalidInputError} showing the flag and a correct example */
export function nameAndText(
  flag: string,
  text: string,
  example: string,
): readonly [name: string, text: string] {
  const equals = text.indexOf("=");
  if (equals <= 0 || equals === text.length - 1)
    throw new InvalidInputError(
      `${flag} ${text}: expected a name, "=" and a value, such as ${flag} ${example}`,
    );
  return [text.slice(0, equals).trim(), text.slice(equals + 1)];
}
