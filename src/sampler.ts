/**
 * The contract of a sampler. State is a fold of `tell` over the log: any process can rebuild it, and storage
 * never sees it. A sampler never writes, reads no clock and draws only from `slot.rng`.
 */
import type { Compute } from "./compute.ts";
import type { Problem } from "./problem.ts";
import type { Rng } from "./random.ts";
import type { Params } from "./space/types.ts";
import type { Json, Trial } from "./trial.ts";

export interface Sampler<State = unknown> {
  /** The name in the registry, kept with every suggestion. */
  readonly name: string;
  /** Counts up whenever the same log would give other suggestions: replay compares only equal versions. */
  readonly version: number;
  /** The options that it was made with, as the log keeps them. */
  readonly options?: Json;

  /** @throws {UnsupportedError} naming what it cannot do and a sampler that can */
  init(problem: Problem): State;
  /**
   * A trial finished or paused (with `reports: true`, also: reported); called in log order. It replaces what was
   * told of the same number before. May reuse `state`; must not change `trial`.
   */
  tell(state: State, trial: Trial): State;
  /**
   * Suggests params for `slot.number`: a pure function of state and slot. Work that several asks share may be
   * memoised on the state.
   */
  ask(state: State, slot: Slot): Answer | Promise<Answer>;
  /** Why these params: what the model predicts of them. */
  explain?(state: State, params: Params): Explanation;
  /** How many points there are in all with these settled values, where that is finite and known before the start. */
  count?(state: State, fixed?: Params): number | undefined;
  /** Whether `tell` is to see every report. */
  readonly reports?: true;
  /** Whether it decides itself how far each trial trains: then no pruner is there unless one is asked for. */
  readonly stages?: true;
}

/** The place of one suggestion in the study. All of it is read off the log at one position. */
export interface Slot {
  readonly number: number;
  readonly bracket?: number;
  readonly budget?: number;
  /** Values that are settled already: from `--fix`, or a point enqueued in part. */
  readonly fixed?: Params;
  /** Trials without an end: running, and suggestions asked for together with this one. */
  readonly open: readonly Trial[];
  /** What the limits leave, at the log position that this is computed from. */
  readonly left: { readonly trials?: number; readonly seconds?: number };
  /** Open claims at that position, this one included. */
  readonly workers: number;
  /** `rng(seed, "ask", number)`. */
  readonly rng: Rng;
  readonly compute: Compute;
}

/**
 * - params to try
 * - "wait": nothing to suggest until another trial ends
 * - "done": nothing is left to try
 */
export type Answer = Suggestion | "wait" | "done";

export interface Suggestion {
  readonly params: Params;
  readonly budget?: number;
  readonly origin?: Json;
  readonly fork?: { readonly trial: number; readonly step: number };
  readonly repeatOf?: number;
}

export interface Explanation {
  readonly mean?: number;
  readonly std?: number;
  readonly acquisition?: number;
  readonly [detail: string]: Json | undefined;
}
