/**
 * Hyperband: brackets of successive halving that begin at different rungs, as a hedge against early steps that say
 * little.
 */

import { given, refuseUnknown } from "../options.ts";
import type { Pruner } from "../pruner.ts";
import { type Curve, type Curves, curveOf, noCurves, tellCurve } from "./curves.ts";
import { type Promotion, promotion } from "./promotion.ts";
import { type Comparison, rungsOf } from "./rungs.ts";
import {
  checkHalving,
  judgePausing,
  judgeStopping,
  requireSteps,
  type SuccessiveHalvingOptions,
} from "./successive-halving.ts";

/** As of successive halving: each bracket is one. */
export type HyperbandOptions = SuccessiveHalvingOptions;

export interface HyperbandState {
  readonly curves: Curves;
  /** The rungs of each bracket; the last bracket has none: its trials are trained to their end. */
  readonly brackets: readonly (readonly number[])[];
  /** Brackets of the trial numbers 0, 1, …, over and over. */
  readonly schedule: readonly number[];
}

/**
 * Bracket s begins at rung s; each gets about as many steps as the others. The bracket of a trial follows from its
 * number alone.
 *
 * @throws {UnsupportedError} on `init`, without `steps.max`
 * @see Li et al. 2018, "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", algorithm 1
 */
export function hyperband(options: HyperbandOptions = {}): Pruner<HyperbandState> {
  refuseUnknown("hyperband", options, ["mode", "reductionFactor", "minResource", "best"]);
  const { mode, factor, least, lowest } = checkHalving("hyperband", options);
  const bracketOf = ({ schedule }: HyperbandState, { number, bracket }: Pick<Curve, "number" | "bracket">) =>
    bracket ?? schedule[number % schedule.length];
  const within = (state: HyperbandState, bracket: number): Comparison => ({
    lowest,
    among: (curve) => bracketOf(state, curve) === bracket,
  });
  const base: Pruner<HyperbandState> = {
    name: "hyperband",
    version: 1,
    ...given(options),
    init(problem) {
      requireSteps("hyperband", problem);
      const rungs = rungsOf(problem.steps?.max, least, factor);
      const brackets = [...rungs.map((_, s) => rungs.slice(s)), []];
      return { curves: noCurves(problem), brackets, schedule: scheduleOf(brackets.length, factor) };
    },
    tell(state, trial) {
      tellCurve(state.curves, trial);
      return state;
    },
    assign(state, number) {
      const bracket = bracketOf(state, { number });
      if (mode === "stop") return { bracket };
      return { bracket, budget: state.brackets[bracket][0] ?? (state.curves.full as number) };
    },
    judge(state, trial) {
      const curve = curveOf(state.curves, trial.number);
      const bracket = bracketOf(state, curve ?? trial);
      const rungs = state.brackets[bracket] ?? [];
      const comparison = within(state, bracket);
      return mode === "stop"
        ? judgeStopping(state.curves, trial.number, rungs, factor, comparison)
        : judgePausing(state.curves, trial, rungs, comparison);
    },
  };
  if (mode === "stop") return base;
  return {
    ...base,
    promote(state, taken): Promotion | undefined {
      for (const [bracket, rungs] of state.brackets.entries()) {
        const found = promotion(state.curves, taken, {
          rungs,
          end: state.curves.full as number,
          factor,
          comparison: within(state, bracket),
        });
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

/**
 * Brackets in turn, each as often as Hyperband would begin trials in it: ⌈count/(s + 1)·η^s⌉ for the bracket that has
 * s rungs. They are spread evenly: whichever is furthest behind its share is next, the one with more rungs first.
 */
function scheduleOf(count: number, factor: number): readonly number[] {
  const shares = Array.from({ length: count }, (_, bracket) => {
    const rungs = count - 1 - bracket;
    const trials = Array.from({ length: rungs }).reduce<number>((n) => n * factor, count / (rungs + 1));
    return Math.ceil(trials - 1e-9); // what is whole but for rounding stays so
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  const given = shares.map(() => 0);
  return Array.from({ length: total }, (_, n) => {
    let next = 0;
    const behind = (bracket: number) => (shares[bracket] * (n + 1)) / total - given[bracket];
    for (let bracket = 1; bracket < count; bracket++) if (behind(bracket) > behind(next)) next = bracket;
    given[next]++;
    return next;
  });
}
