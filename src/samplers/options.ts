/**
 * Options that come from a file or a flag.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";

/** What a sampler without options takes. */
export type NoOptions = Readonly<Record<string, never>>;

/** @throws {InvalidInputError} if `options` has a name that is not among `known` */
export function refuseUnknown(sampler: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new InvalidInputError(
        `${sampler}: there is no option ${JSON.stringify(name)}${didYouMean(name, known)}; ` +
          (known.length > 0 ? `there are ${known.join(", ")}` : "it takes none"),
      );
}
