/**
 * Bayesian optimisation with a Gaussian process: mixed and conditional spaces, one model.
 */
import { sobolSequence } from "../math/sobol.ts";
import { normalQuantile } from "../math/special.ts";
import type { Posterior } from "../models/gp/posterior.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import { adoptEncoded } from "../space/adopt.ts";
import type { Params, Space } from "../space/types.ts";
import type { Trial } from "../trial.ts";
import { type Design, initialDesign } from "./design.ts";
import type { Fantasies } from "./gp/acquisition.ts";
import { bonusOf, clockTrial, type Knowledge, knowledgeOf } from "./gp/bonus.ts";
import { MOST_PENDING, type Model, type ModelMemo, modelMemo, modelOf } from "./gp/model.ts";
import { type Search, search } from "./gp/search.ts";
import { type Ensemble, type TransferMemo, transfer } from "./gp/transfer.ts";
import { type Observed, observe, observedNothing } from "./observed.ts";
import { type NoOptions, refuseUnknown } from "./options.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";
import { settler } from "./settler.ts";

export interface GpState {
  readonly observed: Observed;
  readonly seen: Seen;
  readonly design: Design;
  readonly memo: ModelMemo;
  readonly knowledge: Knowledge;
  readonly transfer: TransferMemo;
}

/** Global candidates. */
const POOL = 1000;
/** So many open trials and more are imagined in so many ways (Snoek et al. 2012). */
const FEWEST_IMAGINED = 3;
const FANTASIES = 32;
/** Best observed points that are mutated. */
const ELITE = 5;

/** Expected improvement under a Gaussian process with a Matérn kernel; the first points are Sobol's. */
export function gp(options: NoOptions = {}): Sampler<GpState> {
  refuseUnknown("gp", options, []);
  return {
    name: "gp",
    version: 3,
    init(problem) {
      const observed = observedNothing(problem, { feasible: true });
      return {
        observed,
        seen: seenNothing(problem),
        design: initialDesign(problem),
        memo: modelMemo(observed, POOL),
        knowledge: knowledgeOf(problem),
        transfer: {},
      };
    },
    tell(state, trial) {
      observe(state.observed, trial);
      remember(state.seen, trial);
      clockTrial(state.knowledge, trial);
      return state;
    },
    async ask(state, slot) {
      const { observed, design } = state;
      if (slot.number < design.size || observed.list.length < Math.ceil(design.size / 2))
        return initialPoint(state, slot);
      const model = await modelOf(state.memo, observed, slot.compute);
      if (model === undefined) return withTrouble(initialPoint(state, slot), state.memo);
      const bonus = await bonusOf(state.knowledge, slot, observed.list.length - design.size + 1);
      const ensemble = await transfer(state.transfer, state.memo, observed, model, slot.compute);
      return suggest(state, model, slot, bonus, ensemble);
    },
  };
}

/**
 * The posterior mean of what a trial with these params would give, in standardised values: only their order means
 * something. Undefined while there is no model.
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

function suggest(
  state: GpState,
  model: Model,
  slot: Slot,
  bonus: Search["bonus"],
  ensemble: Ensemble | undefined,
): Answer {
  const { observed, seen, memo } = state;
  const { space } = observed.problem;
  const { parameters } = space;
  const { posterior, features, pool } = model;
  const before = posterior.size;
  const best = ensemble?.best ?? posterior.incumbent();
  const candidates = believing(ensemble?.members ?? [posterior], model, space, slot.open, () => {
    const fantasies = ensemble === undefined ? imagine(posterior, before, best, slot) : undefined;
    return search({
      parameters,
      features,
      posterior: ensemble?.surrogate ?? posterior,
      snap: memo.snap,
      best,
      bonus,
      ...(fantasies && { fantasies }),
      settle: settler(space, slot.fixed),
      elite: elite(observed),
      pool: slot.fixed && Object.keys(slot.fixed).length > 0 ? [] : pool,
      rng: slot.rng.stream("search"),
    });
  });
  const stream = slot.rng.stream("otherwise");
  return firstUnseen(
    seen,
    slot,
    (n) =>
      n < candidates.length ? Float64Array.from(candidates[n].unit) : uniformPoint(stream, parameters.length),
    { reals: true },
  );
}

/**
 * Does `work` while open trials count in these posteriors as if they came out as predicted (kriging believer;
 * Ginsbourger et al. 2010), and forgets them again.
 */
export function believing<T>(
  posteriors: readonly Posterior[],
  { features }: Pick<Model, "features">,
  space: Space,
  open: readonly Trial[],
  work: () => T,
): T {
  const sizes = posteriors.map(({ size }) => size);
  const x = new Float64Array(features.numeric + features.nominal);
  try {
    for (const trial of open.slice(-MOST_PENDING)) {
      const point = adoptEncoded(space, trial.params);
      if (point === undefined) continue;
      features.write(point, x, 0);
      for (const posterior of posteriors) posterior.append(x);
    }
    return work();
  } finally {
    posteriors.forEach((posterior, p) => {
      posterior.truncate(sizes[p]);
    });
  }
}

/** What the pending trials may come out as, where they are many: few are believed to come out as predicted. */
function imagine(posterior: Posterior, observed: number, best: number, { rng }: Slot): Fantasies | undefined {
  const pending = posterior.size - observed;
  if (pending < FEWEST_IMAGINED) return undefined;
  const sequence = sobolSequence(pending, rng.stream("fantasies"));
  const draws = new Float64Array(FANTASIES * pending);
  for (let s = 0; s < FANTASIES; s++)
    sequence.point(s).forEach((u, p) => {
      draws[s * pending + p] = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, u)));
    });
  const values = posterior.imagine(draws);
  const bests = Float64Array.from({ length: FANTASIES }, (_, s) =>
    values.subarray(s * pending, (s + 1) * pending).reduce((a, b) => Math.min(a, b), best),
  );
  return { draws, bests };
}

/** The points with the lowest losses. */
function elite({ list }: Observed): readonly Float64Array[] {
  return list
    .filter(({ loss }) => !Number.isNaN(loss))
    .sort((a, b) => a.loss - b.loss)
    .slice(0, ELITE)
    .map(({ unit }) => unit);
}
