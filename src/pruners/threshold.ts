/**
 * Stops a trial whose value is beyond a limit.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import { checkNumber, given, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Pruner } from "../pruner.ts";
import { type Curve, type Curves, curveOf, noCurves, tellCurve } from "./curves.ts";

export interface ThresholdOptions {
  /**
   * The worst value that is acceptable, of the first objective, or by name: a trial that tells a higher one (a lower
   * one, if it is maximised) is stopped.
   */
  readonly worst: number | Readonly<Record<string, number>>;
  /** Nothing is stopped before this step. @default 0 */
  readonly grace?: number;
}

interface ThresholdState {
  readonly curves: Curves;
  /** The highest acceptable losses. Shape (objectives). */
  readonly highest: readonly number[];
}

/** Stops a trial whose last report is worse than a limit, or NaN. */
export function threshold(options: ThresholdOptions): Pruner<ThresholdState> {
  refuseUnknown("threshold", options ?? {}, ["worst", "grace"]);
  const { worst, grace = 0 } = options ?? {};
  if (typeof worst !== "object" || worst === null)
    checkNumber("threshold", "worst", worst, { least: -Number.MAX_VALUE, required: true });
  else
    for (const [name, value] of Object.entries(worst))
      checkNumber("threshold", `worst.${name}`, value, { least: -Number.MAX_VALUE });
  checkNumber("threshold", "grace", grace, { least: 0 });
  return {
    name: "threshold",
    version: 1,
    ...given(options),
    init: (problem) => ({ curves: noCurves(problem), highest: limits(problem, worst) }),
    tell(state, trial) {
      tellCurve(state.curves, trial);
      return state;
    },
    judge({ curves, highest }, trial) {
      const curve = curveOf(curves, trial.number);
      if (curve === undefined || !(curve.reached >= grace)) return "continue";
      return isBeyond(curve, highest) ? "stop" : "continue";
    },
  };
}

function isBeyond({ losses }: Curve, highest: readonly number[]): boolean {
  const last = losses[losses.length - 1];
  return last.some((loss, k) => highest[k] < Number.POSITIVE_INFINITY && !(loss <= highest[k]));
}

/** @throws {InvalidInputError} if a name is that of no objective */
function limits({ objectives }: Problem, worst: ThresholdOptions["worst"]): readonly number[] {
  const named = typeof worst === "number" ? { [objectives[0].name]: worst } : worst;
  const names = objectives.map(({ name }) => name);
  for (const name of Object.keys(named))
    if (!names.includes(name))
      throw new InvalidInputError(
        `threshold: there is no objective ${JSON.stringify(name)}${didYouMean(name, names)}; there are ${names.join(", ")}`,
      );
  return objectives.map(({ name, direction }) => {
    if (!Object.hasOwn(named, name)) return Number.POSITIVE_INFINITY;
    return direction === "minimize" ? named[name] : -named[name];
  });
}
