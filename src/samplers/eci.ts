/**
 * Which branch next: of a space that begins with a choice between families (of models, of algorithms), each with
 * parameters of its own, a branch is tried the more often the less it is expected to cost until it improves on the best.
 */
import { checkChoice, checkNumber, given, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Sampler, Slot } from "../sampler.ts";
import type { Parameter, Scalar } from "../space.ts";
import type { Trial } from "../trial.ts";
import { refuseSeveral } from "./one-objective.ts";
import { tpe } from "./tpe.ts";

export interface EciOptions {
  /**
   * What a trial costs: the seconds that it took, or the number that it noted as `work`, which is the same on every
   * machine (next to nothing where it noted none). @default "seconds"
   */
  readonly cost?: "seconds" | "work";
  /** Share of the suggestions whose branch is drawn without looking at costs. @default 0.1 */
  readonly explore?: number;
}

/** What is known of one branch. Costs add up over its trials. */
interface Branch {
  readonly value: Scalar;
  cost: number;
  best: number;
  /** The branch's cost when its best was found, and when the one before was. */
  bestAt: number;
  earlierAt: number;
  /** By how much its best is better than the one before. */
  gain: number;
  trials: number;
}

export interface EciState {
  readonly problem: Problem;
  /** The parameter that chooses, by its index; −1 where the space has none. */
  readonly chooser: number;
  readonly told: Map<number, Trial>;
  inner: unknown;
}

/**
 * Within the branch, params are suggested by `tpe`.
 *
 * @throws {UnsupportedError} of several objectives
 * @see Wang et al. 2021, "FLAML: A fast and lightweight AutoML library", section 4.2 (estimated cost for improvement)
 */
export function eci(options: EciOptions = {}): Sampler<EciState> {
  refuseUnknown("eci", options, ["cost", "explore"]);
  const { cost: unit = "seconds", explore = 0.1 } = options;
  checkChoice("eci", "cost", unit, ["seconds", "work"]);
  checkNumber("eci", "explore", explore, { least: 0, most: 1 });
  const inner = tpe();
  return {
    name: "eci",
    version: 1,
    ...given(options),
    init(problem) {
      refuseSeveral("eci", problem);
      return { problem, chooser: chooserOf(problem), told: new Map(), inner: inner.init(problem) };
    },
    tell(state, trial) {
      state.told.set(trial.number, trial);
      state.inner = inner.tell(state.inner as never, trial);
      return state;
    },
    async ask(state, slot) {
      const chooser = state.problem.space.parameters[state.chooser];
      if (chooser === undefined || slot.fixed?.[chooser.path] !== undefined)
        return inner.ask(state.inner as never, slot);
      const branches = branchesOf(state, chooser, unit).filter((branch) => !isExhausted(state, branch));
      if (branches.filter(({ trials }) => trials > 0).length < 2)
        return inner.ask(state.inner as never, slot);
      const expected = expectedCosts(branches);
      const { value } = draw(branches, expected, explore, slot);
      const within = { ...slot, fixed: { ...slot.fixed, [chooser.path]: value } };
      const answer = await inner.ask(state.inner as never, within);
      // all of this branch was tried
      if (typeof answer === "string") return inner.ask(state.inner as never, slot);
      const cost = expected[branches.findIndex((branch) => branch.value === value)];
      return { ...answer, origin: { branch: value, expectedCost: cost } };
    },
  };
}

/** The unconditional choice on which most other parameters depend. */
function chooserOf({ space }: Problem): number {
  const dependents = new Map<number, number>();
  for (const { conditions } of space.parameters)
    for (const { parameter } of conditions) dependents.set(parameter, (dependents.get(parameter) ?? 0) + 1);
  const able = space.parameters.filter(
    ({ domain, conditions, index }) =>
      domain === "choice" && conditions.length === 0 && (dependents.get(index) ?? 0) > 0,
  );
  able.sort((a, b) => (dependents.get(b.index) as number) - (dependents.get(a.index) as number));
  return able[0]?.index ?? -1;
}

