/**
 * Stops a trial whose learning curve, extrapolated, will hardly end below the best.
 */

import { checkNumber, given, refuseUnknown } from "../options.ts";
import type { Pruner } from "../pruner.ts";
import { extrapolate, probabilityBelow } from "./curve/extrapolate.ts";
import { type Curves, curveOf, noCurves, tellCurve } from "./curves.ts";
import { bestComplete, requireOne } from "./wilcoxon.ts";

export interface CurveOptions {
  /** A trial is stopped below this probability to end better than the best. @default 0.05 */
  readonly probability?: number;
  /** Nothing is stopped before this step. @default a quarter of a training */
  readonly grace?: number;
}

const GRACE_SHARE = 0.25;

/**
 * Fits power laws, logarithmic power laws and exponentials to the reports of a trial, and stops it where the chance
 * to end below the best complete trial is small.
 *
 * @throws {UnsupportedError} on `init`, for several objectives
 * @see Domhan et al. 2015, "Speeding Up Automatic Hyperparameter Optimization of Deep Neural Networks by
 * Extrapolation of Learning Curves", §3.3
 */
export function curve(options: CurveOptions = {}): Pruner<Curves> {
  refuseUnknown("curve", options, ["probability", "grace"]);
  const { probability = 0.05, grace } = options;
  checkNumber("curve", "probability", probability, { above: 0, most: 1 });
  checkNumber("curve", "grace", grace, { least: 0 });
  return {
    name: "curve",
    version: 1,
    ...given(options),
    init(problem) {
      requireOne("curve", problem.objectives.length);
      return noCurves(problem);
    },
    tell(curves, trial) {
      tellCurve(curves, trial);
      return curves;
    },
    judge(curves, trial) {
      const told = curveOf(curves, trial.number);
      const complete = bestComplete(curves);
      const best = complete?.final?.[0];
      const { full } = curves;
      if (told !== undefined && complete !== undefined && told.violation < complete.violation)
        return "continue";
      if (told === undefined || best === undefined || full === undefined) return "continue";
      if (!(told.reached >= (grace ?? Math.ceil(GRACE_SHARE * full))) || told.reached >= full)
        return "continue";
      const losses = told.losses.map(([loss]) => loss);
      if (!(losses[losses.length - 1] < Number.POSITIVE_INFINITY)) return "stop";
      const end = extrapolate(told.steps, losses, full);
      return end !== undefined && probabilityBelow(end, best) < probability ? "stop" : "continue";
    },
  };
}
