/**
 * A Gaussian process of one outcome of a study so far. Hyperparameters are fitted anew at certain counts of what was
 * told only, and what lies between is appended: all of it a function of the observations, so that any process
 * rebuilds it.
 */
import type { Compute } from "../../compute.ts";
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { sobolSequence } from "../../math/sobol.ts";
import { rowsOf, subset } from "../../models/gp/data.ts";
import type { Derivatives } from "../../models/gp/derivatives.ts";
import { type Features, featuresOf } from "../../models/gp/features.ts";
import type { Fit } from "../../models/gp/fit.ts";
import { fitHere, fitTask } from "../../models/gp/fit-task.ts";
import { warpable, warpedFeatures } from "../../models/gp/input-warp.ts";
import { jointFitHere, jointFitTask } from "../../models/gp/joint-fit.ts";
import type { Data } from "../../models/gp/likelihood.ts";
import { type Posterior, posterior } from "../../models/gp/posterior.ts";
import type { Warp } from "../../models/gp/warp.ts";
import { rng } from "../../random.ts";
import { type Snap, snapOf } from "../../space/snap.ts";
import type { Encoded } from "../../space/types.ts";
import type { Slope } from "../gradient/slope.ts";
import type { Observation, Observed } from "../observed.ts";
import { derivativesOf, judge, mostDerivatives, type Sloped, type Verdict } from "./gradients.ts";
import { appendedAfter, type Schedule, scheduleNothing } from "./schedule.ts";
import { onlyLoss, type Target } from "./target.ts";

