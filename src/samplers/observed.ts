/**
 * What a sampler that models was told: points of the unit cube and their losses, in the order of the log.
 */
import type { Problem } from "../problem.ts";
import type { Trial } from "../trial.ts";

export interface Observation {
  readonly trial: Trial;
  /** Unit coordinates and activity, shape (d). */
  readonly unit: Float64Array;
  readonly active: Uint8Array;
  /** The first objective's loss; NaN if the trial failed, or gave no number. */
  readonly loss: number;
  /** By how much it is infeasible: the sum of the constraints above 0; 0 if it is feasible. */
  readonly violation: number;
}

export interface Observed {
  readonly problem: Problem;
  /** In the order in which they were first told. */
  readonly list: Observation[];
  readonly places: Map<number, number>;
  /** Counts the trials that were told again with another end. */
  revisions: number;
}

export function observedNothing(problem: Problem): Observed {
  return { problem, list: [], places: new Map(), revisions: 0 };
}

/** Takes a trial in; one of the same number that was told before is replaced. */
export function observe(observed: Observed, trial: Trial): void {
  const observation = observationOf(observed.problem, trial);
  const place = observed.places.get(trial.number);
  if (place === undefined) {
    observed.places.set(trial.number, observed.list.length);
    observed.list.push(observation);
  } else {
    observed.list[place] = observation;
    observed.revisions++;
  }
}

/** A trial as an observation. */
export function observationOf({ space }: Pick<Problem, "space">, trial: Trial): Observation {
  const loss = trial.state === "failed" ? Number.NaN : (trial.losses?.[0] ?? Number.NaN);
  let violation = 0;
  for (const value of Object.values(trial.constraints ?? {}))
    violation += Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.max(0, value);
  return { trial, ...space.encode(trial.params), loss, violation };
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
