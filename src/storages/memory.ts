/**
 * A storage in memory: gone with the process, and quick.
 */
import * as clock from "../clock.ts";
import { ConflictError, NotFoundError } from "../errors.ts";
import type { Event, NewEvent } from "../events.ts";
import type { Storage } from "../storage.ts";

interface Kept {
  readonly events: Event[];
  readonly leases: Map<string, number>;
  readonly watchers: Set<() => void>;
}

export interface MemoryOptions {
  /** Milliseconds of the clock that events are stamped with. @default this machine's, since the epoch */
  readonly now?: () => number;
}

/**
 * A storage in memory; several handles may share it within one process.
 *
 * @example
 * const engine = simulated(objective, { parallel: 8, seconds: ({ epochs }) => 3 * Number(epochs) });
 * const storage = memory({ now: () => 1000 * engine.now }); // limits and times are virtual too
 */
export function memory({ now = clock.now }: MemoryOptions = {}): Storage {
  const studies = new Map<string, Kept>();

  const find = (study: string): Kept => {
    const kept = studies.get(study);
    if (kept === undefined) throw new NotFoundError(`memory has no study ${study}`);
    return kept;
  };

  const append = (kept: Kept, events: readonly NewEvent[]): number => {
    const time = Math.max(now(), kept.events[kept.events.length - 1]?.time ?? 0);
    for (const event of events) {
      kept.events.push({ ...event, position: kept.events.length + 1, time } as Event);
      if (event.kind === "claimed" && event.leaseMs !== undefined)
        kept.leases.set(event.client, time + event.leaseMs);
    }
    for (const wake of kept.watchers) wake();
    return kept.events.length;
  };

  return {
    location: "memory",
    async create(study, events) {
      if (studies.has(study)) throw new ConflictError(`memory has a study ${study} already`);
      const kept: Kept = { events: [], leases: new Map(), watchers: new Set() };
      studies.set(study, kept);
      append(kept, events);
    },
    async append(study, events) {
      const kept = find(study);
      for (const event of events)
        if (event.kind === "expired" && (kept.leases.get(event.owner) ?? 0) > now())
          throw new ConflictError(`study ${study}: the lease of ${event.owner} is live`);
      return append(kept, events);
    },
    async read(study, after, limit = Number.POSITIVE_INFINITY) {
      return find(study).events.slice(after, Math.min(after + limit, Number.MAX_SAFE_INTEGER));
    },
    async *watch(study, after, signal) {
      const kept = find(study);
      let position = after;
      while (!signal.aborted) {
        if (kept.events.length > position) {
          const events = kept.events.slice(position);
          position = kept.events.length;
          yield events;
        } else
          await new Promise<void>((resolve) => {
            const wake = () => {
              kept.watchers.delete(wake);
              signal.removeEventListener("abort", wake);
              resolve();
            };
            kept.watchers.add(wake);
            signal.addEventListener("abort", wake);
          });
      }
    },
    async renew(study, client, leaseMs) {
      find(study).leases.set(client, now() + leaseMs);
    },
    async leases(study) {
      const leases = Array.from(find(study).leases, ([client, until]) => ({ client, until }));
      return { now: now(), leases };
    },
    async list() {
      return [...studies.keys()];
    },
    async delete(study) {
      find(study);
      studies.delete(study);
    },
    async close() {},
  };
}
