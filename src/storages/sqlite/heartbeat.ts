/**
 * Renews leases from a thread of its own, so that they stay live however long the main thread is busy.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** What is to be kept alive, or no longer. */
export type HeartbeatMessage =
  | { readonly add: { readonly study: string; readonly client: string; readonly leaseMs: number } }
  | { readonly remove: { readonly study: string; readonly client: string } }
  | { readonly close: true };

export interface HeartbeatThread {
  add(study: string, client: string, leaseMs: number): { close(): Promise<void> };
  close(): Promise<void>;
}

/** A thread that begins with the first lease that it is given. */
export function heartbeatThread(path: string, renewMs: number): HeartbeatThread {
  let worker: Worker | undefined;
  const post = (message: HeartbeatMessage) => worker?.postMessage(message);
  return {
    add(study, client, leaseMs) {
      if (worker === undefined) {
        const module = new URL(`./heartbeat-worker${extname(import.meta.url)}`, import.meta.url);
        worker = new Worker(module, { workerData: { path, renewMs } });
        worker.unref();
        worker.on("error", () => {}); // then leases run out, and another worker takes over: no reason to end this one
      }
      post({ add: { study, client, leaseMs } });
      return { close: async () => post({ remove: { study, client } }) };
    },
    async close() {
      if (worker === undefined) return;
      // Asked, and not terminated: V8 crashes now and then when a thread is ended while it begins.
      const ended = new Promise((resolve) => worker?.once("exit", resolve));
      post({ close: true });
      worker.ref();
      worker = undefined;
      await ended;
    },
  };
}
