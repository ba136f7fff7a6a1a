/**
 * What a sampler that models was told: points of the unit cube and their losses, in the order of the log.
 */
import type { Problem } from "../problem.ts";
import { adoptEncoded } from "../space/adopt.ts";
import type { Trial } from "../trial.ts";

export interface Observation {
  readonly trial: Trial;
  /**
   * Unit coordinates and activity, shape (d). A trial that was made before the space changed may lie outside of
   * [0, 1]: proposals made from it must not.
   */
  readonly unit: Float64Array;
  readonly active: Uint8Array;
  /** The first objective's loss; NaN if the trial failed, or gave no number. */
  readonly loss: number;
  /** By how much it is infeasible: the sum of the constraints above 0; 0 if it is feasible. */
  readonly violation: number;
}

export interface Observed {
  readonly problem: Problem;
  /** Whether coordinates outside of [0, 1] are moved to the nearer end. */
  readonly clip: boolean;
  /** In the order in which they were first told. */
  readonly list: Observation[];
  readonly places: Map<number, number>;
  /** Counts the trials that were told again with another end. */
  revisions: number;
}

/** @param options.clip  moves coordinates outside of [0, 1] to the nearer end: for densities, which end there */
export function observedNothing(problem: Problem, options: { readonly clip?: boolean } = {}): Observed {
  return { problem, clip: options.clip === true, list: [], places: new Map(), revisions: 0 };
}

/** Takes a trial in, unless it has no place in the space; one of the same number that was told before is replaced. */
export function observe(observed: Observed, trial: Trial): void {
  const observation = observationOf(observed.problem, trial, observed);
  if (observation === undefined) return;
  const place = observed.places.get(trial.number);
  if (place === undefined) {
    observed.places.set(trial.number, observed.list.length);
    observed.list.push(observation);
  } else {
    observed.list[place] = observation;
    observed.revisions++;
  }
}

/** A trial as an observation; undefined if it was made in a space of which this one has no such point. */
export function observationOf(
  { space }: Pick<Problem, "space">,
  trial: Trial,
  { clip = false }: { readonly clip?: boolean } = {},
): Observation | undefined {
  const point = adoptEncoded(space, trial.params, clip);
  if (point === undefined) return undefined;
  const loss = trial.state === "failed" ? Number.NaN : (trial.losses?.[0] ?? Number.NaN);
  let violation = 0;
  for (const value of Object.values(trial.constraints ?? {}))
    violation += Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.max(0, value);
  return { trial, ...point, loss, violation };
}

/**
 * Better first: feasible ones by loss, those that ended before those that were pruned; infeasible ones by how far
 * they are off; failed ones last.
 */
export function byRank(a: Observation, b: Observation): number {
  const failed = Number(Number.isNaN(a.loss)) - Number(Number.isNaN(b.loss));
  if (failed !== 0 || Number.isNaN(a.loss)) return failed;
  if (a.violation !== b.violation) return a.violation < b.violation ? -1 : 1;
  const pruned = Number(a.trial.state === "pruned") - Number(b.trial.state === "pruned");
  if (pruned !== 0) return pruned;
  return a.loss === b.loss ? 0 : a.loss < b.loss ? -1 : 1;
}
