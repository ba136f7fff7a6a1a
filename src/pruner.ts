/**
 * The contract of a pruner: which trials go on. State is a fold of `tell` over the log, as a sampler's is.
 */
import type { Verdict } from "./events.ts";
import type { Problem } from "./problem.ts";
import type { Rng } from "./random.ts";
import type { Json, Trial } from "./trial.ts";

export type { Verdict } from "./events.ts";

export interface Pruner<State = unknown> {
  readonly name: string;
  readonly version: number;
  readonly options?: Json;
  init(problem: Problem): State;
  /** Every report and every end, in log order. May reuse `state`. */
  tell(state: State, trial: Trial): State;
  /**
   * A paused trial to go on with, and up to which step; asked before a claim.
   * @param taken  numbers of paused trials that are claimed already, or were named a moment ago
   */
  promote?(
    state: State,
    taken: ReadonlySet<number>,
  ): { readonly trial: number; readonly budget: number } | undefined;
  /** Bracket and budget of a new trial; asked after the claim and before the sampler. */
  assign?(state: State, number: number, rng: Rng): { readonly bracket?: number; readonly budget?: number };
  /**
   * Whether `trial`, whose last report was just told, is to go on. It is running, and its losses are those of the
   * reports (`lossesAt`), in any order of arrival: a report out of turn is judged as well.
   */
  judge(state: State, trial: Trial): Verdict;
}
