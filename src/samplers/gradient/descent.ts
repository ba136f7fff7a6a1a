/**
 * A chain's way downhill: a fold of the trials that belong to it. One trial is one step from the chain's best point,
 * within a trust region; a step that did not help is followed by a shorter one from the same point.
 */
import type { Json } from "../../trial.ts";
import {
  type Direction,
  directions,
  type Moments,
  momentsWith,
  noMoments,
  type Pair,
  pairOf,
} from "./directions.ts";

/** A trial of a chain: where it ended, and what it says of the way on. */
export interface Visit {
  readonly number: number;
  /** Place in its chain, from 0. */
  readonly step: number;
  /** Within the unit cube, shape (d). */
  readonly unit: Float64Array;
  /** NaN unless the trial is complete and feasible, and has the chain's choices. */
  readonly loss: number;
  /** Derivatives of the loss by the unit coordinates, shape (d); undefined if the trial said of none. */
  readonly gradient?: Float64Array;
  readonly note?: string;
}

export interface Descent {
  readonly best: Visit;
  /** The longest step in any unit coordinate. */
  readonly radius: number;
  /** How many trials in a row did not help. */
  readonly misses: number;
  /** The best loss after each trial. */
  readonly losses: readonly number[];
  readonly moments: Moments;
  readonly pairs: readonly Pair[];
  /** Why it cannot go on. */
  readonly ended?: string;
}

export interface Step {
  readonly unit: Float64Array;
  readonly origin: { readonly [key: string]: Json };
}

/** The trust region grows to this at most, and a chain whose steps are shorter than the second has ended. */
const LONGEST = 0.25;
const SHORTEST = 1e-7;
/** What counts as a step as long as was allowed. */
const FULL = 0.9;
/** So many trials in a row that did not help end a chain: by then the step is 1/256 of what it was. */
const MOST_MISSES = 8;
/** It ends too when so many trials brought less than this share of what the whole chain did. */
const PATIENCE = 5;
const WORTHWHILE = 1e-9;
/** A projected gradient is zero below this share of the loss that was gained so far, per unit. */
const FLAT = 1e-12;

/** The chain that begins with a trial. @param rate  the longest first step in a unit coordinate */
export function beginning(visit: Visit, rate: number): Descent {
  const { gradient, loss } = visit;
  const start = {
    best: visit,
    radius: rate,
    misses: 0,
    losses: [loss],
    moments: gradient === undefined ? noMoments : momentsWith(noMoments, gradient),
    pairs: [],
  };
  if (Number.isNaN(loss)) return { ...start, ended: "its first trial came to no loss at its end" };
  if (gradient === undefined)
    return { ...start, ended: "its first trial reported no gradient that can be used" };
  return start;
}

/** The chain after one more trial. */
export function advanced(descent: Descent, visit: Visit): Descent {
  const { best, radius, misses, losses, moments, pairs, ended } = descent;
  const { gradient, loss } = visit;
  if (ended !== undefined && best.gradient === undefined) return descent;
  const isBetter = loss < best.loss && gradient !== undefined;
  const length = distance(visit.unit, best.unit);
  const pair = gradient && best.gradient && pairOf(best.unit, best.gradient, visit.unit, gradient);
  const known = {
    losses: [...losses, isBetter ? loss : best.loss],
    moments: gradient === undefined ? moments : momentsWith(moments, gradient),
    pairs: pair === undefined ? pairs : [...pairs, pair].slice(-MEMORY),
  };
  const moved: Descent = isBetter
    ? {
        ...known,
        best: visit,
        misses: 0,
        radius: length < FULL * radius ? radius : Math.min(LONGEST, 2 * radius),
      }
    : { ...known, best, misses: misses + 1, radius: Math.min(radius, length > 0 ? length : radius) / 2 };
  const why = whyEnded(moved);
  return why === undefined ? moved : { ...moved, ended: why };
}

/** Steps and changes of gradients that are remembered. */
const MEMORY = 10;

function whyEnded({ radius, misses, losses }: Descent): string | undefined {
  if (misses >= MOST_MISSES) return `${misses} steps in a row did not help`;
  if (radius < SHORTEST) return "its steps have become tiny";
  const gained = losses[0] - losses[losses.length - 1];
  const lately = losses[losses.length - 1 - PATIENCE] - losses[losses.length - 1];
  return lately <= WORTHWHILE * gained ? `its last ${PATIENCE} trials brought next to nothing` : undefined;
}

/**
 * The next step from a chain's best point.
 *
 * @param free  1 where a coordinate may move, shape (d)
 * @returns undefined where the loss does not fall in any way that is open: a minimum, or the edges of the ranges
 */
export function stepOf(
  { best, radius, misses, losses, moments, pairs }: Descent,
  free: Uint8Array,
): Step | undefined {
  const { unit, gradient } = best;
  if (gradient === undefined) return undefined;
  // at the end of a range a coordinate stays there if the loss falls beyond it (Bertsekas 1982)
  const open = free.map((may, j) => Number(may === 1 && !(gradient[j] > 0 ? unit[j] <= 0 : unit[j] >= 1)));
  const steepest = gradient.map((g, j) => (open[j] ? g : 0));
  const slope = largest(steepest);
  const gained = losses[0] - best.loss;
  if (!(slope > FLAT * gained)) return undefined;
  const order: readonly Direction[] = directions(steepest, open, moments, pairs, radius);
  // two tries with the curvature, then one without
  const { by, step } = order[misses % 3 === 2 ? order.length - 1 : 0];
  const length = largest(step);
  const share = Math.min(1, radius / length);
  const next = unit.map((u, j) => Math.min(1, Math.max(0, u + share * step[j])));
  if (distance(next, unit) < SHORTEST) return undefined;
  return { unit: next, origin: { by, from: best.number, reach: round(Math.min(radius, length)) } };
}

/** The largest difference of a coordinate. */
export function distance(a: Float64Array, b: Float64Array): number {
  let most = 0;
  for (let j = 0; j < a.length; j++) most = Math.max(most, Math.abs(a[j] - b[j]));
  return most;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const v of a) most = Math.max(most, Math.abs(v));
  return most;
}

/** The log is read by people too. */
const round = (value: number) => Number(value.toPrecision(3));
