/**
 * What one Gaussian process models of an observation: an objective's loss, or by how much a limit is missed.
 */
import { exp, log } from "../../math/elementary.ts";
import { fitScale, fitWarp, type Warp } from "../../models/gp/warp.ts";
import type { Observation } from "../observed.ts";

/** Sizes in units of the median one are held below this, so that none is infinite. */
const MOST_UNITS = 1e300;

export interface Target {
  /** NaN where the trial was lost: it counts as the worst. Undefined where nothing is known of it. */
  valueOf(observation: Observation): number | undefined;
  /** The standard deviation of a single evaluation, where the value is a mean over several. */
  stdOf(observation: Observation): number | undefined;
  /** Undefined where nothing can be learned from these values. */
  fit(values: readonly number[]): Warp | undefined;
}

/** The first objective, where there is no other. */
export const onlyLoss: Target = {
  valueOf: ({ loss }) => loss,
  stdOf: ({ trial }) => trial.repeats?.std[0],
  fit: fitWarp,
};

/** One of several objectives: one that was not told while others were is not known. */
export function lossTarget(k: number): Target {
  return {
    valueOf({ losses }) {
      const isKnown = !Number.isNaN(losses[k]) || losses.every(Number.isNaN);
      return isKnown ? losses[k] : undefined;
    },
    stdOf: ({ trial }) => trial.repeats?.std[k],
    fit: fitScale,
  };
}

/** A constraint, by name: unknown where it was not told, or as NaN. */
export function constraintTarget(name: string): Target {
  return {
    valueOf({ trial }) {
      const value = trial.constraints?.[name];
      return value === undefined || Number.isNaN(value) ? undefined : value;
    },
    stdOf: () => undefined,
    fit: fitLimitWarp,
  };
}

/**
 * The warp of a constraint: logarithms of its size on either side of zero, so that the place of zero is kept in sight
 * whatever the size of what misses it; then standardised. Undefined if all values are equal.
 *
 * @param values  shape (n); NaN is not among them
 * @see Eriksson and Poloczek 2021, "Scalable constrained Bayesian optimization", section 3 (bilog); here in units of
 *      the median size
 */
export function fitLimitWarp(values: readonly number[]): Warp | undefined {
  const finite = values.filter(Number.isFinite);
  const [lowest, highest] = [Math.min(...finite), Math.max(...finite)];
  const sizes = Float64Array.from(
    finite.filter((value) => value !== 0),
    Math.abs,
  ).sort();
  const unit = sizes[sizes.length >> 1];
  if (unit === undefined || !(lowest < highest || finite.length < values.length)) return undefined;
  const largest = Math.max(Math.abs(highest), Math.abs(lowest)); // what is infinite counts as this
  const bilog = (value: number) => {
    const size = Number.isFinite(value) ? Math.abs(value) : largest;
    return Math.sign(value) * log(1 + Math.min(MOST_UNITS, size / unit));
  };
  const warped = values.map(bilog);
  const mean = warped.reduce((sum, value) => sum + value, 0) / warped.length;
  const std = Math.sqrt(warped.reduce((sum, value) => sum + (value - mean) ** 2, 0) / warped.length);
  if (!(std > 0)) return undefined;
  return {
    lambda: 1,
    apply: (value) => (bilog(value) - mean) / std,
    invert(value) {
      const one = value * std + mean;
      return Math.sign(one) * unit * (exp(Math.abs(one)) - 1);
    },
  };
}
