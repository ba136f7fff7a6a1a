/**
 * What the Parzen estimator keeps between asks: the trials in order, by rank and by each coordinate, so that an ask
 * costs no sorting.
 */
import type { Kernels } from "../../math/kernels/kernels.ts";
import { type Branch, branchesOf } from "../../models/parzen/layout.ts";
import { priorOf, type SpacePrior } from "../../models/prior.ts";
import type { Problem } from "../../problem.ts";
import { type Rng, rng } from "../../random.ts";
import { adoptEncoded } from "../../space/adopt.ts";
import { type Snap, snapOf } from "../../space/snap.ts";
import type { Encoded } from "../../space/types.ts";
import { byRank, missOf, type Observed } from "../observed.ts";
import type { Density } from "./density.ts";
import { bestRows } from "./ranking.ts";
import { insertSorted, type Sorted, sortedNothing } from "./sorted.ts";

/** The best tenth are good. */
export const GOOD_SHARE = 0.1;
/** Good points of one other study. */
const MOST_BORROWED = 5;

/** All of it follows from what was observed. */
export interface Orders {
  readonly branches: readonly Branch[];
  readonly snap: Snap;
  readonly prior: SpacePrior | undefined;
  /** Good points of other studies. */
  readonly borrowed: readonly Encoded[];
  /** For `explain`. */
  readonly stream: Rng;
  /** Places of observations, best first, where `isPlain`. */
  ranked: number[];
  /** Whether there is one objective, and all say by how much they are infeasible: then `byRank` orders them. */
  isPlain: boolean;
  /** For each parameter, places of the observations that have it, ascending. */
  coordinates: Sorted[];
  revisions: number;
  kernels?: { readonly good: Kernels; readonly bad: Kernels };
  /** The better ones of so many, where they are not the first of `ranked`. */
  better?: { readonly key: string; readonly places: readonly number[] };
  /** The density of the better ones, kept as long as it is of the same trials. */
  good?: { readonly key: string; readonly density: Density };
}

export function ordersOf(problem: Problem): Orders {
  const { space, objectives } = problem;
  return {
    branches: branchesOf(space),
    snap: snapOf(space),
    prior: priorOf(space),
    borrowed: borrowedOf(problem),
    stream: rng(0, "explain"),
    ranked: [],
    isPlain: objectives.length === 1,
    coordinates: space.parameters.map(() => sortedNothing()),
    revisions: 0,
  };
}

/** The best points of each other study, by as many of its losses as are asked for here. */
function borrowedOf({ space, objectives, sources = [] }: Problem): readonly Encoded[] {
  const m = objectives.length;
  return sources.flatMap(({ trials }) => {
    const found = trials.flatMap((trial) => {
      const point = adoptEncoded(space, trial.params, true);
      return point === undefined ? [] : [{ point, losses: trial.state === "failed" ? [] : trial.losses }];
    });
    const whole = found.flatMap(({ point, losses = [] }) => {
      const first = losses.slice(0, m);
      return first.length < m || first.some(Number.isNaN) ? [] : [{ point, losses: first }];
    });
    const rows = Float64Array.from(whole.flatMap(({ losses }) => losses));
    const count = Math.min(MOST_BORROWED, Math.ceil(GOOD_SHARE * found.length));
    return bestRows(rows, whole.length, m, count).map((i) => whole[i].point);
  });
}

/** Takes in what was told last. */
export function reorder(orders: Orders, { list, revisions, problem }: Observed): void {
  if (orders.revisions !== revisions) {
    orders.revisions = revisions;
    orders.ranked = [];
    orders.isPlain = problem.objectives.length === 1;
    orders.coordinates = orders.coordinates.map(() => sortedNothing());
  }
  while (orders.ranked.length < list.length) {
    const place = orders.ranked.length;
    const { unit, active } = list[place];
    insert(orders.ranked, place, (other) => byRank(list[other], list[place]) <= 0);
    for (let j = 0; j < unit.length; j++) if (active[j]) insertSorted(orders.coordinates[j], place, unit[j]);
    if (missOf(list[place]) !== list[place].violation) orders.isPlain = false;
  }
}

/** Inserts after all those that come before it. */
function insert(order: number[], place: number, isBefore: (other: number) => boolean): void {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(order[middle])) low = middle + 1;
    else high = middle;
  }
  order.splice(low, 0, place);
}
