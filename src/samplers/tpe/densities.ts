/**
 * The two densities: of the better trials, and of all others. Orders are kept from ask to ask, so that an ask costs
 * no sorting.
 */
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { share } from "../../models/parzen/joint.ts";
import { type Branch, branchesOf } from "../../models/parzen/layout.ts";
import { type Mixture, mixture } from "../../models/parzen/mixture.ts";
import { priorOf, priorWeight, type SpacePrior } from "../../models/prior.ts";
import type { Problem } from "../../problem.ts";
import { type Rng, rng } from "../../random.ts";
import { type Snap, snapOf } from "../../space/snap.ts";
import type { Encoded } from "../../space/types.ts";
import type { Trial } from "../../trial.ts";
import { byRank, type Observed, observationOf } from "../observed.ts";
import { sourcePoints } from "../sources.ts";
import { copySorted, insertSorted, type Sorted, sortedNothing } from "./sorted.ts";

/** The best tenth are good, at most this many. */
const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;
/** The newest trials keep their full weight; older ones' falls towards 1/m. */
const FULL_WEIGHT = 25;
/** Of more bad trials a part is drawn. */
const MOST_BAD = 2000;

/** Good points of one other study, and after how many own trials they weigh half. */
const MOST_BORROWED = 5;
const BORROWED = 10;

export interface Densities {
  readonly good: Mixture;
  readonly bad: Mixture;
}

/** What is kept between asks; all of it follows from what was observed. */
export interface Orders {
  readonly branches: readonly Branch[];
  readonly snap: Snap;
  readonly prior: SpacePrior | undefined;
  /** Good points of other studies. */
  readonly borrowed: readonly Encoded[];
  /** For `explain`. */
  readonly stream: Rng;
  /** Places of observations, best first. */
  ranked: number[];
  /** For each parameter, places of the observations that have it, ascending. */
  coordinates: Sorted[];
  revisions: number;
  kernels?: { readonly good: Kernels; readonly bad: Kernels };
  /** The density of the better ones, kept as long as it is of the same trials. */
  good?: { readonly key: string; readonly mixture: Mixture };
}

export function ordersOf(problem: Problem): Orders {
  const { space } = problem;
  return {
    branches: branchesOf(space),
    snap: snapOf(space),
    prior: priorOf(space),
    borrowed: sourcePoints(problem).flatMap((points) =>
      points
        .filter(({ loss }) => !Number.isNaN(loss))
        .slice(0, Math.min(MOST_BORROWED, Math.ceil(GOOD_SHARE * points.length)))
        .map(({ unit, active }) => ({ unit: unit.map((u) => Math.min(1, Math.max(0, u))), active })),
    ),
    stream: rng(0, "explain"),
    ranked: [],
    coordinates: space.parameters.map(() => sortedNothing()),
    revisions: 0,
  };
}

/** Takes in what was told last. */
function reorder(orders: Orders, { list, revisions }: Observed): void {
  if (orders.revisions !== revisions) {
    orders.revisions = revisions;
    orders.ranked = [];
    orders.coordinates = orders.coordinates.map(() => sortedNothing());
  }
  while (orders.ranked.length < list.length) {
    const place = orders.ranked.length;
    const { unit, active } = list[place];
    insert(orders.ranked, place, (other) => byRank(list[other], list[place]) <= 0);
    for (let j = 0; j < unit.length; j++) if (active[j]) insertSorted(orders.coordinates[j], place, unit[j]);
  }
}

/** Inserts after all those that come before it. */
function insert(order: number[], place: number, isBefore: (other: number) => boolean): void {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(order[middle])) low = middle + 1;
    else high = middle;
  }
  order.splice(low, 0, place);
}

/** The densities of what was observed; open trials count as bad (constant liar). */
export function densitiesOf(
  orders: Orders,
  observed: Observed,
  open: readonly Trial[],
  stream: Rng,
): Densities {
  reorder(orders, observed);
  orders.kernels ??= { good: createKernels(), bad: createKernels() };
  const pending = open.flatMap((trial) => observationOf(observed.problem, trial, observed.reading) ?? []);
  const known = observed.list.length;
  const goods = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * known));
  const isGood = new Uint8Array(known + pending.length);
  for (let k = 0; k < goods; k++) isGood[orders.ranked[k]] = 1;
  return {
    good: goodDensity(orders, orders.kernels.good, observed, isGood),
    bad: badDensity(orders, orders.kernels.bad, observed, pending, drawBad(isGood, stream)),
  };
}

