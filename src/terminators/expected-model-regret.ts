/**
 * Stops a study once a further trial hardly changes what the model thinks of the best: the expected minimum simple
 * regret of the model falls to a share of what it was at the beginning.
 *
 * @see Ishibashi et al. 2023, "A stopping criterion for Bayesian optimization by the gap of expected minimum simple
 *   regrets"
 */
import type { Compute } from "../compute.ts";
import { exp, log } from "../math/elementary.ts";
import { logH } from "../math/special.ts";
import { checkNumber, refuseUnknown } from "../options.ts";
import type { Terminator } from "../terminator.ts";
import { regretEnds } from "./bound.ts";
import { chanceOf } from "./improvement.ts";
import { atTrials, FEWEST_MODELLED, type Memo, memoOf, modelOf } from "./model.ts";
import { refuseSeveral } from "./regret-bound.ts";
import { emptySeries, largestOfLatest, type Series, valueAt } from "./series.ts";
import { bestPlace, type Told, take, toldNothing } from "./told.ts";

export interface ExpectedModelRegretOptions {
  /** The share of its first values that it is to fall to, unless it is next to nothing anyway. @default 0.01 */
  readonly share?: number;
}

export interface ExpectedModelRegretState {
  readonly told: Told;
  readonly memo: Memo;
  readonly gaps: Series;
}

/** Its first values are those after these counts of trials; the median of them is what later ones are compared with. */
const FIRST = { from: FEWEST_MODELLED + 1, to: 30 };
const SHARE = 0.01;
/**
 * A gap below this, in standard deviations of the first values, is small whatever the first ones were: where a model
 * knew the function after ten trials, those were small too.
 */
const LEAST = 1e-3;

/** The gap between the expected minimum simple regrets of two models in a row falls to a hundredth. */
export function expectedModelRegret(
  options: ExpectedModelRegretOptions = {},
): Terminator<ExpectedModelRegretState> {
  refuseUnknown("expectedModelRegret", options, ["share"]);
  checkNumber("expectedModelRegret", "share", options.share, { above: 0 });
  const { share = SHARE } = options;
  return {
    name: "expectedModelRegret",
    version: 1,
    ...(options.share !== undefined && { options: { share } }),
    init(problem) {
      refuseSeveral("expectedModelRegret", problem.objectives.length);
      const told = toldNothing(problem);
      return { told, memo: memoOf(told), gaps: emptySeries() };
    },
    tell(state, trial) {
      take(state.told, trial);
      return state;
    },
    async judge({ told, memo, gaps }, { compute }) {
      const gapAt = (n: number) => regretGap(told, memo, n, compute);
      const first: number[] = [];
      for (let n = FIRST.from; n <= Math.min(FIRST.to, told.list.length); n++)
        first.push(await valueAt(gaps, told, n, gapAt));
      if (told.list.length <= FIRST.to) return {};
      const gap = await largestOfLatest(gaps, told, gapAt);
      const model = await modelOf(memo, told, compute);
      const chance = model && chanceOf(model, memo, told, 0);
      if (chance === undefined) return {};
      const limit = Math.max(LEAST, share * median(first));
      if (!(gap < limit)) return { expected: chance.expected };
      return {
        reason:
          limit > LEAST
            ? `a trial changes the model's expected regret by less than ${100 * share} % of what trials ${FIRST.from} to ${FIRST.to} did`
            : `a trial changes the model's expected regret by less than ${100 * LEAST} % of the values' standard deviation`,
        expected: chance.expected,
      };
    },
  };
}

/**
 * The bound of the gap between the expected minimum simple regrets of the models after t − 1 and t trials, in
 * standardised values; NaN while there is no model, or nothing is ranked. Their theorem 1 and equation 4, minimised.
 */
export async function regretGap(told: Told, memo: Memo, t: number, compute: Compute): Promise<number> {
  const newest = told.list[t - 1];
  const [earlier, later] = [bestPlace(told, t - 1), bestPlace(told, t)];
  const before = await modelOf(memo, told, compute, t - 1, t);
  if (before === undefined || earlier < 0) return Number.NaN;
  const ends = regretEnds(before, memo, told);
  if (ends === undefined) return Number.NaN;
  const old = atTrials(before, [told.list[earlier], newest]);
  const y = before.warp.apply(newest.loss);
  const after = await modelOf(memo, told, compute, t);
  if (after === undefined) return Number.NaN;
  const now = atTrials(after, [told.list[earlier], told.list[later]]);
  const { noise } = after.posterior;
  const variance = old.std[1] * old.std[1];
  const total = variance + noise;

  // The incumbent changes only to the newest trial, so the covariance of both follows from what that one changed.
  const shift = y - old.mean[1];
  const prior = shift === 0 ? 0 : ((now.mean[0] - old.mean[0]) * total) / shift;
  const covariance = later === earlier ? now.std[0] * now.std[1] : (prior * noise) / total;
  const v = Math.sqrt(
    Math.max(LEAST_SQUARE, now.std[0] * now.std[0] + now.std[1] * now.std[1] - 2 * covariance),
  );
  const change = now.mean[1] - old.mean[0];
  const moved = v * exp(logH(change / v)); // Δμ + v (φ(g) + g Φ(g)) with g = −Δμ/v, in one

  const divergence =
    0.5 * log(1 + variance / noise) -
    (0.5 * variance) / total +
    (0.5 * variance * shift * shift) / (total * total);
  const spread = Math.max(0, ends.upper - ends.lower);
  return moved + spread * Math.sqrt(0.5 * Math.max(0, divergence));
}

/** Below it a variance is what rounding leaves. */
const LEAST_SQUARE = 1e-10;

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0
    ? Number.NaN
    : (sorted[Math.floor(middle - 0.5)] + sorted[Math.ceil(middle - 0.5)]) / 2;
}
