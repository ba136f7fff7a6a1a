/**
 * What forests say of a point: of its loss, or of one loss made of several, and of each limit on the outcome.
 */
import { exp, log } from "../../math/elementary.ts";
import { normalLogCdf } from "../../math/special.ts";
import { type Forest, growForest } from "../../models/forest.ts";
import type { Features } from "../../models/gp/features.ts";
import { fitWarp, quantile, type Warp } from "../../models/gp/warp.ts";
import { type Rng, rng } from "../../random.ts";
import type { Explanation } from "../../sampler.ts";
import type { Encoded } from "../../space/types.ts";
import type { Trial } from "../../trial.ts";
import { logExpectedImprovement } from "../gp/acquisition.ts";
import { sortOpen } from "../gp/open.ts";
import { byRank, incumbentStep, missOf, type Observation, type Observed } from "../observed.ts";

const TREES = 30;
const FEATURES = 5 / 6;
const SMALLEST = 3;
const OPTIONS = { trees: TREES, features: FEATURES, smallest: SMALLEST };
/** The least standard deviation that a forest may claim; of limits, in their units, as trees often agree by chance. */
const LEAST_STD = 1e-6;
const LEAST_STD_OF_LIMITS = 0.1;
/** How much the sum of all objectives counts beside the worst of them (Knowles 2006, eq. 2). */
const AUGMENTED = 0.05;
/** So many times the median excess over limits is as far off as anything. */
const FARTHEST = 3;

export interface ForestModel {
  /** ln of expected improvement, and of the probability that all limits hold. */
  acquisition(point: Encoded): number;
  /** What the forests were grown on, best first. */
  readonly ranked: readonly Observation[];
}

/** A forest on one column of numbers. */
interface Column {
  predict(point: Encoded): { readonly mean: number; readonly std: number };
}

/**
 * The model of what was observed: each trial at its last report; open trials that said nothing count with the median,
 * so that nobody goes where somebody is. Undefined while the losses say nothing.
 *
 * @param number  of the trial that is asked for: with several objectives each has weights of its own
 */
export function modelOf(
  observed: Observed,
  features: Features,
  open: readonly Trial[],
  number: number,
): ForestModel | undefined {
  const { problem } = observed;
  const { overlay, reported, pending } = sortOpen(observed, open);
  const known = [...(overlay?.list ?? observed.list), ...reported];
  if (features.parameters.length === 0) return undefined;
  const isSingle = problem.objectives.length === 1;
  const path = [known.length, pending.length === 0 && reported.length === 0 && !overlay ? 0 : number];
  const values = isSingle
    ? warped(known, 0)
    : scalarised(known, problem.objectives.length, rng(problem.seed, "weights", number));
  if (values === undefined) return undefined;
  const middle = isSingle ? 0 : quantile(Float64Array.from(values).sort(), 0.5);
  const y = new Float64Array(known.length + pending.length).fill(middle);
  y.set(values);
  const stream = isSingle
    ? rng(problem.seed, "forest", ...path)
    : rng(problem.seed, "forest", known.length, number);
  const loss = columnOf(features, [...known, ...pending], y, stream);
  const limits = limitsOf(observed, features, known);
  const best = incumbentOf(known, values);
  return {
    ranked: isSingle ? [...known].sort(byRank) : rankedBy(known, values),
    acquisition(point) {
      const sum = logFeasible(limits, point);
      if (best === undefined) return sum; // while nothing is feasible, that comes first
      const { mean, std } = loss.predict(point);
      const [improvement] = logExpectedImprovement(
        { mean: Float64Array.of(mean), std: Float64Array.of(std) },
        best,
      );
      return sum + improvement;
    },
  };
}

/** ln of the probability that all limits hold. */
function logFeasible(limits: readonly Column[], point: Encoded): number {
  let sum = 0;
  for (const limit of limits) {
    const { mean, std } = limit.predict(point);
    sum += normalLogCdf(-mean / Math.max(LEAST_STD_OF_LIMITS, std));
  }
  return sum;
}

/**
 * Predicted losses: `mean` and `std` of the first objective, `means` and `stds` of all where there are several, and
 * the probability that all limits hold.
 */
