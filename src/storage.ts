/**
 * The contract of a storage: an ordered event log per study. It keeps order and durability and decides nothing,
 * but for one thing: whether a lease is still live.
 */
import type { Event, NewEvent } from "./events.ts";
import type { Trial } from "./trial.ts";

/** How long a claim is kept for a worker that says nothing, and how often workers say something. */
export const LEASE_MS = 30_000;
export const RENEW_MS = 10_000;

/** The heartbeat of one client on one study. Times are the storage's clock, milliseconds since the epoch. */
export interface Lease {
  readonly client: string;
  readonly until: number;
}

/** One line about a study, kept so that a list folds no logs. */
export interface Summary {
  readonly study: string;
  readonly state: "running" | "idle" | "stopped";
  readonly counts: Readonly<Record<string, number>>;
  readonly best?: { readonly number: number; readonly values: Readonly<Record<string, number | string>> };
  readonly objectives: readonly { readonly name: string; readonly direction: string }[];
  readonly limit?: number;
  readonly created: number;
  readonly updated: number;
}

/** What people see with SQL: the trials as the fold knows them, rebuildable at any time. */
export interface Projection {
  /** Position up to which the projection of that study is known to be whole; 0 at first. */
  position(study: string): Promise<number>;
  /** Writes trials that changed up to `position`, each with the position of its last change. */
  save(
    study: string,
    position: number,
    trials: readonly { readonly trial: Trial; readonly position: number }[],
    summary: Summary,
  ): Promise<void>;
}

export interface Storage {
  /** Where it keeps its data, for messages: `fettle.db`, `memory`. */
  readonly location: string;
  /**
   * Creates a study whose first events (the first is `created`) become positions 1, 2, ….
   * @throws {ConflictError} if there is a study of that name
   */
  create(study: string, events: readonly NewEvent[]): Promise<void>;
  /**
   * Appends all events or none, durably, stamped with position and time; `claimed` with `leaseMs` and any event of
   * a client that holds a lease also writes that client's lease.
   * @returns the position of the last one
   * @throws {ConflictError} with `expired` events, if a lease that they name is live
   * @throws {NotFoundError} if there is no such study
   */
  append(study: string, events: readonly NewEvent[]): Promise<number>;
  /** The events after that position, in order, at most `limit`. @throws {NotFoundError} */
  read(study: string, after: number, limit?: number): Promise<readonly Event[]>;
  /** Yields new events as they come, where the storage can do better than being asked again and again. */
  watch?(study: string, after: number, signal: AbortSignal): AsyncIterable<readonly Event[]>;
  /** Heartbeat: makes the client's lease live for another `leaseMs`. Not an event. */
  renew(study: string, client: string, leaseMs: number): Promise<void>;
  /**
   * Keeps the client's lease live from a thread of its own, however long this one is busy, until closed.
   * Without it the loop calls `renew` on a timer.
   */
  keepAlive?(study: string, client: string, leaseMs: number): { close(): Promise<void> };
  /** Leases, with the storage's own time. */
  leases(study: string): Promise<{ readonly now: number; readonly leases: readonly Lease[] }>;
  readonly projection?: Projection;
  summaries?(): Promise<readonly Summary[]>;
  list(): Promise<readonly string[]>;
  /** @throws {NotFoundError} */
  delete(study: string): Promise<void>;
  close(): Promise<void>;
}
