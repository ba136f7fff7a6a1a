/**
 * Gradient-based tuning of any objective that reports the derivatives of its value by its parameters.
 */
import { InvalidInputError } from "../errors.ts";
import { given, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import type { Json, Trial } from "../trial.ts";
import { initialDesign } from "./design.ts";
import { gp } from "./gp.ts";
import { turnOf } from "./gradient/allotment.ts";
import { type Chain, type Continuation, continuationOf, placeOf, withTrial } from "./gradient/chains.ts";
import { isHopeless, nearOther } from "./gradient/rivals.ts";
import { refuseSeveral } from "./one-objective.ts";
import { tpe } from "./tpe.ts";

export interface GradientOptions {
  /** How many chains go downhill side by side, at least 1. @default the number of workers, at most 4 */
  readonly chains?: number;
  /** The longest first step in any parameter, as a share of its range (of its logarithms); at most ½. @default 0.1 */
  readonly rate?: number;
}

export interface GradientState {
  readonly problem: Problem;
  /** By the number of the chain's first trial, in the order in which they were told. */
  readonly chains: Map<number, Chain>;
  /** Suggests where chains begin, and decides of all that is no real number. */
  readonly inner: Sampler;
  innerState: unknown;
  /** How many chains are begun before one goes on. */
  readonly starts: number;
  /** Complete trials, and what the last of them says of its gradient where it cannot be used. */
  readonly complete: Set<number>;
  readonly sloped: Set<number>;
  lastNote?: string;
}

const RATE = 0.1;
const LARGEST_RATE = 0.5;
const MOST_CHAINS = 4;
/** So many complete trials without a gradient, and the other sampler goes on alone. */
const PATIENCE = 3;
/** Parameters beyond which starts are suggested by Parzen densities: a Gaussian process of so many costs too much. */
const MOST_MODELLED = 100;

/**
 * Goes downhill along reported gradients, one step per trial, in several chains; a Gaussian process (from 100
 * parameters on, Parzen densities) suggests where chains begin, choices and integers included, which a chain keeps.
 *
 * A trial reports derivatives of the first objective's value as told (so they point uphill for one that is maximised,
 * downhill is found from that) by real parameters in their natural units, by path: with its end, or with its last
 * report. What is missing counts as 0. A trial that tunes parameters itself reports `params` with them: it counts as
 * being where it ended. Steps are quasi-Newton ones, and Adam's where no curvature is known or it misled, in the unit
 * cube, within a trust region that halves when the loss rose, and doubles when it fell over its whole length.
 *
 * The first trials, half as many as an initial design has, begin a chain each; then the best of them go on, see
 * `turnOf`: a chain that gains little shares the trials with others and with new ones. A chain ends when its steps are
 * tiny or of no help, or when at its pace it would not come to the best of another, or came near it. Parallel workers
 * have different chains and never wait. Only trials that trained to their end count for a chain, so no pruner is there
 * unless one is asked for; beside one, a trial that was stopped is a step that did not help.
 *
 * @throws {InvalidInputError} if an option cannot be meant
 */
export function gradient(options: GradientOptions = {}): Sampler<GradientState> {
  refuseUnknown("gradient", options, ["chains", "rate"]);
  const { chains, rate = RATE } = options;
  if (chains !== undefined && !(Number.isSafeInteger(chains) && chains >= 1))
    throw new InvalidInputError(
      `gradient: chains ${JSON.stringify(chains)} is not a whole number of at least 1`,
    );
  if (!(typeof rate === "number" && rate > 0 && rate <= LARGEST_RATE))
    throw new InvalidInputError(
      `gradient: rate ${JSON.stringify(rate)} is not a number above 0 and up to ${LARGEST_RATE}`,
    );
  return {
    name: "gradient",
    version: 1,
    stages: true, // losses of a chain can be compared only where every trial trains to its end
    ...given(options),
    init(problem) {
      refuseSeveral("gradient", problem);
      const inner: Sampler = problem.space.parameters.length > MOST_MODELLED ? tpe() : (gp() as Sampler);
      return {
        problem,
        chains: new Map(),
        inner,
        innerState: inner.init(problem),
        starts: Math.ceil(initialDesign(problem).size / 2),
        complete: new Set(),
        sloped: new Set(),
      };
    },
    tell(state, trial) {
      const { chain: number } = placeOf(trial);
      const chain = withTrial(state.problem, state.chains.get(number), trial, rate);
      if (chain !== undefined) {
        state.chains.set(number, chain);
        count(state, trial, chain);
      }
      state.innerState = state.inner.tell(state.innerState, trial);
      return state;
    },
    ask: (state, slot) => suggest(state, slot, chains ?? Math.max(1, Math.min(MOST_CHAINS, slot.workers))),
    explain: ({ inner, innerState }, params) => inner.explain?.(innerState, params) ?? {},
  };
}

function count(state: GradientState, trial: Trial, { members }: Chain): void {
  state.complete.delete(trial.number);
  state.sloped.delete(trial.number);
  if (trial.state !== "complete") return;
  state.complete.add(trial.number);
  const member = members.find(({ number }) => number === trial.number);
  if (member?.gradient !== undefined) state.sloped.add(trial.number);
  else state.lastNote = member?.note;
}

async function suggest(state: GradientState, slot: Slot, most: number): Promise<Answer> {
  const { complete, sloped, starts, lastNote } = state;
  if (complete.size >= PATIENCE && sloped.size === 0) {
    const why = `no gradient that can be used in ${complete.size} trials${lastNote === undefined ? "" : `; ${lastNote}`}`;
    return begin(state, slot, { fallback: state.inner.name, why });
  }
  const busy = new Set(slot.open.map((trial) => placeOf(trial).chain));
  const known = adoptable(state, slot, busy);
  if (known !== undefined) return known;
  const begun = [...state.chains.values()].filter((chain) => chain.begun);
  const { steps, ended } = goingOn(state, slot, begun, busy);
  const idle = [...steps.keys()];
  const chosen = turnOf({ begun, idle, busy }, { starts, most, turn: slot.number });
  if (chosen !== undefined) return onward(chosen, steps.get(chosen) as Continuation);
  const why = begun.length < starts ? "one of the first" : (ended ?? "another beside those that gain little");
  const answer = await begin(state, slot, { chain: slot.number, step: 0, why });
  if (typeof answer !== "string" || idle.length === 0) return answer;
  return onward(idle[0], steps.get(idle[0]) as Continuation);
}

function onward({ number, members }: Chain, { params, origin }: Continuation): Answer {
  return { params, origin: { chain: number, step: members[members.length - 1].step + 1, ...origin } };
}

/** The next trials of the chains that nobody has and that go on; and why the last of the others ended. */
function goingOn(
  { problem }: GradientState,
  { fixed }: Slot,
  begun: readonly Chain[],
  busy: ReadonlySet<number>,
): { readonly steps: ReadonlyMap<Chain, Continuation>; readonly ended?: string } {
  const steps = new Map<Chain, Continuation>();
  let last = -1;
  let ended: string | undefined;
  for (const chain of begun) {
    if (busy.has(chain.number)) continue;
    const next =
      isHopeless(chain, begun) ?? nearOther(problem, chain, begun) ?? continuationOf(problem, chain, fixed);
    const { number } = chain.members[chain.members.length - 1];
    if (typeof next !== "string") steps.set(chain, next);
    else if (number > last) {
      last = number;
      ended = `chain ${chain.number} ended: ${next}`;
    }
  }
  return { steps, ...(ended !== undefined && { ended }) };
}

/** Goes on from a trial that no chain has, a point of the user's say, if none is better. */
function adoptable(
  { problem, chains }: GradientState,
  { fixed }: Slot,
  busy: ReadonlySet<number>,
): Answer | undefined {
  let best: Chain | undefined;
  for (const chain of chains.values())
    if (chain.descent.best.loss < (best?.descent.best.loss ?? Number.POSITIVE_INFINITY)) best = chain;
  if (best === undefined || best.begun || busy.has(best.number)) return undefined;
  const next = continuationOf(problem, best, fixed);
  if (typeof next === "string") return undefined;
  return onward(best, next);
}

/** What the other sampler suggests; it knows every trial. */
async function begin(
  { inner, innerState }: GradientState,
  slot: Slot,
  origin: { readonly [key: string]: Json },
): Promise<Answer> {
  const answer = await inner.ask(innerState, slot);
  if (typeof answer === "string") return answer;
  const { origin: model } = answer;
  return { ...answer, origin: model === undefined ? origin : { ...origin, model } };
}
