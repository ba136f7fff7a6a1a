/**
 * Runs a module's default export in worker threads: objectives that compute for themselves, side by side.
 */
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Engine, Handle, Job } from "../engine.ts";
import { EngineError } from "../errors.ts";
import type { Verdict } from "../events.ts";
import type { Params } from "../space/types.ts";
import { eventQueue, jobKey } from "./queue.ts";
import type { FromThread, ToThread } from "./threads/messages.ts";

export interface ThreadsOptions {
  /** The module whose default export is the objective: a URL, or an absolute path. */
  readonly module: URL | string;
  /** How many threads there are, each with one trial at a time. @default 1 */
  readonly parallel?: number;
  /** What every thread finds as `workerData.data`; a SharedArrayBuffer in it is shared and not copied. */
  readonly data?: unknown;
  /** The flat params of a trial to the value that the objective receives. @default the flat params themselves */
  readonly nest?: (params: Params, trial: number) => unknown;
}

/** How long a thread may take to end with the engine. */
const CLOSE_GRACE_MS = 1_000;

interface Running {
  readonly handle: Handle;
  cancelled: boolean;
  killer?: NodeJS.Timeout;
}

interface Thread {
  readonly worker: Worker;
  running?: Running;
}

/**
 * An engine of long-lived worker threads.
 *
 * @throws {EngineError} from its events, if the module cannot be imported or has no default function
 */
export function threads(options: ThreadsOptions): Engine {
  const { module, parallel = 1, data, nest = (params) => params } = options;
  const url =
    typeof module === "string" && !/^\w+:\/\//.test(module) ? pathToFileURL(module).href : String(module);
  const queue = eventQueue();
  const pool = new Set<Thread>();
  let closing = false;

  const busy = () => [...pool].filter(({ running }) => running !== undefined);
  const find = (handle: Handle) =>
    busy().find(({ running }) => running !== undefined && jobKey(running.handle) === jobKey(handle));

  const spawn = (): Thread => {
    const script = new URL(`./threads/worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(script, { workerData: { module: url, data } });
    const thread: Thread = { worker };
    pool.add(thread);
    worker.on("message", (message: FromThread) => hear(thread, message));
    let problem: string | undefined;
    worker.on("error", (error) => {
      problem = error.message;
    });
    worker.on("exit", (code) => {
      pool.delete(thread);
      if (!closing) died(thread, problem ?? `its thread ended with exit code ${code}`);
    });
    return thread;
  };

  const hear = (thread: Thread, message: FromThread) => {
    if (message.kind === "unusable") return queue.end(new EngineError(message.message));
    const { running } = thread;
    if (running === undefined) return;
    if (message.kind === "exit") {
      release(thread);
      queue.push({ ...message, handle: running.handle });
    } else queue.push({ ...message, handle: running.handle });
  };

  const release = (thread: Thread) => {
    clearTimeout(thread.running?.killer);
    thread.running = undefined;
    thread.worker.unref();
  };

  const died = (thread: Thread, message: string) => {
    const { running } = thread;
    if (running === undefined) return;
    release(thread);
    const outcome = running.cancelled
      ? { kind: "cancelled" as const }
      : { kind: "failed" as const, error: { kind: "program" as const, message } };
    queue.push({ kind: "exit", handle: running.handle, outcome });
  };

  /** Asked first: V8 crashes now and then when a thread is terminated while it begins. */
  const leave = async (thread: Thread) => {
    const ended = new Promise<void>((resolve) => thread.worker.once("exit", () => resolve()));
    post(thread, { kind: "close" });
    const killer = setTimeout(() => void thread.worker.terminate(), CLOSE_GRACE_MS);
    await ended;
    clearTimeout(killer);
  };

  const post = (thread: Thread, message: ToThread) => thread.worker.postMessage(message);

  const start = (job: Job): Handle => {
    const handle: Handle = { study: job.study, trial: job.trial, attempt: job.attempt };
    if (find(handle) !== undefined) return handle;
    const thread = [...pool].find(({ running }) => running === undefined) ?? spawn();
    thread.running = { handle, cancelled: false };
    thread.worker.ref();
    post(thread, { kind: "start", job, params: nest(job.params, job.trial) });
    return handle;
  };

  return {
    name: "threads",
    blocking: false,
    async capacity() {
      return { free: parallel - busy().length, total: parallel };
    },
    async submit(jobs) {
      return jobs.map(start);
    },
    events: () => queue.events(),
    async decide(handle: Handle, step: number, verdict: Verdict) {
      const thread = find(handle);
      if (thread !== undefined) post(thread, { kind: "verdict", step, verdict });
    },
    async cancel(handle, { graceMs }) {
      const thread = find(handle);
      if (thread?.running === undefined || thread.running.cancelled) return;
      thread.running.cancelled = true;
      post(thread, { kind: "cancel" });
      thread.running.killer = setTimeout(() => void thread.worker.terminate(), graceMs);
    },
    async list(study) {
      return busy().flatMap(({ running }) => (running?.handle.study === study ? [running.handle] : []));
    },
    async *logs() {},
    async close() {
      closing = true;
      await Promise.all(Array.from(pool, leave));
      queue.end();
    },
  };
}
