/**
 * Runs objectives under a virtual clock, for tests and benchmarks: hours of eight workers in a moment, with the same
 * trials at every run.
 */
import { sleep } from "../clock.ts";
import type { Engine, Handle, Job, JobEvent, SimulatedClock } from "../engine.ts";
import { InvalidInputError } from "../errors.ts";
import type { Verdict } from "../events.ts";
import type { Objective } from "../objective.ts";
import type { Params } from "../space/types.ts";
import { failure, outcomeOf, runningTrial } from "./inline.ts";
import { eventQueue, jobKey } from "./queue.ts";
import { nextOf, type Simulation } from "./simulated/timeline.ts";

/** What a trial takes, in virtual seconds; a function of its params (flat) and its number. */
export type Duration = number | ((params: Params, trial: number) => number);

export interface SimulatedOptions {
  /** How many virtual workers there are. @default 1 */
  readonly parallel?: number;
  /** How long a trial takes that reports nothing. @default 1 */
  readonly seconds?: Duration;
  /**
   * How long a trial takes for each report; it ends with its last one. @default `seconds` over the trial's budget,
   * or `seconds` where it has none
   */
  readonly stepSeconds?: Duration;
  /** The flat params of a trial to the value that the objective receives. @default the flat params themselves */
  readonly nest?: (params: Params, trial: number) => unknown;
}

/** An engine with a virtual clock. */
export interface Simulated extends Engine {
  readonly clock: SimulatedClock;
  /** Virtual seconds since it was made. */
  readonly now: number;
}

/**
 * An engine that calls `objective` in this thread, without delay, and lets virtual time pass between what it says.
 * Events come one at a time in the order of virtual time; at the same time reports come before ends, and lower
 * numbers before higher ones. A trial that is cancelled, or told to stop or pause, ends at that very time.
 *
 * A study's loop says when it has dealt with an event; for whoever else consumes them, time goes on by itself when
 * this thread has nothing else to do. The log's times stay those of its storage: `memory({ now })` takes this clock.
 *
 * @example
 * const objective = ({ x }: { x: number }) => (x - 1) ** 2;
 * const engine = simulated(objective, { parallel: 8, seconds: ({ x }) => 60 + 10 * Number(x) });
 * const study = await createStudy(space({ x: float(-5, 5) }), { storage: memory({ now: () => 1000 * engine.now }) });
 * await study.run(engine);
 */
