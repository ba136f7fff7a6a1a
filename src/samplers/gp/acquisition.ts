/**
 * Logarithm of expected improvement: the acquisition for one objective.
 */
import { exp, log } from "../../math/elementary.ts";
import { logH, logHGradient } from "../../math/special.ts";
import type { Predictions } from "../../models/gp/posterior.ts";
import type { Rule } from "./surface.ts";

/**
 * ln EI as a rule of one outcome.
 *
 * @param best       what improvement is counted from, minimised
 * @param fantasies  what open trials may come out as, where there are many
 */
export function improvement(best: number, fantasies?: Fantasies): Rule {
  return {
    at: ([predictions]) =>
      fantasies === undefined || predictions.byPending === undefined
        ? logExpectedImprovement(predictions, best)
        : logFantasisedImprovement(predictions, fantasies),
    slope({ 0: mean }, { 0: std }) {
      const z = (best - mean) / std;
      const { cdf, pdf } = logHGradient(z);
      return { value: logH(z) + log(std), byMean: [-cdf], byStd: [pdf] };
    },
  };
}

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
