/**
 * The two densities: of the better trials, and of all others.
 */
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { share } from "../../models/parzen/joint.ts";
import { priorWeight } from "../../models/prior.ts";
import type { Rng } from "../../random.ts";
import type { Encoded } from "../../space/types.ts";
import type { Trial } from "../../trial.ts";
import { sortOpen } from "../gp/open.ts";
import type { Observation, Observed } from "../observed.ts";
import { type Density, densityOf } from "./density.ts";
import { GOOD_SHARE, type Orders, reorder } from "./orders.ts";
import { betterOf } from "./ranking.ts";
import { copySorted, insertSorted, type Sorted, sortedNothing } from "./sorted.ts";

/** Of one objective, at most this many are good. A front of several needs more to be covered. */
const MOST_GOOD = 25;
/** The newest trials keep their full weight; older ones' falls towards 1/m. */
const FULL_WEIGHT = 25;
/** Of more bad trials a part is drawn. */
const MOST_BAD = 2000;
/** After how many own trials good points of other studies weigh half. */
const BORROWED = 10;

export interface Densities {
  readonly good: Density;
  readonly bad: Density;
  /** The best point; one of the best where there are several objectives. None while all have failed. */
  readonly leader: Observation | undefined;
}

/** The densities of what was observed; open trials that have not reported count as bad (constant liar). */
export function densitiesOf(
  orders: Orders,
  observed: Observed,
  open: readonly Trial[],
  stream: Rng,
): Densities {
  reorder(orders, observed);
  orders.kernels ??= { good: createKernels(), bad: createKernels() };
  const { overlay, reported, pending } = sortOpen(observed, open, Number.POSITIVE_INFINITY);
  const compared =
    overlay || reported.length > 0 ? [...(overlay?.list ?? observed.list), ...reported] : observed.list;
  const further = [...reported, ...pending.map(clipped)];
  const points: readonly Encoded[] = further.length === 0 ? observed.list : [...observed.list, ...further];
  const places = goodPlaces(orders, observed, compared);
  const first = compared[places[0]] as Observation | undefined;
  const isGood = new Uint8Array(points.length);
  for (const place of places) isGood[place] = 1;
  return {
    good: goodDensity(orders, orders.kernels.good, observed, points, isGood),
    bad: badDensity(orders, orders.kernels.bad, observed, further, drawBad(isGood, stream)),
    leader: first === undefined || first.losses.some(Number.isNaN) ? undefined : first,
  };
}

/** Within the cube, where densities end. */
function clipped({ unit, active }: Encoded): Encoded {
  return { unit: unit.map((u) => Math.min(1, Math.max(0, u))), active };
}

/**
 * Places of the good ones, best first.
 *
 * @param compared  the trials that were told, and running ones that reported: as far as each has come by now
 */
function goodPlaces(
  orders: Orders,
  { list, problem }: Observed,
  compared: readonly Observation[],
): readonly number[] {
  const share = Math.ceil(GOOD_SHARE * compared.length);
  const count = problem.objectives.length === 1 ? Math.min(MOST_GOOD, share) : share;
  if (compared !== list) return betterOf(compared, problem, count);
  if (orders.isPlain) return orders.ranked.slice(0, count);
  const key = `${orders.revisions} ${list.length}`;
  if (orders.better?.key !== key) orders.better = { key, places: betterOf(list, problem, count) };
  return orders.better.places;
}

/** The better ones, and those of other studies. Few, so their order is made anew where they are others than before. */
function goodDensity(
  orders: Orders,
  kernels: Kernels,
  { list, problem, revisions }: Observed,
  all: readonly Encoded[],
  isGood: Uint8Array,
): Density {
  const { branches, prior, borrowed } = orders;
  const known = list.length;
  const places: number[] = [];
  for (let place = 0; place < all.length; place++) if (isGood[place]) places.push(place);
  // priors and borrowed ones weigh less with every trial; an open one has no place of its own
  const varies = prior !== undefined || borrowed.length > 0;
  const isKept = places.length === 0 || places[places.length - 1] < known;
  const key = `${revisions} ${varies ? known : ""} ${places.join()}`;
  if (isKept && orders.good?.key === key) return orders.good.density;
  const points: readonly Encoded[] = [...places.map((place) => all[place]), ...borrowed];
  const count = points.length;
  kernels.release();
  const shared = share(
    kernels,
    branches,
    orders.coordinates.map((_, j) => withOthers(sortedNothing(count), points, 0, j)),
  );
  const component = Int32Array.from(points, (_, place) => place);
  const weights = weightsOf(count, {
    // on a front no trial is better than another, whenever it was made
    ramp: problem.objectives.length === 1,
    borrowed: borrowed.length,
    known,
    faith: prior === undefined ? 0 : priorWeight(problem, known),
  });
  const made = densityOf(kernels, branches, { shared, component, count, weights, prior });
  if (isKept) orders.good = { key, density: made };
  else orders.good = undefined;
  return made;
}

/** All others, and pending ones. */
function badDensity(
  { branches, coordinates }: Orders,
  kernels: Kernels,
  { list }: Observed,
  pending: readonly Encoded[],
  isBad: Uint8Array,
): Density {
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
  return densityOf(kernels, branches, { shared, component, count, weights: weightsOf(count) });
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
 * 1 for the newest, and where there is a ramp, from 1/m on for those before; then borrowed ones, which fade as own
 * ones come in; last the prior component: 1, and `faith` more of the mean weight where it says what the user expects.
 */
function weightsOf(count: number, { ramp = true, borrowed = 0, known = 0, faith = 0 } = {}): Float64Array {
  const weights = new Float64Array(count + 1).fill(1);
  const own = count - borrowed;
  const old = ramp ? own - FULL_WEIGHT : 0;
  for (let i = 0; i < old; i++) weights[i] = old === 1 ? 1 / own : 1 / own + ((1 - 1 / own) * i) / (old - 1);
  weights.fill(BORROWED / (BORROWED + known), own, count);
  if (faith === 0) return weights;
  weights[count] = 1 + (faith * weights.reduce((sum, weight) => sum + weight, 0)) / (count + 1);
  return weights;
}
