/**
 * Values from outside: checked against the space, or parsed from text.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import { type Domain, problemWith } from "./domain.ts";
import type { Scalar } from "./parameter.ts";
import { clashIn } from "./permutation.ts";
import type { Parameter, Params } from "./types.ts";

/** @throws {InvalidInputError} as `Space.check` says */
export function checkParams(
  parameters: readonly Parameter[],
  find: (path: string) => Parameter | undefined,
  isActive: (index: number, params: Params) => boolean,
  given: Readonly<Record<string, unknown>>,
  partial: boolean,
): Params {
  for (const path of Object.keys(given))
    if (find(path) === undefined)
      throw new InvalidInputError(
        `${path}: unknown parameter${didYouMean(
          path,
          parameters.map((one) => one.path),
        )}`,
      );
  const params: Record<string, Scalar> = {};
  for (const parameter of parameters) {
    const { path, index } = parameter;
    const value = given[path];
    if (value === undefined) {
      if (!partial && isActive(index, params)) throw new InvalidInputError(`${path}: has no value`);
      continue;
    }
    const wrong = problemWith(parameter, value);
    if (wrong !== undefined) throw new InvalidInputError(`${path}: ${wrong}${hint(parameter, value)}`);
    if (!isActive(index, params) && !(partial && mayBeActive(parameters, parameter, params)))
      throw new InvalidInputError(`${path}: not active${why(parameters, parameter, params)}`);
    params[path] = value as Scalar;
    const other = parameter.permutation && clashIn(parameters, parameter, params);
    if (other !== undefined) throw new InvalidInputError(`${path}: ${other} has place ${value} already`);
  }
  return params;
}

function hint(domain: Domain, value: unknown): string {
  return domain.domain === "choice" && typeof value === "string"
    ? didYouMean(value, domain.choices.map(String))
    : "";
}

/** In a part of a point, what a parameter depends on may be left open. */
function mayBeActive(parameters: readonly Parameter[], parameter: Parameter, params: Params): boolean {
  return parameter.conditions.every(({ parameter: index, values, atLeast }) => {
    const value = params[parameters[index].path];
    if (value === undefined) return true;
    return values !== undefined ? values.includes(value) : (value as number) >= (atLeast ?? 0);
  });
}

function why(parameters: readonly Parameter[], parameter: Parameter, params: Params): string {
  for (const { parameter: index } of parameter.conditions) {
    const { path } = parameters[index];
    if (
      params[path] !== undefined &&
      !mayBeActive(
        parameters,
        { ...parameter, conditions: parameter.conditions.filter((c) => c.parameter === index) },
        params,
      )
    )
      return ` (${path} is ${JSON.stringify(params[path])})`;
  }
  return "";
}

/** Text as a value of that parameter. @throws {InvalidInputError} if it is none */
export function parseValue(parameter: Parameter, text: string): Scalar {
  const { path } = parameter;
  const trimmed = text.trim();
  if (parameter.domain === "choice") {
    const matches = parameter.choices.filter(
      (choice) => String(choice) === trimmed || JSON.stringify(choice) === trimmed,
    );
    const exact = matches.find((choice) => JSON.stringify(choice) === trimmed) ?? matches[0];
    if (exact !== undefined) return exact;
    throw new InvalidInputError(`${path}: ${problemWith(parameter, text)}${hint(parameter, trimmed)}`);
  }
  const value = Number(trimmed);
  if (trimmed === "" || Number.isNaN(value))
    throw new InvalidInputError(`${path}: ${JSON.stringify(text)} is not a number`);
  const wrong = problemWith(parameter, value);
  if (wrong !== undefined) throw new InvalidInputError(`${path}: ${wrong}`);
  return value;
}
