/**
 * The duplicate guard: a configuration of a deterministic objective is not tried twice.
 */
import type { Problem } from "../problem.ts";
import type { Answer, Slot } from "../sampler.ts";
import type { Params } from "../space/types.ts";
import { lattice, valuesOf } from "../space.ts";
import type { Trial } from "../trial.ts";
import { place } from "./placing.ts";

/** What the guard remembers: keys of the trials that were told. */
export interface Seen {
  readonly problem: Problem;
  readonly keys: Set<string>;
}

/** Draws before the points that are left are listed. */
const TRIES = 16;
/** Points of a space that may be listed. */
const MOST_LISTED = 10_000;

export function seenNothing(problem: Problem): Seen {
  return { problem, keys: new Set() };
}

export function remember(seen: Seen, trial: Trial): void {
  if (isGuarded(seen.problem, trial.params)) seen.keys.add(seen.problem.space.key(trial.params));
}

/** Points with a real coordinate do not recur; the others are guarded unless repeats are wanted. */
function isGuarded({ space, deterministic }: Problem, params: Params): boolean {
  if (deterministic === false) return false;
  return (
    Number.isFinite(space.size) ||
    space.parameters.every(({ domain, path }) => domain !== "real" || !(path in params))
  );
}

/**
 * The first of several draws that was not tried; if none is, one of the points that are left, where they can be
 * listed. Where nothing is left: "done" for a deterministic objective, else a repeat.
 *
 * @param draw  the unit coordinates of the n-th draw, a function of the slot and n only
 */
export function firstUnseen(seen: Seen, slot: Slot, draw: (n: number) => Float64Array): Answer {
  const { space, deterministic } = seen.problem;
  const open = new Set(slot.open.map((trial) => space.key(trial.params)));
  const isNew = (params: Params) => {
    if (!isGuarded(seen.problem, params)) return true;
    const key = space.key(params);
    return !seen.keys.has(key) && !open.has(key);
  };
  const first = place(space, draw(0), slot.fixed);
  if (isNew(first)) return { params: first };
  for (let n = 1; n < TRIES; n++) {
    const params = place(space, draw(n), slot.fixed);
    if (isNew(params)) return { params };
  }
  if (space.size <= MOST_LISTED) {
    const points = lattice(space.parameters, space.parameters.map(valuesOf));
    const left = Array.from({ length: points.count }, (_, index) => points.at(index)).filter(
      (params) => isNew(params) && agrees(params, slot.fixed),
    );
    if (left.length > 0) return { params: left[slot.rng.stream("left").integer(left.length)] };
    if (deterministic === true) return "done";
  }
  return { params: first };
}

/** Whether params have the settled values, as far as those are active. */
export function agrees(params: Params, fixed: Params = {}): boolean {
  return Object.entries(fixed).every(([path, value]) => !(path in params) || params[path] === value);
}
