/**
 * Heartbeats: a worker says that it lives, and others take back what a dead one held.
 */
import type { EventBody } from "../events.ts";
import type { Log } from "./log.ts";

export interface Heartbeat {
  close(): Promise<void>;
}

/**
 * Keeps this client's lease live until closed.
 *
 * @param blocking  whether this thread may be busy for long: then from a thread of the storage's own, if it has one
 */
export function startHeartbeat(
  log: Log,
  leaseMs: number,
  renewMs: number,
  blocking: boolean,
  onError: (error: unknown) => void,
): Heartbeat {
  const { storage, study, client } = log;
  if (blocking && storage.keepAlive !== undefined) return storage.keepAlive(study, client, leaseMs);
  const timer = setInterval(() => storage.renew(study, client, leaseMs).catch(onError), renewMs);
  return { close: async () => clearInterval(timer) };
}

/** `expired` for every claim whose owner's lease is no longer live. */
export async function reapable(log: Log): Promise<EventBody[]> {
  await log.sync();
  const { now, leases } = await log.storage.leases(log.study);
  const until = new Map(leases.map((lease) => [lease.client, lease.until]));
  const bodies: EventBody[] = [];
  for (const claim of log.follower.history.claims.values()) {
    if (claim.leaseMs === undefined || claim.client === log.client) continue;
    const end = until.get(claim.client);
    if (end !== undefined && end > now) continue;
    bodies.push({
      kind: "expired",
      trial: claim.number,
      attempt: claim.attempt,
      owner: claim.client,
      until: end ?? claim.time + claim.leaseMs,
    });
  }
  return bodies;
}
