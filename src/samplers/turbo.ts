/**
 * Bayesian optimisation within a trust region, for many dimensions: the region follows the best point, widens with
 * successes, narrows with failures, and begins anew elsewhere when it has become too small.
 *
 * @see Eriksson et al. 2019, "Scalable global optimization via local Bayesian optimization" (one region; expected
 *   improvement takes the place of Thompson sampling)
 */
import { exp, log } from "../math/elementary.ts";
import type { Posterior } from "../models/gp/posterior.ts";
import { priorOf, priorWeight } from "../models/prior.ts";
import type { Problem } from "../problem.ts";
import type { Rng } from "../random.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import type { Parameter } from "../space/types.ts";
import type { Trial } from "../trial.ts";
import { type Design, initialDesign } from "./design.ts";
import { logExpectedImprovement } from "./gp/acquisition.ts";
import { type Model, type ModelMemo, modelMemo, modelOf } from "./gp/model.ts";
import { believing } from "./gp.ts";
import { type Observed, observationOf, observe, observedNothing } from "./observed.ts";
import { type NoOptions, refuseUnknown } from "./options.ts";
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
  readonly memo: ModelMemo;
  length: number;
  successes: number;
  failures: number;
  best: number;
}

export interface TurboState {
  readonly problem: Problem;
  readonly seen: Seen;
  readonly design: Design;
  region: Region;
  /** How many regions there were before. */
  restarts: number;
}

/** One trust region with a Gaussian process of its own. */
export function turbo(options: NoOptions = {}): Sampler<TurboState> {
  refuseUnknown("turbo", options, []);
  return {
    name: "turbo",
    version: 3,
    init: (problem) => ({
      problem,
      seen: seenNothing(problem),
      design: initialDesign(problem),
      region: begin(problem),
      restarts: 0,
    }),
    tell(state, trial) {
      remember(state.seen, trial);
      follow(state, trial);
      return state;
    },
    async ask(state, slot) {
      const { region, design, seen, restarts, problem } = state;
      const { parameters } = problem.space;
      const missing = design.size - region.observed.list.length - slot.open.length;
      const model = missing > 0 ? undefined : await modelOf(region.memo, region.observed, slot.compute);
      if (model === undefined)
        return firstUnseen(seen, slot, (n) =>
          n === 0 && restarts === 0 ? design.point(slot.number) : uniformPoint(slot.rng, parameters.length),
        );
      return suggest(state, model, slot);
    },
  };
}

function begin(problem: Problem): Region {
  const observed = observedNothing(problem, { feasible: true });
  const best = Number.POSITIVE_INFINITY;
  return { observed, memo: modelMemo(observed, 0), length: FIRST_LENGTH, successes: 0, failures: 0, best };
}

/** Takes a trial in, and moves the region. */
function follow(state: TurboState, trial: Trial): void {
  const { region, problem, design } = state;
  const observation = observationOf(problem, trial, region.observed.reading);
  if (observation === undefined) return;
  const { loss } = observation;
  observe(region.observed, trial);
  const isBetter = loss < region.best - BETTER * Math.abs(Number.isFinite(region.best) ? region.best : 0);
  if (loss < region.best) region.best = loss;
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

function suggest(state: TurboState, model: Model, slot: Slot): Answer {
  const { problem, seen, region } = state;
  const { space } = problem;
  const { parameters } = space;
  const { posterior, features } = model;
  const centre = region.observed.list.reduce((a, b) => (b.loss < a.loss || Number.isNaN(a.loss) ? b : a));
  const settle = settler(space, slot.fixed);
  const sides = sidesOf(model, parameters, region.length);
  const width = features.numeric + features.nominal;
  const x = new Float64Array(CANDIDATES * width);
  const stream = slot.rng.stream("candidates");
  const actives: Uint8Array[] = [];
  const units = Array.from({ length: CANDIDATES }, (_, c) => {
    const unit = neighbour(parameters, centre.unit, sides, stream);
    const active = new Uint8Array(unit.length);
    settle(unit);
    region.memo.snap(unit, active);
    features.write({ unit, active }, x, c * width);
    actives.push(active);
    return unit;
  });
  const prior = priorOf(space);
  const faith = priorWeight(problem, region.observed.list.length - state.design.size + 1);
  const bonus = actives.map((active, c) => faith * (prior?.logRatio(units[c], active) ?? 0));
  const order = ranked(posterior, slot, model, x, problem, bonus);
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

/** Candidates by expected improvement, the largest first; open trials are believed. */
function ranked(
  posterior: Posterior,
  { open }: Slot,
  model: Model,
  x: Float64Array,
  { space }: Problem,
  bonus: readonly number[],
): readonly number[] {
  const best = posterior.incumbent();
  const acquisition = believing([posterior], model, space, open, () =>
    logExpectedImprovement(posterior.predict(x, CANDIDATES), best),
  );
  return Array.from(acquisition, (_, c) => c)
    .sort((a, b) => acquisition[b] + bonus[b] - acquisition[a] - bonus[a])
    .slice(0, 50);
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
