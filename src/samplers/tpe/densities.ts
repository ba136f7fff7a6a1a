/**
 * The two densities: of the better trials, and of all others. Orders are kept from ask to ask, so that an ask costs
 * no sorting.
 */
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { type Branch, branchesOf } from "../../models/parzen/layout.ts";
import { type Mixture, mixture } from "../../models/parzen/mixture.ts";
import { priorOf, priorWeight, type SpacePrior } from "../../models/prior.ts";
import { type Rng, rng } from "../../random.ts";
import { type Snap, snapOf } from "../../space/snap.ts";
import type { Encoded, Space } from "../../space/types.ts";
import type { Trial } from "../../trial.ts";
import { byRank, type Observation, type Observed, observationOf } from "../observed.ts";

/** The best tenth are good, at most this many. */
const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;
/** The newest trials keep their full weight; older ones' falls towards 1/m. */
const FULL_WEIGHT = 25;
/** Of more bad trials a part is drawn. */
const MOST_BAD = 2000;

export interface Densities {
  readonly good: Mixture;
  readonly bad: Mixture;
}

/** What is kept between asks; all of it follows from what was observed. */
export interface Orders {
  readonly branches: readonly Branch[];
  readonly snap: Snap;
  readonly prior: SpacePrior | undefined;
  /** For `explain`. */
  readonly stream: Rng;
  /** Places of observations, best first. */
  ranked: number[];
  /** For each parameter, places of the observations that have it, ascending. */
  coordinates: number[][];
  revisions: number;
  kernels?: { readonly good: Kernels; readonly bad: Kernels };
}

export function ordersOf(space: Space): Orders {
  return {
    branches: branchesOf(space),
    snap: snapOf(space),
    prior: priorOf(space),
    stream: rng(0, "explain"),
    ranked: [],
    coordinates: space.parameters.map(() => []),
    revisions: 0,
  };
}

/** Takes in what was told last. */
export function reorder(orders: Orders, { list, revisions }: Observed): void {
  if (orders.revisions !== revisions) {
    orders.revisions = revisions;
    orders.ranked = [];
    orders.coordinates = orders.coordinates.map(() => []);
  }
  while (orders.ranked.length < list.length) {
    const place = orders.ranked.length;
    const { unit, active } = list[place];
    insert(orders.ranked, place, (other) => byRank(list[other], list[place]) <= 0);
    for (let j = 0; j < unit.length; j++)
      if (active[j]) insert(orders.coordinates[j], place, (other) => list[other].unit[j] <= unit[j]);
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
  orders.kernels ??= { good: createKernels(), bad: createKernels() };
  const { branches } = orders;
  const pending = open.flatMap((trial) => observationOf(observed.problem, trial, observed) ?? []);
  const known = observed.list.length;
  const goods = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * known));
  const isGood = new Uint8Array(known + pending.length);
  for (const place of orders.ranked.slice(0, goods)) isGood[place] = 1;
  const bad = drawBad(isGood, stream);
  const points: readonly Observation[] = pending.length > 0 ? [...observed.list, ...pending] : observed.list;
  const coordinates = orders.coordinates.map((order, j) => withPending(order, points, known, j));
  const build = (kernels: Kernels, chosen: Uint8Array, prior?: SpacePrior) => {
    kernels.release();
    const component = new Int32Array(points.length).fill(-1);
    let count = 0;
    for (let place = 0; place < points.length; place++) if (chosen[place]) component[place] = count++;
    return mixture(kernels, branches, {
      points: points as readonly Encoded[],
      component,
      count,
      weights: weightsByAge(count, prior && priorWeight(observed.problem, known)),
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

function withPending(
  order: readonly number[],
  points: readonly Observation[],
  known: number,
  j: number,
): Int32Array {
  if (points.length === known) return Int32Array.from(order);
  const all = [...order];
  for (let place = known; place < points.length; place++)
    if (points[place].active[j])
      insert(all, place, (other) => points[other].unit[j] <= points[place].unit[j]);
  return Int32Array.from(all);
}

/**
 * 1 for the newest, and a ramp from 1/m for those before; the prior component's comes last: 1, and `faith` more of
 * the mean weight where it says what the user expects.
 */
function weightsByAge(count: number, faith = 0): Float64Array {
  const weights = new Float64Array(count + 1).fill(1);
  const old = count - FULL_WEIGHT;
  for (let i = 0; i < old; i++)
    weights[i] = old === 1 ? 1 / count : 1 / count + ((1 - 1 / count) * i) / (old - 1);
  weights[count] = 1 + (faith * weights.reduce((sum, weight) => sum + weight, 0)) / (count + 1);
  return weights;
}
