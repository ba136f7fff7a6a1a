/**
 * Permutations: a parameter for each item, the item's place. In the unit cube the items stand in the order of their
 * coordinates, so that every point is a permutation and neighbours are near.
 *
 * @see Bean 1994, "Genetic algorithms and random keys for sequencing and optimization"
 */
import { InvalidInputError, NumericalError } from "../errors.ts";
import type { Scalar } from "./parameter.ts";
import type { Parameter, ParameterJson, Params } from "./types.ts";

type PermutationJson = Extract<ParameterJson, { type: "permutation" }>;

/** Items beyond this are as many parameters, and models of them slow. */
const MOST_ITEMS = 1000;

/**
 * The last part of each item's path: the item itself where it is a plain word, else its index.
 *
 * @throws {InvalidInputError} if there are no items, one is no scalar, or two read the same
 */
export function segmentsOf(path: string, { items, default: initial }: PermutationJson): readonly string[] {
  if (!Array.isArray(items) || items.length === 0)
    throw new InvalidInputError(`${path}: there is nothing to put in order; give at least one item`);
  if (items.length > MOST_ITEMS)
    throw new InvalidInputError(
      `${path}: a permutation has at most ${MOST_ITEMS} items, not ${items.length}`,
    );
  const texts = new Set<string>();
  for (const item of items) {
    const isScalar = item === null || ["string", "boolean"].includes(typeof item) || Number.isFinite(item);
    if (!isScalar)
      throw new InvalidInputError(
        `${path}: item ${JSON.stringify(item)} is not a string, finite number, boolean or null`,
      );
    if (String(item).includes(","))
      throw new InvalidInputError(
        `${path}: item ${JSON.stringify(item)} has a comma, which stands between items`,
      );
    if (texts.has(String(item)))
      throw new InvalidInputError(`${path}: item ${JSON.stringify(item)} is given twice`);
    texts.add(String(item));
  }
  if (initial !== undefined) checkDefault(path, items, initial);
  return items.map((item, index) => (/^[A-Za-z_][\w-]*$/.test(String(item)) ? String(item) : String(index)));
}

function checkDefault(path: string, items: readonly Scalar[], initial: unknown): void {
  const isOrder =
    Array.isArray(initial) &&
    initial.length === items.length &&
    items.every((item) => initial.includes(item));
  if (!isOrder)
    throw new InvalidInputError(
      `${path}: default ${JSON.stringify(initial)} does not have each item once, in the order that is used today`,
    );
}

/** The place of each member: how many of them have a smaller coordinate, or as small a one and stand before it. */
export function placesOf(members: readonly number[], unit: ArrayLike<number>): Int32Array {
  const order = members.map((_, k) => k);
  for (const member of members)
    if (Number.isNaN(unit[member])) throw new NumericalError("a unit coordinate is NaN");
  order.sort((a, b) => unit[members[a]] - unit[members[b]] || a - b);
  const places = new Int32Array(members.length);
  order.forEach((member, place) => {
    places[member] = place;
  });
  return places;
}

/**
 * Gives each member that is not settled one of the places that are left, in the order in which they stand.
 *
 * @param params  changed in place; the settled ones are no two of one place
 */
export function placeAround(
  parameters: readonly Parameter[],
  params: Record<string, Scalar>,
  isSettled: (path: string) => boolean,
): void {
  for (const { index, permutation, path } of parameters) {
    if (permutation === undefined || permutation[0] !== index || params[path] === undefined) continue;
    const paths = permutation.map((member) => parameters[member].path);
    const settled = paths.filter(isSettled);
    if (settled.length === 0) continue;
    const taken = new Set(settled.map((one) => params[one]));
    const left = paths.map((_, place) => place).filter((place) => !taken.has(place));
    const others = paths.filter((one) => !isSettled(one));
    others.sort((a, b) => (params[a] as number) - (params[b] as number));
    others.forEach((one, k) => {
      params[one] = left[k];
    });
  }
}

/** The parameter whose place an earlier one has; undefined if there is none. */
export function clashIn(
  parameters: readonly Parameter[],
  { permutation = [], index, path }: Parameter,
  params: Params,
): string | undefined {
  for (const member of permutation) {
    const other = parameters[member].path;
    if (member !== index && other in params && params[other] === params[path]) return other;
  }
  return undefined;
}

/** How many orders there are, as far as a number can tell. */
export function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

/** The places of `n` items in the order of that rank, 0 … n! − 1. */
export function placesOfRank(n: number, rank: number): readonly number[] {
  const left = Array.from({ length: n }, (_, place) => place);
  let rest = rank;
  return Array.from({ length: n }, (_, k) => {
    const below = factorial(n - 1 - k);
    const digit = Math.floor(rest / below);
    rest -= digit * below;
    return left.splice(digit, 1)[0];
  });
}

/** Every way to give each member one of its values, no two the same; at most `most`, else undefined. */
export function placements(
  values: readonly (readonly Scalar[])[],
  most: number,
): readonly (readonly Scalar[])[] | undefined {
  let partial: (readonly Scalar[])[] = [[]];
  for (const own of values) {
    partial = partial.flatMap((places) =>
      own.filter((value) => !places.includes(value)).map((value) => [...places, value]),
    );
    if (partial.length > most) return undefined;
  }
  return partial;
}
