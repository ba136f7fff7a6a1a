/**
 * The maximum of the posterior density of a Gaussian process's hyperparameters.
 */
import { log } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import { minimise } from "../../math/lbfgs.ts";
import { type Data, LEAST_NOISE, negativeLogPosterior } from "./likelihood.ts";

/** Where the search for θ begins: length scales and noise. */
const STARTS = [
  { scale: 1, noise: 1e-2 },
  { scale: 0.3, noise: 1e-4 },
];
const EVALUATIONS = 50;
/** With warped coordinates, from the plain fit on. */
const WARP_EVALUATIONS = 25;
const TOLERANCE = 1e-2;
/** By how many nats input warping must explain the data better. */
const EVIDENCE = 2;
/** Bounds of ln a and ln b. */
const WARPED = 2.5;

export interface Fit {
  readonly theta: Float64Array;
  /** ln a and ln b of the warped coordinates; empty if warping does not help. */
  readonly warp: Float64Array;
  /** −ln p(y, θ), up to a constant that is the same for equal y. */
  readonly value: number;
  readonly evaluations: number;
}

/**
 * θ of the largest posterior density, from several starts.
 *
 * @param options.starts    points to begin from; without any: long and short length scales, with much and little noise
 * @param options.warpable  coordinates that are warped where the evidence asks for it
 */
export function fitHyperparameters(
  kernels: Kernels,
  data: Data,
  options: { readonly starts?: readonly Float64Array[]; readonly warpable?: Int32Array } = {},
): Fit {
  const { starts = defaultStarts(data), warpable = new Int32Array(0) } = options;
  kernels.release();
  const f = negativeLogPosterior(kernels, data);
  const { lower, upper } = boundsOf(data);
  let best: Fit | undefined;
  let evaluations = 0;
  for (const start of starts) {
    const found = minimise(f, start, { lower, upper, tolerance: TOLERANCE, evaluations: EVALUATIONS });
    evaluations += found.evaluations;
    if (best === undefined || found.value < best.value)
      best = { theta: found.x, warp: new Float64Array(0), value: found.value, evaluations };
  }
  const plain = { ...(best as Fit), evaluations };
  return warpable.length === 0 ? plain : fitWarped(kernels, data, warpable, plain);
}

/** The same with warped coordinates, begun from the plain fit; the plain fit if they explain no more. */
function fitWarped(kernels: Kernels, data: Data, warped: Int32Array, plain: Fit): Fit {
  kernels.release();
  const parameters = data.scales + 2;
  const start = new Float64Array(parameters + 2 * warped.length);
  start.set(plain.theta);
  const { lower, upper } = boundsOf(data, 2 * warped.length);
  const { x, value, evaluations } = minimise(negativeLogPosterior(kernels, data, warped), start, {
    ...{ lower, upper, tolerance: TOLERANCE, evaluations: WARP_EVALUATIONS },
  });
  const used = plain.evaluations + evaluations;
  if (!(plain.value - value > EVIDENCE)) return { ...plain, evaluations: used };
  return { theta: x.slice(0, parameters), warp: x.slice(parameters), value, evaluations: used };
}

/** Bounds of θ, and of so many parameters of warps behind it. */
export function boundsOf({ scales }: Data, warps = 0): { lower: Float64Array; upper: Float64Array } {
  const lower = new Float64Array(scales + 2 + warps).fill(log(5e-3));
  const upper = new Float64Array(scales + 2 + warps).fill(log(1e3));
  lower[scales] = log(1e-3);
  lower[scales + 1] = log(LEAST_NOISE);
  upper[scales + 1] = log(2);
  lower.fill(-WARPED, scales + 2);
  upper.fill(WARPED, scales + 2);
  return { lower, upper };
}

/** Where a search for θ begins without anything known. */
export function defaultStarts({ scales }: Data): Float64Array[] {
  return STARTS.map(({ scale, noise }) => {
    const theta = new Float64Array(scales + 2).fill(log(scale));
    theta[scales] = 0;
    theta[scales + 1] = log(noise);
    return theta;
  });
}
