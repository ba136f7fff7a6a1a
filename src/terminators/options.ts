/**
 * Options that come from a file or a flag.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";

/** @throws {InvalidInputError} if `options` has a name that is not among `known`, or a value that is not above 0 */
export function checkOptions(terminator: string, options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name))
      throw new InvalidInputError(
        `${terminator}: there is no option ${JSON.stringify(name)}${didYouMean(name, known)}; there are ${known.join(", ")}`,
      );
    if (value !== undefined && !(typeof value === "number" && value > 0 && Number.isFinite(value)))
      throw new InvalidInputError(
        `${terminator}: ${name} must be a number above 0, not ${JSON.stringify(value) ?? String(value)}`,
      );
  }
}
