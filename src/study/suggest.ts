/**
 * The randomness law: number N's suggestion at log position b is what comes from asking, from the state at b, for
 * each unstarted number from max(first unstarted, N − 15) to N, each answer joining `open` for the next. So
 * workers that see the log at different moments agree, and a log replays.
 */
import { type Compute, inlineCompute } from "../compute.ts";
import { type Claim, ending, type History, hasNumber, left } from "../history.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Answer, Slot, Suggestion } from "../sampler.ts";
import { adopt, isWhole } from "../space/adopt.ts";
import type { Params, Space } from "../space/types.ts";
import { place, requireKnown } from "../space.ts";
import type { Trial } from "../trial.ts";
import type { Follower } from "./follower.ts";
import { repeated } from "./race.ts";

/** How many unstarted numbers before its own a suggestion takes into account. */
const WINDOW = 15;

/** The params of a claimed trial that need no suggestion: tried before, or enqueued whole. */
export function settledParams(history: History, claim: Pick<Claim, "number">): Params | undefined {
  const trial = history.trials[claim.number];
  if (trial === undefined) return undefined;
  if (trial.attempt > 0) return trial.params;
  if (!isWhole(history.spaces[trial.space], trial.params)) return undefined;
  return trial.space === history.spaces.length - 1 ? trial.params : completed(history, trial.params);
}

/** A point that was enqueued whole before the space changed: parameters that were added since take their defaults. */
function completed({ problem }: History, params: Params): Params {
  const adopted = adopt(problem.space, params);
  const keeps = adopted !== undefined && Object.keys(params).every((path) => path in adopted);
  return keeps ? adopted : params; // else it is tried as it was asked for, in the space that it was made for
}

type Unstarted = Pick<Claim, "number" | "attempt" | "time">;

/** An answer, and the log position that it was computed from. */
export interface Suggested {
  readonly answer: Answer;
  readonly basis: number;
}

/** Suggestions at one position of the log, each computed once, and those that were prepared ahead. */
export class Suggestions {
  readonly #follower: Follower;
  readonly compute: Compute;
  #prepared:
    | (Suggested & { readonly number: number; readonly ends: number; readonly problem: Problem })
    | undefined;
  #position = -1;
  #first = -1;
  #open: Trial[] = [];
  #answers = new Map<number, Answer>();

  constructor(follower: Follower, compute: Compute = inlineCompute) {
    this.#follower = follower;
    this.compute = compute;
  }

  /**
   * The answer for a number: one that was prepared, if no more than `lag` trials have ended since, otherwise that at
   * the follower's position.
   */
  async for(number: number, lag = 0): Promise<Suggested> {
    const { history, ends } = this.#follower;
    const prepared = this.#prepared;
    const isFree = history.trials[number] === undefined; // or somebody put a point of his own in its place
    if (
      prepared?.number === number &&
      isFree &&
      prepared.problem === history.problem &&
      ends - prepared.ends <= lag
    ) {
      this.#prepared = undefined;
      return prepared;
    }
    return { answer: await this.at(number), basis: history.position };
  }

  /** Prepares the suggestion of the number that the next claim will get; false where there is nothing to prepare. */
  async prepare(): Promise<boolean> {
    const { history, ends } = this.#follower;
    const { problem } = history;
    if (history.waiting.length > 0 || !hasNumber(history) || ending(history) !== undefined) return false;
    const number = history.free[0] ?? history.trials.length;
    const known = this.#prepared;
    if (known?.number === number && known.ends === ends && known.problem === problem) return false;
    const answer = await this.at(number);
    if (typeof answer === "string") return false;
    this.#prepared = { number, answer, basis: history.position, ends, problem };
    return true;
  }

  /** The answer for an unstarted number at the follower's position, claimed or not. */
  async at(number: number): Promise<Answer> {
    const { history } = this.#follower;
    const unstarted = unstartedUpTo(history, number);
    const first = Math.max(unstarted[0].number, number - WINDOW);
    if (this.#position !== history.position || this.#first !== first) this.#begin(history, first);
    for (const claim of unstarted) {
      if (claim.number < first || this.#answers.has(claim.number)) continue;
      const answer = await this.#ask(claim);
      this.#answers.set(claim.number, answer);
      if (typeof answer === "object") this.#open.push(pending(history, claim, answer));
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
      if (trial.attempt > 0 || isWhole(history.spaces[trial.space], trial.params)) this.#open.push(trial);
    }
    this.#open.sort((a, b) => a.number - b.number);
  }

  async #ask(claim: Unstarted): Promise<Answer> {
    const { history, sampler, pruner } = this.#follower;
    const settled = settledParams(history, claim);
    if (settled !== undefined) return { params: settled };
    this.#follower.prepare();
    const { number } = claim;
    const { seed } = history.problem;
    const again = this.#repeated(number);
    if (again !== undefined) return again;
    const assigned = pruner?.assign?.(this.#follower.prunerState, number, rng(seed, "assign", number));
    const slot: Slot = {
      number,
      ...assigned,
      fixed: { ...history.configuration.fixed, ...history.trials[number]?.params },
      open: this.#open.slice(),
      left: left(history),
      workers: history.claims.size + (history.claims.has(number) ? 0 : 1),
      rng: rng(seed, "ask", number),
      compute: this.compute,
    };
    requireKnown(history.problem.space);
    const answer = await sampler.ask(this.#follower.samplerState, slot);
    if (answer === "done" && history.trials[number] !== undefined) return repeat(history.problem.space, slot);
    return typeof answer === "object" ? { ...assigned, ...answer } : answer;
  }

  /** A configuration that is to be evaluated once more, instead of a new one. */
  #repeated(number: number): Suggestion | undefined {
    const { history } = this.#follower;
    const { repeats } = history.configuration;
    if (repeats === undefined || history.trials[number] !== undefined) return undefined;
    const first = repeated(history, repeats, this.#open, number);
    return first === undefined
      ? undefined
      : { params: (history.trials[first] as Trial).params, repeatOf: first };
  }
}

/** The claims up to that number that have not started; the number itself as if it were claimed. */
function unstartedUpTo(history: History, number: number): Unstarted[] {
  const list: Unstarted[] = [...history.claims.values()].filter(
    (claim) => !claim.started && claim.number <= number,
  );
  if (!history.claims.has(number)) list.push({ number, attempt: 1, time: history.time });
  return list.sort((a, b) => a.number - b.number);
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
function pending(history: History, claim: Unstarted, { params, ...rest }: Suggestion): Trial {
  return Object.freeze({
    ...rest,
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
