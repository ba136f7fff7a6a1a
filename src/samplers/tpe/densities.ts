/**
 * The two densities: of the better trials, and of all others. Orders are kept from ask to ask, so that an ask costs
 * no sorting.
 */
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
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
    coordinates: space.parameters.map(sortedNothing),
    revisions: 0,
  };
}

/** Takes in what was told last. */
function reorder(orders: Orders, { list, revisions }: Observed): void {
  if (orders.revisions !== revisions) {
    orders.revisions = revisions;
    orders.ranked = [];
    orders.coordinates = orders.coordinates.map(sortedNothing);
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
  const { branches } = orders;
  const pending = open.flatMap((trial) => observationOf(observed.problem, trial, observed.reading) ?? []);
  const known = observed.list.length;
  const goods = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * known));
  const own = known + pending.length;
  const isGood = new Uint8Array(own + orders.borrowed.length);
  for (const place of orders.ranked.slice(0, goods)) isGood[place] = 1;
  isGood.fill(1, own);
  const bad = drawBad(isGood, stream);
  const points: readonly Encoded[] =
    isGood.length > known ? [...observed.list, ...pending, ...orders.borrowed] : observed.list;
  const coordinates = orders.coordinates.map((order, j) => withOthers(order, points, known, j));
  const build = (kernels: Kernels, chosen: Uint8Array, prior?: SpacePrior) => {
    kernels.release();
    const component = new Int32Array(points.length).fill(-1);
    let count = 0;
    for (let place = 0; place < points.length; place++) if (chosen[place]) component[place] = count++;
    return mixture(kernels, branches, {
      component,
      count,
      weights: weightsOf(
        count,
        chosen[own] === 1 ? orders.borrowed.length : 0,
        known,
        prior && priorWeight(observed.problem, known),
      ),
      orders: coordinates,
      prior,
    });
  };
  return { good: build(orders.kernels.good, isGood, orders.prior), bad: build(orders.kernels.bad, bad) };
}

/** The others; of very many, some. */
function drawBad(isGood: Uint8Array, stream: Rng): Uint8Array {
  const bad = isGood.map((good) => 1 - good);
  let left = bad.reduce((sum, one) => sum + one, 0);
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

function withOthers(order: Sorted, points: readonly Encoded[], known: number, j: number): Sorted {
  if (points.length === known) return order;
  const all = copySorted(order);
  for (let place = known; place < points.length; place++)
    if (points[place].active[j]) insertSorted(all, place, points[place].unit[j]);
  return all;
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
  weights[count] = 1 + (faith * weights.reduce((sum, weight) => sum + weight, 0)) / (count + 1);
  return weights;
}
