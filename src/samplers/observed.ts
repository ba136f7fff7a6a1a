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
  return { trial, ...space.encode(trial.params), loss };
}
