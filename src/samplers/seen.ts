/**
 * The duplicate guard: a configuration of a deterministic objective is not tried twice.
 */
import { UnsupportedError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import type { Answer, Slot } from "../sampler.ts";
import { adopt } from "../space/adopt.ts";
import { allowedAt } from "../space/allowed.ts";
import type { Params, Space } from "../space/types.ts";
import { place, valuesOf } from "../space.ts";
import type { Trial } from "../trial.ts";
import { settledPoints } from "./points.ts";

/** What the guard remembers of the trials that were told. */
export interface Seen {
  readonly problem: Problem;
  /** Their keys, … */
  readonly keys: Set<string>;
  /** … and those whose keys were not needed yet: in a space of reals that is all of them. */
  readonly unkeyed: Params[];
  /**
   * The points that were not told when somebody last looked, by the values that were settled; undefined where
   * there are too many. Points are told, never untold: so the list only shrinks, whoever looks when.
   */
  readonly left: Map<string, readonly Point[] | undefined>;
}

interface Point {
  readonly params: Params;
  readonly key: string;
}

/** Draws before the points that are left are listed. */
const TRIES = 16;
/** Draws of a search by chance before one is moved to where the constraints hold, which is no longer by chance. */
export const CHANCES = 1000;
/** Lists that are kept: each point that was enqueued in part has one of its own. */
const MOST_LISTS = 8;
/** Points that may be listed, and, where constraints leave few of them, that are looked at. */
const MOST_LISTED = 10_000;
const MOST_LOOKED_AT = 100_000;

export function seenNothing(problem: Problem): Seen {
  return { problem, keys: new Set(), unkeyed: [], left: new Map() };
}

export function remember(seen: Seen, trial: Trial): void {
  seen.unkeyed.push(trial.params);
}

/**
 * The first of several draws that was not tried; if none is, one of the points that are left, where they can be
 * listed. Where nothing is left: "done" for a deterministic objective, else a repeat.
 *
 * @param draw           the unit coordinates of the n-th draw, a function of the slot and n only
 * @param options.reals  whether reals may recur too: a search that climbs comes back to the ends of a range
 * @param options.tries  draws before one that the constraints do not allow is moved to where they do
 */
export function firstUnseen(
  seen: Seen,
  slot: Slot,
  draw: (n: number) => Float64Array,
  { reals = false, tries = TRIES }: { readonly reals?: boolean; readonly tries?: number } = {},
): Answer {
  const { space, deterministic } = seen.problem;
  const { fixed = {} } = slot;
  const { first, draws } = firstAllowed(space, draw, fixed, tries);
  const mayBeTaken = (params: Params) => deterministic !== false && (reals || isListed(space, params, fixed));
  if (!mayBeTaken(first)) return { params: first };
  const told = keysOf(seen);
  const open = keysOfTrials(space, slot.open);
  const isTaken = (key: string) => told.has(key) || open.has(key);
  if (!isTaken(space.key(first))) return { params: first };
  for (let n = draws; n < draws + TRIES - 1; n++) {
    const params = place(space, draw(n), fixed);
    if (!mayBeTaken(params) || !isTaken(space.key(params))) return { params };
  }
  const left = pointsLeft(seen, fixed)?.filter(({ key }) => !isTaken(key));
  if (left !== undefined && left.length > 0)
    return { params: left[slot.rng.stream("left").integer(left.length)].params };
  return left !== undefined && deterministic === true ? "done" : { params: first };
}

/**
 * The first draw that is allowed, or is once its sums and orders are put right; where a few are not, the first of all,
 * moved to where the constraints hold.
 *
 * @returns with how many draws were made
 */
function firstAllowed(
  space: Space,
  draw: (n: number) => Float64Array,
  fixed: Params,
  tries: number,
): { readonly first: Params; readonly draws: number } {
  if (space.constraints.length === 0) return { first: place(space, draw(0), fixed), draws: 1 };
  let drawn: Float64Array | undefined;
  for (let n = 0; n < tries; n++) {
    const unit = draw(n);
    drawn ??= unit;
    const params = allowedAt(space, unit, fixed);
    if (params !== undefined) return { first: params, draws: n + 1 };
  }
  return { first: place(space, drawn as Float64Array, fixed), draws: tries };
}

/** Whether it has no real coordinate that was drawn: such points do not come again. */
function isListed(space: Space, params: Params, fixed: Params): boolean {
  return space.parameters.every(
    ({ domain, path }) => domain !== "real" || !(path in params) || path in fixed,
  );
}

function keysOf({ problem, keys, unkeyed }: Seen): ReadonlySet<string> {
  for (const params of unkeyed) addKey(problem.space, params, keys);
  unkeyed.length = 0;
  return keys;
}

/** The keys of trials in this space, also of those that were made before it changed. */
export function keysOfTrials(space: Space, trials: readonly Trial[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { params } of trials) addKey(space, params, keys);
  return keys;
}

/** Adds the key of a point, unless the space has no such point. */
export function addKey(space: Space, params: Params, keys: Set<string>): void {
  const adopted = adopt(space, params);
  if (adopted !== undefined) keys.add(space.key(adopted));
}

/** The points with these settled values that were not told; undefined if they are too many to list. */
function pointsLeft(seen: Seen, fixed: Params): readonly Point[] | undefined {
  const name = JSON.stringify(fixed);
  const before = seen.left.has(name) ? seen.left.get(name) : listPoints(seen.problem, fixed);
  const left = before?.filter(({ key }) => !seen.keys.has(key));
  if (!seen.left.has(name) && seen.left.size >= MOST_LISTS) seen.left.clear(); // all of it can be listed again
  seen.left.set(name, left);
  return left;
}

function listPoints({ space }: Problem, fixed: Params): readonly Point[] | undefined {
  const tooMany = new UnsupportedError(`more than ${MOST_LISTED} points are not listed`);
  try {
    const points = settledPoints(space, fixed, (parameter) => {
      if (parameter.domain === "real" || parameter.size > MOST_LISTED) throw tooMany;
      return valuesOf(parameter);
    });
    if (points.count > (space.constraints.length > 0 ? MOST_LOOKED_AT : MOST_LISTED)) return undefined;
    const left: Point[] = [];
    for (let index = 0; index < points.count; index++) {
      const params = points.at(index);
      if (space.allows(params)) left.push({ params, key: space.key(params) });
    }
    return left;
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}
