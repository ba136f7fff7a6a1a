/**
 * The constraints that a file and flags give, with where each of them stands.
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import { givenConstraints, jsonOf } from "../space/constraint.ts";
import type { ConstraintJson } from "../space/types.ts";
import { parseExpression } from "./expression.ts";
import type { ConfigFile } from "./file.ts";
import type { Flags } from "./flags.ts";

/** A constraint, and the words for where it was given. */
export interface PlacedConstraint {
  readonly place: string;
  readonly constraint: ConstraintJson;
}

/**
 * The constraints of a configuration's space, of its `where`, and of `--where`; the same text twice is one.
 *
 * @throws {InvalidInputError} saying where one stood that cannot be read
 */
export function readConstraints(
  file: ConfigFile | undefined,
  flags: Pick<Flags, "where">,
): PlacedConstraint[] {
  const { space } = file?.config ?? {};
  const placed = (space === undefined ? [] : givenConstraints(space)).map(
    (constraint): PlacedConstraint => ({
      place: `${file?.file} where ${JSON.stringify(constraint.name)}`,
      constraint: jsonOf(constraint),
    }),
  );
  const inFile = file?.config.where ?? [];
  const texts = [
    ...(typeof inFile === "string"
      ? [{ place: file!.where(["where"]), text: inFile }]
      : inFile.map((text, index) => ({ place: file!.where(["where", index]), text }))),
    ...(flags.where ?? []).map((text) => ({ place: `--where ${JSON.stringify(text)}`, text })),
  ];
  for (const { place, text } of texts) placed.push({ place, constraint: constraintOf(place, text) });
  const names = new Set<string>();
  return placed.filter(({ constraint: { name } }) => !names.has(name) && names.add(name));
}

function constraintOf(place: string, text: string): ConstraintJson {
  try {
    return { name: text.trim(), tree: parseExpression(text) };
  } catch (cause) {
    throw new InvalidInputError(`${place}: ${messageOf(cause)}`, { cause });
  }
}