export function simulated<P = Params>(objective: Objective<P>, options: SimulatedOptions = {}): Simulated {
  const { parallel = 1, seconds = 1, stepSeconds, nest = (params) => params } = options;
  const queue = eventQueue();
  const jobs = new Map<string, Simulation>();
  let now = 0;
  /** Whether a loop says when time goes on; whether it just has, and how far. */
  let isDriven = false;
  let mayAdvance = false;
  let until = Number.POSITIVE_INFINITY;
  let isScheduled = false;
  /** Whether an event is on its way to its consumer. */
  let isUnderWay = false;

  /** Time goes on by itself where nobody drives it: once whatever is under way has been done. */
  const poke = () => {
    if (isDriven) {
      if (mayAdvance) deliver();
    } else if (!isScheduled) {
      isScheduled = true;
      void sleep(0).then(() => {
        isScheduled = false;
        if (!isDriven) deliver();
      });
    }
  };

  /** Lets the next event happen, if it is known which that is. */
  const deliver = (): boolean => {
    const next = isUnderWay ? undefined : nextOf([...jobs.values()]);
    if (next === undefined) return false;
    mayAdvance = false;
    now = Math.max(now, Math.min(next.at, until));
    if (next.at > until) return false;
    const key = jobKey(next.event.handle);
    jobs.get(key)?.planned.shift();
    if (next.event.kind === "exit") jobs.delete(key);
    isUnderWay = true;
    queue.push(next.event);
    return true;
  };

  /** Something happened at the present time: nothing further does before that has been dealt with. */
  const interrupt = () => {
    mayAdvance = false;
    poke();
  };

  const start = (job: Job): Handle => {
    const handle: Handle = { study: job.study, trial: job.trial, attempt: job.attempt };
    if (jobs.has(jobKey(job))) return handle;
    const whole = durationOf(seconds, job);
    const simulation: Simulation = {
      handle,
      controller: new AbortController(),
      pending: new Map(),
      planned: [],
      at: now,
      reports: 0,
      isOpen: true,
      seconds: whole,
      stepSeconds: stepSeconds === undefined ? whole / (job.budget ?? 1) : durationOf(stepSeconds, job),
    };
    jobs.set(jobKey(job), simulation);
    const say = (said: { kind: "report" | "note" }) => {
      if (jobs.get(jobKey(job)) !== simulation || !simulation.isOpen) return;
      if (said.kind === "report") {
        simulation.reports++;
        simulation.at += simulation.stepSeconds;
      }
      simulation.planned.push({ at: simulation.at, event: { ...said, handle } as JobEvent });
      poke();
    };
    const end = (outcome: ReturnType<typeof outcomeOf>) => {
      if (!simulation.isOpen) return;
      simulation.isOpen = false;
      if (simulation.reports === 0 && !simulation.controller.signal.aborted)
        simulation.at += simulation.seconds;
      simulation.planned.push({ at: simulation.at, event: { kind: "exit", handle, outcome } });
      poke();
    };
    const trial = runningTrial(job, simulation, say);
    const call = async () => objective(nest(job.params, job.trial) as P, trial);
    call().then(
      (values) => end(outcomeOf(values, job.objectives, simulation)),
      (error) => end(simulation.controller.signal.aborted ? { kind: "cancelled" } : failure(error)),
    );
    return handle;
  };

  /** What was to come does not; if the objective is done already, its trial ends now. */
  const abort = (simulation: Simulation, why: string, verdict: Verdict = "stop") => {
    simulation.controller.abort(new DOMException(why, "AbortError"));
    simulation.at = now;
    for (const resolve of simulation.pending.values()) resolve(verdict);
    simulation.pending.clear();
    simulation.planned = simulation.isOpen
      ? []
      : [{ at: now, event: { kind: "exit", handle: simulation.handle, outcome: { kind: "cancelled" } } }];
  };

  return {
    name: "simulated",
    blocking: true,
    get now() {
      return now;
    },
    clock: {
      get now() {
        return now;
      },
      advance(within = Number.POSITIVE_INFINITY) {
        isDriven = true;
        mayAdvance = true;
        until = now + Math.max(0, within);
        deliver();
      },
    },
    async capacity() {
      return { free: parallel - jobs.size, total: parallel };
    },
    async submit(list) {
      const handles = list.map(start);
      interrupt();
      return handles;
    },
    async *events() {
      for await (const batch of queue.events()) {
        yield batch;
        isUnderWay = false; // whoever asks for the next has taken this one in
        poke();
      }
    },
    async decide(handle, step, verdict) {
      const simulation = jobs.get(jobKey(handle));
      if (simulation === undefined) return;
      if (verdict !== "continue") {
        simulation.verdict = verdict;
        abort(simulation, `told to ${verdict}`, verdict);
      }
      simulation.pending.get(step)?.(verdict);
      simulation.pending.delete(step);
      interrupt();
    },
    async cancel(handle) {
      const simulation = jobs.get(jobKey(handle));
      if (simulation === undefined) return;
      if (!simulation.controller.signal.aborted) abort(simulation, "cancelled");
      interrupt();
    },
    async list(study) {
      return Array.from(jobs.values(), ({ handle }) => handle).filter((handle) => handle.study === study);
    },
    async *logs() {},
    async close() {
      for (const simulation of jobs.values()) abort(simulation, "closed");
      jobs.clear();
      queue.end();
    },
  };
}

/** @throws {InvalidInputError} if it is no number of seconds */
function durationOf(duration: Duration, { params, trial }: Job): number {
  const seconds = typeof duration === "number" ? duration : duration(params, trial);
  if (seconds >= 0 && Number.isFinite(seconds)) return seconds;
  throw new InvalidInputError(`trial ${trial} cannot take ${seconds} virtual seconds`);
}