function branchesOf({ told }: EciState, chooser: Parameter, cost: "seconds" | "work"): Branch[] {
  const values = chooser.domain === "choice" ? chooser.choices : [];
  const branches = values.map(
    (value): Branch => ({
      ...{ value, cost: 0, bestAt: 0, earlierAt: 0, gain: 0, trials: 0 },
      best: Number.POSITIVE_INFINITY,
    }),
  );
  for (const trial of told.values()) {
    const branch = branches.find(({ value }) => value === trial.params[chooser.path]);
    if (branch === undefined) continue;
    branch.cost += costOf(trial, cost);
    branch.trials++;
    const loss = trial.state === "complete" ? (trial.losses?.[0] ?? Number.NaN) : Number.NaN;
    if (!(loss < branch.best)) continue;
    branch.gain = Number.isFinite(branch.best) ? branch.best - loss : 0;
    branch.earlierAt = branch.bestAt;
    branch.bestAt = branch.cost;
    branch.best = loss;
  }
  return branches;
}

/** A branch without parameters of its own has nothing more to show once it was tried. */
function isExhausted({ problem, chooser }: EciState, { value, trials }: Branch): boolean {
  if (trials === 0) return false;
  return !problem.space.parameters.some(({ conditions }) =>
    conditions.some(({ parameter, values }) => parameter === chooser && values?.includes(value)),
  );
}

/** Costs below this are not told apart: so many seconds, or units of work. */
const LEAST_COST = 1e-3;

function costOf({ times, notes }: Trial, cost: "seconds" | "work"): number {
  if (cost === "work") {
    // one that failed noted none: its seconds would be others on every machine
    const { work } = notes;
    return typeof work === "number" ? Math.max(LEAST_COST, work) : LEAST_COST;
  }
  const seconds = ((times.finished ?? times.created) - (times.started ?? times.created)) / 1000;
  return Math.max(LEAST_COST, seconds);
}

/**
 * Share of what separates the best branch from the worst by which a branch may be expected to improve that has not improved
 * yet: a guess, like that tuning brings less than the choice of the algorithm.
 */
const FIRST_GAIN = 0.05;

/**
 * What each branch is expected to cost until it improves on the best of all: until it improves on its own best it costs
 * as much as it has gone without improving, or as its last improvement did; and then the gap has to be closed at the rate at
 * which it improved last.
 *
 * @returns shape (branches), all above 0
 */
function expectedCosts(branches: readonly Branch[]): number[] {
  const tried = branches.filter(({ trials }) => trials > 0);
  const bests = tried.map(({ best }) => best).filter(Number.isFinite);
  const best = Math.min(...bests);
  const firstGain = FIRST_GAIN * (Math.max(...bests) - best);
  const cheapest = Math.min(...tried.map(({ cost, trials }) => cost / trials));
  const dearest = Math.max(...tried.map(({ cost }) => cost));
  return branches.map((branch) => {
    if (branch.trials === 0) return cheapest;
    const own = Math.max(branch.cost - branch.bestAt, branch.bestAt - branch.earlierAt);
    if (!Number.isFinite(branch.best)) return Math.max(own, dearest);
    if (branch.best <= best) return own;
    const gain = branch.gain > 0 ? branch.gain : firstGain;
    return Math.max(own, ((branch.best - best) * (branch.cost - branch.earlierAt)) / gain);
  });
}

/** Mostly the branch that is expected to cost least; costs are guesses, and so now and then another. */
function draw(branches: readonly Branch[], expected: readonly number[], explore: number, slot: Slot): Branch {
  const stream = slot.rng.stream("branch");
  if (stream.uniform() < explore) return branches[stream.integer(branches.length)];
  return branches[expected.indexOf(Math.min(...expected))];
}
