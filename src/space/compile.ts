/**
 * The flat form compiled to a space.
 */
import { didYouMean, InvalidInputError, UnsupportedError } from "../errors.ts";
import { checkParams, parseValue } from "./check.ts";
import { jsonOf, nameOf, readConstraints } from "./constraint.ts";
import { difference } from "./difference.ts";
import { fromUnit, readDomain, readPrior, toUnit, valuesOf } from "./domain.ts";
import { type ArrayPlace, expand, type SimplexPlace } from "./expand.ts";
import type { Tree } from "./expression.ts";
import { holds, lattice } from "./lattice.ts";
import { nest, unnest } from "./nest.ts";
import type { Scalar } from "./parameter.ts";
import { placesOf } from "./permutation.ts";
import type {
  Condition,
  ConstraintJson,
  Encoded,
  Functions,
  InputConstraint,
  Parameter,
  ParameterJson,
  ParametersJson,
  Params,
  Space,
  SpaceJson,
} from "./types.ts";
import { partsOfOrders, readOrder } from "./written.ts";

/** @throws {InvalidInputError} if the space cannot be meant; the message begins with the path */
export function compile<P>(
  json: ParametersJson,
  where: readonly ConstraintJson[] = [],
  functions: Functions = {},
): Space<P> {
  if (where.length > 0 && json.where !== undefined)
    throw new InvalidInputError("where: a space with constraints has no parameter of that name; use another");
  const canonical = canonicalise(json);
  const { entries, arrays, permutations, simplices } = expand(canonical);
  const indices = new Map(entries.map(({ path }, index) => [path, index]));
  const toConditions = (conditions: ArrayPlace["conditions"]): Condition[] =>
    conditions.map(({ path, ...test }) => ({ parameter: indices.get(path) as number, ...test }));
  const members = new Map(
    permutations.map((one) => [one.path, one.members.map((path) => indices.get(path) as number)]),
  );
  const parameters = entries.map(({ path, json: leaf, conditions, permutation }, index): Parameter => {
    const domain = readDomain(path, leaf);
    const prior = readPrior(path, leaf, domain);
    return {
      ...domain,
      ...(prior && { prior }),
      ...(permutation !== undefined && { permutation: members.get(permutation) }),
      path,
      index,
      conditions: toConditions(conditions),
    };
  });
  const places = arrays.map((place) => ({ place, conditions: toConditions(place.conditions) }));
  const conditionsOf = new Map(places.map(({ place, conditions }) => [place, conditions]));

  const allHold = (conditions: readonly Condition[], params: Params) => {
    for (const condition of conditions) {
      const value = params[parameters[condition.parameter].path];
      if (value === undefined || !holds(condition, value)) return false;
    }
    return true;
  };
  const isActive = (index: number, params: Params) => allHold(parameters[index].conditions, params);
  const find = (path: string) => parameters[indices.get(path) ?? -1];
  const need = (path: string): Parameter => {
    const parameter = find(path);
    if (parameter === undefined)
      throw new InvalidInputError(`${path}: unknown parameter${didYouMean(path, indices.keys())}`);
    return parameter;
  };
  const nested = (params: Params) =>
    nest(entries, arrays, permutations, params, (place) =>
      allHold(conditionsOf.get(place) ?? [], params),
    ) as P;
  const implied = simplices.map(wholeOf);
  const given = readConstraints([...where, ...implied], parameters, functions, nested);
  const constraints = given.map(
    (constraint, index): InputConstraint =>
      index < where.length ? constraint : { ...constraint, implied: true },
  );
  const whole: SpaceJson =
    where.length === 0 ? canonical : { ...canonical, where: given.slice(0, where.length).map(jsonOf) };
  const allows = (params: Params) => constraints.every((constraint) => constraint.holds(params));
  let size: number | undefined;

  return {
    parameters,
    permutations,
    constraints,
    functions,
    toJSON: () => whole,
    find,
    get size() {
      size ??= countPoints(parameters, constraints.length > 0 ? allows : undefined);
      return size;
    },
    isActive,
    nest: nested,
    flatten: (value) =>
      checkParams(parameters, find, isActive, unnest(entries, permutations, value, isActive), false),
    encode: (params) => encode(parameters, params),
    decode: (unit) => {
      const params: Record<string, Scalar> = {};
      let order: { readonly members: readonly number[]; readonly places: Int32Array } | undefined;
      for (const parameter of parameters) {
        const { index, path, permutation } = parameter;
        if (!isActive(index, params)) continue;
        if (permutation === undefined) {
          params[path] = fromUnit(parameter, unit[index]);
          continue;
        }
        if (order?.members !== permutation)
          order = { members: permutation, places: placesOf(permutation, unit) };
        params[path] = order.places[permutation.indexOf(index)];
      }
      return params;
    },
    allows,
    check(params, { partial = false, foreign = false } = {}) {
      const parts = partsOfOrders(permutations, params);
      const checked = checkParams(parameters, find, isActive, parts, partial);
      if (foreign || constraints.length === 0) return checked;
      const isWhole = parameters.every(({ index, path }) => path in checked || !isActive(index, checked));
      const broken = constraints.find((constraint) => isBroken(constraint, checked, isWhole));
      if (broken === undefined) return checked;
      throw new InvalidInputError(`${nameOf(broken)}: these values do not satisfy it`);
    },
    key: (params) => key(parameters, params),
    equals: (other) => difference(whole, other.toJSON()).length === 0,
    difference: (other) => difference(whole, other.toJSON()),
    parse(path, text) {
      const order = permutations.find((one) => one.path === path);
      return order === undefined ? parseValue(need(path), text) : readOrder(order, text).join(",");
    },
  };
}

