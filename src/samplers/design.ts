/**
 * The first points of a study: scrambled Sobol points, spread over the branches of a conditional space.
 */
import { type Sobol, sobolSequence } from "../math/sobol.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Space } from "../space/types.ts";

/** Points of a flat space: one per parameter within these. */
const FEWEST = 8;
const MOST_FLAT = 12;
/** Points per branch of a conditional one, and at most. */
const PER_BRANCH = 3;
const MOST_BRANCHED = 20;
/** Largest share of the budget. */
const SHARE = 0.4;

export interface Design {
  /** How many points it has. */
  readonly size: number;
  /** The n-th point; defined beyond `size` too. */
  point(n: number): Float64Array;
}

/** The initial design of a problem: a function of its space, seed and limit only. */
export function initialDesign(problem: Problem): Design {
  const { space, seed, limits } = problem;
  const sequence: Sobol = sobolSequence(space.parameters.length, rng(seed, "design"));
  const root = rootOf(space);
  const order = root === undefined ? [] : shuffled(root.size, seed);
  const wanted =
    root === undefined
      ? Math.min(MOST_FLAT, Math.max(FEWEST, space.parameters.length))
      : Math.min(MOST_BRANCHED, Math.max(FEWEST, PER_BRANCH * root.size));
  return {
    size: Math.min(wanted, Math.max(2, Math.ceil(SHARE * (limits.trials ?? Number.POSITIVE_INFINITY)))),
    point(n) {
      const unit = sequence.point(n);
      if (root !== undefined) unit[root.index] = (order[n % root.size] + 0.5) / root.size;
      return unit;
    },
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
