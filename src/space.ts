/**
 * The search space. What the user writes is typed and nested; what is stored is flat, plain JSON: a record from
 * dotted paths to parameters, in order of declaration.
 */
import { InvalidInputError } from "./errors.ts";
import { compile } from "./space/compile.ts";
import type { Tree } from "./space/expression.ts";
import { flatten } from "./space/flatten.ts";
import type { Group, InferGroup } from "./space/parameter.ts";
import type { ConstraintJson, Functions, Space } from "./space/types.ts";

export type { Tree } from "./space/expression.ts";
export { readSpace } from "./space/json.ts";
export type * from "./space/parameter.ts";
export {
  array,
  boolean,
  categorical,
  constant,
  float,
  int,
  oneOf,
  ordinal,
  permutation,
  simplex,
} from "./space/parameter.ts";
export type * from "./space/types.ts";

/** The type of a space's nested values. */
export type Infer<S> = S extends Space<infer P> ? P : never;

/**
 * Constraints by name: functions, of which the study's log knows the names only, or trees, which any process
 * understands: `sumOf` and `ascending` make such, and `expression` of "fettle/node" makes one of a text.
 */
export type Where<P> = Readonly<Record<string, ((params: P) => boolean) | Tree>>;

export interface SpaceOptions<P> {
  /** Which of the points are allowed: those that satisfy all of these. */
  readonly where?: Where<P>;
}

/**
 * A search space from nested parameters.
 *
 * @throws {InvalidInputError} if a range, step, choice, name, length or constraint cannot be meant; the message has
 *                             the path
 * @example
 * const s = space(
 *   { lr: float(1e-5, 1e-1, { log: true }), layers: int(1, 4), units: int(16, 4096) },
 *   { where: { small: ({ layers, units }) => layers * units <= 4096 } },
 * );
 * type P = Infer<typeof s>; // { readonly lr: number; readonly layers: number; readonly units: number }
 */
export function space<const G extends Group>(
  group: G,
  { where = {} }: SpaceOptions<InferGroup<G>> = {},
): Space<InferGroup<G>> {
  const functions: Record<string, Functions[string]> = {};
  const constraints = Object.entries(where).map(([name, condition]): ConstraintJson => {
    if (condition === undefined)
      throw new InvalidInputError(`where ${JSON.stringify(name)}: expected a function, or a tree`);
    if (typeof condition !== "function") return { name, tree: condition };
    functions[name] = condition as Functions[string];
    return { name };
  });
  return compile(flatten(group), constraints, functions);
}

export { adopt, adoptEncoded, isWhole } from "./space/adopt.ts";
export { requireAllowed, requireKnown } from "./space/allowed.ts";
export { fromUnit, problemWith, toUnit, valuesOf } from "./space/domain.ts";
export { type Lattice, lattice } from "./space/lattice.ts";
export { place } from "./space/place.ts";
export { ascending, sumOf } from "./space/relations.ts";
export { parametersOf } from "./space/split.ts";
export { written } from "./space/written.ts";
