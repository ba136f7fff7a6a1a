/**
 * Gradients that trials reported, as derivatives that a Gaussian process is conditioned on beside the values; and
 * whether they are to be believed.
 */
import { log } from "../../math/elementary.ts";
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import type { Rows, Sample } from "../../models/gp/data.ts";
import type { Derivatives } from "../../models/gp/derivatives.ts";
import type { Features } from "../../models/gp/features.ts";
import type { Data } from "../../models/gp/likelihood.ts";
import { posterior } from "../../models/gp/posterior.ts";
import type { Warp } from "../../models/gp/warp.ts";
import type { Slope } from "../gradient/slope.ts";

/** Most derivatives that hyperparameters are fitted to, … */
const MOST_FITTED = 250;
/** … and that predictions are made from; values and derivatives together, beyond which values count first. */
const MOST_USED = 500;
const MOST_ROWS = 1000;

/** No function goes through so many standard deviations within the cube: a larger derivative is no derivative. */
const STEEPEST = 1e6;
/** Noise of derivatives that is tried with the hyperparameters of values alone, as a share of their variance. */
const NOISES = [1e-3, 0.1, 10];

/** A value, and the derivatives of the loss that were told with it. */
export interface Sloped extends Sample {
  readonly slope?: Slope;
}

/** How many derivatives there may be beside so many values, for a fit or for predictions. */
export function mostDerivatives(values: number, use: "fit" | "predictions"): number {
  return Math.max(0, Math.min(use === "fit" ? MOST_FITTED : MOST_USED, MOST_ROWS - values));
}

/**
 * The derivatives at the rows of a process's data, whose coordinates are not warped: those of the best trials and of the latest by turns, where there are
 * too many. One that the warp cuts is left out; of trials at the same point the means are taken.
 *
 * @param most  derivatives there may be
 * @returns     undefined where there are none
 */
export function derivativesOf(
  { numeric, unitOf }: Pick<Features, "numeric" | "unitOf">,
  samples: readonly Sloped[],
  { data, rowOf }: Rows,
  warp: Warp,
  most: number,
): Derivatives | undefined {
  const sums = new Map<number, { readonly sum: Float64Array; readonly count: Float64Array }>();
  for (const place of chosenOf(samples, warp, most)) {
    const { value, slope } = samples[place] as Sloped & { readonly slope: Slope };
    const byLoss = warp.slope?.(value) ?? Number.NaN;
    const row = rowOf[place];
    const own = sums.get(row) ?? { sum: new Float64Array(numeric), count: new Float64Array(numeric) };
    sums.set(row, own);
    for (let f = 0; f < numeric; f++) {
      const j = unitOf[f];
      if (j < 0 || slope.isKnown[j] === 0) continue;
      const derivative = byLoss * slope.gradient[j];
      if (!(Math.abs(derivative) < STEEPEST)) continue;
      own.sum[f] += derivative;
      own.count[f]++;
    }
  }
  const from = new Int32Array(data.n + 1);
  const coordinate: number[] = [];
  const value: number[] = [];
  for (let i = 0; i < data.n; i++) {
    sums.get(i)?.count.forEach((count, f) => {
      if (count === 0) return;
      coordinate.push(f);
      value.push((sums.get(i)?.sum[f] as number) / count);
    });
    from[i + 1] = value.length;
  }
  if (value.length === 0) return undefined;
  return {
    ...{ count: value.length, from },
    coordinate: Int32Array.from(coordinate),
    value: Float64Array.from(value),
  };
}

/** The places of the samples whose derivatives are used. */
function chosenOf(samples: readonly Sloped[], warp: Warp, most: number): readonly number[] {
  const usable = samples.flatMap(({ slope, value }, place) =>
    slope !== undefined && slope.known > 0 && Number.isFinite(warp.slope?.(value) ?? Number.NaN)
      ? [place]
      : [],
  );
  const ranked = [...usable].sort((a, b) => samples[a].value - samples[b].value || a - b);
  const latest = [...usable].reverse();
  const chosen = new Set<number>();
  let rows = 0;
  for (let turn = 0; turn < usable.length; turn++)
    for (const place of [ranked[turn], latest[turn]]) {
      const own = chosen.has(place) ? 0 : (samples[place].slope?.known ?? 0);
      if (rows + own > most) return [...chosen];
      chosen.add(place);
      rows += own;
    }
  return [...chosen];
}

/** What became of derivatives: hyperparameters that take them in, or none; and why, for people. */
export interface Verdict {
  readonly theta?: Float64Array;
  readonly why: string;
}

/**
 * Whether derivatives are believed, and with which hyperparameters: those that foretell each value best, told all
 * others and the derivatives; none if those of values alone do as well without derivatives, or with
 * their signs turned: of rubbish that is as likely to help.
 *
 * @param own     θ of values alone
 * @param joints  θ of values and derivatives
 */
export function judge(
  data: Data,
  derivatives: Derivatives,
  own: Float64Array,
  joints: readonly Float64Array[],
): Verdict {
  const kernels = createKernels();
  const without = foresight(kernels, data, own);
  let best: { readonly theta: Float64Array; readonly gain: number } | undefined;
  for (const theta of [...joints, ...NOISES.map((noise) => Float64Array.from([...own, log(noise)]))]) {
    const gain = foresight(kernels, data, theta, derivatives) - without;
    if (Number.isFinite(gain) && (best === undefined || gain > best.gain)) best = { theta, gain };
  }
  if (best === undefined) return { why: "left out: no model could be made of them" };
  const { theta, gain } = best;
  const turned = { ...derivatives, value: derivatives.value.map((one) => -one) };
  const otherwise = foresight(kernels, data, theta, turned) - without;
  if (gain > 0 && otherwise >= gain)
    return { why: "left out: losses are foretold as well with their signs turned" };
  const size = `losses are foretold ${Math.abs(gain).toFixed(1)} nats ${gain < 0 ? "worse" : "better"} with them`;
  return gain > 0 ? { theta, why: `used: ${size}` } : { why: `left out: ${size}` };
}

/**
 * Σ ln p(yᵢ | y₋ᵢ), and the derivatives where there are some: how well each value is foretold by all others; −∞ where
 * nothing can be said (Rasmussen and Williams 2006, eq. 5.11).
 */
function foresight(kernels: Kernels, data: Data, theta: Float64Array, derivatives?: Derivatives): number {
  const own = posterior(kernels, data, theta, {
    ...{ capacity: data.n + 2, batch: 2 },
    ...(derivatives && { derivatives }),
  });
  if (own === undefined) return Number.NEGATIVE_INFINITY;
  const { mean, std } = own.leaveOneOut();
  let sum = 0;
  for (let i = 0; i < data.n; i++) {
    const z = (data.y[i] - mean[i]) / std[i];
    sum -= 0.5 * z * z + log(std[i]);
  }
  return sum;
}
