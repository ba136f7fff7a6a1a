/**
 * Arrays to their items, paths to conditions, and an order in which each parameter comes after those it needs.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import type { Scalar } from "./parameter.ts";
import { segmentsOf } from "./permutation.ts";
import type { ParameterJson, ParametersJson } from "./types.ts";

/** A condition by path, before indices are known. */
export interface PathCondition {
  readonly path: string;
  readonly values?: readonly Scalar[];
  readonly atLeast?: number;
}

/** An entry of the flat form with arrays expanded. */
export interface Entry {
  readonly path: string;
  readonly json: ParameterJson;
  readonly conditions: readonly PathCondition[];
  /** Keys that lead to it in the nested value. */
  readonly keys: readonly (string | number)[];
  /** Of a permutation's item: the path of the permutation. */
  readonly permutation?: string;
  /** Of a share: the path of the simplex. */
  readonly simplex?: string;
}

/** A permutation as it stands in the nested value: the items in their order. */
export interface PermutationPlace {
  readonly keys: readonly (string | number)[];
  readonly path: string;
  readonly items: readonly Scalar[];
  /** The paths of the items' places, in the order of `items`. */
  readonly members: readonly string[];
}

/** An array as it stands in the nested value, which may be empty. */
export interface ArrayPlace {
  readonly keys: readonly (string | number)[];
  readonly path: string;
  readonly conditions: readonly PathCondition[];
}

/** A simplex: the paths of its shares. */
export interface SimplexPlace {
  readonly path: string;
  readonly members: readonly string[];
}

export interface Expanded {
  readonly entries: readonly Entry[];
  readonly arrays: readonly ArrayPlace[];
  readonly permutations: readonly PermutationPlace[];
  readonly simplices: readonly SimplexPlace[];
}

/** @throws {InvalidInputError} if a length, condition or branch names what is not there, or conditions form a cycle */
export function expand(json: ParametersJson): Expanded {
  const known = new Map(Object.entries(json));
  const flat: Unkeyed[] = [];
  const arrays: Omit<ArrayPlace, "keys">[] = [];
  const top = [...known]
    .filter(([path]) => !path.split(".").includes("*"))
    .map(([path, entry]) => ({ path, json: entry, conditions: [] }));
  expandInto(flat, arrays, top, known);
  for (const path of known.keys()) checkHeader(path, known);
  const paths = new Map(flat.map((entry) => [entry.path, entry]));
  const permutations = ownersOf(flat, "permutation");
  const simplices = ownersOf(flat, "simplex");
  for (const { path } of flat) checkBranches(path, [...permutations, ...simplices], paths);
  const withConditions = flat.map((entry) => ({ ...entry, conditions: allConditions(entry, paths) }));
  const arrayPaths = new Set(arrays.map(({ path }) => path));
  const entries = order(withConditions).map((entry) => ({
    ...entry,
    keys: keysOf(entry.path, paths, arrayPaths),
  }));
  const places = arrays.map((array) => ({
    ...array,
    conditions: allConditions(
      { path: array.path, json: { type: "array", length: 0 }, conditions: array.conditions },
      paths,
    ),
    keys: keysOf(array.path, paths, arrayPaths),
  }));
  const orders = permutations.map((path) => {
    const members = flat.filter(({ permutation }) => permutation === path);
    const { items } = known.get(path) as Extract<ParameterJson, { type: "permutation" }>;
    return {
      path,
      items,
      members: members.map((member) => member.path),
      keys: keysOf(path, paths, arrayPaths),
    };
  });
  const shares = simplices.map((path) => ({
    path,
    members: flat.filter(({ simplex }) => simplex === path).map((member) => member.path),
  }));
  return { entries, arrays: places, permutations: orders, simplices: shares };
}

type Unkeyed = Omit<Entry, "keys">;

function expandInto(
  out: Unkeyed[],
  arrays: Omit<ArrayPlace, "keys">[],
  entries: readonly Unkeyed[],
  known: Map<string, ParameterJson>,
): void {
  for (const entry of entries) {
    const { path, json } = entry;
    if (json.type === "permutation" || json.type === "simplex") {
      out.push(...(json.type === "permutation" ? itemsInOrder(entry, json) : sharesOf(entry, json)));
      continue;
    }
    if (json.length === undefined) {
      out.push(entry);
      continue;
    }
    const { most, by } = readLength(path, json.length, known);
    arrays.push({ path, conditions: entry.conditions });
    const items = itemsOf(path, json, known);
    for (let i = 0; i < most; i++) {
      const counted = by === undefined ? [] : [{ path: by, atLeast: i + 1 }];
      const placed = items.map((item) => ({
        path: `${path}.${i}${item.path.slice(path.length + 2)}`,
        json: item.json,
        conditions: [...entry.conditions, ...counted],
      }));
      for (const item of placed) known.set(item.path, item.json);
      const own = placed.filter(
        (item) =>
          !item.path
            .slice(path.length + 1)
            .split(".")
            .includes("*"),
      );
      expandInto(out, arrays, own, known);
    }
  }
}

