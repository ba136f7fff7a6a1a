/**
 * What is added to the acquisition: what the user expects, and what a trial costs.
 */
import { log } from "../../math/elementary.ts";
import { priorOf, priorWeight, type SpacePrior } from "../../models/prior.ts";
import type { Problem } from "../../problem.ts";
import type { Slot } from "../../sampler.ts";
import type { Trial } from "../../trial.ts";
import { type Observed, observedNothing } from "../observed.ts";
import { type ModelMemo, modelMemo, modelOf } from "./model.ts";
import { takeIn } from "./schedule.ts";
import type { Search } from "./search.ts";

/** Shortest trial that is told from shorter ones, in seconds. */
const SHORTEST = 1e-3;
/** Fewest trials that a cost is predicted from. */
const FEWEST = 4;

export interface Knowledge {
  readonly problem: Problem;
  readonly prior: SpacePrior | undefined;
  /** ln of the seconds that trials took; only where time is limited. */
  readonly costs: { readonly observed: Observed; readonly memo: ModelMemo } | undefined;
}

export function knowledgeOf(problem: Problem): Knowledge {
  const observed = observedNothing(problem);
  return {
    problem,
    prior: priorOf(problem.space),
    costs: problem.limits.seconds === undefined ? undefined : { observed, memo: modelMemo(observed, 0) },
  };
}

/** Takes down how long a trial took, as the log says. */
export function clockTrial({ costs }: Knowledge, trial: Trial): void {
  const { started, finished } = trial.times;
  if (costs === undefined || started === undefined || finished === undefined) return;
  if (finished === started) return; // it came from elsewhere
  const seconds = Math.max(SHORTEST, (finished - started) / 1000);
  const told = { ...trial, state: "complete", losses: [log(seconds)], repeats: undefined } as const;
  takeIn(costs.memo.schedule, costs.observed, told);
}

/**
 * β/n ln π, which fades as trials come in (Hvarfner et al. 2022, "πBO", eq. 6); less the share of time left times
 * the log of the predicted seconds (Lee et al. 2020, "Cost-aware Bayesian optimization", with cooling). Undefined
 * where neither is known.
 *
 * @param n  trials since the initial design, at least 1
 */
export async function bonusOf(
  { problem, prior, costs }: Knowledge,
  { left, compute }: Slot,
  n: number,
): Promise<Search["bonus"]> {
  const { limits } = problem;
  const share = left.seconds === undefined || !limits.seconds ? 0 : left.seconds / limits.seconds;
  const isTimed = costs !== undefined && share > 0 && costs.observed.list.length >= FEWEST;
  const seconds = isTimed ? await modelOf(costs.memo, costs.observed, compute) : undefined;
  if (prior === undefined && seconds === undefined) return undefined;
  const faith = priorWeight(problem, n);
  let [shortest, longest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { loss } of costs?.observed.list ?? []) {
    shortest = Math.min(shortest, loss);
    longest = Math.max(longest, loss);
  }
  return (points) => {
    const bonus = new Float64Array(points.length);
    if (prior !== undefined)
      points.forEach(({ unit, active }, c) => {
        bonus[c] += faith * prior.logRatio(unit, active);
      });
    if (seconds !== undefined) {
      const { features, posterior, warp } = seconds;
      const width = features.numeric + features.nominal;
      const x = new Float64Array(points.length * width);
      points.forEach((point, c) => {
        features.write(point, x, c * width);
      });
      const { mean } = posterior.predict(x, points.length);
      mean.forEach((value, c) => {
        bonus[c] -= share * Math.min(longest, Math.max(shortest, warp.invert(value)));
      });
    }
    return bonus;
  };
}
