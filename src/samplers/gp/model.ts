/**
 * The Gaussian process of a study so far. Hyperparameters are fitted anew at certain counts of observations only,
 * and what lies between is appended: all of it a function of the observations, so that any process rebuilds it.
 */
import type { Compute } from "../../compute.ts";
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { sobolSequence } from "../../math/sobol.ts";
import { type Features, featuresOf } from "../../models/gp/features.ts";
import { fitTask } from "../../models/gp/fit-task.ts";
import { warpable, warpedFeatures } from "../../models/gp/input-warp.ts";
import type { Data } from "../../models/gp/likelihood.ts";
import { type Posterior, posterior } from "../../models/gp/posterior.ts";
import { fitWarp, type Warp } from "../../models/gp/warp.ts";
import { type Rng, rng } from "../../random.ts";
import { type Snap, snapOf } from "../../space/snap.ts";
import type { Observation, Observed } from "../observed.ts";

/** Up to here the hyperparameters are fitted at every observation, … */
const ALWAYS = 50;
/** … and then whenever there are so many times as many. */
const GROWTH = 1.1;
const MOST_APPENDED = 100;
/** Input warping needs so many observations, and so many values of a parameter. */
const FEWEST_WARPED = 30;
const FEWEST_VALUES = 5;
/** Most observations that hyperparameters are fitted to, … */
const MOST_FITTED = 200;
/** … and that predictions are made from. */
const MOST_USED = 1000;
/** Pending points that are believed; more are not looked at. */
export const MOST_PENDING = 64;
/** Most points of one prediction. */
export const BATCH = 1024;

export interface Model {
  readonly features: Features;
  readonly posterior: Posterior;
  /** Global candidates, whose predictions are kept up to date with every observation. */
  readonly pool: readonly Float64Array[];
  /** Their coordinates, shape (pool, numeric + nominal). */
  readonly poolCoordinates: Float64Array;
  readonly warp: Warp;
  readonly theta: Float64Array;
  /** How many observations its hyperparameters were fitted to. */
  readonly epoch: number;
}

/** What is kept between asks; all of it can be made again. */
export interface ModelMemo {
  readonly features: Features;
  /** Coordinates that may be warped. */
  readonly warpable: Int32Array;
  readonly snap: Snap;
  /** How many global candidates are kept up to date. */
  readonly pool: number;
  kernels?: Kernels;
  /** Why there was no model when somebody asked last. */
  trouble?: string;
  fitted?: {
    readonly epoch: number;
    readonly revisions: number;
    readonly theta: Float64Array;
    readonly warp: Warp;
    /** The memo's features, warped where the evidence asks for it. */
    readonly features: Features;
  };
  built?: {
    readonly key: string;
    readonly posterior: Posterior;
    readonly pool: Pool;
    used: number;
  };
}

export function modelMemo({ problem: { space, sources = [] } }: Observed, pool: number): ModelMemo {
  const features = featuresOf(space);
  // past studies have processes of their own, on coordinates that are not warped
  const fewValues = (unit: number) => {
    const parameter = space.parameters[unit];
    return sources.length > 0 || (parameter.domain !== "real" && parameter.size < FEWEST_VALUES);
  };
  return { features, warpable: warpable(features, fewValues), snap: snapOf(space), pool };
}

/** The largest count, at most n, at which hyperparameters are fitted. */
export function epochOf(n: number): number {
  if (n <= ALWAYS) return n;
  let epoch = ALWAYS;
  for (let next = ALWAYS; next <= n; next += appendedAfter(next)) epoch = next;
  return epoch;
}

/** How many more observations are appended before hyperparameters are fitted anew. */
function appendedAfter(epoch: number): number {
  return Math.min(MOST_APPENDED, Math.ceil(epoch * GROWTH) - epoch);
}

