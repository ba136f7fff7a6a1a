/**
 * A trial: one configuration and what became of it. Plain JSON, immutable; the fold hands out frozen ones.
 */
import type { Params } from "./space/types.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Numbers by name: values of objectives, of constraints, of a gradient. May hold NaN and the infinities. */
export type Numbers = Readonly<Record<string, number>>;

export type Direction = "minimize" | "maximize";
export interface ObjectiveSpec {
  readonly name: string;
  readonly direction: Direction;
}

/**
 * A limit on an outcome. `Trial.constraints` holds by how much each is missed: feasible at ≤ 0.
 * With `metric` that is worked out from the value that the trial told under this name: value − `atMost`, or
 * `atLeast` − value. Without it the trial itself tells the number under `name`.
 */
export interface ConstraintSpec {
  readonly name: string;
  readonly metric?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/**
 * - "waiting": enqueued, or to be tried again; has params that are to be used, maybe not all
 * - "running": a worker has it
 * - "paused": stopped at a budget, to be continued if it is promoted
 * - "complete", "pruned", "failed": ended for good
 */
export type TrialState = "waiting" | "running" | "paused" | "complete" | "pruned" | "failed";

/** What a running trial said at one step. */
export interface Report {
  readonly step: number;
  readonly values: Numbers;
  readonly gradient?: Numbers;
  readonly constraints?: Numbers;
  /** Effective parameters at this step, where the trial tunes some itself. */
  readonly params?: Params;
  /** Milliseconds since the epoch, on the storage's clock. */
  readonly time: number;
}

export interface TrialError {
  readonly message: string;
  /** "program": the objective's own fault; "infrastructure": the worker or the machine was lost. */
  readonly kind: "program" | "infrastructure";
  /** The last lines that the program wrote, where there are any. */
  readonly tail?: string;
}

export interface Trial {
  readonly number: number;
  readonly state: TrialState;
  /** 1 for the first try; the same parameters tried again count on. */
  readonly attempt: number;
  /** Version of the space that `params` belongs to; 0 is the first. */
  readonly space: number;
  readonly params: Params;
  /** Somebody asked for it: it was put in the queue, whole or in part. */
  readonly enqueued?: true;
  /** As told, by name of the objective; absent until the trial has values. */
  readonly values?: Numbers;
  /** The same in the order of the objectives and minimised: maximised ones have the other sign. Shape (objectives). */
  readonly losses?: readonly number[];
  readonly reports: readonly Report[];
  readonly constraints?: Numbers;
  readonly gradient?: Numbers;
  /** Effective parameters, where the trial tuned some itself. */
  readonly tuned?: Params;
  /** Milliseconds since the epoch, on the storage's clock. */
  readonly times: { readonly created: number; readonly started?: number; readonly finished?: number };
  readonly bracket?: number;
  /** The step up to which it is to run, where the study trains in stages. */
  readonly budget?: number;
  /** The trial and step whose checkpoint it starts from. */
  readonly fork?: { readonly trial: number; readonly step: number };
  /** The trial whose configuration this one repeats. */
  readonly repeatOf?: number;
  /**
   * Samplers are told one trial for a configuration that was evaluated several times: its `losses` are then means,
   * and this is over how many evaluations, with the standard deviation of a single one. Shape (objectives).
   */
  readonly repeats?: { readonly count: number; readonly std: readonly number[] };
  /** Whatever the sampler needs to remember: why, generation, raw vector. */
  readonly origin?: Json;
  readonly error?: TrialError;
  readonly notes: Readonly<Record<string, Json>>;
}

/** What a trial was run with in the end: what it tuned itself in place of what it was given. */
export function effectiveParams({ params, tuned }: Pick<Trial, "params" | "tuned">): Params {
  return tuned === undefined ? params : { ...params, ...tuned };
}

/** Whether that state is an end for good. */
export function isFinished(state: TrialState): boolean {
  return state === "complete" || state === "pruned" || state === "failed";
}

/** Names of objectives and their directions as a list. */
export type ObjectivesInput = Readonly<Record<string, Direction>>;
