/**
 * Logarithm of expected improvement, and what the user knows beforehand.
 */
import { log } from "../../math/elementary.ts";
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
