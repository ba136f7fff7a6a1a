/**
 * One client's view of a study's log: appends in order, reads what others appended, and folds all of it.
 */
import { StorageError } from "../errors.ts";
import type { Event, EventBody, NewEvent } from "../events.ts";
import type { Change } from "../history.ts";
import type { Storage } from "../storage.ts";
import type { Follower } from "./follower.ts";

/** How many events are read at once. */
const PAGE = 10_000;

export type Observer = (event: Event, change: Change) => void;

export class Log {
  readonly storage: Storage;
  readonly study: string;
  readonly client: string;
  readonly follower: Follower;
  readonly observers = new Set<Observer>();
  #seq = 0;
  #queue: {
    bodies: readonly EventBody[];
    resolve: (changes: Change[]) => void;
    reject: (error: unknown) => void;
  }[] = [];
  #flushing = false;
  /** Work that must not overlap: folding, and asking. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What became of this client's own events, until their appender takes it. */
  readonly #changes = new Map<number, Change>();

  constructor(storage: Storage, study: string, client: string, follower: Follower) {
    this.storage = storage;
    this.study = study;
    this.client = client;
    this.follower = follower;
  }

  /** The next events of this client, numbered: for creating a study. */
  number(bodies: readonly EventBody[]): NewEvent[] {
    return bodies.map((body) => ({ ...body, client: this.client, seq: ++this.#seq }) as NewEvent);
  }

  /**
   * Appends events durably, folds the log as far as them, and says what became of each.
   * What is appended while a write is under way goes into the next one, in order.
   */
  append(...bodies: readonly EventBody[]): Promise<Change[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ bodies, resolve, reject });
      if (!this.#flushing) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      const events = this.number(batch.flatMap((entry) => entry.bodies));
      try {
        const position = await this.storage.append(this.study, events);
        await this.sync(position);
        let next = 0;
        for (const { bodies, resolve } of batch)
          resolve(bodies.map(() => this.#takeChange(events[next++].seq)));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#flushing = false;
  }

  /** Everything queued, but `expired` alone: the storage may refuse it, and with it its whole batch. */
  #takeBatch() {
    const isExpiry = (entry: { bodies: readonly EventBody[] }) =>
      entry.bodies.some(({ kind }) => kind === "expired");
    const index = this.#queue.findIndex(isExpiry);
    return this.#queue.splice(0, index < 0 ? this.#queue.length : Math.max(1, index));
  }

  #takeChange(seq: number): Change {
    const change = this.#changes.get(seq) ?? {};
    this.#changes.delete(seq);
    return change;
  }

  /** Reads and folds what is new; with `until`, at least as far as that position. */
  sync(until = 0): Promise<void> {
    return this.exclusive(async () => {
      for (;;) {
        const after = this.follower.history?.position ?? 0;
        if (until > 0 && after >= until) return;
        const events = await this.storage.read(this.study, after, PAGE);
        for (const event of events) this.#apply(event);
        if (events.length === PAGE) continue;
        if (this.follower.history === undefined || this.follower.history.position < until)
          throw new StorageError(
            `${this.storage.location}: the log of study ${this.study} ends before position ${until}`,
          );
        return;
      }
    });
  }

  /** Folds what somebody has read already: the first events of the log, in order. */
  take(events: readonly Event[]): void {
    for (const event of events) this.#apply(event);
  }

  #apply(event: Event): void {
    this.follower.apply(event);
    const { last } = this.follower.history;
    if (event.client === this.client) this.#changes.set(event.seq, last);
    for (const observer of this.observers) observer(event, last);
  }

  /** Runs `work` when nothing else folds or asks. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