/** Shares add up to 1. */
function wholeOf({ path, members }: SimplexPlace): ConstraintJson {
  const shares = members.map((member): Tree => ["param", member]);
  return { name: `the shares of ${path} add up to 1`, tree: ["=", ["+", ...shares], 1] };
}

/** Points that are looked at, one by one, to count those that are allowed. */
const MOST_COUNTED = 100_000;

/** Of a part of a point functions cannot say anything, and expressions only where they name what it has. */
function isBroken({ tree, holds }: Space["constraints"][number], params: Params, isWhole: boolean): boolean {
  return (isWhole || tree !== undefined) && !holds(params);
}

/** Infinity with a real interval, and where conditions across branches make too many points to count. */
function countPoints(parameters: readonly Parameter[], allows?: (params: Params) => boolean): number {
  if (parameters.some(({ domain }) => domain === "real")) return Number.POSITIVE_INFINITY;
  try {
    const decides = new Set(
      parameters.flatMap(({ conditions }) =>
        conditions.flatMap(({ parameter }) => parameters[parameter].permutation ?? parameter),
      ),
    );
    const values = parameters.map((one) =>
      decides.has(one.index) ? valuesOf(one) : { length: (one as { size: number }).size },
    );
    const { count } = lattice(parameters, values);
    if (allows === undefined) return count;
    if (count > MOST_COUNTED) return Number.POSITIVE_INFINITY;
    const points = lattice(parameters, parameters.map(valuesOf));
    let allowed = 0;
    for (let index = 0; index < count; index++) if (allows(points.at(index))) allowed++;
    return allowed;
  } catch (error) {
    if (error instanceof UnsupportedError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function encode(parameters: readonly Parameter[], params: Params): Encoded {
  const unit = new Float64Array(parameters.length).fill(0.5);
  const active = new Uint8Array(parameters.length);
  for (const parameter of parameters) {
    const value = params[parameter.path];
    if (value === undefined) continue;
    unit[parameter.index] = toUnit(parameter, value);
    active[parameter.index] = 1;
  }
  return { unit, active };
}

function key(parameters: readonly Parameter[], params: Params): string {
  let text = "";
  for (const { path } of parameters) {
    const value = params[path];
    if (typeof value === "string") text += JSON.stringify(value);
    else if (value !== undefined) text += value;
    text += ",";
  }
  return text;
}

/** Entries without what says nothing, and with a tag on every choice that has branches. */
function canonicalise(json: ParametersJson): ParametersJson {
  const paths = Object.keys(json);
  return Object.fromEntries(
    Object.entries(json).map(([path, entry]) => {
      const { log, tag, ...rest } = entry as ParameterJson & { log?: boolean; tag?: string };
      const defined = Object.fromEntries(
        Object.entries(rest).flatMap(([field, value]) =>
          value === undefined ? [] : [[field, withoutMinusZero(value)]],
        ),
      );
      const branches =
        entry.type === "categorical" &&
        paths.some((other) => other.startsWith(`${path}.`) && !other.startsWith(`${path}.*`));
      const kept = tag ?? (branches ? "type" : undefined);
      return [
        path,
        { ...defined, ...(log && { log }), ...(kept !== undefined && { tag: kept }) } as ParameterJson,
      ];
    }),
  );
}

/** JSON has no −0, so a space has none either. */
function withoutMinusZero(value: unknown): unknown {
  return Array.isArray(value) ? value.map(withoutMinusZero) : value === 0 ? 0 : value;
}
