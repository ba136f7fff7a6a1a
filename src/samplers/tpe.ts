/**
 * Tree-structured Parzen estimator: joint kernels, with exact routing over conditions.
 */

import { type NoOptions, refuseUnknown } from "../options.ts";
import type { Answer, Sampler, Slot } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import { type Design, initialDesign } from "./design.ts";
import { type Observed, observe, observedNothing } from "./observed.ts";
import { uniformPoint } from "./random.ts";
import { firstUnseen, remember, type Seen, seenNothing } from "./seen.ts";
import { type Densities, densitiesOf } from "./tpe/densities.ts";
import { type Orders, ordersOf } from "./tpe/orders.ts";
import { proposals, recombined, type Search } from "./tpe/proposals.ts";

export interface TpeState {
  readonly observed: Observed;
  readonly seen: Seen;
  readonly design: Design;
  readonly orders: Orders;
}

/** The better trials' density over the others': the candidate with the largest ratio is tried. */
export function tpe(options: NoOptions = {}): Sampler<TpeState> {
  refuseUnknown("tpe", options, []);
  return {
    name: "tpe",
    version: 4,
    init(problem) {
      const observed = observedNothing(problem, { clip: true });
      return {
        observed,
        seen: seenNothing(problem),
        design: initialDesign(problem),
        orders: ordersOf(problem),
      };
    },
    tell(state, trial) {
      observe(state.observed, trial);
      remember(state.seen, trial);
      return state;
    },
    ask(state, slot) {
      const { observed, design, seen } = state;
      const { parameters } = observed.problem.space;
      const early = slot.number < design.size || observed.list.length < Math.ceil(design.size / 2);
      if (early)
        return firstUnseen(seen, slot, (n) =>
          n === 0 ? design.point(slot.number) : uniformPoint(slot.rng, parameters.length),
        );
      return suggest(state, densitiesOf(state.orders, observed, slot.open, slot.rng), slot);
    },
    explain: ({ observed, orders }, params) => densityRatio(orders, observed, params),
  };
}

/** ln l and ln g of these params, and their difference: the acquisition. */
export function densityRatio(orders: Orders, observed: Observed, params: Params) {
  if (observed.list.length === 0) return {};
  const { good, bad } = densitiesOf(orders, observed, [], orders.stream);
  const point = observed.problem.space.encode(params);
  const [[better], [worse]] = [good.joint.logDensities([point]), bad.joint.logDensities([point])];
  return { acquisition: better - worse, logGood: better, logBad: worse };
}

function suggest({ observed, seen, orders }: TpeState, densities: Densities, slot: Slot): Answer {
  const { space, objectives } = observed.problem;
  const search: Search = { space, snap: orders.snap, densities, slot };
  const stream = slot.rng.stream("otherwise");
  const isSingle = objectives.length === 1;
  // Of several objectives, every other trial joins parts of different good points. Regret of volume after 100 trials on
  // eleven problems: 0.28 with both in turns, 0.31 with that alone, 0.41 with joint kernels alone.
  if (!isSingle && slot.number % 2 === 0) {
    const draws = slot.rng.stream("recombined");
    return firstUnseen(seen, slot, () => recombined(search, draws));
  }
  const candidates = proposals(search, { single: !isSingle });
  return firstUnseen(seen, slot, (n) =>
    n < candidates.length ? candidates[n].unit : uniformPoint(stream, space.parameters.length),
  );
}
