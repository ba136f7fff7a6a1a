/**
 * What the models say of a point.
 */
import { exp } from "../../math/elementary.ts";
import { normalLogCdf } from "../../math/special.ts";
import type { Explanation } from "../../sampler.ts";
import type { Params } from "../../space/types.ts";
import type { Observed } from "../observed.ts";
import { acquisitionAt } from "./goal.ts";
import { type Outcome, type OutcomesMemo, outcomesNow } from "./outcomes.ts";

/**
 * Predicted losses, with the standard deviation of what the models do not know: `mean` and `std` of the first
 * objective, `means` and `stds` of all where there are several, and the probability that all limits hold.
 */
export function explainOutcomes(memo: OutcomesMemo, observed: Observed, params: Params): Explanation {
  const outcomes = outcomesNow(memo, observed);
  if (outcomes === undefined) return {};
  const point = observed.problem.space.encode(params);
  const at = ({ features, posterior }: Outcome) => {
    const x = new Float64Array(features.numeric + features.nominal);
    features.write(point, x, 0);
    const { mean, std } = posterior.predict(x, 1);
    return { mean: mean[0], std: std[0] };
  };
  const losses = observed.problem.objectives.map((_, k) => {
    const model = outcomes.objectives.find(({ objective }) => objective === k);
    if (model === undefined) return undefined;
    const { mean, std } = at(model);
    const { invert } = model.warp;
    return { mean: invert(mean), std: (invert(mean + std) - invert(mean - std)) / 2 };
  });
  const [first] = losses;
  const feasible = outcomes.limits.reduce((sum, model) => {
    const { mean, std } = at(model);
    return sum + normalLogCdf((model.warp.apply(0) - mean) / std);
  }, 0);
  return {
    ...(first && first),
    ...(losses.length > 1 && {
      means: losses.map((each) => each?.mean ?? null),
      stds: losses.map((each) => each?.std ?? null),
    }),
    ...(outcomes.limits.length > 0 && { feasible: exp(feasible) }),
    ...acquisitionAt(outcomes, point),
  };
}
