/**
 * Bayesian optimisation with Gaussian processes: mixed and conditional spaces, one model for each outcome.
 */

import { checkChoice, given, refuseUnknown } from "../options.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import { type Design, initialDesign } from "./design.ts";
import { bonusOf, clockTrial, type Knowledge, knowledgeOf } from "./gp/bonus.ts";
import { eliteOf } from "./gp/elite.ts";
import { explainOutcomes } from "./gp/explain.ts";
import { goalOf, originOf } from "./gp/goal.ts";
import { type ModelMemo, modelOf } from "./gp/model.ts";
import { believe, inform, type Open, provisionally, sortOpen } from "./gp/open.ts";
import { type Outcomes, type OutcomesMemo, outcomesMemo, outcomesOf, tellOutcomes } from "./gp/outcomes.ts";
import { type Candidate, type Search, search } from "./gp/search.ts";
import { comparable } from "./gp/standing.ts";
import { type Ensemble, type TransferMemo, transfer } from "./gp/transfer.ts";
import { slopeOf } from "./gradient/slope.ts";
import { type Observation, type Observed, observedNothing } from "./observed.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";
import { settler } from "./settler.ts";

export interface GpOptions {
  /**
   * Whether the model of the first objective learns from the gradients that trials report, as `gradient` takes them. They
   * are left out where values are foretold worse with them: a suggestion's `origin` says so. @default false
   */
  readonly gradients?: boolean;
}

export interface GpState {
  readonly observed: Observed;
  readonly seen: Seen;
  readonly design: Design;
  /** The model of the first objective. */
  readonly memo: ModelMemo;
  readonly outcomes: OutcomesMemo;
  readonly knowledge: Knowledge;
  readonly transfer: TransferMemo;
}

/** Global candidates. */
const POOL = 1000;

/**
 * Gaussian processes with a Matérn kernel; the first points are Sobol's. One objective: expected improvement. Two or
 * three: expected hypervolume improvement; more: random scalarisations. Limits on outcomes: times the probability that
 * they hold. With `gradients`, derivatives that trials report are observations too.
 *
 * @throws {InvalidInputError} if an option cannot be meant
 * @see Wu et al. 2017, "Bayesian optimization with gradients"
 */
export function gp(options: GpOptions = {}): Sampler<GpState> {
  refuseUnknown("gp", options, ["gradients"]);
  const { gradients = false } = options;
  checkChoice("gp", "gradients", gradients, [true, false]);
  return {
    name: "gp",
    version: 4,
    ...given(options),
    init(problem) {
      const observed = observedNothing(problem);
      const slopes = gradients ? (observation: Observation) => slopeOf(problem, observation) : undefined;
      const outcomes = outcomesMemo(observed, POOL, undefined, slopes);
      return {
        observed,
        seen: seenNothing(problem),
        design: initialDesign(problem),
        memo: outcomes.objectives[0],
        outcomes,
        knowledge: knowledgeOf(problem),
        transfer: {},
      };
    },
    tell(state, trial) {
      tellOutcomes(state.outcomes, state.observed, trial);
      remember(state.seen, trial);
      clockTrial(state.knowledge, trial);
      return state;
    },
    async ask(state, slot) {
      const { observed, design } = state;
      const half = Math.ceil(design.size / 2);
      const first = gradients && teaches(observed) ? half : design.size;
      if (slot.number < first || observed.list.length < half) return initialPoint(state, slot);
      const open = sortOpen(observed, slot.open);
      const outcomes = await outcomesOf(state.outcomes, observed, slot.compute, open.overlay);
      if (outcomes === undefined) return withTrouble(initialPoint(state, slot), state.memo);
      const bonus = await bonusOf(state.knowledge, slot, observed.list.length - design.size + 1);
      const ensemble = await ensembleOf(state, outcomes, slot, open);
      return suggest(state, { outcomes, open, bonus, ensemble }, slot);
    },
    explain: ({ outcomes, observed }, params) => explainOutcomes(outcomes, observed, params),
  };
}

/**
 * The posterior mean of what a trial with these params would give in the first objective, in standardised values: only
 * their order means something. Undefined while there is no model.
 */
