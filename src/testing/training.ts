/**
 * A study of trials that train step by step, without storage or engine: curves, checkpoints, forks, and a pruner that
 * stops, pauses and promotes.
 */
import { lossesAt } from "../history/reported.ts";
import type { Problem } from "../problem.ts";
import type { Pruner, Verdict } from "../pruner.ts";
import { rng } from "../random.ts";
import type { Sampler, Suggestion } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import type { Numbers, Trial } from "../trial.ts";
import { deepFreeze } from "./check.ts";
import { deepFreezeProblem, openTrial, type Simulation, type SimulationOptions, slotOf } from "./simulate.ts";

/** A program that trains: what one more step makes of what was reached before. */
export interface Training<State = unknown> {
  /** State and losses after a step; `before` is undefined at the first one. `step` counts from 1. */
  step(
    before: State | undefined,
    params: Params,
    step: number,
    number: number,
  ): { readonly after: State; readonly losses: number | readonly number[] } | "failed";
}

export interface TrainingOptions extends SimulationOptions {
  readonly pruner?: Pruner;
}

/** What a simulated study of trainings came to. */
export interface TrainingSimulation extends Simulation {
  /** Steps that were trained in all: what the study cost. */
  readonly steps: number;
}

/** A training whose losses are known at every step, whatever came before. */
export function curve(
  losses: (params: Params, step: number, number: number) => number | readonly number[],
): Training<true> {
  return { step: (_, params, step, number) => ({ after: true, losses: losses(params, step, number) }) };
}

/**
 * Runs a sampler, and a pruner if there is one, against a training of `problem.steps.max` steps. Each worker trains
 * one step at a time, in turn; a worker that is free takes what is promoted, else what the sampler suggests. A trial
 * that comes to its budget is paused, unless the pruner says otherwise; checkpoints are kept at every step. Trials are
 * told when they pause or end. Everything that sampler and pruner are given is frozen.
 */
export async function simulateTraining(
  sampler: Sampler,
  problem: Problem,
  training: Training,
  options: TrainingOptions,
): Promise<TrainingSimulation> {
  const { workers = 1, pruner } = options;
  const most = problem.steps?.max;
  if (most === undefined) throw new Error("a simulated training needs problem.steps.max");
  const course = new Course(sampler, deepFreezeProblem(problem), training, pruner);
  let next = 0;
  for (let exhausted = false; ; ) {
    while (course.running.length < workers) {
      if (course.promote()) continue;
      if (exhausted || next >= options.trials) break;
      const slot = slotOf(problem, next, course.running, options);
      const assigned = pruner?.assign?.(course.prunerState, next, rng(problem.seed, "assign", next));
      const answer = await sampler.ask(course.state, { ...slot, ...assigned });
      exhausted = answer === "done";
      if (answer === "wait" && course.running.length === 0)
        throw new Error("the sampler waits, and nothing is open");
      if (typeof answer === "string") break;
      course.start(openTrial(next++, { ...assigned, ...answer }));
    }
    if (course.running.length === 0) break;
    for (const { number } of course.running.slice()) course.advance(number, most);
  }
  const trials = [...course.trials.values()].sort((a, b) => a.number - b.number);
  return { trials, state: course.state, steps: course.steps };
}

/** Trials, their checkpoints, and what sampler and pruner know of them. */
class Course {
  readonly trials = new Map<number, Trial>();
  running: readonly Trial[] = [];
  steps = 0;
  state: unknown;
  prunerState: unknown;
  readonly sampler: Sampler;
  readonly problem: Problem;
  readonly training: Training;
  readonly pruner: Pruner | undefined;
  readonly #checkpoints = new Map<string, unknown>();

  constructor(sampler: Sampler, problem: Problem, training: Training, pruner: Pruner | undefined) {
    this.sampler = sampler;
    this.problem = problem;
    this.training = training;
    this.pruner = pruner;
    this.state = sampler.init(problem);
    this.prunerState = pruner?.init(problem);
  }

  /** Goes on with a paused trial, if the pruner names one. */
  promote(): boolean {
    const taken = new Set(this.running.map(({ number }) => number));
    const promoted = this.pruner?.promote?.(this.prunerState, taken);
    const trial = promoted && this.trials.get(promoted.trial);
    if (promoted === undefined || trial === undefined) return false;
    if (trial.state !== "paused" || taken.has(trial.number))
      throw new Error(`trial ${trial.number} is ${trial.state}, and was promoted`);
    this.start({ ...trial, state: "running", attempt: trial.attempt + 1, budget: promoted.budget });
    return true;
  }

  start(trial: Trial & Suggestion): void {
    this.#keep(trial);
    this.running = [...this.running, this.trials.get(trial.number) as Trial];
  }

  /** One step of a running trial, its report, and what is decided on it. */
  advance(number: number, most: number): void {
    const trial = this.trials.get(number) as Trial;
    const last = trial.reports[trial.reports.length - 1]?.step ?? trial.fork?.step ?? 0;
    const from = trial.reports.length === 0 ? trial.fork?.trial : number;
    const step = last + 1;
    const result = this.training.step(
      this.#checkpoints.get(`${from}.${last}`),
      trial.params,
      step,
      trial.number,
    );
    this.steps++;
    if (result === "failed") return this.#end({ ...trial, state: "failed" });
    this.#checkpoints.set(`${number}.${step}`, result.after);
    const values = valuesOf(this.problem, result.losses);
    const report = { step, values, time: this.steps };
    const losses = lossesAt(this.problem, report);
    const reported = { ...trial, reports: [...trial.reports, report], values, losses };
    this.#keep(reported);
    const told = this.trials.get(number) as Trial;
    if (this.sampler.reports) this.state = this.sampler.tell(this.state, told);
    if (this.pruner !== undefined) this.prunerState = this.pruner.tell(this.prunerState, told);
    const verdict = this.pruner?.judge(this.prunerState, told) ?? "continue";
    const state = stateAfter(verdict, step, trial.budget ?? most, most, losses);
    if (state !== "running") this.#end({ ...told, state });
  }

  #end(trial: Trial): void {
    this.running = this.running.filter(({ number }) => number !== trial.number);
    this.#keep(trial);
    const told = this.trials.get(trial.number) as Trial;
    this.state = this.sampler.tell(this.state, told);
    if (this.pruner !== undefined) this.prunerState = this.pruner.tell(this.prunerState, told);
  }

  #keep(trial: Trial): void {
    const frozen = deepFreeze({ ...trial });
    this.trials.set(trial.number, frozen);
    this.running = this.running.map((one) => (one.number === trial.number ? frozen : one));
  }
}

function valuesOf({ objectives }: Problem, losses: number | readonly number[]): Numbers {
  const list = typeof losses === "number" ? [losses] : losses;
  return Object.fromEntries(
    objectives.map(({ name, direction }, k) => [name, direction === "minimize" ? list[k] : -list[k]]),
  );
}

function stateAfter(
  verdict: Verdict,
  step: number,
  budget: number,
  most: number,
  losses: readonly number[],
): Trial["state"] {
  if (step >= most) return losses.some(Number.isNaN) ? "failed" : "complete";
  if (verdict === "stop") return "pruned";
  return verdict === "pause" || step >= budget ? "paused" : "running";
}
