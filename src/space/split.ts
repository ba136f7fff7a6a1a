/**
 * A space's JSON in its two parts.
 */
import type { ConstraintJson, ParametersJson, SpaceJson } from "./types.ts";

/** The parameters by path, and the constraints, if there are any. */
export function splitJson(json: SpaceJson): {
  readonly parameters: ParametersJson;
  readonly where: readonly ConstraintJson[];
} {
  const { where, ...parameters } = json;
  if (Array.isArray(where)) return { parameters: parameters as ParametersJson, where };
  return { parameters: json as ParametersJson, where: [] };
}

/** The parameters by path. */
export function parametersOf(json: SpaceJson): ParametersJson {
  return splitJson(json).parameters;
}
