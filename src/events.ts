/**
 * The events of a study's log, format 1. Plain JSON: NaN and the infinities are the strings "NaN", "Infinity",
 * "-Infinity". A new kind raises the format; a reader refuses a higher one.
 */
import type { Params, SpaceJson } from "./space/types.ts";
import type { ConstraintSpec, Json, ObjectiveSpec, TrialError } from "./trial.ts";

/** The number of the log's format that this version writes. */
export const FORMAT = 1;

/** A number that JSON can hold. */
export type WireNumber = number | "NaN" | "Infinity" | "-Infinity";
export type WireNumbers = Readonly<Record<string, WireNumber>>;

/** What ends a study of itself. */
export interface Limits {
  /** How many trial numbers may be given out. */
  readonly trials?: number;
  /** Seconds during which at least one trial was with a worker. */
  readonly seconds?: number;
  /** How many trials may fail. */
  readonly failures?: number;
  /** Values at which the study has what it wants; all must be reached by one trial. */
  readonly target?: WireNumbers;
  /** How often one trial is tried again after its worker was lost. @default 3 */
  readonly retriesLost?: number;
  /** How often one trial is tried again after its own program failed. @default 0 */
  readonly retriesFailed?: number;
}

/** A problem as the log keeps it. */
export interface ProblemJson {
  readonly space: SpaceJson;
  readonly objectives: readonly ObjectiveSpec[];
  readonly constraints?: readonly ConstraintSpec[];
  readonly seed: number;
  readonly steps?: { readonly min?: number; readonly max?: number };
  readonly deterministic?: boolean;
}

/** How often a configuration of a noisy objective is evaluated. */
export interface Repeats {
  /** At most so often. */
  readonly most: number;
  /** Each configuration so often; otherwise the best ones, as often as it takes to tell them apart. @default false */
  readonly all?: boolean;
}

/** How the study is run; whatever `resume`, `replay` and a worker need besides the problem. */
export interface Configuration {
  readonly sampler?: { readonly name: string; readonly options?: Json };
  readonly pruner?: { readonly name: string; readonly options?: Json };
  readonly terminator?: { readonly name: string; readonly options?: Json };
  readonly repeats?: Repeats;
  readonly engine?: Json;
  /** Argument vector with placeholders, and how to run it. */
  readonly command?: Json;
  readonly limits?: Limits;
  /** Parameters that are settled for all suggestions. */
  readonly fixed?: Params;
}

export type ReportBody = {
  readonly step: number;
  readonly values: WireNumbers;
  readonly gradient?: WireNumbers;
  readonly constraints?: WireNumbers;
  readonly params?: Params;
};

/** A finished trial that comes from elsewhere. */
export interface ImportedTrial {
  readonly params: Params;
  readonly state: "complete" | "pruned" | "failed";
  readonly values?: WireNumbers;
  readonly reports?: readonly ReportBody[];
  readonly constraints?: WireNumbers;
  readonly gradient?: WireNumbers;
  /** Effective parameters, where the trial tuned some itself. */
  readonly tuned?: Params;
  readonly notes?: Readonly<Record<string, Json>>;
}

/** Verdict of a pruner. */
export type Verdict = "continue" | "pause" | "stop";

export type EventBody =
  | { readonly kind: "created"; readonly format: number; readonly problem: ProblemJson }
  | ({ readonly kind: "configured" } & Configuration)
  | { readonly kind: "spaceChanged"; readonly space: SpaceJson }
  /** With `source`: trials of another study, for a warm start; they use no numbers. Without: trials of this one. */
  | {
      readonly kind: "imported";
      readonly source?: { readonly study: string; readonly space: SpaceJson };
      readonly trials: readonly ImportedTrial[];
    }
  /** A point to be tried before the sampler's own; `params` may be a part of one. */
  | { readonly kind: "enqueued"; readonly params: Params; readonly notes?: Readonly<Record<string, Json>> }
  /**
   * A worker wants a trial. Without `trial` it gets the first waiting one, or a new number. Without `leaseMs` the
   * claim never expires; with it the storage writes the client's lease in the same transaction.
   */
  | {
      readonly kind: "claimed";
      readonly worker: string;
      readonly trial?: number;
      /** Up to which step the paused trial that is named is promoted, … */
      readonly budget?: number;
      /** … and the log position that this follows from. */
      readonly basis?: number;
      readonly leaseMs?: number;
    }
  /** The claim is given back: an unstarted number goes to the next claim, a started trial waits to be tried again. */
  | { readonly kind: "withdrawn"; readonly trial: number; readonly attempt: number }
  | {
      readonly kind: "started";
      readonly trial: number;
      readonly attempt: number;
      readonly params: Params;
      /** The log position that the suggestion was computed from; absent when the params were already settled. */
      readonly basis?: number;
      readonly sampler?: { readonly name: string; readonly version: number; readonly options?: Json };
      readonly origin?: Json;
      readonly bracket?: number;
      readonly budget?: number;
      readonly fork?: { readonly trial: number; readonly step: number };
      readonly repeatOf?: number;
    }
  | ({ readonly kind: "reported"; readonly trial: number; readonly attempt: number } & ReportBody)
  | {
      readonly kind: "judged";
      readonly trial: number;
      readonly attempt: number;
      readonly step: number;
      readonly verdict: Verdict;
    }
  | {
      readonly kind: "finished";
      readonly trial: number;
      readonly attempt: number;
      readonly state: "complete" | "pruned" | "failed" | "paused";
      readonly values?: WireNumbers;
      readonly gradient?: WireNumbers;
      readonly constraints?: WireNumbers;
      readonly tuned?: Params;
      readonly error?: TrialError;
    }
  /** The claim's lease is no longer live; `owner` is the client that made it, `until` when the lease ended. */
  | {
      readonly kind: "expired";
      readonly trial: number;
      readonly attempt: number;
      readonly owner: string;
      readonly until: number;
    }
  | { readonly kind: "noted"; readonly trial?: number; readonly key: string; readonly value: Json }
  /** Nothing more is claimed. With `now`, running trials are ended too, and wait to be tried again. */
  | {
      readonly kind: "stopped";
      readonly reason: string;
      readonly now?: boolean;
      /** What further trials would be expected to bring, in the unit of the first objective. */
      readonly expected?: number;
    }
  | { readonly kind: "resumed" };

/** An event on its way to the log: `seq` counts up within a client, and the fold ignores what does not. */
export type NewEvent = EventBody & { readonly client: string; readonly seq: number };

/** An event of the log; `position` counts from 1, `time` is the storage's clock and never decreases. */
export type Event = NewEvent & { readonly position: number; readonly time: number };

/** A number to its form in JSON. */
export function toWire(value: number): WireNumber {
  return Number.isFinite(value) ? value : (String(value) as WireNumber);
}

export function fromWire(value: WireNumber): number {
  return typeof value === "number" ? value : Number(value);
}

export function numbersToWire(values: Readonly<Record<string, number>>): WireNumbers {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toWire(value)]));
}

export function numbersFromWire(values: WireNumbers): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fromWire(value)]));
}
