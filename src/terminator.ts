/**
 * The contract of a terminator: when a study has learned enough. State is a fold of `tell` over the log, as a
 * sampler's is; nothing is drawn but from `rng`.
 */
import type { Compute } from "./compute.ts";
import type { Problem } from "./problem.ts";
import type { Rng } from "./random.ts";
import type { Json, Trial } from "./trial.ts";

export interface Terminator<State = unknown> {
  readonly name: string;
  readonly version: number;
  readonly options?: Json;
  /** @throws {UnsupportedError} naming what it cannot judge */
  init(problem: Problem): State;
  /** Each trial that ended or paused, in log order; replaces what was told of the same number before. */
  tell(state: State, trial: Trial): State;
  /** What it makes of the study so far; asked after trials ended. A pure function of state and arguments. */
  judge(
    state: State,
    context: { readonly rng: Rng; readonly compute: Compute },
  ): Judgement | Promise<Judgement>;
}

export interface Judgement {
  /** Why the study is to stop, as a sentence without a full stop; absent: it goes on. */
  readonly reason?: string;
  /** What further trials would be expected to bring, in the unit of the first objective, where that is known. */
  readonly expected?: number;
}