/** Input warping needs so many observations, and so many values of a parameter. */
const FEWEST_WARPED = 30;
const FEWEST_VALUES = 5;
/** Most observations that hyperparameters are fitted to, … */
const MOST_FITTED = 200;
/** … and that predictions are made from. */
const MOST_USED = 1000;
const none = new Int32Array(0);
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
  /** What became of reported gradients, where they are asked for. */
  readonly gradients?: string;
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
  /** The gradient that was told with an observation, where the model is to learn from it. */
  readonly slopeOf?: (observation: Observation) => Slope | undefined;
  kernels?: Kernels;
  /** Why there was no model when somebody asked last. */
  trouble?: string;
  fitted?: {
    readonly epoch: number;
    readonly theta: Float64Array;
    readonly warp: Warp;
    /** The memo's features, warped where the evidence asks for it. */
    readonly features: Features;
    /** Whether it is conditioned on derivatives: θ has their noise then. */
    readonly isJoint: boolean;
    readonly gradients?: string;
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
  {
    target = onlyLoss,
    schedule = scheduleNothing(),
    slopeOf,
  }: { target?: Target; schedule?: Schedule; slopeOf?: ModelMemo["slopeOf"] } = {},
): ModelMemo {
  const features = featuresOf(space);
  // past studies have processes of their own, on coordinates that are not warped
  const fewValues = (unit: number) => {
    const parameter = space.parameters[unit];
    return sources.length > 0 || (parameter.domain !== "real" && parameter.size < FEWEST_VALUES);
  };
  return {
    ...{ features, warpable: warpable(features, fewValues), snap: snapOf(space), pool },
    ...{ target, schedule, ...(slopeOf && { slopeOf }) },
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
  if (due !== undefined) {
    const { data, warped, derivatives } = due;
    const fit = await fitTask(compute, data, derivatives ? none : warped);
    const joints = derivatives && (await jointFitTask(compute, data, derivatives, fit.theta));
    const verdict = joints && judge(data, derivatives, fit.theta, joints);
    const isPlain = verdict !== undefined && verdict.theta === undefined && warped.length > 0;
    due.done(isPlain ? await fitTask(compute, data, warped) : fit, verdict);
  }
  return build(memo, observed, overlay);
}

/** The same where nobody can wait, computed here and now: the same bits. */
export function modelNow(memo: ModelMemo, observed: Observed): Model | undefined {
  const due = fitDue(memo, observed);
  if (due !== undefined) {
    const { data, warped, derivatives } = due;
    const fit = fitHere(data, derivatives ? none : warped);
    const verdict =
      derivatives && judge(data, derivatives, fit.theta, jointFitHere(data, derivatives, fit.theta));
    const isPlain = verdict !== undefined && verdict.theta === undefined && warped.length > 0;
    due.done(isPlain ? fitHere(data, warped) : fit, verdict);
  }
  return build(memo, observed);
}

interface Due {
  readonly data: Data;
  readonly warped: Int32Array;
  /** Where gradients are asked for and there are some: coordinates are not warped then. */
  readonly derivatives?: Derivatives;
  done(fit: Pick<Fit, "theta" | "warp">, verdict?: Verdict): void;
}

/** What hyperparameters are to be fitted to; undefined if they are, or cannot be. */
function fitDue(memo: ModelMemo, { problem }: Observed): Due | undefined {
  const { epoch, known } = memo.schedule;
  if (known.length === 0 || memo.fitted?.epoch === epoch) return undefined;
  memo.fitted = undefined;
  const samples = known.flatMap((observation) => sampleOf(memo, observation) ?? []);
  const warp = memo.target.fit(samples.map(({ value }) => value));
  if (memo.features.parameters.length === 0) return without(memo, "nothing varies in this space");
  if (warp === undefined) {
    const failed = samples.every(({ value }) => !Number.isFinite(value));
    return without(memo, failed ? "no trial gave a finite value" : "all values are equal");
  }
  const stream = rng(problem.seed, "gp").stream("fit", epoch);
  const chosen = subset(samples, MOST_FITTED, stream);
  const rows = rowsOf(memo.features, chosen, warp);
  const { data } = rows;
  const warped = samples.length < FEWEST_WARPED ? none : memo.warpable;
  const most = mostDerivatives(data.n, "fit");
  const derivatives = memo.slopeOf && derivativesOf(memo.features, chosen, rows, warp, most);
  return {
    data,
    warped,
    ...(derivatives && { derivatives }),
    done(fit, verdict) {
      const features =
        fit.warp.length === 0 ? memo.features : warpedFeatures(memo.features, warped, fit.warp);
      const joint = verdict?.theta;
      memo.fitted = {
        ...{ epoch, theta: joint ?? fit.theta, warp, features, isJoint: joint !== undefined },
        ...(memo.slopeOf && { gradients: saidOf(verdict, samples) }),
      };
    },
  };
}

/** What became of gradients, and what of the last that had such could not mean anything. */
function saidOf(verdict: Verdict | undefined, samples: readonly Sloped[]): string {
  const what = verdict?.why ?? "none was told that can be used";
  const useless = samples.findLast(({ slope }) => slope?.leftOut !== undefined)?.slope?.leftOut;
  return useless === undefined ? what : `${what}; ${useless}`;
}

interface PlacedSample extends Sloped {
  readonly place: number;
}

/** What is known of an observation's outcome; undefined if nothing is. */
function sampleOf({ target, slopeOf }: ModelMemo, observation: Observation): Sloped | undefined {
  const value = target.valueOf(observation);
  if (value === undefined) return undefined;
  const { unit, active, trial } = observation;
  const sample = { unit, active, value, count: trial.repeats?.count, std: target.stdOf(observation) };
  const slope = slopeOf?.(observation);
  return slope === undefined ? sample : { ...sample, slope };
}

function build(memo: ModelMemo, observed: Observed, overlay?: Overlay): Model | undefined {
  if (memo.fitted === undefined) return undefined;
  const { theta, warp, features, epoch, isJoint, gradients } = memo.fitted;
  const list = overlay?.list ?? observed.list;
  // derivatives stand before values, so that what was told since the fit is not just appended
  const known = isJoint ? list.length : memo.schedule.known.length;
  const key = [epoch, observed.revisions, overlay?.key, ...(isJoint ? [known] : [])].join(".");
  if (memo.built?.key !== key) {
    const samples = list.slice(0, known).flatMap((observation, place): PlacedSample[] => {
      const sample = sampleOf(memo, observation);
      return sample === undefined ? [] : [{ ...sample, place }];
    });
    const stream = rng(observed.problem.seed, "gp").stream("use", epoch);
    const used = subset(samples, MOST_USED, stream);
    const placed = rowsOf(features, used, warp);
    const { data, rowOf } = placed;
    const most = mostDerivatives(data.n, "predictions");
    const derivatives = isJoint ? derivativesOf(features, used, placed, warp, most) : undefined;
    const capacity = data.n + appendedAfter(epoch) + 2 + MOST_PENDING;
    memo.kernels ??= createKernels();
    const built = posterior(memo.kernels, data, theta, {
      ...{ capacity, batch: BATCH },
      ...(derivatives && { derivatives }),
    });
    if (built === undefined) return without(memo, "the covariance matrix could not be factored");
    // before anything is appended: what the pool holds must not depend on when somebody first asked
    const pool = makePool(observed, { ...memo, features }, built, epoch);
    const rows = new Array<number>(known).fill(-1);
    used.forEach(({ place }, u) => {
      rows[place] = rowOf[u];
    });
    memo.built = { key, posterior: built, pool, rows };
  }
  const { posterior: upToDate, pool, rows } = memo.built;
  const x = new Float64Array(features.numeric + features.nominal);
  for (let place = rows.length; place < list.length; place++) {
    const sample = sampleOf(memo, list[place]);
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
    ...(gradients !== undefined && { gradients }),
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
