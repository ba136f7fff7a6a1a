/**
 * A Gaussian process of one outcome of a study so far. Hyperparameters are fitted anew at certain counts of what was
 * told only, and what lies between is appended: all of it a function of the observations, so that any process
 * rebuilds it.
 */
import type { Compute } from "../../compute.ts";
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { sobolSequence } from "../../math/sobol.ts";
import { rowsOf, type Sample, subset } from "../../models/gp/data.ts";
import { type Features, featuresOf } from "../../models/gp/features.ts";
import type { Fit } from "../../models/gp/fit.ts";
import { fitHere, fitTask } from "../../models/gp/fit-task.ts";
import { warpable, warpedFeatures } from "../../models/gp/input-warp.ts";
import type { Data } from "../../models/gp/likelihood.ts";
import { type Posterior, posterior } from "../../models/gp/posterior.ts";
import type { Warp } from "../../models/gp/warp.ts";
import { rng } from "../../random.ts";
import { type Snap, snapOf } from "../../space/snap.ts";
import type { Encoded } from "../../space/types.ts";
import type { Observation, Observed } from "../observed.ts";
import { appendedAfter, type Schedule, scheduleNothing } from "./schedule.ts";
import { onlyLoss, type Target } from "./target.ts";

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
  readonly pool: readonly Encoded[];
  /** Their coordinates, shape (pool, numeric + nominal). */
  readonly poolCoordinates: Float64Array;
  readonly warp: Warp;
  readonly theta: Float64Array;
  /** After how much had been told its hyperparameters were fitted. */
  readonly epoch: number;
  /** The posterior's row of each observation, in the order of the list; −1 where it has none. */
  readonly rows: readonly number[];
}

/** What is kept between asks; all of it can be made again. */
export interface ModelMemo {
  readonly features: Features;
  /** Coordinates that may be warped. */
  readonly warpable: Int32Array;
  readonly snap: Snap;
  /** How many global candidates are kept up to date. */
  readonly pool: number;
  readonly target: Target;
  readonly schedule: Schedule;
  kernels?: Kernels;
  /** Why there was no model when somebody asked last. */
  trouble?: string;
  fitted?: {
    readonly epoch: number;
    readonly theta: Float64Array;
    readonly warp: Warp;
    /** The memo's features, warped where the evidence asks for it. */
    readonly features: Features;
  };
  built?: {
    readonly key: string;
    readonly posterior: Posterior;
    readonly pool: Pool;
    readonly rows: number[];
  };
}

/** What a model is made of besides what was told: trials that were told before and have come further since. */
export interface Overlay {
  /** Equal keys have equal observations. */
  readonly key: string;
  readonly list: readonly Observation[];
}

/** Nothing modelled yet. The schedule is to be followed whenever a trial is told; models of one study share one. */
export function modelMemo(
  { problem: { space, sources = [] } }: Observed,
  pool: number,
  { target = onlyLoss, schedule = scheduleNothing() }: { target?: Target; schedule?: Schedule } = {},
): ModelMemo {
  const features = featuresOf(space);
  // past studies have processes of their own, on coordinates that are not warped
  const fewValues = (unit: number) => {
    const parameter = space.parameters[unit];
    return sources.length > 0 || (parameter.domain !== "real" && parameter.size < FEWEST_VALUES);
  };
  return {
    ...{ features, warpable: warpable(features, fewValues), snap: snapOf(space), pool },
    ...{ target, schedule },
  };
}

/** The model of all that was observed; undefined while nothing can be learned from it (all failed, or all equal). */
export async function modelOf(
  memo: ModelMemo,
  observed: Observed,
  compute: Compute,
  overlay?: Overlay,
): Promise<Model | undefined> {
  const due = fitDue(memo, observed);
  if (due !== undefined) due.done(await fitTask(compute, due.data, due.warped));
  return build(memo, observed, overlay);
}

/** The same where nobody can wait, computed here and now: the same bits. */
export function modelNow(memo: ModelMemo, observed: Observed): Model | undefined {
  const due = fitDue(memo, observed);
  if (due !== undefined) due.done(fitHere(due.data, due.warped));
  return build(memo, observed);
}

interface Due {
  readonly data: Data;
  readonly warped: Int32Array;
  done(fit: Pick<Fit, "theta" | "warp">): void;
}

