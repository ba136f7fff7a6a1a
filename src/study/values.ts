/**
 * Values as objectives return them, by name.
 */
import { InvalidInputError } from "../errors.ts";
import type { Numbers, ObjectiveSpec } from "../trial.ts";

/** A number, or numbers by name, as numbers by name. @throws {InvalidInputError} if it is neither */
export function namedValues<Names extends string>(
  values: number | Readonly<Record<Names, number>>,
  objectives: readonly ObjectiveSpec[],
): Numbers {
  if (typeof values === "number") {
    if (objectives.length === 1) return { [objectives[0].name]: values };
    const names = objectives.map(({ name }) => name).join(", ");
    throw new InvalidInputError(
      `one number was told, but there are ${objectives.length} objectives: ${names}`,
    );
  }
  for (const [name, value] of Object.entries(values))
    if (typeof value !== "number")
      throw new InvalidInputError(`${name}: ${JSON.stringify(value)} is not a number`);
  return values;
}

/** The same values, if every objective has one. @throws {InvalidInputError} naming the one that is missing */
export function checkValues(values: Numbers, objectives: readonly ObjectiveSpec[]): Numbers {
  for (const { name } of objectives)
    if (!(name in values))
      throw new InvalidInputError(
        `${name} has no value; told were ${Object.keys(values).join(", ") || "none"}`,
      );
  return values;
}
