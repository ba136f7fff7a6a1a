/**
 * Which version of the space a trial's params belong to.
 */
import type { Event } from "../events.ts";
import { isWhole } from "../space.ts";
import type { Trial } from "../trial.ts";
import type { History } from "./types.ts";

/**
 * A suggestion belongs to the space at its basis, which may have changed since; params that are tried again keep
 * theirs; an enqueued point belongs to the newest if it is a point of it.
 */
export function versionOf(
  { spaces, spacesSince }: History,
  { basis, params }: Extract<Event, { kind: "started" }>,
  before: Trial | undefined,
): number {
  const newest = spaces.length - 1;
  if (newest === 0) return 0;
  if (basis !== undefined) return spacesSince.findLastIndex((position) => position <= basis);
  if (before === undefined) return newest;
  if (before.attempt > 0) return before.space;
  return isWhole(spaces[newest], params) ? newest : before.space;
}
