/**
 * Progressive successive halving: as few rungs as it takes for the order of the best to settle.
 */

import { checkNumber, given, refuseUnknown } from "../options.ts";
import type { Pruner } from "../pruner.ts";
import { type Curve, type Curves, isExhausted, noCurves, tellCurve } from "./curves.ts";
import { noPace, type Pace, secondsLeft, secondsPerStep, tellPace } from "./pace.ts";
import { type Promotion, promotion, recorded } from "./promotion.ts";
import { standings } from "./rank.ts";
import { type Comparison, newRungs, REDUCTION, recordAt, rungsOf } from "./rungs.ts";
import { judgePausing, requireSteps } from "./successive-halving.ts";

export interface PashaOptions {
  /** One in so many goes on. @default 3 */
  readonly reductionFactor?: number;
  /** The step of the first rung. @default a 17th of a training */
  readonly minResource?: number;
}

export interface PashaState {
  readonly curves: Curves;
  readonly pace: Pace;
  /** All rungs, the full training as the last. */
  readonly rungs: readonly number[];
  /** Up to which rung trials are trained now. */
  top: number;
}

/** Ties are closer than this share of the gaps between curves that cross back and forth. */
const TIE_QUANTILE = 0.9;
/** Where no limit says when the study ends, the best is trained to its end after so many trials, then twice as many. */
const FIRST_TRAINING = 16;
/** The least number of rungs: two can be compared. */
const FIRST_TOP = 1;
/** A training is given so much more than its usual time before the study's time is up. */
const MARGIN = 1.05;

const PRESENT: Comparison = { lowest: false };

/**
 * Promotes as `successiveHalving` does, but only up to a rung which moves up while the order of the trials there
 * disagrees with the one of the rung below. Curves that cross back and forth say how close is equal. Before the study's
 * end the best is trained fully.
 *
 * @throws {UnsupportedError} on `init`, without `steps.max`
 * @see Bohdal et al. 2023, "PASHA: Efficient HPO and NAS with Progressive Resource Allocation", algorithm 1, §4.2
 */
export function pasha(options: PashaOptions = {}): Pruner<PashaState> {
  refuseUnknown("pasha", options, ["reductionFactor", "minResource"]);
  const { reductionFactor: factor = REDUCTION, minResource: least } = options;
  checkNumber("pasha", "reductionFactor", factor, { above: 1 });
  checkNumber("pasha", "minResource", least, { above: 0 });
  return {
    name: "pasha",
    version: 1,
    ...given(options),
    init(problem) {
      requireSteps("pasha", problem);
      const full = problem.steps?.max as number;
      const rungs = [...rungsOf(full, least, factor), full];
      const top = Math.min(FIRST_TOP, rungs.length - 1);
      return { curves: noCurves(problem), pace: noPace(), rungs, top };
    },
    tell(state, trial) {
      const curve = tellCurve(state.curves, trial);
      tellPace(state.pace, trial);
      const { rungs, top } = state;
      if (
        curve !== undefined &&
        top < rungs.length - 1 &&
        newRungs(curve, [rungs[top]]).length > 0 &&
        !isSettled(state)
      )
        state.top++;
      return state;
    },
    assign: ({ rungs }) => ({ budget: rungs[0] }),
    judge: ({ curves, rungs }, trial) => judgePausing(curves, trial, rungs, PRESENT),
    promote(state, taken): Promotion | undefined {
      const { curves, rungs, top } = state;
      const ladder = { rungs: rungs.slice(0, top), end: rungs[top], factor, comparison: PRESENT };
      const last = isDue(state) ? lastTraining(state, taken) : undefined;
      const found = last ?? promotion(curves, taken, ladder);
      if (found !== undefined || !isExhausted(curves)) return found;
      return lastTraining(state, taken); // no number is left: what is best now is what the study comes to
    },
  };
}

/** Whether the trials of the top rung stand there as they stood at the rung below, ties aside. */
function isSettled({ curves, rungs, top }: PashaState): boolean {
  const above = recorded(curves, rungs[top], PRESENT);
  if (above.length < 2) return true;
  const before = standings(
    above.map((curve) => recordAt(curve, rungs[top - 1], PRESENT) as readonly number[]),
  );
  const tie = tieOf(above.map((curve) => firstLosses(curve, rungs.slice(0, top + 1))));
  const order = before
    .map((_, i) => i)
    .sort((a, b) => (before[a] === before[b] ? a - b : before[a] < before[b] ? -1 : 1));
  // Place by place: who stands there now may be anyone who was as good as the one that stood there before.
  return order.every(
    (then, place) => before[place] === before[then] || Math.abs(before[place] - before[then]) <= tie,
  );
}

/** First losses of a trial at rungs. */
function firstLosses(curve: Curve, rungs: readonly number[]): readonly number[] {
  return rungs.map((rung) => (recordAt(curve, rung, PRESENT) as readonly number[])[0]);
}

/** The gap at the top below which two trials count as equal: of pairs whose curves cross at least twice. */
function tieOf(curves: readonly (readonly number[])[]): number {
  const gaps: number[] = [];
  for (let i = 0; i < curves.length; i++)
    for (let j = 0; j < i; j++) {
      let crossings = 0;
      let sign = 0;
      curves[i].forEach((loss, k) => {
        const now = Math.sign(loss - curves[j][k]);
        if (now !== 0 && sign !== 0 && now !== sign) crossings++;
        if (now !== 0) sign = now;
      });
      const gap = Math.abs(curves[i][curves[i].length - 1] - curves[j][curves[j].length - 1]);
      if (crossings >= 2 && Number.isFinite(gap)) gaps.push(gap);
    }
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(TIE_QUANTILE * (gaps.length - 1))] ?? 0;
}

/** Whether the best is to be trained to its end before anything else. */
function isDue({ curves, pace, rungs }: PashaState): boolean {
  const { limits } = curves.problem;
  const left = secondsLeft(pace, curves.problem);
  const step = secondsPerStep(pace);
  const needed = (step ?? Number.NaN) * rungs[rungs.length - 1];
  if (left !== undefined) return left >= needed && left < MARGIN * needed + (step as number) * rungs[0];
  return limits.trials === undefined && curves.list.length >= FIRST_TRAINING * 2 ** curves.completed;
}

/** The best trial of the highest rung that any came to, unless it is trained to its end, or is about to be. */
function lastTraining({ curves, rungs }: PashaState, taken: ReadonlySet<number>): Promotion | undefined {
  for (let k = rungs.length - 1; k >= 0; k--) {
    const best = recorded(curves, rungs[k], PRESENT)[0];
    if (best === undefined) continue;
    const waits = best.state === "paused" && !taken.has(best.number);
    return waits ? { trial: best.number, budget: rungs[rungs.length - 1] } : undefined;
  }
  return undefined;
}
