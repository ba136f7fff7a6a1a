/**
 * What the next trial may bring, by a model: how likely an improvement is, and how large.
 */
import { exp } from "../math/elementary.ts";
import { logH, normalCdf, normalQuantile } from "../math/special.ts";
import type { Warp } from "../models/gp/warp.ts";
import { incumbentMean, type Memo, type Model, overSpace } from "./model.ts";
import type { Told } from "./told.ts";

/** Points of the quadrature over what a better loss may be. */
const POINTS = 64;

interface Chance {
  /** The largest probability of any candidate to be better than the best by more than what was asked for. */
  readonly probability: number;
  /** Expected improvement of the best candidate, in units of the first objective. */
  readonly expected: number;
}

/**
 * What the best candidates promise; undefined if no trial is ranked.
 *
 * @param least  improvements up to this do not count for `probability`, in units of the first objective
 */
export function chanceOf(model: Model, memo: Memo, told: Told, least: number): Chance | undefined {
  const best = incumbentMean(model, told);
  if (!Number.isFinite(best)) return undefined;
  const { warp } = model;
  const goal = warp.apply(warp.invert(best) - least);
  const { mean, std } = overSpace(model, memo, told);
  let probability = 0;
  let promising = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < mean.length; i++) {
    probability = Math.max(probability, normalCdf((goal - mean[i]) / std[i]));
    const expected = std[i] * exp(logH((best - mean[i]) / std[i]));
    if (expected > most) [most, promising] = [expected, i];
  }
  return { probability, expected: expectedImprovement(warp, best, mean[promising], std[promising]) };
}

/**
 * Expected improvement in units of the loss, where the value is normal in the warp's: the mean over quantiles of what
 * is better than the best.
 */
export function expectedImprovement(warp: Warp, best: number, mean: number, std: number): number {
  const share = normalCdf((best - mean) / std);
  if (!(share > 0)) return 0;
  const from = warp.invert(best);
  const furthest = warp.apply(-Number.MAX_VALUE); // beyond, a power of what was never seen means nothing
  let sum = 0;
  for (let k = 0; k < POINTS; k++) {
    const value = mean + std * normalQuantile((share * (k + 0.5)) / POINTS);
    sum += Math.max(0, from - warp.invert(Math.max(value, furthest)));
  }
  return (share * sum) / POINTS;
}
