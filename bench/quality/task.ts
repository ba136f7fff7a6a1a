/**
 * A task of the benchmark: a search space and what a configuration of it costs.
 */
import type { Params, Space, WarmStart } from "../../src/index.ts";

interface Searched {
  readonly name: string;
  /** Families weigh the same in every mean. */
  readonly family: string;
  readonly space: Space;
  /** How long the run took, in seconds; 1 for all where that is not known. */
  seconds?(params: Params): number;
  /** Other studies that ours may learn from. */
  readonly warmStart?: readonly WarmStart[];
}

/** With one objective. */
export interface Task extends Searched {
  /** The loss of flat params, minimised; NaN where the run failed. */
  loss(params: Params): number;
  /** The loss of one of several repeats of the run, chosen by a number in [0, 1); where such are known. */
  repeat?(params: Params, which: number): number;
  /** What a study is told of a trial, where that is not its loss: one noisy observation of it. */
  observe?(params: Params, number: number): number;
  /** The lowest loss there is, or the lowest ever seen. */
  readonly best: number;
}

/** With several objectives, all of which are minimised. */
export interface SeveralTask extends Searched {
  /** Names of the objectives. */
  readonly objectives: readonly string[];
  /** The losses of flat params. Shape (objectives); any of them is NaN where the run failed. */
  losses(params: Params): readonly number[];
  /** Limits on the outcome. */
  readonly limits?: {
    readonly names: readonly string[];
    /** By how much flat params miss each: feasible at ≤ 0. Shape (limits). */
    missed(params: Params): readonly number[];
  };
  /** The volume between the best front there is and a reference point, where that is known. */
  bestVolume?(point: readonly number[]): number;
}

export type AnyTask = Task | SeveralTask;

export const hasSeveral = (task: AnyTask): task is SeveralTask => "losses" in task;
