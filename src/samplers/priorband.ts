/**
 * PriorBand: what the user expects, the best trial's neighbours and random points, in shares that follow the evidence.
 */
import { InvalidInputError } from "../errors.ts";
import { priorOf, type SpacePrior } from "../models/prior.ts";
import { given, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Rng } from "../random.ts";
import type { Sampler } from "../sampler.ts";

import { byStanding, largestBudget, type Standing, standingsAt } from "./brackets.ts";
import { type Design, initialDesign } from "./design.ts";
import { mutate } from "./neighbours.ts";
import { type Observation, type Observed, observe, observedNothing } from "./observed.ts";
import { type Shares, sharesOf } from "./priorband/shares.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";

export interface PriorbandOptions {
  /** By how much a budget is larger than the one below: the pruner's own; above 1. @default 3 */
  readonly eta?: number;
}

export interface PriorbandState {
  readonly observed: Observed;
  readonly seen: Seen;
  readonly design: Design;
  readonly prior: SpacePrior | undefined;
}

/** Each coordinate of the best trial changes with this probability, by a normal step of this width. */
const SHARE = 0.5;
const STEP = 0.25;
/** The best trial is sought where at least so many can be compared. */
const FEWEST_COMPARED = 5;
/** Draws of the same kind where one was tried before; then uniform ones. */
const DRAWS = 8;

/**
 * At the k-th rung a share 1/(1 + η^k) is random; the rest is split between the prior and changes of the incumbent, by
 * how likely the best configurations are under each. Priors are those of the parameters; where none has one, all of the
 * rest are changes of the incumbent, and `origin` says so.
 *
 * @throws {InvalidInputError} if η is not above 1
 * @see Mallik et al. 2023, "PriorBand: Practical hyperparameter optimization in the age of deep learning", section 5
 */
export function priorband(options: PriorbandOptions = {}): Sampler<PriorbandState> {
  refuseUnknown("priorband", options, ["eta"]);
  const { eta = 3 } = options;
  if (!(typeof eta === "number" && Number.isFinite(eta) && eta > 1))
    throw new InvalidInputError(`priorband: eta ${JSON.stringify(eta)} is not a number above 1`);
  return {
    name: "priorband",
    version: 1,
    ...given(options),
    init: (problem) => ({
      observed: observedNothing(problem, { clip: true }),
      seen: seenNothing(problem),
      design: initialDesign(problem),
      prior: priorOf(problem.space),
    }),
    tell(state, trial) {
      observe(state.observed, trial);
      remember(state.seen, trial);
      return state;
    },
    ask(state, slot) {
      const { seen, prior, design, observed } = state;
      const { problem, list } = observed;
      const dimensions = problem.space.parameters.length;
      const incumbent = incumbentOf(problem, list);
      const isEarly = slot.number < design.size || list.length < Math.ceil(design.size / 2);
      const isFirst = slot.number === 0 || (prior === undefined && (isEarly || incumbent === undefined));
      if (isFirst)
        return firstUnseen(seen, slot, (n) =>
          n === 0 ? design.point(slot.number) : uniformPoint(slot.rng, dimensions),
        );
      const shares = sharesOf(problem, list, slot, eta, { prior, incumbent });
      const chosen = choose(shares, slot.rng.stream("chosen").uniform());
      const answer = firstUnseen(seen, slot, (n) => {
        const stream = slot.rng.stream("point", n);
        if (n >= DRAWS) return uniformPoint(stream, dimensions);
        return draw(state, chosen, incumbent, stream);
      });
      if (typeof answer === "string") return answer;
      const { random, prior: expected, incumbent: changed } = shares;
      const origin = { chosen, shares: { random, prior: expected, incumbent: changed } };
      return {
        ...answer,
        origin: prior === undefined ? { ...origin, why: "no parameter has a prior" } : origin,
      };
    },
  };
}

function choose({ random, prior }: Shares, u: number): keyof Shares {
  if (u < random) return "random";
  return u < random + prior ? "prior" : "incumbent";
}

function draw(
  { observed, prior }: PriorbandState,
  chosen: keyof Shares,
  incumbent: Standing | undefined,
  stream: Rng,
): Float64Array {
  const { parameters } = observed.problem.space;
  if (chosen === "incumbent" && incumbent !== undefined)
    return mutate(parameters, incumbent.unit, SHARE, STEP, stream);
  const unit = uniformPoint(stream, parameters.length);
  return chosen === "prior" && prior !== undefined ? unit.map((u, j) => prior.quantile(j, u)) : unit;
}

/** The best trial at the largest budget that at least five reached; of fewer trials, at the largest that all reached. */
function incumbentOf(problem: Problem, list: readonly Observation[]): Standing | undefined {
  const known = list.filter(({ losses }) => !losses.some(Number.isNaN)).length;
  if (known === 0) return undefined;
  const budget = largestBudget(problem, list, Math.min(FEWEST_COMPARED, known)) as number;
  return standingsAt(problem, list, budget).slice().sort(byStanding)[0];
}
