/**
 * Bayesian optimisation within a trust region, for many dimensions: the region follows the best point, widens with
 * successes, narrows with failures, and begins anew elsewhere when it has become too small.
 *
 * @see Eriksson et al. 2019, "Scalable global optimization via local Bayesian optimization" (one region; expected
 *   improvement takes the place of Thompson sampling)
 */
import { exp, log } from "../math/elementary.ts";
import { priorOf, priorWeight } from "../models/prior.ts";
import { type NoOptions, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Rng } from "../random.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import type { Encoded, Parameter } from "../space/types.ts";
import type { Trial } from "../trial.ts";
import { type Design, initialDesign } from "./design.ts";
import { closerToGood } from "./gp/elite.ts";
import { goalOf, originOf } from "./gp/goal.ts";
import type { Model } from "./gp/model.ts";
import { believe, inform, type Open, provisionally, sortOpen } from "./gp/open.ts";
import { type Outcomes, type OutcomesMemo, outcomesMemo, outcomesOf, tellOutcomes } from "./gp/outcomes.ts";
import { comparable } from "./gp/standing.ts";
import { onlyLoss } from "./gp/target.ts";
import { type Observation, type Observed, observationOf, observedNothing } from "./observed.ts";
import { refuseSeveral } from "./one-objective.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";
import { settler } from "./settler.ts";

const FIRST_LENGTH = 0.8;
const LONGEST = 1.6;
const SHORTEST = 1 / 128;
const SUCCESSES = 3;
const FEWEST_FAILURES = 4;
/** What counts as better: this share of the best loss's size. */
const BETTER = 1e-3;
const CANDIDATES = 1000;
/** How many coordinates of the best point a candidate changes, on average. */
const CHANGED = 20;

interface Region {
  /** What was observed since the region began. */
  readonly observed: Observed;
  readonly memo: OutcomesMemo;
  length: number;
  successes: number;
  failures: number;
  /** The lowest loss, and by how much its trial missed its limits: what misses them less is better. */
  best: Pick<Observation, "loss" | "violation">;
}

export interface TurboState {
  readonly problem: Problem;
  readonly seen: Seen;
  readonly design: Design;
  region: Region;
  /** How many regions there were before. */
  restarts: number;
}

/**
 * One trust region with Gaussian processes of its own: of the first objective, and of the limits on outcomes. The
 * region follows the best feasible point; before there is one, that which misses the limits by the least.
 */
export function turbo(options: NoOptions = {}): Sampler<TurboState> {
  refuseUnknown("turbo", options, []);
  return {
    name: "turbo",
    version: 4,
    init(problem) {
      refuseSeveral("turbo", problem);
      return {
        problem,
        seen: seenNothing(problem),
        design: initialDesign(problem),
        region: begin(problem),
        restarts: 0,
      };
    },
    tell(state, trial) {
      remember(state.seen, trial);
      follow(state, trial);
      return state;
    },
    async ask(state, slot) {
      const { region, design, seen, restarts, problem } = state;
      const { parameters } = problem.space;
      const missing = design.size - region.observed.list.length - slot.open.length;
      const open = sortOpen(region.observed, slot.open);
      const outcomes =
        missing > 0 ? undefined : await outcomesOf(region.memo, region.observed, slot.compute, open.overlay);
      const answer = outcomes && suggest(state, outcomes, open, slot);
      if (answer === undefined)
        return firstUnseen(seen, slot, (n) =>
          n === 0 && restarts === 0 ? design.point(slot.number) : uniformPoint(slot.rng, parameters.length),
        );
      return answer;
    },
  };
}

function begin(problem: Problem): Region {
  const observed = observedNothing(problem);
  const best = { loss: Number.POSITIVE_INFINITY, violation: Number.POSITIVE_INFINITY };
  const memo = outcomesMemo(observed, 0, [onlyLoss]);
  return { observed, memo, length: FIRST_LENGTH, successes: 0, failures: 0, best };
}

/** Takes a trial in, and moves the region. */
function follow(state: TurboState, trial: Trial): void {
  const { region, problem, design } = state;
  const observation = observationOf(problem, trial, region.observed.reading);
  if (observation === undefined) return;
  tellOutcomes(region.memo, region.observed, trial);
  const isBetter = isSuccess(observation, region.best);
  if (!Number.isNaN(observation.loss) && closerToGood(observation, region.best) < 0)
    region.best = observation;
  if (region.observed.list.length <= design.size) return;
  region.successes = isBetter ? region.successes + 1 : 0;
  region.failures = isBetter ? 0 : region.failures + 1;
  if (region.successes >= SUCCESSES) {
    region.length = Math.min(LONGEST, 2 * region.length);
    region.successes = 0;
  }
  if (region.failures >= Math.max(FEWEST_FAILURES, problem.space.parameters.length)) {
    region.length /= 2;
    region.failures = 0;
  }
  if (region.length >= SHORTEST) return;
  state.region = begin(problem);
  state.restarts++;
}

