/**
 * Points of another space, or of an earlier version of this one, as points of this space: so that older trials, and
 * those of other studies, still inform.
 */
import { fromUnit } from "./domain.ts";
import type { Scalar } from "./parameter.ts";
import type { Encoded, Parameter, Params, Space } from "./types.ts";

/**
 * The params that stand for a foreign point in this space. Parameters that this space lacks are dropped; those that
 * the point lacks take their default, or the middle of their range where they have none. Numbers outside of a range
 * stay as they are.
 *
 * @returns undefined where the point has no place here: one of its choices is none of this space's, or a value that
 *          is to be a number, or above 0, is not
 */
export function adopt(space: Space, params: Params): Params | undefined {
  const adopted: Record<string, Scalar> = {};
  for (const parameter of space.parameters) {
    if (!space.isActive(parameter.index, adopted)) continue;
    const { [parameter.path]: value = initialValue(parameter) } = params;
    if (!hasPlace(parameter, value)) return undefined;
    adopted[parameter.path] = value;
  }
  return adopted;
}

/**
 * A foreign point in the unit cube of this space. Where numbers lie outside of a range, their coordinates lie outside
 * of [0, 1], which models of distances may use: `clip` moves them to the nearer end.
 *
 * @returns undefined where the point has no place here, as `adopt`
 */
export function adoptEncoded(space: Space, params: Params, clip = false): Encoded | undefined {
  const adopted = adopt(space, params);
  if (adopted === undefined) return undefined;
  const encoded = space.encode(adopted);
  return clip ? { ...encoded, unit: encoded.unit.map((u) => Math.min(1, Math.max(0, u))) } : encoded;
}

/** Whether exactly the active parameters of the space have a value; ranges are not looked at. */
export function isWhole(space: Space, params: Params): boolean {
  let active = 0;
  for (const { index, path } of space.parameters) {
    if (!space.isActive(index, params)) continue;
    if (!(path in params)) return false;
    active++;
  }
  return active === Object.keys(params).length;
}

/** What a parameter is where nobody said: its default, else the middle of its range; items stand as they are listed. */
export function initialValue(parameter: Parameter): Scalar {
  if (parameter.default !== undefined) return parameter.default;
  return parameter.permutation?.indexOf(parameter.index) ?? fromUnit(parameter, 0.5);
}

/** Whether a value has a unit coordinate, inside of [0, 1] or not. */
function hasPlace(parameter: Parameter, value: Scalar): boolean {
  if (parameter.domain === "choice") return parameter.choices.includes(value);
  return typeof value === "number" && Number.isFinite(value) && (!parameter.log || value > 0);
}
