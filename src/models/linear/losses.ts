/**
 * Losses of linear models: smooth functions of the sums of a row.
 */
import { exp, log } from "../../math/elementary.ts";
import { softmaxRows } from "../softmax.ts";

export interface Loss {
  /** Sums of a row that it is a function of. */
  readonly heads: number;
  /**
   * The sums of rows `from` … `to` − 1, shape (to − from, heads), become derivatives by them, times the row's weight.
   *
   * @returns the sum of the losses of these rows, times their weights
   */
  derive(sums: Float64Array, from: number, to: number): number;
}

/** Targets and weights of rows, shape (rows) both. */
export interface Targets {
  readonly y: Float64Array;
  readonly weights: Float64Array;
}

/** −ln of the probability of a row's class, of two: the sum is the logit of class 1. */
export function logistic({ y, weights }: Targets): Loss {
  return {
    heads: 1,
    derive(sums, from, to) {
      let total = 0;
      for (let r = from; r < to; r++) {
        const logit = sums[r - from];
        const shrunk = exp(-Math.abs(logit));
        const probability = logit >= 0 ? 1 / (1 + shrunk) : shrunk / (1 + shrunk);
        total += weights[r] * (log(1 + shrunk) + Math.max(0, logit) - y[r] * logit);
        sums[r - from] = weights[r] * (probability - y[r]);
      }
      return total;
    },
  };
}

/** −ln of the probability of a row's class, of many: the sums are logarithms of probabilities but for a constant. */
export function softmax({ y, weights }: Targets, classes: number): Loss {
  return {
    heads: classes,
    derive(sums, from, to) {
      softmaxRows(sums.subarray(0, (to - from) * classes), classes);
      let total = 0;
      for (let r = from; r < to; r++) {
        const at = (r - from) * classes;
        total -= weights[r] * log(Math.max(Number.MIN_VALUE, sums[at + y[r]]));
        for (let k = 0; k < classes; k++) sums[at + k] *= weights[r];
        sums[at + y[r]] -= weights[r];
      }
      return total;
    },
  };
}

/** Half the squared residual. */
export function squared({ y, weights }: Targets): Loss {
  return {
    heads: 1,
    derive(sums, from, to) {
      let total = 0;
      for (let r = from; r < to; r++) {
        const residual = sums[r - from] - y[r];
        total += 0.5 * weights[r] * residual * residual;
        sums[r - from] = weights[r] * residual;
      }
      return total;
    },
  };
}

/**
 * The pinball loss of each quantile, its corner rounded off within `width` of 0: the check function convolved with a
 * uniform kernel.
 *
 * @see Fernandes, Guerre and Horta 2021, "Smoothing quantile regressions", eq. 2.2
 */
export function pinball({ y, weights }: Targets, levels: readonly number[], width: number): Loss {
  const heads = levels.length;
  return {
    heads,
    derive(sums, from, to) {
      let total = 0;
      for (let r = from; r < to; r++) {
        for (let k = 0; k < heads; k++) {
          const at = (r - from) * heads + k;
          const residual = y[r] - sums[at];
          const share = Math.max(-1, Math.min(1, residual / width));
          const inside = Math.abs(residual) < width;
          const rounded = inside ? (residual * residual) / width + width : 2 * Math.abs(residual);
          total += weights[r] * (rounded / 4 + (levels[k] - 0.5) * residual);
          sums[at] = -weights[r] * (levels[k] - 0.5 + share / 2);
        }
      }
      return total;
    },
  };
}
