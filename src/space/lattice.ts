/**
 * The points of a space whose parameters have finitely many values: how many there are, and the i-th of them.
 */
import { UnsupportedError } from "../errors.ts";
import type { Scalar } from "./parameter.ts";
import { clashIn, factorial, placements, placesOfRank } from "./permutation.ts";
import type { Condition, Parameter, Params } from "./types.ts";

export interface Lattice {
  readonly count: number;
  /** The point of that index, 0 … count − 1; the first parameter varies fastest. */
  at(index: number): Params;
}

/** Points that are kept in a list, where conditions cut across branches. */
const MOST_LISTED = 100_000;

/**
 * All points, conditions respected.
 *
 * @param values  the values of each parameter, by its index; none is empty. To count, those of a parameter that no
 *                other depends on may be a bare length
 * @throws {UnsupportedError} if conditions cut across branches and there are more than 100,000 points
 */
export function lattice(parameters: readonly Parameter[], values: readonly ArrayLike<Scalar>[]): Lattice {
  if (!parameters.every((parameter) => isTreeLike(parameter, parameters))) return list(parameters, values);
  if (parameters.every(({ permutation }) => permutation === undefined)) return tree(parameters, values);
  return ofOrders(parameters, values);
}

/** In the place of a permutation's first item its orders vary, and the other items follow. */
function ofOrders(parameters: readonly Parameter[], values: readonly ArrayLike<Scalar>[]): Lattice {
  const orders = new Map<number, (rank: number) => readonly Scalar[]>();
  const instead = values.map((own, index): ArrayLike<Scalar> => {
    const { permutation } = parameters[index];
    if (permutation === undefined || own.length === 0) return own;
    if (permutation[0] !== index) return [0];
    const n = permutation.length;
    const isFree = permutation.every((member) => values[member].length === n);
    const listed = isFree ? undefined : listOrders(permutation.map((member) => Array.from(values[member])));
    orders.set(index, (rank) => listed?.[rank] ?? placesOfRank(n, rank));
    return { length: listed?.length ?? factorial(n) };
  });
  const ranks = new Map([...orders.keys()].map((index) => [parameters[index].path, index]));
  const { count, at } = tree(parameters, instead, (index, digit) => (orders.has(index) ? digit : undefined));
  return {
    count,
    at(index) {
      const params: Record<string, Scalar> = { ...at(index) };
      for (const [path, head] of ranks) {
        const rank = params[path];
        if (rank === undefined) continue;
        const places = (orders.get(head) as (rank: number) => readonly Scalar[])(rank as number);
        (parameters[head].permutation as readonly number[]).forEach((member, k) => {
          params[parameters[member].path] = places[k];
        });
      }
      return params;
    },
  };
}

function listOrders(values: readonly (readonly Scalar[])[]): readonly (readonly Scalar[])[] {
  const listed = placements(values, MOST_LISTED);
  if (listed === undefined)
    throw new UnsupportedError(`a permutation has more than ${MOST_LISTED} such orders; use random search`);
  return listed;
}

/** The condition that is decided last. */
function deepest({ conditions }: Parameter): Condition | undefined {
  return conditions.reduce<Condition | undefined>(
    (last, condition) => (last === undefined || condition.parameter >= last.parameter ? condition : last),
    undefined,
  );
}

/** Whether all conditions but the deepest are conditions of the deepest's own parameter too. */
function isTreeLike(parameter: Parameter, parameters: readonly Parameter[]): boolean {
  const last = deepest(parameter);
  if (last === undefined) return true;
  if (parameters[last.parameter].permutation !== undefined) return false; // its items vary together
  const inherited = parameters[last.parameter].conditions.map((condition) => JSON.stringify(condition));
  return parameter.conditions.every(
    (condition) => condition === last || inherited.includes(JSON.stringify(condition)),
  );
}

/**
 * Each parameter knows how many points lie below each of its values; an index is split like digits.
 *
 * @param valueAt  the value of a parameter at a digit, where that is not the one in `values`
 */
function tree(
  parameters: readonly Parameter[],
  values: readonly ArrayLike<Scalar>[],
  valueAt: (index: number, digit: number) => Scalar | undefined = () => undefined,
): Lattice {
  const children = parameters.map((): Parameter[] => []);
  const roots: Parameter[] = [];
  for (const parameter of parameters) {
    const last = deepest(parameter);
    (last === undefined ? roots : children[last.parameter]).push(parameter);
  }
  const below = (parameter: Parameter, value: Scalar) =>
    children[parameter.index].filter((child) => holds(deepest(child) as Condition, value));
  const counts = new Array<number>(parameters.length);
  const product = (group: readonly Parameter[]) => group.reduce((all, { index }) => all * counts[index], 1);
  for (let index = parameters.length - 1; index >= 0; index--)
    counts[index] =
      children[index].length === 0
        ? values[index].length
        : Array.from(values[index]).reduce<number>(
            (sum, value) => sum + product(below(parameters[index], value)),
            0,
          );

  const place = (params: Record<string, Scalar>, group: readonly Parameter[], index: number) => {
    let rest = index;
    for (const parameter of group) {
      const digit = rest % counts[parameter.index];
      rest = Math.floor(rest / counts[parameter.index]);
      placeOne(params, parameter, digit);
    }
  };
  const placeOne = (params: Record<string, Scalar>, parameter: Parameter, digit: number) => {
    if (children[parameter.index].length === 0) {
      params[parameter.path] = valueAt(parameter.index, digit) ?? values[parameter.index][digit];
      return;
    }
    let rest = digit;
    for (const value of Array.from(values[parameter.index])) {
      const group = below(parameter, value);
      const size = product(group);
      if (rest < size) {
        params[parameter.path] = value;
        return place(params, group, rest);
      }
      rest -= size;
    }
  };
  return {
    count: product(roots),
    at(index) {
      const params: Record<string, Scalar> = {};
      place(params, roots, index);
      return inOrder(parameters, params);
    },
  };
}

function inOrder(parameters: readonly Parameter[], params: Params): Params {
  return Object.fromEntries(parameters.flatMap(({ path }) => (path in params ? [[path, params[path]]] : [])));
}

/** Conditions across branches: every point, one after the other. */
function list(parameters: readonly Parameter[], values: readonly ArrayLike<Scalar>[]): Lattice {
  let points: Record<string, Scalar>[] = [{}];
  for (const parameter of parameters) {
    points = points.flatMap((params) => {
      const active = parameter.conditions.every((condition) => {
        const value = params[parameters[condition.parameter].path];
        return value !== undefined && holds(condition, value);
      });
      if (!active) return [params];
      return Array.from(values[parameter.index], (value) => ({ ...params, [parameter.path]: value })).filter(
        (one) => parameter.permutation === undefined || clashIn(parameters, parameter, one) === undefined,
      );
    });
    if (points.length > MOST_LISTED)
      throw new UnsupportedError(
        `the space has more than ${MOST_LISTED} points and conditions across branches; use random search`,
      );
  }
  return { count: points.length, at: (index) => points[index] };
}

/** Whether a value satisfies a condition. */
export function holds(condition: Condition, value: Scalar): boolean {
  if (condition.values !== undefined) return condition.values.includes(value);
  return (value as number) >= (condition.atLeast ?? 0);
}
