/**
 * Runs objectives as async functions in this thread.
 */
import type { Engine, Handle, Job, Outcome } from "../engine.ts";
import { InvalidInputError, messageOf } from "../errors.ts";
import { numbersToWire, type Verdict } from "../events.ts";
import type { Objective, RunningTrial } from "../objective.ts";
import { rng } from "../random.ts";
import type { Params } from "../space/types.ts";
import type { Numbers } from "../trial.ts";
import { eventQueue, jobKey } from "./queue.ts";

export interface InlineOptions {
  /** How many objectives are under way at a time. @default 1 */
  readonly parallel?: number;
  /** The flat params of a trial to the value that the objective receives. @default the flat params themselves */
  readonly nest?: (params: Params, trial: number) => unknown;
}

/** An objective under way. */
export interface Running {
  readonly controller: AbortController;
  /** Reports that wait for their verdict, by step. */
  readonly pending: Map<number, (verdict: Verdict) => void>;
  verdict?: Verdict;
}

/** An engine that calls `objective` in this thread. */
export function inline(objective: Objective, options: InlineOptions = {}): Engine {
  const { parallel = 1, nest = (params) => params } = options;
  const queue = eventQueue();
  const jobs = new Map<string, Running>();

  const start = (job: Job): Handle => {
    const handle: Handle = { study: job.study, trial: job.trial, attempt: job.attempt };
    if (jobs.has(jobKey(job))) return handle;
    const running: Running = { controller: new AbortController(), pending: new Map() };
    jobs.set(jobKey(job), running);
    const trial = runningTrial(job, running, (event) => {
      if (jobs.get(jobKey(job)) === running) queue.push({ ...event, handle });
    });
    const end = (outcome: Outcome) => {
      jobs.delete(jobKey(job));
      queue.push({ kind: "exit", handle, outcome });
    };
    const call = async () => objective(nest(job.params, job.trial), trial);
    call().then(
      (values) => end(outcomeOf(values, job.objectives, running)),
      (error) => end(running.controller.signal.aborted ? { kind: "cancelled" } : failure(error)),
    );
    return handle;
  };

  return {
    name: "inline",
    blocking: true,
    async capacity() {
      return { free: parallel - jobs.size, total: parallel };
    },
    async submit(list) {
      return list.map(start);
    },
    events: () => queue.events(),
    async decide(handle, step, verdict) {
      const running = jobs.get(jobKey(handle));
      if (running === undefined) return;
      if (verdict !== "continue") {
        running.verdict = verdict;
        running.controller.abort(new DOMException(`told to ${verdict}`, "AbortError"));
      }
      running.pending.get(step)?.(verdict);
      running.pending.delete(step);
    },
    async cancel(handle) {
      const running = jobs.get(jobKey(handle));
      running?.controller.abort(new DOMException("cancelled", "AbortError"));
      for (const resolve of running?.pending.values() ?? []) resolve("stop");
      running?.pending.clear();
    },
    async list(study) {
      return Array.from(jobs.keys(), (key) => {
        const [trial, attempt] = key.split(".").map(Number);
        return { study, trial, attempt };
      });
    },
    async *logs() {},
    async close() {
      for (const running of jobs.values()) running.controller.abort(new DOMException("closed", "AbortError"));
      queue.end();
    },
  };
}

/** What an objective says while it runs. */
export type Said =
  | { kind: "report"; report: { step: number; values: ReturnType<typeof numbersToWire> } }
  | { kind: "note"; key: string; value: never };

/** What the objective sees of its trial; what it says goes through `say`. */
export function runningTrial(job: Job, running: Running, say: (event: Said) => void): RunningTrial {
  return {
    number: job.trial,
    attempt: job.attempt,
    budget: job.budget,
    checkpointDir: job.checkpointDir,
    resumeFrom: job.resumeFrom,
    reached: job.reached,
    fork: job.fork,
    repeat: job.repeat,
    rng: rng(job.seed),
    seed: job.seed,
    signal: running.controller.signal,
    report(step, values, extra = {}) {
      checkStep(step);
      const { gradient, constraints, params } = extra;
      const report = {
        step,
        values: numbersToWire(named(values as number | Numbers, job.objectives)),
        ...(gradient && { gradient: numbersToWire(gradient) }),
        ...(constraints && { constraints: numbersToWire(constraints) }),
        ...(params && { params }),
      };
      if (running.controller.signal.aborted) return Promise.resolve(running.verdict ?? "stop");
      return new Promise((resolve) => {
        running.pending.set(step, resolve);
        say({ kind: "report", report });
      });
    },
    note(key, value) {
      say({ kind: "note", key, value: value as never });
    },
  };
}

/** @throws {InvalidInputError} if the step is not a whole number */
export function checkStep(step: unknown): void {
  if (!Number.isInteger(step))
    throw new InvalidInputError(`report(${String(step)}): the step must be a whole number`);
}

/** A number, or numbers by name, as numbers by name. @throws {InvalidInputError} if it is neither */
export function named(values: unknown, objectives: readonly string[]): Numbers {
  if (typeof values === "number") {
    if (objectives.length === 1) return { [objectives[0]]: values };
    throw new InvalidInputError(
      `one number was given for ${objectives.length} objectives (${objectives.join(", ")})`,
    );
  }
  if (typeof values !== "object" || values === null)
    throw new InvalidInputError(
      `expected a number${objectives.length > 1 ? " by name" : ""} for ${objectives.join(", ")}, got ${JSON.stringify(values) ?? String(values)}`,
    );
  for (const [name, value] of Object.entries(values))
    if (typeof value !== "number")
      throw new InvalidInputError(`${name} is ${JSON.stringify(value)}, not a number`);
  return values as Numbers;
}

/** What an objective returned, as the end of its trial. */
export function outcomeOf(values: unknown, objectives: readonly string[], running: Running): Outcome {
  if (values === undefined && running.controller.signal.aborted) return { kind: "cancelled" };
  if (values === undefined) return { kind: "ended" };
  try {
    return { kind: "ended", values: named(values, objectives) };
  } catch (error) {
    return failure(error);
  }
}

/** What an objective threw, as a failure of its trial. */
export function failure(error: unknown): Outcome {
  const stack = error instanceof Error ? error.stack?.split("\n").slice(0, 8).join("\n") : undefined;
  return {
    kind: "failed",
    error: { kind: "program", message: messageOf(error), ...(stack && { tail: stack }) },
  };
}
