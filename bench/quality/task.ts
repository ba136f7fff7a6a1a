/**
 * A task of the benchmark: a search space and what a configuration of it costs.
 */
import type { Params, Space, WarmStart } from "../../src/index.ts";

export interface Task {
  readonly name: string;
  /** Families weigh the same in every mean. */
  readonly family: string;
  readonly space: Space;
  /** The loss of flat params, minimised; NaN where the run failed. */
  loss(params: Params): number;
  /** How long the run took, in seconds; 1 for all where that is not known. */
  seconds?(params: Params): number;
  /** The loss of one of several repeats of the run, chosen by a number in [0, 1); where such are known. */
  repeat?(params: Params, which: number): number;
  /** What a study is told of a trial, where that is not its loss: one noisy observation of it. */
  observe?(params: Params, number: number): number;
  /** Other studies that ours may learn from. */
  readonly warmStart?: readonly WarmStart[];
  /** The lowest loss there is, or the lowest ever seen. */
  readonly best: number;
}
