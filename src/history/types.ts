/**
 * What a study's log says, folded up to one position.
 */
import type { Configuration, Limits, Verdict } from "../events.ts";
import type { Problem } from "../problem.ts";
import type { Space } from "../space.ts";
import type { Json, Trial, TrialState } from "../trial.ts";

/** A trial number that a worker holds. */
export interface Claim {
  readonly number: number;
  readonly attempt: number;
  /** The client that made the claim, and the sequence number of the event that did. */
  readonly client: string;
  readonly seq: number;
  readonly worker: string;
  /** Absent: the claim never expires. */
  readonly leaseMs?: number;
  /** Up to which step a paused trial was promoted. */
  readonly budget?: number;
  readonly position: number;
  readonly time: number;
  /** Whether its parameters are settled and the trial is running. */
  readonly started: boolean;
  /** The last verdict that was not "continue". */
  readonly verdict?: Verdict;
}

/** What the last event did, for those who follow the log. */
export interface Change {
  /** Why the event counts for nothing, if so. */
  readonly rejected?: string;
  /** The trial that changed. */
  readonly number?: number;
  /** It reported and goes on. */
  readonly reported?: true;
  /** The trials that finished or paused. */
  readonly ended?: readonly number[];
}

export interface History {
  /** Position and time of the last event. */
  position: number;
  time: number;
  problem: Problem;
  configuration: Configuration;
  limits: Limits;
  /** Every version of the space; `Trial.space` is an index. */
  readonly spaces: Space[];
  /** By version: position of the event that brought it. */
  readonly spacesSince: number[];
  /** By number; absent where a number was given out and is not started. */
  readonly trials: (Trial | undefined)[];
  /** By number: position of the event that changed the trial last. */
  readonly changedAt: number[];
  /** Open claims by number. */
  readonly claims: Map<number, Claim>;
  /** Numbers that were claimed and given back unstarted, ascending. */
  readonly free: number[];
  /** Numbers of waiting trials, in the order in which they will be claimed. */
  readonly waiting: number[];
  /** How often each trial was lost, and failed of itself; only trials that did have an entry. */
  readonly mishaps: Map<number, { lost: number; failed: number }>;
  readonly clients: Map<string, number>;
  readonly counts: Record<TrialState, number>;
  /** Milliseconds during which at least one trial was claimed. */
  activeMs: number;
  /**
   * The best complete (and feasible) trial by the first objective; the earliest of equals. Of a configuration that
   * was evaluated several times it is the first trial, and the mean counts.
   */
  best?: number;
  /** The trials that repeat a configuration, by the number of its first. */
  readonly repeats: Map<number, readonly number[]>;
  /** The first trial that reached every target. */
  reached?: number;
  stopped?: {
    readonly reason: string;
    readonly now: boolean;
    readonly time: number;
    readonly expected?: number;
  };
  readonly notes: Record<string, Json>;
  created: number;
  last: Change;
}