export function explainForests(observed: Observed, features: Features, point: Encoded): Explanation {
  const { list, problem } = observed;
  if (list.length === 0 || features.parameters.length === 0) return {};
  const losses = problem.objectives.map((_, k) => {
    const warp = warpOf(list, k);
    if (warp === undefined) return undefined;
    const y = Float64Array.from(list, (one) => warp.apply(one.losses[k]));
    const stream = rng(problem.seed, "forest", list.length, 0, ...(k === 0 ? [] : [k]));
    const { mean, std } = columnOf(features, list, y, stream).predict(point);
    const { invert } = warp;
    return { mean: invert(mean), std: (invert(mean + std) - invert(mean - std)) / 2 };
  });
  const limits = limitsOf(observed, features, list);
  return {
    ...losses[0],
    ...(losses.length > 1 && {
      means: losses.map((each) => each?.mean ?? null),
      stds: losses.map((each) => each?.std ?? null),
    }),
    ...(limits.length > 0 && { feasible: exp(logFeasible(limits, point)) }),
  };
}

/** A forest on values of these points. */
function columnOf(features: Features, points: readonly Encoded[], y: Float64Array, stream: Rng): Column {
  const width = features.numeric + features.nominal;
  const x = new Float64Array(points.length * width);
  points.forEach((point, i) => {
    features.write(point, x, i * width);
  });
  const nominal = Array.from({ length: width }, (_, f) => f >= features.numeric);
  const grown: Forest = growForest(x, y, nominal, OPTIONS, stream);
  const row = new Float64Array(width);
  return {
    predict(point) {
      features.write(point, row, 0);
      const { mean, std } = grown.predict(row);
      return { mean, std: Math.max(std, LEAST_STD) };
    },
  };
}

/** Warped losses of one objective; undefined where they are all equal. Shape (known). */
function warped(known: readonly Observation[], k: number): Float64Array | undefined {
  const warp = warpOf(known, k);
  return warp && Float64Array.from(known, (one) => warp.apply(one.losses[k]));
}

/** The warp of one objective's losses. */
function warpOf(known: readonly Observation[], k: number): Warp | undefined {
  return fitWarp(known.map(({ losses }) => losses[k]));
}

/**
 * One loss of several: with random weights, the largest of them and a little of their sum.
 *
 * @see Knowles 2006, "ParEGO: a hybrid algorithm with on-line landscape approximation for expensive multiobjective
 *   optimization problems", eq. 2
 */
function scalarised(known: readonly Observation[], m: number, stream: Rng): Float64Array | undefined {
  const weights = Array.from({ length: m }, () => -log(1 - stream.uniform()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const most = new Float64Array(known.length);
  const sums = new Float64Array(known.length);
  let isFlat = true;
  for (let k = 0; k < m; k++) {
    const values = warped(known, k);
    if (values === undefined) continue;
    isFlat = false;
    const low = values.reduce((a, b) => Math.min(a, b));
    const range = values.reduce((a, b) => Math.max(a, b)) - low;
    values.forEach((value, i) => {
      const term = (weights[k] / total) * (range > 0 ? (value - low) / range : 0);
      most[i] = Math.max(most[i], term);
      sums[i] += term;
    });
  }
  return isFlat ? undefined : most.map((value, i) => value + AUGMENTED * sums[i]);
}

/** A forest for each limit, on what is known of it; in units of its median size, cut off where it is far off. */
function limitsOf(
  { problem }: Observed,
  features: Features,
  known: readonly Observation[],
): readonly Column[] {
  const { constraints = [], seed } = problem;
  return constraints.flatMap((_, c) => {
    const told = known.filter(({ constraints }) => !Number.isNaN(constraints[c]));
    const sizes = Float64Array.from(told, ({ constraints }) => Math.abs(constraints[c])).sort();
    const unit = sizes.length === 0 ? 0 : quantile(sizes, 0.5) || sizes[sizes.length - 1];
    if (!(unit > 0)) return [];
    const y = Float64Array.from(told, ({ constraints }) =>
      Math.min(
        FARTHEST,
        Math.max(-FARTHEST, Number.isFinite(unit) ? constraints[c] / unit : Math.sign(constraints[c])),
      ),
    );
    return [columnOf(features, told, y, rng(seed, "limit", c, told.length))];
  });
}

/** The lowest value of feasible trials that came as far as others; undefined where no trial is feasible. */
function incumbentOf(known: readonly Observation[], values: Float64Array): number | undefined {
  const step = incumbentStep(known.filter((one) => missOf(one) === 0));
  let best: number | undefined;
  known.forEach((one, i) => {
    const isFar = Number.isNaN(one.loss) || one.step >= step;
    if (isFar && missOf(one) === 0 && (best === undefined || values[i] < best)) best = values[i];
  });
  return best;
}

/** Better ones first: of several objectives by the one loss that is made of them. */
function rankedBy(known: readonly Observation[], values: Float64Array): readonly Observation[] {
  return known
    .map((one, i) => ({ one, value: values[i] }))
    .sort((a, b) => byRank({ ...a.one, loss: a.value }, { ...b.one, loss: b.value }))
    .map(({ one }) => one);
}