/** Whether that is noticeably better than the best before. */
function isSuccess(
  { loss, violation }: Pick<Observation, "loss" | "violation">,
  best: Pick<Observation, "loss" | "violation">,
): boolean {
  const isLess = (a: number, b: number) => a < b - BETTER * Math.abs(Number.isFinite(b) ? b : 0);
  return violation === best.violation || best.violation === Number.POSITIVE_INFINITY
    ? isLess(loss, best.loss)
    : !Number.isNaN(loss) && isLess(violation, best.violation);
}

/** The best of the region's candidates; undefined where nothing is known that could be looked for. */
function suggest(state: TurboState, outcomes: Outcomes, open: Open, slot: Slot): Answer | undefined {
  const { problem, seen, region } = state;
  const { space } = problem;
  const { parameters } = space;
  const [model] = [...outcomes.objectives, ...outcomes.limits];
  const centre = centreOf(outcomes);
  const settle = settler(space, slot.fixed);
  const sides = sidesOf(model, parameters, region.length);
  const stream = slot.rng.stream("candidates");
  const actives: Uint8Array[] = [];
  const units = Array.from({ length: CANDIDATES }, () => {
    const unit = neighbour(parameters, centre.unit, sides, stream);
    const active = new Uint8Array(unit.length);
    settle(unit);
    model.memo.snap(unit, active);
    actives.push(active);
    return unit;
  });
  const prior = priorOf(space);
  const faith = priorWeight(problem, region.observed.list.length - state.design.size + 1);
  const bonus = actives.map((active, c) => faith * (prior?.logRatio(units[c], active) ?? 0));
  const points = units.map((unit, c) => ({ unit, active: actives[c] }));
  const order = ranked(outcomes, open, slot, points, bonus);
  if (order === undefined) return undefined;
  const otherwise = slot.rng.stream("otherwise");
  const answer = firstUnseen(
    seen,
    slot,
    (n) => (n < order.length ? units[order[n]] : uniformPoint(otherwise, parameters.length)),
    { reals: true },
  );
  return typeof answer === "string"
    ? answer
    : { ...answer, origin: { region: state.restarts, side: region.length } };
}

/** The best point that is comparable; where no point is feasible, the one that misses its limits by the least. */
function centreOf(outcomes: Outcomes): Observation {
  const places = comparable(outcomes);
  const list = places.length > 0 ? places.map((place) => outcomes.list[place]) : outcomes.list;
  return list.reduce((a, b) =>
    Number.isNaN(a.loss) || (!Number.isNaN(b.loss) && closerToGood(b, a) < 0) ? b : a,
  );
}

/** Candidates by acquisition, the largest first; open trials are believed. */
function ranked(
  outcomes: Outcomes,
  open: Open,
  slot: Slot,
  points: readonly Encoded[],
  bonus: readonly number[],
): readonly number[] | undefined {
  const models = [...outcomes.objectives, ...outcomes.limits];
  const acquisition = provisionally(models, () => {
    inform(models, open.reported);
    const origin = originOf(outcomes, comparable(outcomes));
    believe(models, open.pending);
    return goalOf(outcomes, origin, slot.rng, { imagines: false })?.at(points);
  });
  return (
    acquisition &&
    Array.from(acquisition, (_, c) => c)
      .sort((a, b) => acquisition[b] + bonus[b] - acquisition[a] - bonus[a])
      .slice(0, 50)
  );
}

/** The region's sides: its length, longer where the model says that a coordinate matters less. Shape (d). */
function sidesOf(
  { posterior, features }: Model,
  parameters: readonly Parameter[],
  length: number,
): Float64Array {
  const { scales } = posterior;
  const mean = exp(scales.reduce((sum, scale) => sum + log(scale), 0) / scales.length);
  const sides = new Float64Array(parameters.length).fill(length);
  features.parameters.forEach((index, s) => {
    sides[index] = Math.min(1, (length * scales[s]) / mean);
  });
  return sides;
}

function neighbour(
  parameters: readonly Parameter[],
  centre: Float64Array,
  sides: Float64Array,
  stream: Rng,
): Float64Array {
  const unit = centre.map((u) => Math.min(1, Math.max(0, u))); // it may lie outside of a range that was narrowed
  const share = Math.min(1, CHANGED / parameters.length);
  const sure = stream.integer(parameters.length);
  for (let j = 0; j < parameters.length; j++) {
    if (j !== sure && stream.uniform() >= share) continue;
    const parameter = parameters[j];
    const nominal = parameter.domain === "choice" && !parameter.ordered;
    const u = nominal ? stream.uniform() : unit[j] + sides[j] * (stream.uniform() - 0.5);
    unit[j] = Math.min(1, Math.max(0, u));
  }
  return unit;
}
