/**
 * A study without storage or engine: asks and tells a sampler, with several trials open at a time.
 */
import { inlineCompute } from "../compute.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Sampler, Slot, Suggestion } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import type { Trial } from "../trial.ts";
import { deepFreeze } from "./check.ts";

export interface Simulation {
  readonly trials: readonly Trial[];
  /** The sampler's state at the end. */
  readonly state: unknown;
}

export interface SimulationOptions {
  readonly trials: number;
  /** How many are open at a time; the oldest ends first. @default 1 */
  readonly workers?: number;
  readonly fixed?: Params;
}

/** What an objective of a simulation makes of params: losses, or the state of a trial that gave none. */
export type SimulatedObjective = (
  params: Params,
  number: number,
) => number | readonly number[] | "failed" | "pruned";

/** Runs a sampler against an objective. Everything it is given is frozen. */
export async function simulate(
  sampler: Sampler,
  problem: Problem,
  objective: SimulatedObjective,
  options: SimulationOptions,
): Promise<Simulation> {
  const { workers = 1 } = options;
  let state = sampler.init(deepFreezeProblem(problem));
  const open: Trial[] = [];
  const ended: Trial[] = [];
  const end = () => {
    const trial = finish(open.shift() as Trial, objective, problem);
    ended.push(trial);
    state = sampler.tell(state, trial);
  };
  for (let number = 0; number < options.trials; number++) {
    const answer = await sampler.ask(state, slotOf(problem, number, open, options));
    if (answer === "done") break;
    if (answer === "wait") {
      if (open.length === 0) throw new Error("the sampler waits, and nothing is open");
      end();
      number--;
      continue;
    }
    open.push(deepFreeze(openTrial(number, answer)));
    if (open.length >= workers) end();
  }
  while (open.length > 0) end();
  return { trials: ended.sort((a, b) => a.number - b.number), state };
}

/** A slot as the loop makes it. */
export function slotOf(
  problem: Problem,
  number: number,
  open: readonly Trial[],
  options: { readonly trials?: number; readonly fixed?: Params } = {},
): Slot {
  return {
    number,
    open: Object.freeze([...open]),
    left: options.trials === undefined ? {} : { trials: options.trials - number },
    workers: open.length + 1,
    rng: rng(problem.seed, "ask", number),
    compute: inlineCompute,
    ...(options.fixed && { fixed: deepFreeze({ ...options.fixed }) }),
  };
}

/** A suggestion as a running trial. */
export function openTrial(
  number: number,
  { params, ...rest }: Suggestion & { readonly bracket?: number },
): Trial {
  return {
    number,
    state: "running",
    attempt: 1,
    space: 0,
    params,
    reports: [],
    times: { created: 0 },
    notes: {},
    ...rest,
  };
}

function finish(trial: Trial, objective: SimulatedObjective, problem: Problem): Trial {
  const result = objective(trial.params, trial.number);
  if (result === "failed" || result === "pruned") return deepFreeze({ ...trial, state: result });
  const losses = typeof result === "number" ? [result] : result;
  const values = Object.fromEntries(problem.objectives.map(({ name }, index) => [name, losses[index]]));
  if (losses.some(Number.isNaN)) return deepFreeze({ ...trial, state: "failed", values });
  return deepFreeze({ ...trial, state: "complete", values, losses });
}

/** The space memoises; all else of a problem is frozen. */
export function deepFreezeProblem(problem: Problem): Problem {
  for (const [key, value] of Object.entries(problem)) if (key !== "space") deepFreeze(value);
  return Object.freeze(problem);
}
