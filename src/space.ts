/**
 * The search space. What the user writes is typed and nested; what is stored is flat, plain JSON: a record from
 * dotted paths to parameters, in order of declaration.
 */
import { compile } from "./space/compile.ts";
import { flatten } from "./space/flatten.ts";
import type { Group, InferGroup } from "./space/parameter.ts";
import type { Space } from "./space/types.ts";

export { readSpace } from "./space/json.ts";
export type * from "./space/parameter.ts";
export { array, boolean, categorical, constant, float, int, oneOf, ordinal } from "./space/parameter.ts";
export type * from "./space/types.ts";

/** The type of a space's nested values. */
export type Infer<S> = S extends Space<infer P> ? P : never;

/**
 * A search space from nested parameters.
 *
 * @throws {InvalidInputError} if a range, step, choice, name or length cannot be meant; the message has the path
 * @example
 * const s = space({ lr: float(1e-5, 1e-1, { log: true }), layers: int(1, 4) });
 * type P = Infer<typeof s>; // { readonly lr: number; readonly layers: number }
 */
export function space<const G extends Group>(group: G): Space<InferGroup<G>> {
  return compile(flatten(group));
}

export { adopt, adoptEncoded, isWhole } from "./space/adopt.ts";
export { fromUnit, problemWith, toUnit, valuesOf } from "./space/domain.ts";
export { type Lattice, lattice } from "./space/lattice.ts";
export { place } from "./space/place.ts";
