/**
 * The best points known, for a search to mutate.
 */
import type { Rng } from "../../random.ts";
import type { Observation } from "../observed.ts";
import type { Outcomes } from "./outcomes.ts";
import { frontOf, standingsOf } from "./standing.ts";

/** Best observed points that are mutated, and how often each. */
const ELITE = 5;
const MUTATIONS = 60;
/** The same of a front, whose points are drawn where there are more. */
const FRONT = 15;
const FRONT_MUTATIONS = 40;

interface Elite {
  readonly elite: readonly Float64Array[];
  readonly mutations: number;
}

/**
 * One objective: the points with the lowest losses, feasible ones first. Several: points of the front of posterior means.
 *
 * @param places  of the observations that may be the best known
 */
export function eliteOf(outcomes: Outcomes, places: readonly number[], rng: Rng): Elite {
  const { list, objectives } = outcomes;
  if (objectives.length < 2 || places.length === 0) return { elite: lowest(list), mutations: MUTATIONS };
  const front = [...frontOf(standingsOf(outcomes, places))];
  const stream = rng.stream("elite");
  for (let k = 0; k < Math.min(FRONT, front.length); k++) {
    const other = k + stream.integer(front.length - k);
    [front[k], front[other]] = [front[other], front[k]];
  }
  return {
    elite: front.slice(0, FRONT).map(({ place }) => list[place].unit),
    mutations: FRONT_MUTATIONS,
  };
}

function lowest(list: readonly Observation[]): readonly Float64Array[] {
  return list
    .filter(({ loss }) => !Number.isNaN(loss))
    .sort(closerToGood)
    .slice(0, ELITE)
    .map(({ unit }) => unit);
}

/** The order of known losses: what misses its limits by less first, then by loss. */
export function closerToGood(
  a: Pick<Observation, "loss" | "violation">,
  b: Pick<Observation, "loss" | "violation">,
): number {
  if (a.violation !== b.violation) return a.violation < b.violation ? -1 : 1;
  return a.loss < b.loss ? -1 : a.loss > b.loss ? 1 : 0;
}
