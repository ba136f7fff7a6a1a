/**
 * Warm start: a Gaussian process for each past study, and this study's own, weighed by how well each orders what
 * was observed here.
 *
 * @see Feurer et al. 2018, "Scalable meta-learning for Bayesian optimization using ranking-weighted Gaussian
 *      process ensembles" (RGPE)
 */
import type { Compute } from "../../compute.ts";
import { createKernels } from "../../math/kernels/kernels.ts";
import { rowsOf, type Sample } from "../../models/gp/data.ts";
import { fitTask } from "../../models/gp/fit-task.ts";
import { type Posterior, type Predictions, posterior } from "../../models/gp/posterior.ts";
import { fitWarp } from "../../models/gp/warp.ts";
import { type Rng, rng } from "../../random.ts";
import type { Observation, Observed } from "../observed.ts";
import { type SourcePoint, sourcePoints } from "../sources.ts";
import { BATCH, MOST_PENDING, type Model, type ModelMemo } from "./model.ts";
import type { Surrogate } from "./surface.ts";

/** Most points of one past study; the best half of them, the others drawn. */
const MOST_POINTS = 200;
/** Fewest points that a past study is modelled from. */
const FEWEST_POINTS = 4;
/** Samples of each posterior's ranking, and most of this study's points that are ranked. */
const SAMPLES = 256;
const MOST_RANKED = 60;
/** With fewer points of its own a study cannot tell which past one is like it: all weigh the same. */
const FEWEST_RANKED = 3;
/** A past study whose median loss is above this quantile of the own model's misleads, and is left out. */
const DILUTION = 0.95;

export interface TransferMemo {
  sources?: readonly Posterior[];
  weighed?: { readonly key: string; readonly weights: readonly number[]; best?: number };
}

export interface Ensemble {
  readonly surrogate: Surrogate;
  readonly members: readonly Posterior[];
  /** The smallest mean among this study's points. */
  readonly best: number;
}

/**
 * The ensemble of this study's model and those of past ones; undefined where there is no past study.
 *
 * @param known  the observations that the incumbent is among, and a key of what the model holds besides what was told
 */
export async function transfer(
  memo: TransferMemo,
  modelMemo: ModelMemo,
  observed: Observed,
  model: Model,
  compute: Compute,
  known: { readonly key: string; readonly list: readonly Observation[] },
): Promise<Ensemble | undefined> {
  memo.sources ??= await modelSources(modelMemo, observed, compute);
  if (memo.sources.length === 0) return undefined;
  const { list, revisions, problem } = observed;
  const key = `${list.length}.${revisions}.${known.key}`;
  if (memo.weighed?.key !== key) {
    const stream = rng(problem.seed, "transfer", list.length);
    memo.weighed = { key, weights: weigh(memo.sources, observed, model, stream) };
  }
  const { weights } = memo.weighed;
  const members = [model.posterior, ...memo.sources]
    .map((member, m) => ({ member, weight: weights[m] }))
    .filter(({ weight }) => weight > 0);
  const surrogate = ensemble(members, model);
  memo.weighed.best ??= lowestMean(surrogate, model, known.list);
  return { surrogate, members: members.map(({ member }) => member), best: memo.weighed.best };
}