/** The place of each item, as a parameter of its own. */
function itemsInOrder(
  { path, conditions }: Unkeyed,
  json: Extract<ParameterJson, { type: "permutation" }>,
): readonly Unkeyed[] {
  const { items, default: initial, when } = json;
  return segmentsOf(path, json).map((segment, index) => ({
    path: `${path}.${segment}`,
    json: {
      type: "int",
      low: 0,
      high: items.length - 1,
      ...(initial && { default: initial.indexOf(items[index]) }),
      ...(when && { when }),
    },
    conditions,
    permutation: path,
  }));
}

/** Each share as a parameter of its own. @throws {InvalidInputError} if a name is none, or given twice */
function sharesOf(
  { path, conditions }: Unkeyed,
  { items, when }: Extract<ParameterJson, { type: "simplex" }>,
): readonly Unkeyed[] {
  if (items.length === 0)
    throw new InvalidInputError(`${path}: there is nothing to share; give at least one name`);
  items.forEach((item, index) => {
    if (typeof item !== "string" || !/^[^.*]+$/.test(item))
      throw new InvalidInputError(`${path}: ${JSON.stringify(item)} is no name: text without "." and "*"`);
    if (items.indexOf(item) !== index)
      throw new InvalidInputError(`${path}: ${JSON.stringify(item)} is given twice`);
  });
  return items.map((item) => ({
    path: `${path}.${item}`,
    json: { type: "float", low: 0, high: 1, ...(when && { when }) },
    conditions,
    simplex: path,
  }));
}

/** The permutations, or simplices, that entries are parts of. */
function ownersOf(entries: readonly Unkeyed[], kind: "permutation" | "simplex"): readonly string[] {
  return [...new Set(entries.flatMap((entry) => entry[kind] ?? []))];
}

/** @throws {InvalidInputError} if a path stands below a permutation or a simplex, and is no part of it */
function checkBranches(path: string, owners: readonly string[], paths: Map<string, Unkeyed>): void {
  const above = owners.find((one) => path.startsWith(`${one}.`));
  const entry = paths.get(path);
  if (above !== undefined && entry?.permutation !== above && entry?.simplex !== above)
    throw new InvalidInputError(`${path}: ${above} has no branches; use another name`);
}

/** The entries `path.*…`; a leaf with a length is its own item. */
function itemsOf(path: string, json: ParameterJson, known: Map<string, ParameterJson>) {
  if (json.type !== "array" && json.type !== "permutation" && json.type !== "simplex") {
    const { length: _length, ...leaf } = json;
    return [{ path: `${path}.*`, json: leaf as ParameterJson }];
  }
  const items = [...known]
    .filter(([other]) => other === `${path}.*` || other.startsWith(`${path}.*.`))
    .map(([other, item]) => ({ path: other, json: item }));
  if (items.length === 0) throw new InvalidInputError(`${path}: the array has no items; declare ${path}.*.…`);
  return items;
}

/** Paths with a star belong to an array that is declared. */
function checkHeader(path: string, known: Map<string, ParameterJson>): void {
  const at = path.split(".").indexOf("*");
  if (at < 0) return;
  const header = path.split(".").slice(0, at).join(".");
  if (known.get(header)?.type !== "array")
    throw new InvalidInputError(
      `${path}: "*" stands for the items of an array, but ${header || "the space"} is none`,
    );
}

