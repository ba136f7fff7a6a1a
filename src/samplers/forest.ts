/**
 * Bayesian optimisation with a random forest: for large conditional spaces, and cheap at many trials.
 *
 * @see Lindauer et al. 2022, "SMAC3: A versatile Bayesian optimization package" (log-EI, one-exchange neighbours);
 *   Knowles 2006 for several objectives
 */
import { type Features, featuresOf } from "../models/gp/features.ts";
import { priorOf, priorWeight, type SpacePrior } from "../models/prior.ts";
import { type NoOptions, refuseUnknown } from "../options.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import { type Snap, snapOf } from "../space/snap.ts";
import type { Encoded } from "../space/types.ts";
import { type Design, initialDesign } from "./design.ts";
import { explainForests, type ForestModel, modelOf } from "./forest/model.ts";
import { mutate } from "./neighbours.ts";
import { type Observed, observe, observedNothing } from "./observed.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";
import { settler } from "./settler.ts";

/** Every so many trials a point is random: a forest knows nothing of what lies between its points. */
const INTERLEAVED = 8;
const RANDOM = 1000;
const STARTS = 10;
const ROUNDS = 8;
const CHILDREN = 12;
const STEP = 0.2;

export interface ForestState {
  readonly observed: Observed;
  readonly seen: Seen;
  readonly design: Design;
  readonly features: Features;
  readonly snap: Snap;
  readonly prior: SpacePrior | undefined;
  grown?: { readonly key: string; readonly model: ForestModel | undefined };
}

/** Expected improvement under a random forest on warped losses, or on random scalarisations of several. */
export function forest(options: NoOptions = {}): Sampler<ForestState> {
  refuseUnknown("forest", options, []);
  return {
    name: "forest",
    version: 3,
    init(problem) {
      return {
        observed: observedNothing(problem),
        seen: seenNothing(problem),
        design: initialDesign(problem),
        features: featuresOf(problem.space),
        snap: snapOf(problem.space),
        prior: priorOf(problem.space),
      };
    },
    tell(state, trial) {
      observe(state.observed, trial);
      remember(state.seen, trial);
      return state;
    },
    ask(state, slot) {
      const { observed, design, seen } = state;
      const dimensions = observed.problem.space.parameters.length;
      const early = slot.number < design.size || observed.list.length < Math.ceil(design.size / 2);
      const model = early || slot.number % INTERLEAVED === 0 ? undefined : grow(state, slot);
      if (model !== undefined) return suggest(state, model, slot);
      return firstUnseen(seen, slot, (n) =>
        n === 0 && early ? design.point(slot.number) : uniformPoint(slot.rng, dimensions),
      );
    },
    explain: ({ observed, features }, params) =>
      explainForests(observed, features, observed.problem.space.encode(params)),
  };
}

/** The model for this trial; made once for all that are asked for in the same place. */
function grow(state: ForestState, { open, number }: Slot): ForestModel | undefined {
  const { observed, features } = state;
  const { list, revisions, problem } = observed;
  const openKey = open.map((trial) => `${problem.space.key(trial.params)}@${trial.reports.length}`).join(";");
  const isShared = open.length === 0 && problem.objectives.length === 1;
  const key = `${list.length}.${revisions}.${isShared ? "" : `${number}.${openKey}`}`;
  if (state.grown?.key !== key) state.grown = { key, model: modelOf(observed, features, open, number) };
  return state.grown.model;
}

interface Candidate extends Encoded {
  readonly acquisition: number;
}

function suggest(state: ForestState, model: ForestModel, slot: Slot): Answer {
  const { observed, seen, snap, prior, design } = state;
  const { parameters } = observed.problem.space;
  const settle = settler(observed.problem.space, slot.fixed);
  const stream = slot.rng.stream("candidates");
  const faith = priorWeight(observed.problem, observed.list.length - design.size + 1);
  const evaluate = (unit: Float64Array): Candidate => {
    const active = new Uint8Array(unit.length);
    settle(unit);
    snap(unit, active);
    const acquisition = model.acquisition({ unit, active });
    return { unit, active, acquisition: acquisition + faith * (prior?.logRatio(unit, active) ?? 0) };
  };
  const byAcquisition = (a: Candidate, b: Candidate) => b.acquisition - a.acquisition;
  const drawn = Array.from({ length: RANDOM }, () => evaluate(uniformPoint(stream, parameters.length)));
  const elite = model.ranked.slice(0, STARTS);
  let climbers = [
    ...drawn.sort(byAcquisition).slice(0, STARTS),
    ...elite.map(({ unit }) => evaluate(Float64Array.from(unit))),
  ];
  for (let round = 0; round < ROUNDS; round++)
    climbers = climbers.map((climber) => {
      const children = Array.from({ length: CHILDREN }, () =>
        evaluate(mutate(parameters, climber.unit, 1 / parameters.length, STEP, stream)),
      );
      return children.reduce((a, b) => (b.acquisition > a.acquisition ? b : a), climber);
    });
  const candidates = [...climbers, ...drawn.slice(0, STARTS)].sort(byAcquisition);
  const otherwise = slot.rng.stream("otherwise");
  return firstUnseen(seen, slot, (n) =>
    n < candidates.length ? candidates[n].unit : uniformPoint(otherwise, parameters.length),
  );
}