/** The smallest mean among the points with the lowest losses. */
function lowestMean(surrogate: Surrogate, { features }: Model, list: readonly Observation[]): number {
  const points = list
    .filter(({ loss }) => !Number.isNaN(loss))
    .sort((a, b) => a.loss - b.loss)
    .slice(0, MOST_RANKED);
  const width = features.numeric + features.nominal;
  const x = new Float64Array(points.length * width);
  points.forEach((point, i) => {
    features.write(point, x, i * width);
  });
  const { mean } = surrogate.predict(x, points.length);
  return mean.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

async function modelSources(
  { features }: ModelMemo,
  { problem }: Observed,
  compute: Compute,
): Promise<readonly Posterior[]> {
  const made: Posterior[] = [];
  for (const [index, points] of sourcePoints(problem).entries()) {
    const chosen = choose(points, rng(problem.seed, "source", index));
    const warp = fitWarp(chosen.map(({ loss }) => loss));
    if (chosen.length < FEWEST_POINTS || warp === undefined || features.parameters.length === 0) continue;
    const { data } = rowsOf(features, chosen.map(sampleOf), warp);
    const { theta } = await fitTask(compute, data);
    const fitted = posterior(createKernels(), data, theta, {
      capacity: data.n + MOST_PENDING + 2,
      batch: BATCH,
    });
    if (fitted !== undefined) made.push(fitted);
  }
  return made;
}

const sampleOf = ({ unit, active, loss }: SourcePoint): Sample => ({ unit, active, value: loss });

function choose(points: readonly SourcePoint[], stream: Rng): readonly SourcePoint[] {
  if (points.length <= MOST_POINTS) return points;
  const chosen = new Set(Array.from({ length: MOST_POINTS / 2 }, (_, place) => place));
  while (chosen.size < MOST_POINTS) chosen.add(stream.integer(points.length));
  return [...chosen].sort((a, b) => a - b).map((place) => points[place]);
}

/** Weights of the own model and of each source: shares of the samples in which it orders the observations best. */
function weigh(
  sources: readonly Posterior[],
  { list }: Observed,
  model: Model,
  stream: Rng,
): readonly number[] {
  const even = Array.from({ length: sources.length + 1 }, () => 1 / (sources.length + 1));
  const { data } = rowsOf(model.features, list.slice(-MOST_RANKED).map(sampleOf), model.warp);
  const { x, y, n } = data;
  const own = posterior(createKernels(), data, model.theta, { capacity: n + 2, batch: 2 });
  if (n < FEWEST_RANKED || own === undefined) return even;
  const losses = [own.leaveOneOut(), ...sources.map((source) => source.predict(x, n))].map((predictions) =>
    Float64Array.from({ length: SAMPLES }, () => misordered(predictions, y, stream)),
  );
  const limit = quantileOf(losses[0], DILUTION);
  const isKept = losses.map((all, m) => m === 0 || quantileOf(all, 0.5) <= limit);
  const weights = losses.map(() => 0);
  for (let s = 0; s < SAMPLES; s++) {
    const least = losses.reduce(
      (a, all, m) => (isKept[m] ? Math.min(a, all[s]) : a),
      Number.POSITIVE_INFINITY,
    );
    const winners = losses.flatMap((all, m) => (isKept[m] && all[s] === least ? [m] : []));
    for (const m of winners) weights[m] += 1 / (winners.length * SAMPLES);
  }
  return weights;
}

/** Pairs that a sample of the predictions puts in the other order than the values. */
function misordered({ mean, std }: Predictions, y: Float64Array, stream: Rng): number {
  const f = mean.map((value, i) => value + std[i] * stream.normal());
  let pairs = 0;
  for (let i = 1; i < y.length; i++) for (let j = 0; j < i; j++) if (f[i] < f[j] !== y[i] < y[j]) pairs++;
  return pairs;
}

function quantileOf(values: Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

/** Means weighed; variances by the weights' squares. */
function ensemble(
  members: readonly { readonly member: Posterior; readonly weight: number }[],
  { pool, poolCoordinates }: Model,
): Surrogate {
  const mix = (all: readonly Predictions[]): Predictions => {
    const mean = new Float64Array(all[0].mean.length);
    const std = new Float64Array(mean.length);
    members.forEach(({ weight }, m) => {
      for (let c = 0; c < mean.length; c++) {
        mean[c] += weight * all[m].mean[c];
        std[c] += (weight * all[m].std[c]) ** 2;
      }
    });
    return { mean, std: std.map(Math.sqrt) };
  };
  const predict = (x: Float64Array, count: number) => {
    const width = x.length / Math.max(1, count);
    const parts: Predictions[] = [];
    for (let from = 0; from < count; from += BATCH) {
      const size = Math.min(BATCH, count - from);
      const part = x.subarray(from * width, (from + size) * width);
      parts.push(mix(members.map(({ member }) => member.predict(part, size))));
    }
    return parts.length === 1 ? parts[0] : join(parts);
  };
  return {
    predict,
    pool: () => predict(poolCoordinates, pool.length),
    slope(x) {
      const all = members.map(({ member }) => member.slope(x));
      const std = Math.sqrt(all.reduce((sum, one, m) => sum + (members[m].weight * one.std) ** 2, 0));
      const by = (of: (m: number, f: number) => number) =>
        Float64Array.from(all[0].meanBy, (_, f) => all.reduce((sum, _one, m) => sum + of(m, f), 0));
      return {
        mean: all.reduce((sum, one, m) => sum + members[m].weight * one.mean, 0),
        std,
        meanBy: by((m, f) => members[m].weight * all[m].meanBy[f]),
        stdBy: by((m, f) => (members[m].weight ** 2 * all[m].std * all[m].stdBy[f]) / std),
      };
    },
  };
}

function join(parts: readonly Predictions[]): Predictions {
  const flat = (of: (part: Predictions) => Float64Array) =>
    Float64Array.from(parts.flatMap((part) => Array.from(of(part))));
  return { mean: flat(({ mean }) => mean), std: flat(({ std }) => std) };
}
