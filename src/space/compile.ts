/**
 * The flat form compiled to a space.
 */
import { didYouMean, InvalidInputError, UnsupportedError } from "../errors.ts";
import { checkParams, parseValue } from "./check.ts";
import { difference } from "./difference.ts";
import { fromUnit, readDomain, readPrior, toUnit, valuesOf } from "./domain.ts";
import { type ArrayPlace, expand } from "./expand.ts";
import { holds, lattice } from "./lattice.ts";
import { nest, unnest } from "./nest.ts";
import type { Scalar } from "./parameter.ts";
import type { Condition, Encoded, Parameter, ParameterJson, Params, Space, SpaceJson } from "./types.ts";

/** @throws {InvalidInputError} if the space cannot be meant; the message begins with the path */
export function compile<P>(json: SpaceJson): Space<P> {
  const canonical = canonicalise(json);
  const { entries, arrays } = expand(canonical);
  const indices = new Map(entries.map(({ path }, index) => [path, index]));
  const toConditions = (conditions: ArrayPlace["conditions"]): Condition[] =>
    conditions.map(({ path, ...test }) => ({ parameter: indices.get(path) as number, ...test }));
  const parameters = entries.map(({ path, json: leaf, conditions }, index): Parameter => {
    const domain = readDomain(path, leaf);
    const prior = readPrior(path, leaf, domain);
    return { ...domain, ...(prior && { prior }), path, index, conditions: toConditions(conditions) };
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
  let size: number | undefined;

  return {
    parameters,
    toJSON: () => canonical,
    find,
    get size() {
      size ??= countPoints(parameters);
      return size;
    },
    isActive,
    nest: (params) =>
      nest(entries, arrays, params, (place) => allHold(conditionsOf.get(place) ?? [], params)) as P,
    flatten: (value) => checkParams(parameters, find, isActive, unnest(entries, value, isActive), false),
    encode: (params) => encode(parameters, params),
    decode: (unit) => {
      const params: Record<string, Scalar> = {};
      for (const parameter of parameters)
        if (isActive(parameter.index, params))
          params[parameter.path] = fromUnit(parameter, unit[parameter.index]);
      return params;
    },
    check: (params, options) => checkParams(parameters, find, isActive, params, options?.partial === true),
    key: (params) => key(parameters, params),
    equals: (other) => difference(canonical, other.toJSON()).length === 0,
    difference: (other) => difference(canonical, other.toJSON()),
    parse: (path, text) => parseValue(need(path), text),
  };
}

/** Infinity with a real interval, and where conditions across branches make too many points to count. */
function countPoints(parameters: readonly Parameter[]): number {
  if (parameters.some(({ domain }) => domain === "real")) return Number.POSITIVE_INFINITY;
  try {
    const decides = new Set(
      parameters.flatMap(({ conditions }) => conditions.map(({ parameter }) => parameter)),
    );
    const values = parameters.map((one) =>
      decides.has(one.index) ? valuesOf(one) : { length: (one as { size: number }).size },
    );
    return lattice(parameters, values).count;
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
function canonicalise(json: SpaceJson): SpaceJson {
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
