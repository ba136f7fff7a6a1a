/**
 * Options of samplers, pruners and terminators: they come from a file or a flag, and are checked where they are taken.
 */
import { didYouMean, InvalidInputError } from "./errors.ts";
import type { Json } from "./trial.ts";

/** What one without options takes. */
export type NoOptions = Readonly<Record<string, never>>;

/** @throws {InvalidInputError} if `options` has a name that is not among `known` */
export function refuseUnknown(owner: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new InvalidInputError(
        `${owner}: there is no option ${JSON.stringify(name)}${didYouMean(name, known)}; ` +
          (known.length > 0 ? `there are ${known.join(", ")}` : "it takes none"),
      );
}

/** @throws {InvalidInputError} if the option is no number within the bounds; where it is not required, it may be absent */
export function checkNumber(
  owner: string,
  name: string,
  value: number | undefined,
  { least, most = Number.MAX_VALUE, above, whole = false, required = false }: Bounds,
): void {
  if (value === undefined && !required) return;
  const fits =
    typeof value === "number" &&
    (least === undefined || value >= least) &&
    (above === undefined || value > above) &&
    value <= most &&
    (!whole || Number.isInteger(value));
  if (fits) return;
  const range = [
    above !== undefined
      ? `above ${above}`
      : least === -Number.MAX_VALUE
        ? "that is finite"
        : `at least ${least}`,
    ...(most === Number.MAX_VALUE ? [] : [`at most ${most}`]),
  ];
  throw new InvalidInputError(
    `${owner}: ${name} must be a ${whole ? "whole " : ""}number ${range.join(" and ")}, ${shown(value)}`,
  );
}

/** What stood there instead. */
function shown(value: unknown): string {
  return value === undefined ? "and is missing" : `not ${JSON.stringify(value) ?? String(value)}`;
}

interface Bounds {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly whole?: boolean;
  readonly required?: boolean;
}

/** The options that were given, for the log; undefined where there are none. */
export function given(options: object): { readonly options?: Json } {
  return Object.keys(options).length === 0 ? {} : { options: options as Json };
}

/** @throws {InvalidInputError} if the value is none of the choices */
export function checkChoice<T>(owner: string, name: string, value: unknown, choices: readonly T[]): void {
  if (choices.includes(value as T)) return;
  const all = choices.map((choice) => JSON.stringify(choice)).join(" or ");
  throw new InvalidInputError(`${owner}: ${name} must be ${all}, ${shown(value)}`);
}
