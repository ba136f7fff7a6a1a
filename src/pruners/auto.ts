/**
 * The default: looks at many trials for their first steps, and trains the best of them to the end.
 */

import { type NoOptions, refuseUnknown } from "../options.ts";
import type { Pruner } from "../pruner.ts";
import { type Balance, endsInTime, isDue } from "./auto/balance.ts";
import { forecast } from "./auto/forecast.ts";
import { type Curve, curveOf, lossesFrom, noCurves, tellCurve } from "./curves.ts";
import { noPace, tellPace } from "./pace.ts";
import { ordered, type Promotion } from "./promotion.ts";
import { isHopeless } from "./rank.ts";
import { graceOf } from "./rungs.ts";

export type AutoState = Balance;

/**
 * Every trial is trained for the first 17th of its steps and pauses there. Whenever full trainings have had less than
 * two fifths of all steps, a trial that waits is trained to its end: by turns the one that seems to be going furthest,
 * and the one that is best now. It goes on from its checkpoint, or, where the program keeps none, anew, which costs a
 * 17th more. So at any time the study has spent its steps about as the plain rule would have, which looks at everything
 * first and then trains the best, but it need not know when it will end.
 *
 * Where it knows, because there is a time limit, all but one of the trainings come last, and none that would not end
 * in time. Where only the number of trials is limited, one in six is trained to its end, and at least three.
 *
 * Several objectives: a trial is as good as few others dominate it. Without `steps.max` the first three trials are
 * trained to their ends, to see how long that is.
 */
export function auto(options: NoOptions = {}): Pruner<AutoState> {
  refuseUnknown("auto", options, []);
  return {
    name: "auto",
    version: 1,
    init: (problem) => ({ curves: noCurves(problem), pace: noPace() }),
    tell(state, trial) {
      tellCurve(state.curves, trial);
      tellPace(state.pace, trial);
      return state;
    },
    judge(state, { number }) {
      const { full } = state.curves;
      const curve = curveOf(state.curves, number);
      if (curve === undefined || full === undefined || (curve.budget ?? 0) >= full) return "continue";
      const grace = graceOf(full);
      const isNew = curve.before < grace && curve.reached >= grace && curve.reached < full;
      if (!isNew) return "continue";
      if (isHopeless(lossesFrom(curve, grace) as readonly number[])) return "stop";
      return next(state, full, new Set(), curve) === curve ? "continue" : "pause";
    },
    promote(state, taken): Promotion | undefined {
      const { full } = state.curves;
      const found = full === undefined ? undefined : next(state, full, taken);
      return found && { trial: found.number, budget: full as number };
    },
  };
}

/** The trial that is to be trained to its end now: a paused one, or `own`, which is about to pause. */
function next(state: AutoState, full: number, taken: ReadonlySet<number>, own?: Curve): Curve | undefined {
  const waits = (curve: Curve) =>
    curve === own || (curve.state === "paused" && curve.reached < full && !taken.has(curve.number));
  const grace = graceOf(full);
  const due = isDue(state, full, grace, waits);
  if (due === undefined) return undefined;
  const turn = due.trainings % 2 === 0 ? forecast : lossesFrom;
  return ordered(state.curves, (curve) =>
    waits(curve) && endsInTime(state, curve, full) ? turn(curve, grace) : undefined,
  )[0];
}
