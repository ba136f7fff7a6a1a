/**
 * Params as programs and people write them: a permutation is one value, its items in order with commas between.
 */
import { InvalidInputError } from "../errors.ts";
import type { PermutationPlace } from "./expand.ts";
import { orderIn } from "./nest.ts";
import type { Scalar } from "./parameter.ts";
import type { Params, Space } from "./types.ts";

/** Flat params with each permutation as one text: `order` is "norm,relu,drop" in the place of `order.norm` and others. */
export function written({ permutations }: Pick<Space, "permutations">, params: Params): Params {
  if (permutations.length === 0) return params;
  const heads = new Map(permutations.map((place) => [place.members[0], place]));
  const members = new Set(permutations.flatMap((place) => place.members));
  const entries = Object.entries(params).flatMap(([path, value]): (readonly [string, Scalar])[] => {
    if (!members.has(path)) return [[path, value]];
    const place = heads.get(path);
    const order = place && orderIn(place, params);
    return place && order ? [[place.path, order.join(",")]] : [];
  });
  return Object.fromEntries(entries);
}

/** The paths that `written` params may have. */
export function writtenPaths({
  parameters,
  permutations,
}: Pick<Space, "parameters" | "permutations">): readonly string[] {
  const owners = new Map(
    permutations.flatMap(({ path, members }) => members.map((member) => [member, path] as const)),
  );
  return [...new Set(parameters.map(({ path }) => owners.get(path) ?? path))];
}

/** A permutation's text as the list of its items. @throws {InvalidInputError} unless it is each item once */
export function readOrder({ path, items }: PermutationPlace, given: unknown): readonly Scalar[] {
  const texts = (Array.isArray(given) ? given : String(given).split(",")).map((one) => String(one).trim());
  const order = texts.flatMap((text) => items.filter((item) => String(item) === text));
  if (order.length === items.length && texts.length === items.length && new Set(order).size === items.length)
    return order;
  throw new InvalidInputError(
    `${path}: ${JSON.stringify(given)} is not each of ${items.map(String).join(", ")} once, with commas between`,
  );
}

/** Values from outside with each permutation that is written as one value in its parts. @throws as `readOrder` */
export function partsOfOrders(
  permutations: readonly PermutationPlace[],
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const found = permutations.filter(({ path }) => given[path] !== undefined);
  if (found.length === 0) return given;
  const parts: Record<string, unknown> = { ...given };
  for (const place of found) {
    const order = readOrder(place, given[place.path]);
    delete parts[place.path];
    place.members.forEach((member, index) => {
      parts[member] = order.indexOf(place.items[index]);
    });
  }
  return parts;
}
