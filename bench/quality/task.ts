/**
 * A task of the benchmark: a search space and what a configuration of it costs.
 */
import type { Params, Space } from "../../src/index.ts";

export interface Task {
  readonly name: string;
  /** Families weigh the same in every mean. */
  readonly family: string;
  readonly space: Space;
  /** The loss of flat params, minimised; NaN where the run failed. */
  loss(params: Params): number;
  /** How long the run took, in seconds; 1 for all where that is not known. */
  seconds?(params: Params): number;
  /** The lowest loss there is, or the lowest ever seen. */
  readonly best: number;
}
