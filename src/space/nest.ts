/**
 * Flat params to the nested value that objectives receive, and back.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import type { ArrayPlace, Entry, PermutationPlace } from "./expand.ts";
import type { Scalar } from "./parameter.ts";
import type { Params } from "./types.ts";

type Nested = { [key: string | number]: Nested | Scalar };

/** @param holds  whether all conditions of an array's place hold */
export function nest(
  entries: readonly Entry[],
  arrays: readonly ArrayPlace[],
  permutations: readonly PermutationPlace[],
  params: Params,
  holds: (place: ArrayPlace) => boolean,
): unknown {
  const root: Nested = {};
  for (const place of arrays) if (holds(place)) put(root, place.keys, [] as unknown as Nested);
  for (const { path, keys, permutation } of entries) {
    const value = params[path];
    if (value !== undefined && permutation === undefined) put(root, keys, value);
  }
  for (const place of permutations) {
    const order = orderIn(place, params);
    if (order !== undefined) put(root, place.keys, order as unknown as Nested);
  }
  return root;
}

/** The items of a permutation in their order; undefined where it does not exist, or not every item has a place. */
export function orderIn({ items, members }: PermutationPlace, params: Params): readonly Scalar[] | undefined {
  const order: Scalar[] = [];
  members.forEach((path, index) => {
    const place = params[path];
    if (typeof place === "number") order[place] = items[index];
  });
  return order.filter(() => true).length === items.length ? order : undefined;
}

function put(root: Nested, keys: readonly (string | number)[], value: Nested | Scalar): void {
  let at = root;
  for (let depth = 0; depth < keys.length - 1; depth++) {
    const next = at[keys[depth]];
    if (next === undefined)
      at[keys[depth]] = typeof keys[depth + 1] === "number" ? ([] as unknown as Nested) : {};
    at = at[keys[depth]] as Nested;
  }
  const last = keys[keys.length - 1];
  if (at[last] === undefined || typeof value !== "object" || value === null) at[last] = value;
}

/**
 * The flat params of a nested value; which ones are active follows from the values before.
 *
 * @throws {InvalidInputError} if one is missing, or the value has a key that no parameter has
 */
export function unnest(
  entries: readonly Entry[],
  permutations: readonly PermutationPlace[],
  value: unknown,
  isActive: (index: number, params: Params) => boolean,
): Record<string, Scalar> {
  const params: Record<string, Scalar> = {};
  const used = new Set<string>();
  const orders = new Map(permutations.map((place) => [place.path, place]));
  entries.forEach(({ path, keys, permutation }, index) => {
    if (!isActive(index, params)) return;
    const place = orders.get(permutation ?? "");
    if (place !== undefined) {
      params[path] = placeOf(place, path, get(value, place.keys));
      place.items.forEach((_, k) => {
        used.add([...place.keys, k].join("."));
      });
      return;
    }
    const found = get(value, keys);
    if (found === undefined) throw new InvalidInputError(`${path}: has no value`);
    params[path] = found as Scalar;
    used.add(keys.join("."));
  });
  for (const leaf of leaves(value, ""))
    if (!used.has(leaf))
      throw new InvalidInputError(`${leaf}: unknown or inactive parameter${didYouMean(leaf, used)}`);
  return params;
}

/** Where an item stands in a list. @throws {InvalidInputError} if the list is not each item once */
function placeOf({ path, items, members }: PermutationPlace, member: string, list: unknown): number {
  if (list === undefined) throw new InvalidInputError(`${path}: has no value`);
  const isOrder =
    Array.isArray(list) && list.length === items.length && items.every((item) => list.includes(item));
  if (!isOrder)
    throw new InvalidInputError(
      `${path}: ${JSON.stringify(list)} is not each of ${JSON.stringify(items)} once`,
    );
  return list.indexOf(items[members.indexOf(member)]);
}

function get(value: unknown, keys: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of keys) {
    if (at === null || typeof at !== "object" || !Object.hasOwn(at, key)) return undefined;
    at = (at as Nested)[key];
  }
  return at;
}

function leaves(value: unknown, prefix: string): string[] {
  if (value === null || typeof value !== "object") return prefix === "" ? [] : [prefix];
  return Object.entries(value).flatMap(([key, item]) =>
    leaves(item, prefix === "" ? key : `${prefix}.${key}`),
  );
}
