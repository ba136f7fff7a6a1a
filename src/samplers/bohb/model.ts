/**
 * The densities of the good and the other trials at the largest budget that has enough of them.
 */
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { share } from "../../models/parzen/joint.ts";
import type { Branch } from "../../models/parzen/layout.ts";
import { type Mixture, mixture } from "../../models/parzen/mixture.ts";
import { priorWeight, type SpacePrior } from "../../models/prior.ts";
import type { Snap } from "../../space/snap.ts";
import type { Encoded } from "../../space/types.ts";
import type { Trial } from "../../trial.ts";
import { byStanding, largestBudget, standingsAt } from "../brackets.ts";
import { type Observed, observationOf } from "../observed.ts";

/** The best 15 % are good (Falkner et al. 2018), … */
const GOOD_SHARE = 0.15;
/**
 * … and at least d + 1, as many are the others (ibid., eq. 3). Our kernels have a width of their own in each
 * dimension, and need no more than these where there are many dimensions.
 */
const MOST_NEEDED = 5;

export interface BohbModel {
  readonly branches: readonly Branch[];
  readonly snap: Snap;
  readonly prior: SpacePrior | undefined;
  /** Memory of the two densities, kept between asks. */
  kernels?: { readonly good: Kernels; readonly bad: Kernels };
}

export interface BudgetDensities {
  /** Infinity where trials were trained to their end. */
  readonly budget: number;
  /** Best first. */
  readonly goodPoints: readonly Encoded[];
  readonly good: Mixture;
  readonly bad: Mixture;
}

/**
 * The densities at the largest budget that at least d + 2 trials reached; undefined while there is none. Failed trials
 * and open ones count among the others.
 */
export function modelOf(
  model: BohbModel,
  { problem, list, reading }: Observed,
  open: readonly Trial[],
): BudgetDensities | undefined {
  const dimensions = model.branches.reduce((sum, branch) => sum + branch.dimensions.length, 0);
  const needed = Math.min(MOST_NEEDED, dimensions + 1);
  const budget = largestBudget(problem, list, needed + 1);
  if (budget === undefined || dimensions === 0) return undefined;
  const ranked = standingsAt(problem, list, budget).slice().sort(byStanding);
  const goods = Math.max(needed, Math.ceil(GOOD_SHARE * ranked.length));
  const goodPoints = ranked.slice(0, goods);
  const others = ranked.slice(-Math.max(needed, ranked.length - goods));
  const failed = list.filter(({ losses }) => losses.some(Number.isNaN));
  const pending = open.flatMap((trial) => observationOf(problem, trial, reading) ?? []);
  model.kernels ??= { good: createKernels(), bad: createKernels() };
  const { branches, kernels, prior } = model;
  const faith = prior && priorWeight(problem, ranked.length);
  return {
    budget,
    goodPoints,
    good: densityOf(kernels.good, branches, goodPoints, prior, faith),
    bad: densityOf(kernels.bad, branches, [...others, ...failed, ...pending]),
  };
}

/** The mixture of these points, each of weight 1, and the prior component: 1, and `faith` more of the points' mean. */
function densityOf(
  kernels: Kernels,
  branches: readonly Branch[],
  points: readonly Encoded[],
  prior?: SpacePrior,
  faith = 0,
): Mixture {
  kernels.release();
  const count = points.length;
  const weights = new Float64Array(count + 1).fill(1);
  weights[count] = 1 + faith;
  const orders = Array.from({ length: points[0].unit.length }, (_, j) => {
    const having = points.map((_, place) => place).filter((place) => points[place].active[j] === 1);
    const places = Int32Array.from(having.sort((a, b) => points[a].unit[j] - points[b].unit[j] || a - b));
    const values = Float64Array.from(places, (place) => points[place].unit[j]);
    return { places, values, size: places.length };
  });
  const component = Int32Array.from(points, (_, place) => place);
  const shared = share(kernels, branches, orders);
  return mixture(kernels, branches, { shared, component, count, weights, prior });
}
