/**
 * The randomness law: number N's suggestion at log position b is what comes from asking, from the state at b, for
 * each unstarted number from max(first unstarted, N − 15) to N, each answer joining `open` for the next. So
 * workers that see the log at different moments agree, and a log replays.
 */
import { type Compute, inlineCompute } from "../compute.ts";
import { type Claim, type History, left } from "../history.ts";
import { rng } from "../random.ts";
import type { Answer, Slot } from "../sampler.ts";
import type { Params, Space } from "../space/types.ts";
import { place } from "../space.ts";
import type { Trial } from "../trial.ts";
import type { Follower } from "./follower.ts";

/** How many unstarted numbers before its own a suggestion takes into account. */
const WINDOW = 15;

/** The params of a claimed trial that need no suggestion: tried before, or enqueued whole. */
export function settledParams(history: History, claim: Claim): Params | undefined {
  const trial = history.trials[claim.number];
  if (trial === undefined) return undefined;
  return trial.attempt > 0 || isWhole(history.problem.space, trial.params) ? trial.params : undefined;
}

function isWhole(space: Space, params: Params): boolean {
  return space.parameters.every(({ index, path }) => path in params || !space.isActive(index, params));
}

/** Suggestions at one position of the log, each computed once. */
export class Suggestions {
  readonly #follower: Follower;
  readonly #compute: Compute;
  #position = -1;
  #first = -1;
  #open: Trial[] = [];
  #answers = new Map<number, Answer>();

  constructor(follower: Follower, compute: Compute = inlineCompute) {
    this.#follower = follower;
    this.#compute = compute;
  }

  /** The answer for a claimed, unstarted number at the follower's position. */
  async at(number: number): Promise<Answer> {
    const { history } = this.#follower;
    const unstarted = [...history.claims.values()]
      .filter((claim) => !claim.started)
      .sort((a, b) => a.number - b.number);
    const first = Math.max(unstarted[0]?.number ?? number, number - WINDOW);
    if (this.#position !== history.position || this.#first !== first) this.#begin(history, first);
    for (const claim of unstarted) {
      if (claim.number < first || claim.number > number || this.#answers.has(claim.number)) continue;
      const answer = await this.#ask(claim);
      this.#answers.set(claim.number, answer);
      if (typeof answer === "object") this.#open.push(pending(history, claim, answer.params));
    }
    return this.#answers.get(number) ?? "done";
  }

  #begin(history: History, first: number): void {
    this.#position = history.position;
    this.#first = first;
    this.#answers = new Map();
    this.#open = [];
    for (const claim of history.claims.values()) {
      const trial = history.trials[claim.number];
      if (claim.started && trial !== undefined) this.#open.push(trial);
    }
    for (const number of history.waiting) {
      const trial = history.trials[number] as Trial;
      if (trial.attempt > 0 || isWhole(history.problem.space, trial.params)) this.#open.push(trial);
    }
    this.#open.sort((a, b) => a.number - b.number);
  }

  async #ask(claim: Claim): Promise<Answer> {
    const { history, sampler, pruner } = this.#follower;
    const settled = settledParams(history, claim);
    if (settled !== undefined) return { params: settled };
    this.#follower.prepare();
    const { number } = claim;
    const { seed } = history.problem;
    const assigned = pruner?.assign?.(this.#follower.prunerState, number, rng(seed, "assign", number));
    const slot: Slot = {
      number,
      ...assigned,
      fixed: { ...history.configuration.fixed, ...history.trials[number]?.params },
      open: this.#open.slice(),
      left: left(history),
      workers: history.claims.size,
      rng: rng(seed, "ask", number),
      compute: this.#compute,
    };
    const answer = await sampler.ask(this.#follower.samplerState, slot);
    if (answer === "done" && history.trials[number] !== undefined) return repeat(history.problem.space, slot);
    return typeof answer === "object" ? { ...assigned, ...answer } : answer;
  }
}

/** A point that was enqueued in part is tried, even where nothing is left that was not: somebody asked for it. */
function repeat(space: Space, slot: Slot): Answer {
  const unit = Float64Array.from(space.parameters, () => slot.rng.uniform());
  return {
    params: place(space, unit, slot.fixed),
    origin: { chosen: "random", why: "enqueued, though all was tried" },
  };
}

/** A suggestion as a trial that has not begun: what the next suggestion sees of it. */
function pending(history: History, claim: Claim, params: Params): Trial {
  return Object.freeze({
    number: claim.number,
    state: "running",
    attempt: claim.attempt,
    space: history.spaces.length - 1,
    params: Object.freeze(params),
    reports: [],
    times: { created: claim.time },
    notes: {},
  });
}
