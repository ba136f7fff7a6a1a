/**
 * The first points of a study: what was best elsewhere, what the user expects, then scrambled Sobol points, spread
 * over the branches of a conditional space.
 */
import { type Sobol, sobolSequence } from "../math/sobol.ts";
import { priorOf } from "../models/prior.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Space } from "../space/types.ts";
import { toUnit } from "../space.ts";
import { boxOf, winners } from "./sources.ts";

/** Points of a flat space: one per parameter within these. */
const FEWEST = 6;
const MOST_FLAT = 10;
/** Points per branch of a conditional one, and at most. */
const PER_BRANCH = 3;
const MOST_BRANCHED = 20;
/** Largest share of the budget. */
const SHARE = 0.4;
/** After the best points of other studies, so many of its own. */
const AFTER_WINNERS = 2;

export interface Design {
  /** How many points it has. */
  readonly size: number;
  /** The n-th point; defined beyond `size` too. */
  point(n: number): Float64Array;
  /** Why the n-th point is what it is. */
  why(n: number): string;
}

/** The initial design of a problem: a function of its space, seed, limit and sources only. */
export function initialDesign(problem: Problem): Design {
  const { space, limits } = problem;
  const known = winners(problem);
  const begin = beginner(space);
  const root = rootOf(space);
  const sobol = spread(problem, root);
  const wanted =
    known.length > 0
      ? known.length + AFTER_WINNERS
      : root === undefined
        ? Math.min(MOST_FLAT, Math.max(FEWEST, space.parameters.length))
        : Math.min(MOST_BRANCHED, Math.max(FEWEST, PER_BRANCH * root.size));
  const size = Math.min(wanted, Math.max(2, Math.ceil(SHARE * (limits.trials ?? Number.POSITIVE_INFINITY))));
  const isExpected = space.parameters.some(
    ({ prior, default: used }) => prior !== undefined || used !== undefined,
  );
  return {
    size,
    why(n) {
      if (n < known.length) return "the best of another study";
      return n === known.length && isExpected ? "what you expect or use today" : `one of the first ${size}`;
    },
    point(n) {
      if (n < known.length) return Float64Array.from(known[n]);
      const unit = sobol(n - known.length);
      return n === known.length ? begin(unit) : unit;
    },
  };
}

/** Sobol points; every other one where the user expects good ones, or within the box of past winners. */
function spread(problem: Problem, root: ReturnType<typeof rootOf>): (n: number) => Float64Array {
  const { space, seed } = problem;
  const sequence: Sobol = sobolSequence(space.parameters.length, rng(seed, "design"));
  const prior = priorOf(space);
  const box = boxOf(problem);
  const order = root === undefined ? [] : shuffled(root.size, seed);
  return (n) => {
    const unit = sequence.point(n);
    if (n % 2 === 1 && prior !== undefined) return unit.map((u, j) => prior.quantile(j, u));
    if (n % 2 === 1 && box !== undefined) return box.into(unit);
    if (root !== undefined) unit[root.index] = (order[n % root.size] + 0.5) / root.size;
    return unit;
  };
}

/** Puts what is expected, or used today, in the place of a point's coordinates. */
function beginner({ parameters }: Space): (unit: Float64Array) => Float64Array {
  return (unit) => {
    for (const parameter of parameters) {
      const value = parameter.prior?.value ?? parameter.default;
      if (value !== undefined) unit[parameter.index] = toUnit(parameter, value);
    }
    return unit;
  };
}

/** The choice that decides of the most: unconditional, with branches, of the most values. */
function rootOf({ parameters }: Space): { readonly index: number; readonly size: number } | undefined {
  const deciding = new Set(
    parameters.flatMap(({ conditions }) => conditions.map(({ parameter }) => parameter)),
  );
  let root: { readonly index: number; readonly size: number } | undefined;
  for (const parameter of parameters)
    if (
      parameter.domain === "choice" &&
      parameter.conditions.length === 0 &&
      deciding.has(parameter.index) &&
      parameter.size > (root?.size ?? 1)
    )
      root = { index: parameter.index, size: parameter.size };
  return root;
}

function shuffled(size: number, seed: number): number[] {
  const stream = rng(seed, "design", "branches");
  const order = Array.from({ length: size }, (_, k) => k);
  for (let k = size - 1; k > 0; k--) {
    const other = stream.integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}