/** A number, or an int of the same or an enclosing group, or else a whole path. */
function readLength(
  path: string,
  length: unknown,
  known: Map<string, ParameterJson>,
): { most: number; by?: string } {
  if (typeof length === "number") {
    if (!Number.isInteger(length) || length < 0)
      throw new InvalidInputError(`${path}: length ${length} is not a whole number of at least 0`);
    return { most: length };
  }
  if (typeof length !== "string")
    throw new InvalidInputError(`${path}: length ${JSON.stringify(length)} is neither a number nor a name`);
  const groups = path.split(".").slice(0, -1);
  const candidates = groups.map((_, index) => [...groups.slice(0, groups.length - index), length].join("."));
  const by = [...candidates, length].find((candidate) => known.has(candidate));
  if (by === undefined)
    throw new InvalidInputError(
      `${path}: length names ${JSON.stringify(length)}, which does not exist${didYouMean(length, known.keys())}`,
    );
  const json = known.get(by) as ParameterJson;
  if (json.type !== "int" || json.length !== undefined)
    throw new InvalidInputError(`${path}: length names ${by}, which is not an int`);
  if (!(json.low >= 0)) throw new InvalidInputError(`${path}: length names ${by}, which can be below 0`);
  return { most: json.high, by };
}

/** Conditions from arrays, from the path (below a choice and one of its values), and from `when`. */
function allConditions(entry: Unkeyed, paths: Map<string, Unkeyed>): PathCondition[] {
  const conditions = [...entry.conditions];
  const segments = entry.path.split(".");
  for (let count = 1; count < segments.length; count++) {
    const parent = paths.get(segments.slice(0, count).join("."));
    if (parent !== undefined) conditions.push(branchCondition(entry.path, parent, segments[count]));
  }
  for (const [path, wanted] of Object.entries(entry.json.when ?? {})) {
    const parent = paths.get(path);
    if (parent === undefined)
      throw new InvalidInputError(
        `${entry.path}: when names ${path}, which does not exist${didYouMean(path, paths.keys())}`,
      );
    const values = (Array.isArray(wanted) ? wanted : [wanted]) as readonly Scalar[];
    const choices = choicesOf(parent.json);
    for (const value of values)
      if (choices !== undefined && !choices.includes(value))
        throw new InvalidInputError(
          `${entry.path}: when asks for ${path} = ${JSON.stringify(value)}, which is not one of its choices`,
        );
    conditions.push({ path, values });
  }
  return conditions;
}

function branchCondition(path: string, parent: Unkeyed, segment: string): PathCondition {
  const choices = choicesOf(parent.json);
  if (choices === undefined)
    throw new InvalidInputError(
      `${path}: ${parent.path} is a ${parent.json.type}, which has no branches; use another name`,
    );
  const value = choices.find((choice) => String(choice) === segment);
  if (value === undefined)
    throw new InvalidInputError(
      `${path}: ${JSON.stringify(segment)} is not one of the choices of ${parent.path}${didYouMean(segment, choices.map(String))}`,
    );
  return { path: parent.path, values: [value] };
}

function choicesOf(json: ParameterJson): readonly Scalar[] | undefined {
  if (json.type === "categorical" || json.type === "ordinal") return json.choices;
  return json.type === "boolean" ? [false, true] : undefined;
}

/** Declaration order, but each after those that its conditions name. @throws {InvalidInputError} naming a cycle */
function order(entries: readonly Unkeyed[]): Unkeyed[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const done = new Set<string>();
  const ordered: Unkeyed[] = [];
  const visit = (entry: Unkeyed, trail: readonly string[]) => {
    if (done.has(entry.path)) return;
    if (trail.includes(entry.path))
      throw new InvalidInputError(
        `${[...trail.slice(trail.indexOf(entry.path)), entry.path].join(" → ")}: conditions in a cycle`,
      );
    for (const { path } of entry.conditions) visit(byPath.get(path) as Unkeyed, [...trail, entry.path]);
    done.add(entry.path);
    ordered.push(entry);
  };
  for (const entry of entries) visit(entry, []);
  return ordered;
}

/** The way to a path in the nested value: a choice between branches is its tag, and adds no level for the choice. */
function keysOf(path: string, paths: Map<string, Unkeyed>, arrays: ReadonlySet<string>): (string | number)[] {
  const segments = path.split(".");
  const keys: (string | number)[] = [];
  let skip = false;
  for (let count = 1; count <= segments.length; count++) {
    const before = segments.slice(0, count - 1).join(".");
    if (!skip) keys.push(arrays.has(before) ? Number(segments[count - 1]) : segments[count - 1]);
    skip =
      count < segments.length && tagOf(paths.get(segments.slice(0, count).join("."))?.json) !== undefined;
  }
  const tag = tagOf(paths.get(path)?.json);
  return tag === undefined ? keys : [...keys, tag];
}

function tagOf(json: ParameterJson | undefined): string | undefined {
  return json?.type === "categorical" ? json.tag : undefined;
}
