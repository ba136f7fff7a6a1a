/**
 * A study that comes out the same however long its trials take: number N is asked for once all numbers up to N − W have
 * ended, and sees their ends and no others, in the order of their numbers.
 */
import { checkNumber } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import { isFinished, type Trial } from "../trial.ts";

export interface OrderedState {
  readonly problem: Problem;
  /** The newest end of each number. */
  readonly ended: Map<number, Trial>;
  /** The sampler's own state, told the ends of the numbers below `told`, in their order. */
  inner: unknown;
  told: number;
}

/**
 * Asks `sampler` as if `workers` trials always ran side by side and ended in the order of their numbers. With more
 * workers than that, some wait; with fewer, the same is suggested.
 *
 * @param workers  W
 * @throws {InvalidInputError} if W is not a whole number of at least 1
 */
export function ordered(sampler: Sampler, workers: number): Sampler<OrderedState> {
  checkNumber(sampler.name, "ordered", workers, { least: 1, whole: true, required: true });
  const { name, version, options, stages, explain, count } = sampler;
  return {
    ...{ name, version },
    options: { ...(options as object | undefined), ordered: workers },
    ...(stages && { stages }),
    init: (problem) => ({ problem, ended: new Map(), inner: sampler.init(problem), told: 0 }),
    tell(state, trial) {
      if (!isFinished(trial.state) && trial.state !== "paused") return state;
      // what was passed on already is passed on again: a sampler replaces a number's last tell
      if (trial.number < state.told) state.inner = sampler.tell(state.inner, trial);
      state.ended.set(trial.number, trial);
      return state;
    },
    ask(state, slot): Answer | Promise<Answer> {
      const needed = Math.max(0, slot.number - workers + 1);
      for (let number = state.told; number < needed; number++) if (!state.ended.has(number)) return "wait";
      if (needed < state.told) {
        state.inner = sampler.init(state.problem); // an earlier number, asked for again
        state.told = 0;
      }
      for (; state.told < needed; state.told++)
        state.inner = sampler.tell(state.inner, state.ended.get(state.told) as Trial);
      return sampler.ask(state.inner, { ...slot, ...seen(state, slot, needed, workers) });
    },
    ...(explain && { explain: (state, params) => explain.call(sampler, state.inner, params) }),
    ...(count && { count: (state, fixed) => count.call(sampler, state.inner, fixed) }),
  };
}

/** The slot as it would be if the numbers before this one, from `from` on, were running: neither more nor less. */
function seen(state: OrderedState, slot: Slot, from: number, workers: number): Partial<Slot> {
  const open = new Map(slot.open.map((trial) => [trial.number, trial]));
  for (let number = from; number < slot.number; number++) {
    const ended = state.ended.get(number);
    if (ended !== undefined) open.set(number, running(ended));
  }
  const list = [...open.values()].filter(({ number }) => number >= from && number < slot.number);
  const { trials } = state.problem.limits;
  return {
    open: list.sort((a, b) => a.number - b.number),
    left: trials === undefined ? {} : { trials: trials - slot.number },
    workers,
  };
}

/** A trial that ended, as it was while it ran. */
function running({
  number,
  attempt,
  space,
  params,
  times,
  bracket,
  budget,
  fork,
  repeatOf,
  origin,
}: Trial): Trial {
  return Object.freeze({
    ...{ number, attempt, space, params, state: "running" as const, reports: [], notes: {} },
    times: { created: times.created },
    ...(bracket !== undefined && { bracket }),
    ...(budget !== undefined && { budget }),
    ...(fork !== undefined && { fork }),
    ...(repeatOf !== undefined && { repeatOf }),
    ...(origin !== undefined && { origin }),
  });
}
