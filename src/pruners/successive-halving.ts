/**
 * Asynchronous successive halving: at each rung only the best part of the trials goes on.
 */
import { UnsupportedError } from "../errors.ts";
import { checkChoice, checkNumber, given, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Pruner, Verdict } from "../pruner.ts";
import type { Trial } from "../trial.ts";
import { type Curves, curveOf, noCurves, tellCurve } from "./curves.ts";
import { type Promotion, promotion } from "./promotion.ts";
import { isHopeless } from "./rank.ts";
import { type Comparison, newRungs, REDUCTION, recordAt, rungsOf, survives } from "./rungs.ts";

export interface SuccessiveHalvingOptions {
  /**
   * "stop": a trial that is not among the best of its rung ends there; works with every program. "promote": every
   * trial pauses at its rung, and the best paused one goes on when a worker is free; for programs with checkpoints.
   * @default "stop"
   */
  readonly mode?: "stop" | "promote";
  /** One in so many goes on. @default 3 */
  readonly reductionFactor?: number;
  /** The step of the first rung. @default a 17th of a training */
  readonly minResource?: number;
  /** Whether the lowest loss so far counts instead of the present one: for noisy metrics. @default false */
  readonly best?: boolean;
}

/**
 * At rungs r·ηᵏ a trial goes on if it is among the best 1/η of those that came there so far.
 *
 * @see Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning", algorithm 2
 */
export function successiveHalving(options: SuccessiveHalvingOptions = {}): Pruner<Curves> {
  const name = "successiveHalving";
  refuseUnknown(name, options, ["mode", "reductionFactor", "minResource", "best"]);
  const { mode, factor, least, lowest } = checkHalving(name, options);
  const comparison: Comparison = { lowest };
  const rungs = (curves: Curves) => rungsOf(curves.full, least, factor);
  const base = {
    name,
    version: 1,
    ...given(options),
    tell(curves: Curves, trial: Trial) {
      tellCurve(curves, trial);
      return curves;
    },
  };
  if (mode === "stop")
    return {
      ...base,
      init: noCurves,
      judge: (curves, trial) => judgeStopping(curves, trial.number, rungs(curves), factor, comparison),
    };
  return {
    ...base,
    init(problem) {
      requireSteps(`${name} with mode "promote"`, problem);
      return noCurves(problem);
    },
    assign: (curves) => ({ budget: rungs(curves)[0] ?? (curves.full as number) }),
    judge: (curves, trial) => judgePausing(curves, trial, rungs(curves), comparison),
    promote: (curves, taken): Promotion | undefined =>
      promotion(curves, taken, { rungs: rungs(curves), end: curves.full as number, factor, comparison }),
  };
}

/** The options with their defaults. @throws {InvalidInputError} if one cannot be meant */
export function checkHalving(name: string, options: SuccessiveHalvingOptions) {
  const { mode = "stop", reductionFactor: factor = REDUCTION, minResource: least, best = false } = options;
  checkChoice(name, "mode", mode, ["stop", "promote"]);
  checkNumber(name, "reductionFactor", factor, { above: 1 });
  checkNumber(name, "minResource", least, { above: 0 });
  checkChoice(name, "best", best, [true, false]);
  return { mode, factor, least, lowest: best };
}

/** Stops a trial that is not among the best at a rung that its last report came to. */
export function judgeStopping(
  curves: Curves,
  number: number,
  rungs: readonly number[],
  factor: number,
  comparison: Comparison,
): Verdict {
  const curve = curveOf(curves, number);
  if (curve === undefined) return "continue";
  const passed = newRungs(curve, rungs);
  return passed.every((rung) => survives(curves, number, rung, factor, comparison)) ? "continue" : "stop";
}

/** Pauses a trial at its budget, which is a rung; one that tells NaN there, for good. */
export function judgePausing(
  curves: Curves,
  { number, budget }: Trial,
  rungs: readonly number[],
  comparison: Comparison,
): Verdict {
  const curve = curveOf(curves, number);
  const target = budget ?? rungs[0] ?? Number.POSITIVE_INFINITY;
  if (curve === undefined || !(curve.reached >= target)) return "continue";
  if (curves.full !== undefined && curve.reached >= curves.full) return "continue";
  const record = recordAt(curve, target, comparison);
  return record === undefined || isHopeless(record) ? "stop" : "pause";
}

/** @throws {UnsupportedError} if the problem does not say how long a training is */
export function requireSteps(name: string, { steps }: Problem): void {
  if (steps?.max !== undefined) return;
  throw new UnsupportedError(
    `${name} must know the step at which a trial is complete: give --max-steps N (steps: { max: N }), or use the pruner auto`,
  );
}