/** What hyperparameters are to be fitted to; undefined if they are, or cannot be. */
function fitDue(memo: ModelMemo, { problem }: Observed): Due | undefined {
  const { epoch, known } = memo.schedule;
  if (known.length === 0 || memo.fitted?.epoch === epoch) return undefined;
  memo.fitted = undefined;
  const samples = known.flatMap((observation) => sampleOf(memo.target, observation) ?? []);
  const warp = memo.target.fit(samples.map(({ value }) => value));
  if (memo.features.parameters.length === 0) return without(memo, "nothing varies in this space");
  if (warp === undefined) {
    const failed = samples.every(({ value }) => !Number.isFinite(value));
    return without(memo, failed ? "no trial gave a finite value" : "all values are equal");
  }
  const stream = rng(problem.seed, "gp").stream("fit", epoch);
  const { data } = rowsOf(memo.features, subset(samples, MOST_FITTED, stream), warp);
  const warped = samples.length < FEWEST_WARPED ? new Int32Array(0) : memo.warpable;
  return {
    data,
    warped,
    done(fit) {
      const features =
        fit.warp.length === 0 ? memo.features : warpedFeatures(memo.features, warped, fit.warp);
      memo.fitted = { epoch, theta: fit.theta, warp, features };
    },
  };
}

interface PlacedSample extends Sample {
  readonly place: number;
}

/** What is known of an observation's outcome; undefined if nothing is. */
function sampleOf(target: Target, observation: Observation): Sample | undefined {
  const value = target.valueOf(observation);
  if (value === undefined) return undefined;
  const { unit, active, trial } = observation;
  return { unit, active, value, count: trial.repeats?.count, std: target.stdOf(observation) };
}

function build(memo: ModelMemo, observed: Observed, overlay?: Overlay): Model | undefined {
  if (memo.fitted === undefined) return undefined;
  const { theta, warp, features, epoch } = memo.fitted;
  const list = overlay?.list ?? observed.list;
  const key = [epoch, observed.revisions, overlay?.key].join(".");
  if (memo.built?.key !== key) {
    const samples = list
      .slice(0, memo.schedule.known.length)
      .flatMap((observation, place): PlacedSample[] => {
        const sample = sampleOf(memo.target, observation);
        return sample === undefined ? [] : [{ ...sample, place }];
      });
    const stream = rng(observed.problem.seed, "gp").stream("use", epoch);
    const used = subset(samples, MOST_USED, stream);
    const { data, rowOf } = rowsOf(features, used, warp);
    const capacity = data.n + appendedAfter(epoch) + 2 + MOST_PENDING;
    memo.kernels ??= createKernels();
    const built = posterior(memo.kernels, data, theta, { capacity, batch: BATCH });
    if (built === undefined) return without(memo, "the covariance matrix could not be factored");
    // before anything is appended: what the pool holds must not depend on when somebody first asked
    const pool = makePool(observed, { ...memo, features }, built, epoch);
    const rows = new Array<number>(memo.schedule.known.length).fill(-1);
    used.forEach(({ place }, u) => {
      rows[place] = rowOf[u];
    });
    memo.built = { key, posterior: built, pool, rows };
  }
  const { posterior: upToDate, pool, rows } = memo.built;
  const x = new Float64Array(features.numeric + features.nominal);
  for (let place = rows.length; place < list.length; place++) {
    const sample = sampleOf(memo.target, list[place]);
    rows.push(sample === undefined ? -1 : upToDate.size);
    if (sample === undefined) continue;
    features.write(sample, x, 0);
    upToDate.append(x, warp.apply(sample.value), sample.count);
  }
  return {
    features,
    posterior: upToDate,
    pool: pool.points,
    poolCoordinates: pool.x,
    warp,
    theta,
    epoch,
    rows,
  };
}

function without(memo: ModelMemo, trouble: string): undefined {
  memo.trouble = trouble;
}

interface Pool {
  readonly points: readonly Encoded[];
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
  const points = Array.from({ length: pool }, (_, c) => {
    const unit = sequence.point(c);
    const active = new Uint8Array(unit.length);
    snap(unit, active);
    features.write({ unit, active }, x, c * width);
    return { unit, active };
  });
  setPool(x, pool);
  return { points, x };
}
