/**
 * What a study searches, as samplers and pruners see it.
 */
import type { Limits } from "./events.ts";
import type { Space } from "./space/types.ts";
import type { ConstraintSpec, ObjectiveSpec, Trial } from "./trial.ts";

export interface Problem {
  readonly space: Space;
  readonly objectives: readonly ObjectiveSpec[];
  /** Limits on outcomes; `Trial.constraints` has a number for each, feasible at ≤ 0. */
  readonly constraints?: readonly ConstraintSpec[];
  readonly seed: number;
  readonly limits: Limits;
  /** Smallest and largest step of a trial, where it reports steps. */
  readonly steps?: { readonly min?: number; readonly max?: number };
  /** Whether the same params always give the same values: then none is tried twice. */
  readonly deterministic?: boolean;
  /** Finished trials of other studies, for a warm start. */
  readonly sources?: readonly {
    readonly study: string;
    readonly space: Space;
    readonly trials: readonly Trial[];
  }[];
}
