/**
 * What a search over a space maximises: a function of a point, made of what one or several models say there.
 */
import { coordinatesOf, type Features } from "../../models/gp/features.ts";
import type { Posterior, Predictions } from "../../models/gp/posterior.ts";
import type { Encoded } from "../../space/types.ts";

/** A value and its derivatives by the unit coordinates behind the features' numeric coordinates, shape (numeric). */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface Acquisition {
  /** At points that are snapped, shape (points). */
  at(points: readonly Encoded[]): Float64Array;
  /** At the pool of the models, shape (pool). */
  pool(): Float64Array;
  slope(point: Encoded): Slope;
}

/** What an acquisition asks a model for. */
export type Surrogate = Pick<Posterior, "predict" | "pool" | "slope">;

/** A model of one outcome and its coordinates. */
export interface Modelled {
  readonly surrogate: Surrogate;
  readonly features: Features;
}

/**
 * Derivatives of an acquisition by the means and standard deviations of several outcomes, in units of those standard
 * deviations: σ ∂/∂μ and σ ∂/∂σ, each of shape (outcomes).
 */
export interface ByMoments {
  readonly value: number;
  readonly byMean: ArrayLike<number>;
  readonly byStd: ArrayLike<number>;
}

/** What an acquisition is of the predictions of several independent outcomes. */
export interface Rule {
  /** Shape (points). */
  at(predictions: readonly Predictions[]): Float64Array;
  /** At one point, whose means and standard deviations are of shape (outcomes). */
  slope(mean: ArrayLike<number>, std: ArrayLike<number>): ByMoments;
}

/** The acquisition that a rule makes of these models. */
export function acquisitionOf(models: readonly Modelled[], rule: Rule): Acquisition {
  return {
    at: (points) =>
      rule.at(
        models.map(({ surrogate, features }) =>
          surrogate.predict(coordinatesOf(features, points), points.length),
        ),
      ),
    pool: () => rule.at(models.map(({ surrogate }) => surrogate.pool())),
    slope(point) {
      const slopes = models.map(({ surrogate, features }) =>
        surrogate.slope(coordinatesOf(features, [point])),
      );
      const { value, byMean, byStd } = rule.slope(
        slopes.map(({ mean }) => mean),
        slopes.map(({ std }) => std),
      );
      const gradient = new Float64Array(models[0].features.numeric);
      slopes.forEach(({ std, meanBy, stdBy }, k) => {
        const { features } = models[k];
        for (let f = 0; f < gradient.length; f++) {
          const unit = features.unitOf[f];
          if (unit < 0) continue;
          const byCoordinate = (byMean[k] * meanBy[f] + byStd[k] * stdBy[f]) / std;
          gradient[f] += byCoordinate * features.slope(f, point.unit[unit]);
        }
      });
      return { value, gradient };
    },
  };
}

/** The sum of acquisitions, each a logarithm. */
export function sumOf(parts: readonly Acquisition[]): Acquisition {
  if (parts.length === 1) return parts[0];
  return {
    at: (points) => added(parts.map((part) => part.at(points))),
    pool: () => added(parts.map((part) => part.pool())),
    slope(point) {
      const slopes = parts.map((part) => part.slope(point));
      return {
        value: slopes.reduce((sum, { value }) => sum + value, 0),
        gradient: added(slopes.map(({ gradient }) => gradient)),
      };
    },
  };
}

function added(lists: readonly Float64Array[]): Float64Array {
  return lists[0].map((_, c) => lists.reduce((sum, list) => sum + list[c], 0));
}
