/**
 * Long pure work in one thread that lives as long as the process: refits do not hold up heartbeats, reports and the
 * live view.
 */
import { Worker } from "node:worker_threads";
import type { Compute, ComputeArguments } from "../compute.ts";

interface Waiting {
  resolve(result: ComputeArguments): void;
  /** Does the work here instead. */
  fallBack(): void;
}

export interface ThreadAnswer {
  readonly id: number;
  readonly result?: ComputeArguments;
  /** What went wrong there; the work is then done here, where it throws to who asked for it. */
  readonly error?: string;
}

/**
 * A compute that runs tasks in a thread, one after the other. The thread begins with the first task, does not keep
 * the process alive, and where it cannot be had, or ends, the work is done in this thread: the bits are the same.
 */
export function threadCompute(): Compute & { close(): Promise<void> } {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let next = 0;

  const start = (): Worker => {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const thread = new Worker(new URL(`./thread-worker.${extension}`, import.meta.url));
    thread.unref();
    thread.on("message", ({ id, result, error }: ThreadAnswer) => {
      const one = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) thread.unref();
      if (result !== undefined && error === undefined) one?.resolve(result);
      else one?.fallBack();
    });
    const ended = () => {
      if (worker !== thread) return;
      worker = undefined;
      for (const [id, one] of waiting) {
        waiting.delete(id);
        one.fallBack();
      }
    };
    thread.on("error", ended);
    thread.on("exit", ended);
    return thread;
  };

  return {
    run({ module, name, run }, args) {
      return new Promise((resolve, reject) => {
        const id = next++;
        const fallBack = () => {
          try {
            resolve(run(args));
          } catch (error) {
            reject(error);
          }
        };
        waiting.set(id, { resolve, fallBack });
        try {
          worker ??= start();
          worker.ref(); // who waits for the answer must live to see it
          worker.postMessage({ id, module, name, args });
        } catch {
          waiting.delete(id); // no threads here
          fallBack();
        }
      });
    },
    async close() {
      const thread = worker;
      worker = undefined;
      for (const { fallBack } of waiting.values()) fallBack();
      waiting.clear();
      await thread?.terminate();
    },
  };
}