/** The best point, once the densities are known; undefined while all have failed. */
export function incumbentOf({ ranked }: Orders, { list }: Observed): Float64Array | undefined {
  const best = list[ranked[0]];
  return best === undefined || Number.isNaN(best.loss) ? undefined : best.unit;
}

/** The better ones, and those of other studies. Few, so their order is made anew where they are others than before. */
function goodDensity(
  orders: Orders,
  kernels: Kernels,
  { list, problem, revisions }: Observed,
  isGood: Uint8Array,
): Mixture {
  const { branches, prior, borrowed } = orders;
  const known = list.length;
  const places: number[] = [];
  for (let place = 0; place < known; place++) if (isGood[place]) places.push(place);
  // both weigh less with every trial
  const varies = prior !== undefined || borrowed.length > 0;
  const key = `${revisions} ${varies ? known : ""} ${places.join()}`;
  if (orders.good?.key === key) return orders.good.mixture;
  const points: readonly Encoded[] = [...places.map((place) => list[place]), ...borrowed];
  const count = points.length;
  kernels.release();
  const shared = share(
    kernels,
    branches,
    orders.coordinates.map((_, j) => withOthers(sortedNothing(count), points, 0, j)),
  );
  const component = Int32Array.from(points, (_, place) => place);
  const faith = prior === undefined ? 0 : priorWeight(problem, known);
  const weights = weightsOf(count, borrowed.length, known, faith);
  const made = mixture(kernels, branches, { shared, component, count, weights, prior });
  orders.good = { key, mixture: made };
  return made;
}

/** All others, and pending ones. */
function badDensity(
  { branches, coordinates }: Orders,
  kernels: Kernels,
  { list }: Observed,
  pending: readonly Encoded[],
  isBad: Uint8Array,
): Mixture {
  const known = list.length;
  kernels.release();
  const shared = share(
    kernels,
    branches,
    pending.length === 0
      ? coordinates
      : coordinates.map((order, j) => withOthers(copySorted(order), pending, known, j)),
  );
  const component = new Int32Array(isBad.length);
  let count = 0;
  for (let place = 0; place < isBad.length; place++) component[place] = isBad[place] ? count++ : -1;
  return mixture(kernels, branches, { shared, component, count, weights: weightsOf(count, 0, known) });
}

/** The others; of very many, some. */
function drawBad(isGood: Uint8Array, stream: Rng): Uint8Array {
  const bad = new Uint8Array(isGood.length);
  let left = 0;
  for (let place = 0; place < bad.length; place++) left += bad[place] = 1 - isGood[place];
  if (left <= MOST_BAD) return bad;
  const draws = stream.stream("bad");
  let wanted = MOST_BAD;
  for (let place = 0; place < bad.length; place++) {
    if (bad[place] === 0) continue;
    if (draws.uniform() * left < wanted) wanted--;
    else bad[place] = 0;
    left--;
  }
  return bad;
}

/** Takes these points in, their places counting on from `first`. */
function withOthers(order: Sorted, points: readonly Encoded[], first: number, j: number): Sorted {
  for (let k = 0; k < points.length; k++)
    if (points[k].active[j]) insertSorted(order, first + k, points[k].unit[j]);
  return order;
}

/**
 * 1 for the newest, and a ramp from 1/m for those before; then borrowed ones, which fade as own ones come in; last
 * the prior component: 1, and `faith` more of the mean weight where it says what the user expects.
 */
function weightsOf(count: number, borrowed: number, known: number, faith = 0): Float64Array {
  const weights = new Float64Array(count + 1).fill(1);
  const own = count - borrowed;
  const old = own - FULL_WEIGHT;
  for (let i = 0; i < old; i++) weights[i] = old === 1 ? 1 / own : 1 / own + ((1 - 1 / own) * i) / (old - 1);
  weights.fill(BORROWED / (BORROWED + known), own, count);
  if (faith === 0) return weights;
  weights[count] = 1 + (faith * weights.reduce((sum, weight) => sum + weight, 0)) / (count + 1);
  return weights;
}
