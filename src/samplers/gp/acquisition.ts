/**
 * Logarithm of expected improvement, and what the user knows beforehand.
 */
import { exp, log } from "../../math/elementary.ts";
import { logH, logHGradient } from "../../math/special.ts";
import type { Posterior, Predictions } from "../../models/gp/posterior.ts";

/**
 * ln EI at each prediction, minimised values.
 *
 * @returns shape (count)
 * @see Ament et al. 2023, "Unexpected Improvements to Expected Improvement", eq. 9
 */
export function logExpectedImprovement({ mean, std }: Predictions, best: number): Float64Array {
  return mean.map((value, c) => logH((best - value) / std[c]) + log(std[c]));
}

/** What pending trials may come out as. */
export interface Fantasies {
  /** Standard normal numbers, shape (samples, pending). */
  readonly draws: Float64Array;
  /** The incumbent in each sample, shape (samples). */
  readonly bests: Float64Array;
}

/**
 * ln of EI averaged over what pending trials may come out as.
 *
 * @returns shape (count)
 * @see Snoek et al. 2012, "Practical Bayesian optimization of machine learning algorithms", section 3.2
 */
export function logFantasisedImprovement(
  { mean, std, byPending }: Predictions,
  { draws, bests }: Fantasies,
): Float64Array {
  const samples = bests.length;
  const pending = draws.length / samples;
  const logs = new Float64Array(samples);
  return mean.map((value, c) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let s = 0; s < samples; s++) {
      let shifted = value;
      for (let p = 0; p < pending; p++)
        shifted += (byPending as Float64Array)[c * pending + p] * draws[s * pending + p];
      logs[s] = logH((bests[s] - shifted) / std[c]);
      if (logs[s] > most) most = logs[s];
    }
    let sum = 0;
    for (let s = 0; s < samples; s++) sum += exp(logs[s] - most);
    return most + log(sum / samples) + log(std[c]);
  });
}

/** ln EI at one point, and its derivatives by the numeric coordinates. */
export function logExpectedImprovementSlope(
  posterior: Pick<Posterior, "slope">,
  x: ArrayLike<number>,
  best: number,
): { readonly value: number; readonly gradient: Float64Array } {
  const { mean, std, meanBy, stdBy } = posterior.slope(x);
  const improvement = (best - mean) / std;
  const { cdf, pdf } = logHGradient(improvement);
  return {
    value: logH(improvement) + log(std),
    gradient: meanBy.map((byMean, f) => (-cdf * byMean + pdf * stdBy[f]) / std),
  };
}