export async function predictMean(state: GpState, params: Params, slot: Slot): Promise<number | undefined> {
  const { observed, memo } = state;
  const model = await modelOf(memo, observed, slot.compute);
  if (model === undefined) return undefined;
  const { features, posterior } = model;
  const x = new Float64Array(features.numeric + features.nominal);
  features.write(observed.problem.space.encode(params), x, 0);
  return posterior.predict(x, 1).mean[0];
}

/** Whether a trial has told a gradient: fewer points without a model are enough then. */
function teaches({ list, problem }: Observed): boolean {
  return list.some((observation) => (slopeOf(problem, observation)?.known ?? 0) > 0);
}

/** Says why there was no model, for whoever looks at the trial. */
function withTrouble(answer: Answer, { trouble = "" }: ModelMemo): Answer {
  return typeof answer === "string" ? answer : { ...answer, origin: { fallback: "sobol", why: trouble } };
}

function initialPoint({ design, observed, seen }: GpState, slot: Slot): Answer {
  const dimensions = observed.problem.space.parameters.length;
  return firstUnseen(seen, slot, (n) =>
    n === 0 ? design.point(slot.number) : uniformPoint(slot.rng, dimensions),
  );
}

/** This study's model of its one objective together with those of past studies, where there are some. */
async function ensembleOf(
  state: GpState,
  { objectives }: Outcomes,
  slot: Slot,
  open: Open,
): Promise<Ensemble | undefined> {
  const { observed, memo } = state;
  if (observed.problem.objectives.length > 1 || objectives.length === 0) return undefined;
  const isConstrained = state.outcomes.limits.size > 0;
  const list = open.overlay?.list ?? observed.list;
  const places = comparable({ list, isConstrained });
  return transfer(state.transfer, memo, observed, objectives[0], slot.compute, {
    key: open.overlay?.key ?? "",
    list: places.map((place) => list[place]),
  });
}

/** What an ask works with. */
interface Work {
  readonly outcomes: Outcomes;
  readonly open: Open;
  readonly bonus: Search["bonus"];
  readonly ensemble: Ensemble | undefined;
}

function suggest(state: GpState, work: Work, slot: Slot): Answer {
  const { observed, seen } = state;
  const candidates = candidatesOf(state, work, slot);
  if (candidates === undefined) return initialPoint(state, slot);
  const stream = slot.rng.stream("otherwise");
  const [{ gradients }] = [...work.outcomes.objectives, ...work.outcomes.limits];
  const answer = firstUnseen(
    seen,
    slot,
    (n) =>
      n < candidates.length
        ? Float64Array.from(candidates[n].unit)
        : uniformPoint(stream, observed.problem.space.parameters.length),
    { reals: true },
  );
  return gradients === undefined || typeof answer === "string"
    ? answer
    : { ...answer, origin: { gradients } };
}

/** The best candidates of a search; undefined where nothing is known that could be looked for. */
function candidatesOf(
  { observed, memo }: GpState,
  { outcomes, open, bonus, ensemble }: Work,
  slot: Slot,
): readonly Candidate[] | undefined {
  const { space } = observed.problem;
  const models = [...outcomes.objectives, ...outcomes.limits];
  const [{ features, pool }] = models;
  const past = (ensemble?.members ?? []).filter((member) =>
    models.every(({ posterior }) => posterior !== member),
  );
  const hosts = [...models, ...past.map((posterior) => ({ features, posterior }))];
  const places = comparable(outcomes);
  return provisionally(hosts, () => {
    inform(models, open.reported);
    const origin = originOf(outcomes, places, ensemble);
    believe(hosts, open.pending);
    const acquisition = goalOf(outcomes, origin, slot.rng, {
      ...(ensemble && { ensemble }),
      reach: slot.number % 2 === 0 ? "all" : "front",
    });
    if (acquisition === undefined) return undefined;
    return search({
      parameters: space.parameters,
      features,
      acquisition,
      snap: memo.snap,
      bonus,
      settle: settler(space, slot.fixed),
      ...eliteOf(outcomes, places, slot.rng),
      pool: slot.fixed && Object.keys(slot.fixed).length > 0 ? [] : pool,
      rng: slot.rng.stream("search"),
    });
  });
}
