/**
 * The probability that limits on outcomes hold.
 */
import { normalLogCdf } from "../../math/special.ts";
import type { Predictions } from "../../models/gp/posterior.ts";
import type { Rule } from "./surface.ts";
import { hazard } from "./tables.ts";

/**
 * Σ ln Φ((limit − μ)/σ) over independent outcomes, each of which is to be at most its limit.
 *
 * @param limits  shape (outcomes), in the units of the predictions
 * @see Gardner et al. 2014, "Bayesian optimization with inequality constraints", section 3.1
 */
export function feasibility(limits: ArrayLike<number>): Rule {
  return {
    at: (predictions: readonly Predictions[]) =>
      predictions[0].mean.map((_, c) =>
        predictions.reduce((sum, { mean, std }, k) => sum + normalLogCdf((limits[k] - mean[c]) / std[c]), 0),
      ),
    slope(mean, std) {
      let value = 0;
      const [byMean, byStd] = [new Float64Array(limits.length), new Float64Array(limits.length)];
      for (let k = 0; k < limits.length; k++) {
        const z = (limits[k] - mean[k]) / std[k];
        value += normalLogCdf(z);
        byMean[k] = -hazard(z);
        byStd[k] = -hazard(z) * z;
      }
      return { value, byMean, byStd };
    },
  };
}
