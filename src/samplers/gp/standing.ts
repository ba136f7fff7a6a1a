/**
 * Which observations improvement is counted from: feasible ones that came far enough to be compared.
 */
import { dominates } from "../../analysis/pareto.ts";
import { incumbentStep, missOf, type Observation } from "../observed.ts";
import type { Outcome, Outcomes } from "./outcomes.ts";

/**
 * The places of the observations that may be the best known: feasible, and among those at the furthest step that
 * enough of the feasible ones reached. Lost ones are among them where nothing is constrained: they count as the worst.
 */
export function comparable({
  list,
  isConstrained,
}: Pick<Outcomes, "list" | "isConstrained">): readonly number[] {
  const isAllowed = (observation: Observation) =>
    !isConstrained || (missOf(observation) === 0 && !Number.isNaN(observation.loss));
  const step = incumbentStep(list.filter(isAllowed));
  return list.flatMap((observation, place) => {
    const isFar = Number.isNaN(observation.loss) || observation.step >= step;
    return isFar && isAllowed(observation) ? [place] : [];
  });
}

/** The smallest posterior mean of these places. */
export function incumbentOf({ posterior, rows }: Outcome, places: readonly number[]): number {
  return places.length === rows.length
    ? posterior.incumbent()
    : posterior.incumbent(places.map((place) => rows[place]).filter((row) => row >= 0));
}

/** An observation and its posterior means in every objective. */
export interface Standing {
  readonly place: number;
  /** Shape (objectives). */
  readonly mean: Float64Array;
}

/** The standing of each of these places; those left out that were lost, or that a model does not hold. */
export function standingsOf({ objectives, list }: Outcomes, places: readonly number[]): readonly Standing[] {
  const all = objectives.map(({ posterior }) => posterior.means());
  return places.flatMap((place) => {
    const rows = objectives.map(({ rows }) => rows[place]);
    const isKnown = rows.every((row) => row >= 0) && !list[place].losses.some(Number.isNaN);
    return isKnown ? [{ place, mean: Float64Array.from(rows, (row, k) => all[k][row]) }] : [];
  });
}

/** Those that no other dominates. */
export function frontOf(standings: readonly Standing[]): readonly Standing[] {
  const means = standings.map(({ mean }) => [...mean]);
  return standings.filter((_, p) => !means.some((other) => dominates(other, means[p])));
}
