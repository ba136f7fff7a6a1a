/**
 * What a sampler that models was told: points of the unit cube and their losses, in the order of the log.
 */
import { violationOf } from "../history/limits.ts";
import type { Problem } from "../problem.ts";
import { adoptEncoded } from "../space/adopt.ts";
import type { Encoded } from "../space/types.ts";
import { effectiveParams, type Trial } from "../trial.ts";

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
  /** Every objective's loss, shape (objectives); all NaN if the trial failed. */
  readonly losses: Float64Array;
  /** In the order of the problem's constraints, feasible at ≤ 0, shape (constraints); NaN where not told. */
  readonly constraints: Float64Array;
  /** The last step of which it reported; Infinity if it was trained to its end. */
  readonly step: number;
  /** By how much it is infeasible: the sum of the constraints above 0; 0 if it is feasible. */
  readonly violation: number;
}

/** How trials become observations. */
export interface Reading {
  /** Whether coordinates outside of [0, 1] are moved to the nearer end: for densities, which end there. */
  readonly clip?: boolean;
  /** Whether infeasible trials count as failed: for models that know no constraints. */
  readonly feasible?: boolean;
}

export interface Observed {
  readonly problem: Problem;
  readonly reading: Reading;
  /** In the order in which they were first told. */
  readonly list: Observation[];
  readonly places: Map<number, number>;
  /** Counts the trials that were told again with another end. */
  revisions: number;
}

export function observedNothing(problem: Problem, reading: Reading = {}): Observed {
  return { problem, reading, list: [], places: new Map(), revisions: 0 };
}

/** Takes a trial in, unless it has no place in the space; one of the same number that was told before is replaced. */
export function observe(observed: Observed, trial: Trial): void {
  const observation = observationOf(observed.problem, trial, observed.reading);
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
  { space, objectives, constraints = [] }: Pick<Problem, "space" | "objectives" | "constraints">,
  trial: Trial,
  { clip = false, feasible = false }: Reading = {},
): Observation | undefined {
  const point = pointOf(space, trial, clip);
  if (point === undefined) return undefined;
  const violation = violationOf(trial.constraints);
  const isLost = trial.state === "failed" || (feasible && violation > 0);
  const losses = Float64Array.from(objectives, (_, k) =>
    isLost ? Number.NaN : (trial.losses?.[k] ?? Number.NaN),
  );
  return {
    trial,
    ...point,
    loss: losses[0],
    losses,
    constraints: Float64Array.from(constraints, ({ name }) => trial.constraints?.[name] ?? Number.NaN),
    step: stepOf(trial),
    violation,
  };
}

/** By how much an observation is infeasible; one that does not tell all that is limited counts as infinitely far off. */
export function missOf({ violation, constraints }: Observation): number {
  return constraints.some(Number.isNaN) ? Number.POSITIVE_INFINITY : violation;
}

/** Where a trial was in the end: what it tuned itself counts in place of what it was given, if that is a point at all. */
function pointOf(space: Problem["space"], trial: Trial, clip: boolean): Encoded | undefined {
  const end = trial.tuned && adoptEncoded(space, effectiveParams(trial), clip);
  return end ?? adoptEncoded(space, trial.params, clip);
}

/**
 * Better first: feasible ones by loss, those that went further before those that were stopped earlier, as whoever
 * stopped them compared the two; infeasible ones by how far they are off; failed ones last.
 */
export function byRank(a: Observation, b: Observation): number {
  const failed = Number(Number.isNaN(a.loss)) - Number(Number.isNaN(b.loss));
  if (failed !== 0 || Number.isNaN(a.loss)) return failed;
  if (a.violation !== b.violation) return a.violation < b.violation ? -1 : 1;
  if (a.step !== b.step) return a.step > b.step ? -1 : 1;
  return a.loss === b.loss ? 0 : a.loss < b.loss ? -1 : 1;
}

/** The last step of which a trial reported, 0 if of none; Infinity if it was trained to its end. */
export function stepOf({ state, reports }: Trial): number {
  return state === "complete" ? Number.POSITIVE_INFINITY : (reports[reports.length - 1]?.step ?? 0);
}

/** How many trials must have come as far for their losses to be compared as the best known. */
const FEWEST_AT_STEP = 5;

/**
 * The furthest step that at least five trials reached: the incumbent is sought among those. Infinity where so many
 * were trained to their end; the least step there is while fewer than five trials are known.
 */
export function incumbentStep(list: readonly Observation[]): number {
  const steps = list.filter(({ loss }) => !Number.isNaN(loss)).map(({ step }) => step);
  steps.sort((a, b) => b - a);
  return steps[Math.min(FEWEST_AT_STEP, steps.length) - 1] ?? 0;
}
