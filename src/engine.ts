/**
 * The contract of an engine: where trials run. It never decides a retry and never writes to the log.
 */
import type { ReportBody, Verdict } from "./events.ts";
import type { Params } from "./space/types.ts";
import type { Json, Numbers, TrialError } from "./trial.ts";

/** What an engine is asked to run. `trial` and `attempt` together are its name. */
export interface Job {
  readonly study: string;
  readonly trial: number;
  readonly attempt: number;
  /** As programs read them: flat, a permutation as its items with commas between. */
  readonly params: Params;
  /** Names of the values that are looked for: objectives, and outcomes that are limited. */
  readonly objectives: readonly string[];
  readonly budget?: number;
  readonly checkpointDir?: string;
  readonly resumeFrom?: string;
  /** The trial and step whose checkpoint it begins from. */
  readonly fork?: { readonly trial: number; readonly step: number };
  /** The last step that an earlier attempt reported: a checkpoint beyond it may not be whole. */
  readonly reached?: number;
  /** A 32-bit integer from the study's seed and the trial's number. */
  readonly seed: number;
  readonly repeat?: number;
}

/** A job that was submitted. */
export interface Handle {
  readonly study: string;
  readonly trial: number;
  readonly attempt: number;
}

/** How a job ended. The loop decides what that makes of the trial. */
export type Outcome =
  /** It gave values, or ended well without any: then its last report counts. */
  | {
      readonly kind: "ended";
      readonly values?: Numbers;
      readonly gradient?: Numbers;
      readonly constraints?: Numbers;
      /** Effective parameters, where the trial tuned some itself. */
      readonly tuned?: Params;
    }
  | { readonly kind: "failed"; readonly error: TrialError }
  /** It was ended by `cancel`, or by a verdict. */
  | { readonly kind: "cancelled" };

export type JobEvent =
  | { readonly kind: "report"; readonly handle: Handle; readonly report: ReportBody }
  | { readonly kind: "note"; readonly handle: Handle; readonly key: string; readonly value: Json }
  | { readonly kind: "exit"; readonly handle: Handle; readonly outcome: Outcome }
  /** Nobody knows what became of it. */
  | { readonly kind: "lost"; readonly handle: Handle; readonly message: string };

/** Virtual time: it stands still while the loop is busy, and goes on when the loop says so. */
export interface SimulatedClock {
  /** Virtual seconds since the engine was made. */
  readonly now: number;
  /**
   * The loop has dealt with all that it was told: the next event may happen, or `within` seconds pass, whichever is
   * less. Called again before an event came, it does nothing more.
   */
  advance(within?: number): void;
}

export interface Engine {
  readonly name: string;
  /** Whether the objective may block the thread that the loop runs in. */
  readonly blocking: boolean;
  /** How many more jobs it takes now. */
  capacity(): Promise<{ readonly free: number; readonly total: number }>;
  /** Starts jobs; one that is known already is not started again. */
  submit(jobs: readonly Job[]): Promise<readonly Handle[]>;
  /** Everything that happens to jobs, in order for each job. One consumer; ends after `close`. */
  events(): AsyncIterable<readonly JobEvent[]>;
  /**
   * The verdict on the report at `step`. In the same process it resolves the pending `report`; a program is
   * ended on "pause" and "stop".
   */
  decide(handle: Handle, step: number, verdict: Verdict): Promise<void>;
  /** Ends a job: asks first, and after `graceMs` no longer asks. Its exit event still comes. */
  cancel(handle: Handle, options: { readonly graceMs: number }): Promise<void>;
  /** Jobs of that study that this engine still runs. */
  list(study: string): Promise<readonly Handle[]>;
  /** What the job wrote, from that byte on. */
  logs(handle: Handle, from: number): AsyncIterable<Uint8Array>;
  /** Where time is simulated; nothing else has one. */
  readonly clock?: SimulatedClock;
  /** Ends every job and gives everything back. */
  close(): Promise<void>;
}
