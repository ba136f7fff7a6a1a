/**
 * Points moved to where the constraints that can be solved hold: sums by scaling, orders by swapping.
 */
import type { Constraints } from "./constraint.ts";
import { gridIndex, gridValue, problemWith } from "./domain.ts";
import { EQUAL } from "./expression/operators.ts";
import type { Linear } from "./linear.ts";
import type { Scalar } from "./parameter.ts";
import type { Parameter, Params } from "./types.ts";

type Numeric = Exclude<Parameter, { domain: "choice" }>;
type Find = (path: string) => Parameter | undefined;

/** Sums that share parameters, and orders among them, are solved in turns. */
const ROUNDS = 30;

/**
 * The values that differ from those given; empty where all holds already, and where nothing helped.
 *
 * @param isSettled  which values must stay
 * @param limited    whether sums that are too large are made as large as they may be; otherwise such points stay
 */
export function settled(
  { equalities, limits, orders }: Constraints,
  find: Find,
  given: Params,
  isSettled: (path: string) => boolean,
  limited: boolean,
): Params {
  const params: Record<string, Scalar> = { ...given };
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (const equality of equalities) if (solve(equality, find, params, isSettled, false)) moved = true;
    for (const limit of limited ? limits : []) if (solve(limit, find, params, isSettled, true)) moved = true;
    for (let pass = 0; pass < orders.length; pass++) {
      let swapped = false;
      for (const order of orders) if (exchange(order, find, params, isSettled)) swapped = true;
      if (!swapped) break;
      moved = true;
    }
    if (!moved) break;
  }
  return Object.fromEntries(Object.entries(params).filter(([path, value]) => value !== given[path]));
}

/** A parameter that may be moved, and what one unit of it adds to the sum. */
interface Movable {
  readonly parameter: Numeric;
  readonly coefficient: number;
}

/** Makes a sum what it must be, or at most may be, if it is not; false if it was, or cannot be. */
function solve(
  { terms, constant, needs }: Linear,
  find: Find,
  params: Record<string, Scalar>,
  isSettled: (path: string) => boolean,
  isLimit: boolean,
): boolean {
  if (!needs.every((path) => path in params)) return false;
  let rest = -constant;
  let size = Math.abs(constant);
  const movable: Movable[] = [];
  for (const { path, coefficient } of terms) {
    const value = params[path];
    if (value === undefined) continue;
    if (typeof value !== "number") return false;
    size = Math.max(size, Math.abs(coefficient * value));
    const parameter = find(path);
    if (parameter !== undefined && parameter.domain !== "choice" && !isSettled(path))
      movable.push({ parameter, coefficient });
    else rest -= coefficient * value;
  }
  const excess = sumOf(movable, params) - rest;
  const rounding = (EQUAL / 4) * Math.max(1, size);
  if (isLimit ? excess <= 0 : Math.abs(excess) <= rounding) return false;
  if (isLimit) return lower(movable, rest - rounding, params);
  const reals = movable.filter(({ parameter }) => parameter.domain === "real");
  const cells = movable.filter(({ parameter }) => parameter.domain === "grid");
  if (scale(reals, rest - sumOf(cells, params), params)) return true;
  if (!scale(movable, rest, params)) return false;
  for (const { parameter } of cells)
    if (parameter.domain === "grid")
      params[parameter.path] = gridValue(parameter, gridIndex(parameter, params[parameter.path] as number));
  if (reals.length > 0) scale(reals, rest - sumOf(cells, params), params);
  else step(cells, rest, params);
  return true;
}

function sumOf(movable: readonly Movable[], params: Params): number {
  return movable.reduce(
    (sum, { parameter, coefficient }) => sum + coefficient * (params[parameter.path] as number),
    0,
  );
}

/**
 * Moves all values towards the ends of their ranges where the sum is least, or where it is largest, each by the same
 * share of its way, until the sum is `target`; false if no share does.
 */
function scale(movable: readonly Movable[], target: number, params: Record<string, Scalar>): boolean {
  if (movable.length === 0) return false;
  const sum = sumOf(movable, params);
  const up = sum < target;
  const endOf = ({ parameter: { low, high }, coefficient }: Movable) => (coefficient > 0 === up ? high : low);
  const extreme = movable.reduce((total, one) => total + one.coefficient * endOf(one), 0);
  if (up ? extreme < target : extreme > target) {
    if (Math.abs(extreme - target) > EQUAL * Math.max(1, Math.abs(target))) return false;
  }
  const share = extreme === sum ? 0 : Math.min(1, Math.max(0, (target - sum) / (extreme - sum)));
  for (const one of movable) {
    const { path, low, high } = one.parameter;
    const value = params[path] as number;
    params[path] = Math.min(high, Math.max(low, value + share * (endOf(one) - value)));
  }
  return true;
}

/** Makes a sum at most `target`: what has cells goes to the next one on its way. */
function lower(movable: readonly Movable[], target: number, params: Record<string, Scalar>): boolean {
  if (!scale(movable, target, params)) return false;
  for (const { parameter, coefficient } of movable) {
    if (parameter.domain !== "grid") continue;
    const cells = ((params[parameter.path] as number) - parameter.low) / parameter.step;
    const k = coefficient > 0 ? Math.floor(cells + EQUAL) : Math.ceil(cells - EQUAL);
    params[parameter.path] = gridValue(parameter, k);
  }
  return true;
}

/** Takes whole steps until the sum is `target`, or none brings it nearer. */
function step(movable: readonly Movable[], target: number, params: Record<string, Scalar>): void {
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (const { parameter, coefficient } of movable) {
      if (parameter.domain !== "grid") continue;
      const missing = target - sumOf(movable, params);
      const k = gridIndex(parameter, params[parameter.path] as number);
      const steps = Math.trunc(missing / (coefficient * parameter.step) + Math.sign(missing) * 1e-9);
      const next = Math.min(parameter.size - 1, Math.max(0, k + steps));
      if (next === k) continue;
      params[parameter.path] = gridValue(parameter, next);
      moved = true;
    }
    if (!moved) return;
  }
}

/** Puts two values in order, if they are not: swapped where each fits the other's range, else moved together. */
function exchange(
  { low, high, strict }: { readonly low: string; readonly high: string; readonly strict: boolean },
  find: Find,
  params: Record<string, Scalar>,
  isSettled: (path: string) => boolean,
): boolean {
  const [a, b] = [params[low], params[high]];
  if (typeof a !== "number" || typeof b !== "number" || a < b || (a === b && !strict)) return false;
  const [below, above] = [find(low), find(high)];
  if (below === undefined || above === undefined) return false;
  const fits = (parameter: Parameter, value: number) => problemWith(parameter, value) === undefined;
  const [keepsLow, keepsHigh] = [isSettled(low), isSettled(high)];
  if (!keepsLow && !keepsHigh && a !== b && fits(below, b) && fits(above, a)) {
    params[low] = b;
    params[high] = a;
    return true;
  }
  const nudge = (parameter: Parameter) => (strict && parameter.domain === "grid" ? parameter.step : 0);
  const [lowered, raised] = [b - nudge(below), a + nudge(above)];
  if (!keepsLow && lowered < a && fits(below, lowered)) {
    params[low] = lowered;
    return true;
  }
  if (!keepsHigh && raised > b && fits(above, raised)) {
    params[high] = raised;
    return true;
  }
  return false;
}
