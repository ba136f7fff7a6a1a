/**
 * How far the best trial may be from the optimum, with confidence.
 *
 * @see Makarova et al. 2022, "Automatic termination for hyperparameter optimization"
 */
import { log } from "../math/elementary.ts";
import { atTrials, type Memo, type Model, type Moments, overSpace } from "./model.ts";
import { bestPlace, type Told } from "./told.ts";

/** The failure probability of the confidence bounds (their appendix). */
const DELTA = 0.1;
/** The better half has at least so many. */
const FEWEST_BETTER = 20;

/**
 * The width of a confidence bound in standard deviations, √β_t.
 *
 * @see Makarova et al. 2022, "Automatic termination for hyperparameter optimization", section 3
 */
export function confidence(dimensions: number, t: number): number {
  return Math.sqrt((2 / 5) * log((dimensions * t * t * Math.PI * Math.PI) / (6 * DELTA)));
}

/**
 * The ends of the regret bound, in warped units: the lowest upper bound among the better half of the trials, and the
 * lowest lower bound anywhere.
 *
 * @see Makarova et al. 2022, eq. 3
 */
export function regretEnds(
  model: Model,
  memo: Memo,
  told: Told,
): { readonly upper: number; readonly lower: number } | undefined {
  if (bestPlace(told, model.count) < 0) return undefined;
  const width = confidence(model.features.parameters.length, model.count);
  const entries = told.list.slice(0, model.count).filter(({ ranked }) => ranked);
  const better = [...entries]
    .sort((a, b) => a.loss - b.loss)
    .slice(0, Math.max(FEWEST_BETTER, Math.ceil(entries.length / 2)));
  const known = atTrials(model, better);
  const anywhere = overSpace(model, memo, told);
  const end = ({ mean, std }: Moments, sign: number) =>
    mean.reduce((lowest, mu, i) => Math.min(lowest, mu + sign * width * std[i]), Number.POSITIVE_INFINITY);
  return { upper: end(known, 1), lower: Math.min(end(known, -1), end(anywhere, -1)) };
}
