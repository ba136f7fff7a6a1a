/**
 * A Gaussian process of what a study was told. Hyperparameters are fitted anew at certain counts only, and what lies
 * between is appended: all of it a function of the trials in their order, so that any process finds the same.
 */
import type { Compute } from "../compute.ts";
import { createKernels, type Kernels } from "../math/kernels/kernels.ts";
import { sobolSequence } from "../math/sobol.ts";
import { rowsOf } from "../models/gp/data.ts";
import { coordinatesOf, type Features, featuresOf } from "../models/gp/features.ts";
import { fitTask } from "../models/gp/fit-task.ts";
import type { Data } from "../models/gp/likelihood.ts";
import { type Posterior, posterior } from "../models/gp/posterior.ts";
import { fitWarp, type Warp } from "../models/gp/warp.ts";
import { rng } from "../random.ts";
import { type Snap, snapOf } from "../space/snap.ts";
import type { Encoded } from "../space/types.ts";
import type { Entry, Told } from "./told.ts";

/** Fewer trials make no model. */
export const FEWEST_MODELLED = 10;
/** Hyperparameters are fitted whenever there are so many times as many trials. */
const GROWTH = 1.2;
/**
 * The warp is that of the first trials. Of all, most lie near the best once a search has converged: made to look
 * normal, their differences would be magnified until they promise improvements again.
 */
const FIRST = 30;
/** Most trials that hyperparameters are fitted to, and that predictions are made from when they were. */
const MOST_FITTED = 150;
const MOST_USED = 300;
/** Points spread over the space whose predictions are kept up to date (Makarova et al. 2022 take as many). */
const POOL = 2048;
/** Best points that are varied a little, into so many each: near the optimum the spread points are too few. */
const VARIED = 5;
const VARIATIONS = 40;
const BATCH = 1024;

export interface Model {
  readonly features: Features;
  readonly posterior: Posterior;
  readonly warp: Warp;
  /** How many trials it has seen. */
  readonly count: number;
}

/** What is kept between judgements; all of it can be made again. */
export interface Memo {
  readonly features: Features;
  readonly snap: Snap;
  kernels?: Kernels;
  /** Coordinates of the pool, shape (POOL, width). */
  spread?: Float64Array;
  built?: Model & { readonly epoch: number; readonly revisions: number; count: number };
}

export function memoOf({ problem: { space } }: Told): Memo {
  return { features: featuresOf(space), snap: snapOf(space) };
}

/** The largest count, at most n, at which hyperparameters are fitted; 0 below the fewest. */
function epochOf(n: number): number {
  let epoch = 0;
  for (let next = FEWEST_MODELLED; next <= n; next = Math.ceil(next * GROWTH)) epoch = next;
  return epoch;
}

/**
 * The model of the first `count` trials; undefined where nothing can be learned from them.
 *
 * @param fitted  hyperparameters are those of the model of so many trials
 */
export async function modelOf(
  memo: Memo,
  told: Told,
  compute: Compute,
  count = told.list.length,
  fitted = count,
): Promise<Model | undefined> {
  const { features } = memo;
  const epoch = epochOf(fitted);
  if (epoch === 0 || features.parameters.length === 0) return undefined;
  const { revisions } = told;
  const isCurrent =
    memo.built?.epoch === epoch && memo.built.revisions === revisions && memo.built.count <= count;
  if (!isCurrent) {
    memo.built = undefined;
    const known = told.list.slice(0, epoch);
    const warp = fitWarp(known.slice(0, FIRST).map(({ loss }) => loss));
    if (warp === undefined) return undefined;
    const { theta } = await fitTask(compute, dataOf(features, bestAndLatest(known, MOST_FITTED), warp));
    // the trial at which it was fitted is appended like those that follow: what it changed can be told
    const data = dataOf(features, bestAndLatest(known.slice(0, Math.min(count, epoch - 1)), MOST_USED), warp);
    const capacity = data.n + Math.ceil(epoch * GROWTH) - epoch + 3;
    memo.kernels ??= createKernels();
    const made = posterior(memo.kernels, data, theta, { capacity, batch: POOL });
    if (made === undefined) return undefined;
    memo.spread ??= spreadOf(memo, told);
    made.setPool(memo.spread, POOL);
    memo.built = { features, posterior: made, warp, count: Math.min(count, epoch - 1), epoch, revisions };
  }
  const built = memo.built as NonNullable<Memo["built"]>;
  for (; built.count < count; built.count++) {
    const entry = told.list[built.count];
    const x = coordinatesOf(features, [entry]);
    built.posterior.append(x, built.warp.apply(entry.loss), entry.repeats?.count);
  }
  return { features, posterior: built.posterior, warp: built.warp, count };
}

