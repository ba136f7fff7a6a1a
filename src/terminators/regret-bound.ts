/**
 * Stops a study once the best is, with confidence, nearer to the optimum than an error that does not matter.
 *
 * @see Makarova et al. 2022, "Automatic termination for hyperparameter optimization"
 */
import type { Compute } from "../compute.ts";
import { UnsupportedError } from "../errors.ts";
import { checkNumber, refuseUnknown } from "../options.ts";
import type { Terminator } from "../terminator.ts";
import { regretEnds } from "./bound.ts";
import { chanceOf } from "./improvement.ts";
import { type Memo, memoOf, modelOf } from "./model.ts";
import { emptySeries, largestOfLatest, type Series } from "./series.ts";
import { bestPlace, scaleOf, shown, type Told, take, toldNothing } from "./told.ts";

export interface RegretBoundOptions {
  /**
   * What does not matter, in units of the objective. @default the error of the best trial's mean over its repeats,
   * but at least a hundredth of the losses' interquartile range
   */
  readonly error?: number;
}

export interface RegretBoundState {
  readonly told: Told;
  readonly memo: Memo;
  readonly bounds: Series;
}

const FEWEST_TRIALS = 20;
/** The share of the interquartile range that does not matter. */
const LEAST = 0.01;

/** The lowest upper confidence bound of a trial is as good as the lowest lower one of any point, but for an error. */
export function regretBound(options: RegretBoundOptions = {}): Terminator<RegretBoundState> {
  refuseUnknown("regretBound", options, ["error"]);
  checkNumber("regretBound", "error", options.error, { above: 0 });
  return {
    name: "regretBound",
    version: 1,
    ...(options.error !== undefined && { options: { error: options.error } }),
    init(problem) {
      refuseSeveral("regretBound", problem.objectives.length);
      const told = toldNothing(problem);
      return { told, memo: memoOf(told), bounds: emptySeries() };
    },
    tell(state, trial) {
      take(state.told, trial);
      return state;
    },
    async judge({ told, memo, bounds }, { compute }) {
      if (told.list.length < FEWEST_TRIALS) return {};
      const bound = await largestOfLatest(bounds, told, (n) => boundAt(told, memo, n, compute));
      const model = await modelOf(memo, told, compute);
      const chance = model && chanceOf(model, memo, told, 0);
      if (chance === undefined) return {};
      const error = options.error ?? Math.max(errorOfRepeats(told), LEAST * scaleOf(told));
      if (!(bound < error)) return { expected: chance.expected };
      return {
        reason: `with confidence the best is within ${shown(bound)} of the optimum, and ${shown(error)} does not matter`,
        expected: chance.expected,
      };
    },
  };
}

/** The regret bound after `n` trials, in units of the objective; NaN while there is no model, or nothing is ranked. */
async function boundAt(told: Told, memo: Memo, n: number, compute: Compute): Promise<number> {
  const model = await modelOf(memo, told, compute, n);
  const ends = model && regretEnds(model, memo, told);
  if (model === undefined || ends === undefined) return Number.NaN;
  const furthest = model.warp.apply(-Number.MAX_VALUE);
  return model.warp.invert(ends.upper) - model.warp.invert(Math.max(ends.lower, furthest));
}

/**
 * The standard deviation of the best trial's mean over k repeats, √(1/k + 1/(k − 1)) times that of one: repeats on
 * folds share their training data (Nadeau and Bengio 2003, with folds of equal size).
 */
function errorOfRepeats(told: Told): number {
  const { count = 1, std = Number.NaN } = told.list[bestPlace(told)]?.repeats ?? {};
  return count < 2 || Number.isNaN(std) ? 0 : std * Math.sqrt(1 / count + 1 / (count - 1));
}

/** @throws {UnsupportedError} if there are several objectives */
export function refuseSeveral(terminator: string, objectives: number): void {
  if (objectives > 1)
    throw new UnsupportedError(
      `${terminator} judges one objective, and there are ${objectives}; use noImprovement`,
    );
}
