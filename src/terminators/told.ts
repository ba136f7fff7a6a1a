/**
 * What a terminator was told: trials as points and losses, in the order in which they first ended.
 */
import { isFeasible } from "../history.ts";
import type { Problem } from "../problem.ts";
import { adoptEncoded } from "../space/adopt.ts";
import type { Trial } from "../trial.ts";

export interface Entry {
  /** Unit coordinates and activity, shape (d). */
  readonly unit: Float64Array;
  readonly active: Uint8Array;
  /** Shape (objectives); NaN where the trial failed or is infeasible. */
  readonly losses: Float64Array;
  /** The first of them. */
  readonly loss: number;
  /** Whether it may be the best: trained to its end, and feasible. */
  readonly ranked: boolean;
  /** Over how many evaluations the losses are means, and the standard deviation of one of the first objective's. */
  readonly repeats?: { readonly count: number; readonly std: number };
}

export interface Told {
  readonly problem: Problem;
  readonly list: Entry[];
  readonly places: Map<number, number>;
  /** Counts the trials that were told again. */
  revisions: number;
}

export function toldNothing(problem: Problem): Told {
  return { problem, list: [], places: new Map(), revisions: 0 };
}

/** Takes a trial in, unless it has no place in the space; one of the same number is replaced. */
export function take(told: Told, trial: Trial): void {
  const point = adoptEncoded(told.problem.space, trial.params);
  if (point === undefined) return;
  const { objectives } = told.problem;
  const feasible = isFeasible(trial);
  const isLost = trial.state === "failed" || !feasible;
  const losses = Float64Array.from(objectives, (_, k) =>
    isLost ? Number.NaN : (trial.losses?.[k] ?? Number.NaN),
  );
  const { repeats } = trial;
  const entry: Entry = {
    ...point,
    losses,
    loss: losses[0],
    ranked: trial.state === "complete" && feasible && losses.every((loss) => !Number.isNaN(loss)),
    ...(repeats && { repeats: { count: repeats.count, std: repeats.std[0] ?? Number.NaN } }),
  };
  const place = told.places.get(trial.number);
  if (place === undefined) told.places.set(trial.number, told.list.push(entry) - 1);
  else {
    told.list[place] = entry;
    told.revisions++;
  }
}

/** The place of the lowest ranked loss among the first `count`; −1 if none is ranked. */
export function bestPlace({ list }: Told, count = list.length): number {
  let best = -1;
  for (let place = 0; place < Math.min(count, list.length); place++)
    if (list[place].ranked && (best < 0 || list[place].loss < list[best].loss)) best = place;
  return best;
}

/**
 * The scale of the losses: the interquartile range of all that are finite or of the first of them, whichever is larger,
 * as a search that has converged brings hardly anything but equals. 0 where there are none.
 */
export function scaleOf({ list }: Told): number {
  const losses = list.map(({ loss }) => loss).filter(Number.isFinite);
  return Math.max(interquartileRange(losses), interquartileRange(losses.slice(0, FIRST)));
}

/** So many trials are as a rule tried before anything is learned. */
const FIRST = 20;

function interquartileRange(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return 0;
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  };
  return at(0.75) - at(0.25);
}

/** A number in a sentence. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