/** Trials as data of a process. */
function dataOf(
  features: Features,
  list: readonly Entry[],
  warp: Warp,
): Data & { readonly features: Features } {
  const samples = list.map((entry) => ({ ...entry, value: entry.loss, ...entry.repeats }));
  return { ...rowsOf(features, samples, warp).data, features };
}

/** The best half and the latest half, in their order. */
function bestAndLatest(list: readonly Entry[], most: number): readonly Entry[] {
  if (list.length <= most) return list;
  const half = Math.floor(most / 2);
  const value = ({ loss }: Entry) => (Number.isNaN(loss) ? Number.MAX_VALUE : loss);
  const ranked = list.map((_, place) => place).sort((a, b) => value(list[a]) - value(list[b]) || a - b);
  const chosen = new Set(ranked.slice(0, half));
  for (let place = list.length - 1; chosen.size < most; place--) chosen.add(place);
  return [...chosen].sort((a, b) => a - b).map((place) => list[place]);
}

function spreadOf({ features, snap }: Memo, { problem: { space, seed } }: Told): Float64Array {
  const sequence = sobolSequence(space.parameters.length, rng(seed, "terminator"));
  return coordinatesOf(
    features,
    Array.from({ length: POOL }, (_, c) => snapped(snap, sequence.point(c))),
  );
}

function snapped(snap: Snap, unit: Float64Array): Encoded {
  const active = new Uint8Array(unit.length);
  snap(unit, active);
  return { unit, active };
}

/** Means and standard deviations of the function at many points, each of shape (points). */
export interface Moments {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** What the model says over the whole space: at the spread points, and at variations of the best trials. */
export function overSpace({ posterior, features, count }: Model, memo: Memo, told: Told): Moments {
  const stream = rng(told.problem.seed, "terminator", "near", count);
  const best = told.list
    .slice(0, count)
    .filter(({ ranked }) => ranked)
    .sort((a, b) => a.loss - b.loss)
    .slice(0, VARIED);
  const near = best.flatMap(({ unit }) =>
    Array.from({ length: VARIATIONS }, (_, v) => {
      const size = 0.2 * 0.5 ** (v % 6); // from a fifth of the cube to less than a hundredth
      return snapped(
        memo.snap,
        unit.map((u) => u + size * stream.normal()),
      );
    }),
  );
  const parts = [posterior.pool(), ...predict(posterior, features, near)];
  return { mean: joined(parts.map(({ mean }) => mean)), std: joined(parts.map(({ std }) => std)) };
}

/** What the model says at trials. */
export function atTrials({ posterior, features }: Model, entries: readonly Entry[]): Moments {
  const parts = predict(posterior, features, entries);
  return { mean: joined(parts.map(({ mean }) => mean)), std: joined(parts.map(({ std }) => std)) };
}

function predict(posterior: Posterior, features: Features, points: readonly Encoded[]): Moments[] {
  const parts: Moments[] = [];
  for (let from = 0; from < points.length; from += BATCH) {
    const some = points.slice(from, from + BATCH);
    parts.push(posterior.predict(coordinatesOf(features, some), some.length));
  }
  return parts;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

/** The smallest posterior mean among the ranked trials; NaN if none is ranked. */
export function incumbentMean(model: Model, told: Told): number {
  const ranked = told.list
    .slice(0, model.count)
    .filter((entry) => entry.ranked)
    .sort((a, b) => a.loss - b.loss)
    .slice(0, 2 * VARIED);
  return atTrials(model, ranked).mean.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