/** The model of all that was observed; undefined while nothing can be learned from it (all failed, or all equal). */
export async function modelOf(
  memo: ModelMemo,
  observed: Observed,
  compute: Compute,
): Promise<Model | undefined> {
  if (observed.list.length === 0) return undefined;
  const stream = rng(observed.problem.seed, "gp");
  const epoch = epochOf(observed.list.length);
  const { revisions } = observed;
  if (memo.fitted?.epoch !== epoch || memo.fitted.revisions !== revisions) {
    memo.fitted = undefined;
    const known = observed.list.slice(0, epoch);
    const warp = fitWarp(known.map(({ loss }) => loss));
    if (memo.features.parameters.length === 0) return without(memo, "nothing varies in this space");
    if (warp === undefined) {
      const failed = known.every(({ loss }) => !Number.isFinite(loss));
      return without(memo, failed ? "no trial gave a finite value" : "all values are equal");
    }
    const data = dataOf(memo.features, subset(known, MOST_FITTED, stream.stream("fit", epoch)), warp);
    const warped = epoch < FEWEST_WARPED ? new Int32Array(0) : memo.warpable;
    const fit = await fitTask(compute, data, warped);
    const features = fit.warp.length === 0 ? memo.features : warpedFeatures(memo.features, warped, fit.warp);
    memo.fitted = { epoch, revisions, theta: fit.theta, warp, features };
  }
  const { theta, warp, features } = memo.fitted;
  const key = `${epoch}.${revisions}`;
  if (memo.built?.key !== key) {
    const used = subset(observed.list.slice(0, epoch), MOST_USED, stream.stream("use", epoch));
    const data = dataOf(features, used, warp);
    const capacity = data.n + appendedAfter(Math.max(ALWAYS, epoch)) + 2 + MOST_PENDING;
    memo.kernels ??= createKernels();
    const built = posterior(memo.kernels, data, theta, { capacity, batch: BATCH });
    if (built === undefined) return without(memo, "the covariance matrix could not be factored");
    // before anything is appended: what the pool holds must not depend on when somebody first asked
    const pool = makePool(observed, { ...memo, features }, built, epoch);
    memo.built = { key, posterior: built, pool, used: epoch };
  }
  const { built } = memo;
  const width = features.numeric + features.nominal;
  for (; built.used < observed.list.length; built.used++) {
    const { loss } = observed.list[built.used];
    const x = new Float64Array(width);
    features.write(observed.list[built.used], x, 0);
    built.posterior.append(x, warp.apply(loss));
  }
  const { posterior: upToDate, pool } = built;
  return { features, posterior: upToDate, pool: pool.units, poolCoordinates: pool.x, warp, theta, epoch };
}

function without(memo: ModelMemo, trouble: string): undefined {
  memo.trouble = trouble;
}

interface Pool {
  readonly units: readonly Float64Array[];
  readonly x: Float64Array;
}

function makePool(
  { problem }: Observed,
  { features, snap, pool }: ModelMemo,
  { setPool }: Posterior,
  epoch: number,
): Pool {
  const sequence = sobolSequence(problem.space.parameters.length, rng(problem.seed, "pool", epoch));
  const width = features.numeric + features.nominal;
  const x = new Float64Array(pool * width);
  const units = Array.from({ length: pool }, (_, c) => {
    const unit = sequence.point(c);
    const active = new Uint8Array(unit.length);
    snap(unit, active);
    features.write({ unit, active }, x, c * width);
    return unit;
  });
  setPool(x, pool);
  return { units, x };
}

/** The best third, the latest third and some of the others, in their order. */
function subset(list: readonly Observation[], most: number, stream: Rng): readonly Observation[] {
  if (list.length <= most) return list;
  const third = Math.floor(most / 3);
  const ranked = list
    .map((_, place) => place)
    .sort((a, b) => order(list[a].loss) - order(list[b].loss) || a - b);
  const chosen = new Set(ranked.slice(0, third));
  for (let place = list.length - third; place < list.length; place++) chosen.add(place);
  while (chosen.size < most) chosen.add(stream.integer(list.length));
  return [...chosen].sort((a, b) => a - b).map((place) => list[place]);
}

const order = (loss: number) => (Number.isNaN(loss) ? Number.MAX_VALUE : loss);

/** Observations as data of a process; equal points are merged. */
export function dataOf(
  features: Features,
  list: readonly Pick<Observation, "unit" | "active" | "loss">[],
  warp: Warp,
): Data {
  const width = features.numeric + features.nominal;
  const places = new Map<string, number>();
  const groups: { readonly x: Float64Array; readonly values: number[] }[] = [];
  for (const observation of list) {
    const x = new Float64Array(width);
    features.write(observation, x, 0);
    const key = x.join();
    let place = places.get(key);
    if (place === undefined) {
      place = groups.push({ x, values: [] }) - 1;
      places.set(key, place);
    }
    groups[place].values.push(warp.apply(observation.loss));
  }
  const data = {
    n: groups.length,
    features,
    scales: features.parameters.length,
    x: new Float64Array(groups.length * width),
    y: new Float64Array(groups.length),
    repeats: new Float64Array(groups.length),
    within: 0,
  };
  groups.forEach(({ x, values }, i) => {
    data.x.set(x, i * width);
    data.y[i] = values.reduce((sum, value) => sum + value, 0) / values.length;
    data.repeats[i] = values.length;
    for (const value of values) data.within += (value - data.y[i]) * (value - data.y[i]);
  });
  return data;
}
