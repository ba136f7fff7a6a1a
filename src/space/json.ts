/**
 * The flat form from outside: checked in shape, then compiled.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import { compile } from "./compile.ts";
import { splitJson } from "./split.ts";
import type { Functions, ParameterJson, Space, SpaceJson } from "./types.ts";

/** The fields that each type of parameter has, and those that it must have. */
const FIELDS: Readonly<
  Record<string, { readonly needs: readonly string[]; readonly takes: readonly string[] }>
> = {
  float: { needs: ["low", "high"], takes: ["log", "step", "default", "prior", "length"] },
  int: { needs: ["low", "high"], takes: ["log", "step", "default", "prior", "length"] },
  categorical: { needs: ["choices"], takes: ["tag", "default", "prior", "length"] },
  ordinal: { needs: ["choices"], takes: ["default", "prior", "length"] },
  boolean: { needs: [], takes: ["default", "prior", "length"] },
  constant: { needs: ["value"], takes: ["length"] },
  array: { needs: ["length"], takes: [] },
  permutation: { needs: ["items"], takes: ["default"] },
  simplex: { needs: ["items"], takes: [] },
};

/**
 * A space from its flat JSON form.
 *
 * @param functions  what the constraints that have a name only stand for; where one is missing, the space cannot be
 *                   searched
 * @throws {InvalidInputError} if it is none; the message begins with the path of the parameter
 */
export function readSpace<P = unknown>(json: unknown, functions: Functions = {}): Space<P> {
  if (!isRecord(json))
    throw new InvalidInputError(`a space must be an object of parameters, not ${describe(json)}`);
  const { parameters, where } = splitJson(json as SpaceJson);
  for (const [path, entry] of Object.entries(parameters)) checkEntry(path, entry);
  return compile<P>(parameters as Readonly<Record<string, ParameterJson>>, where, functions);
}

function checkEntry(path: string, entry: unknown): void {
  if (path.split(".").some((segment) => segment === ""))
    throw new InvalidInputError(`${JSON.stringify(path)}: a name between dots must not be empty`);
  if (!isRecord(entry))
    throw new InvalidInputError(`${path}: expected an object with a type, got ${describe(entry)}`);
  const { type } = entry;
  if (typeof type !== "string" || !Object.hasOwn(FIELDS, type))
    throw new InvalidInputError(
      `${path}: type ${JSON.stringify(type)} is none of ${Object.keys(FIELDS).join(", ")}${didYouMean(String(type), Object.keys(FIELDS))}`,
    );
  const { needs, takes } = FIELDS[type];
  for (const field of needs)
    if (entry[field] === undefined)
      throw new InvalidInputError(`${path}: a ${type} needs ${needs.join(" and ")}; ${field} is missing`);
  const known = ["type", "when", ...needs, ...takes];
  for (const [field, value] of Object.entries(entry)) {
    if (!known.includes(field))
      throw new InvalidInputError(
        `${path}: a ${type} has no ${JSON.stringify(field)}${didYouMean(field, known)}`,
      );
    if (field === "log" && value !== undefined && typeof value !== "boolean")
      throw new InvalidInputError(`${path}: log must be true or false, not ${describe(value)}`);
    if (field === "when" && value !== undefined && !isRecord(value))
      throw new InvalidInputError(
        `${path}: when must be an object of values by parameter, not ${describe(value)}`,
      );
    if ((field === "choices" || field === "items") && !Array.isArray(value))
      throw new InvalidInputError(`${path}: ${field} must be a list, not ${describe(value)}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  return Array.isArray(value) ? "a list" : (JSON.stringify(value) ?? String(value));
}
