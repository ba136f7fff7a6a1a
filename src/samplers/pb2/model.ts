/**
 * The improvement of an interval of training, as a Gaussian process over time, the value before it and the params: time
 * is a coordinate with a length scale of its own, so what was learned long ago counts as much as it still tells. Of
 * several objectives it models the first; who goes on from whom is decided by all.
 */
import { log } from "../../math/elementary.ts";
import { createKernels } from "../../math/kernels/kernels.ts";
import { featuresOf } from "../../models/gp/features.ts";
import { fitHyperparameters } from "../../models/gp/fit.ts";
import type { Data } from "../../models/gp/likelihood.ts";
import { posterior } from "../../models/gp/posterior.ts";
import { fitWarp } from "../../models/gp/warp.ts";
import { adoptEncoded } from "../../space/adopt.ts";
import type { Encoded, Params } from "../../space/types.ts";
import type { Trial } from "../../trial.ts";
import { type Episode, placeOf } from "../pbt/episodes.ts";
import type { PopulationState } from "../pbt/population.ts";

/** Intervals before there is a model, and the latest that it is made of. */
const FEWEST = 4;
const MOST = 200;
/** Pending intervals that are believed to come out as predicted. */
const MOST_PENDING = 64;
/** β = c₁ ln(c₂ n) (Bogunovic et al. 2016, "Time-varying Gaussian process bandit optimization", section 5). */
const C1 = 0.8;
const C2 = 4;
/** Coordinates before those of the params: time and the value before. */
const BEFORE = 2;
/** So many standard deviations of the values before are one unit. */
const UNIT = 6;

/** The least that the change of the loss could be, at points of the cube: lower is better. Shape (points). */
export type Bound = (points: readonly Encoded[]) => Float64Array;

interface Row {
  readonly step: number;
  readonly before: number;
  readonly point: Encoded;
}

/** The bound for the interval that follows an episode; undefined while there is too little to learn from. */
export function improvementModel(
  { problem: { space }, episodes, most, interval }: PopulationState,
  parent: Episode,
  open: readonly Trial[],
): Bound | undefined {
  const row = (step: number, from: Episode | undefined, params: Params): Row[] => {
    const point = adoptEncoded(space, params);
    return point === undefined || from === undefined ? [] : [{ step, before: from.losses[0], point }];
  };
  const sourceOf = (number: number | undefined) => (number === undefined ? undefined : episodes.get(number));
  const rows: Row[] = [];
  const changes: number[] = [];
  for (const { from, parent: source, params, losses, step } of [...episodes.values()].slice(-MOST)) {
    const before = sourceOf(source);
    const known = row(from, before, params);
    if (before === undefined || known.length === 0) continue;
    rows.push(...known);
    changes.push(((losses[0] - before.losses[0]) * interval) / Math.max(1, step - from));
  }
  const warp = rows.length < FEWEST ? undefined : fitWarp(changes);
  if (warp === undefined) return undefined;
  const values = fitWarp([...rows.map(({ before }) => before), parent.losses[0]]);
  const features = featuresOf(space);
  const width = BEFORE + features.numeric + features.nominal;
  const write = ({ step, before, point }: Row, out: Float64Array, place: number) => {
    out[place] = step / most;
    out[place + 1] = values === undefined ? 0 : values.apply(before) / UNIT;
    features.write(point, out, place + BEFORE);
  };
  const x = new Float64Array(rows.length * width);
  for (const [i, one] of rows.entries()) write(one, x, i * width);
  const data: Data = {
    n: rows.length,
    features: {
      numeric: BEFORE + features.numeric,
      nominal: features.nominal,
      scaleOf: Int32Array.from([0, 1, ...Array.from(features.scaleOf, (scale) => scale + BEFORE)]),
    },
    scales: BEFORE + features.parameters.length,
    x,
    y: Float64Array.from(changes, (change) => warp.apply(change)),
    repeats: new Float64Array(rows.length).fill(1),
    within: 0,
    degrees: 0,
  };
  const { theta } = fitHyperparameters(createKernels(), data);
  const pending = open
    .filter((trial) => placeOf(trial) !== undefined)
    .flatMap(({ fork, params }) => row(fork?.step ?? 0, sourceOf(fork?.trial), params))
    .slice(-MOST_PENDING);
  const beta = C1 * log(C2 * rows.length);
  return (points) => {
    const capacity = rows.length + pending.length + 1;
    const model = posterior(createKernels(), data, theta, { capacity, batch: points.length });
    if (model === undefined) return new Float64Array(points.length);
    const one = new Float64Array(width);
    for (const other of pending) {
      write(other, one, 0);
      model.append(one);
    }
    const all = new Float64Array(points.length * width);
    for (const [c, point] of points.entries())
      write({ step: parent.step, before: parent.losses[0], point }, all, c * width);
    const { mean, std } = model.predict(all, points.length);
    return mean.map((value, c) => value - Math.sqrt(beta) * std[c]);
  };
}
