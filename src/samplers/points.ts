/**
 * The points of a space, some values being settled: what grid search walks, and what is left of a small space.
 */

import { holds } from "../space/lattice.ts";
import type { Parameter, Params, Space } from "../space/types.ts";
import { type Lattice, lattice } from "../space.ts";

type Scalar = Params[string];

/**
 * All points that have the settled values.
 *
 * @param fixed     settled values, by path
 * @param valuesOf  the values of another parameter; asked only for those that are active in some point
 * @throws {UnsupportedError} as `lattice` does
 */
export function settledPoints(
  space: Space,
  fixed: Params,
  valuesOf: (parameter: Parameter) => readonly Scalar[],
): Lattice {
  const values: (readonly Scalar[])[] = [];
  for (const parameter of space.parameters) {
    const settled = fixed[parameter.path];
    if (!mayBeActive(parameter, values)) values.push([]);
    else values.push(settled === undefined ? valuesOf(parameter) : [settled]);
  }
  return lattice(space.parameters, values);
}

/** Whether each of its conditions holds for one of the values that the parameter looked at has. */
function mayBeActive({ conditions }: Parameter, values: readonly (readonly Scalar[])[]): boolean {
  return conditions.every((condition) =>
    values[condition.parameter].some((value) => holds(condition, value)),
  );
}
