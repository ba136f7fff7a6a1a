/**
 * What pruners were told: a learning curve of every trial, in the order in which trials were first told.
 */
import { violationOf } from "../history/limits.ts";
import { constraintsOf } from "../history/outcome.ts";
import { lossesAt } from "../history/reported.ts";
import type { Problem } from "../problem.ts";
import type { Report, Trial, TrialState } from "../trial.ts";

/** The learning curve of one trial; steps ascend, and of a repeated step the later report counts. */
export interface Curve {
  readonly number: number;
  state: TrialState;
  attempt: number;
  bracket?: number;
  budget?: number;
  /** Shape (reports). */
  readonly steps: number[];
  /** Minimised, NaN where a report says nothing. Shape (reports)(objectives). */
  readonly losses: (readonly number[])[];
  /** By how much it misses the limits on outcomes, in all, as far as it told; 0 if it is feasible. */
  violation: number;
  /** The losses that it ended with, if it is complete. Shape (objectives). */
  final?: readonly number[];
  /** The furthest step that was reported; −∞ before the first report. */
  reached: number;
  /** The same before the last tell: what lies between was reached by the last report. */
  before: number;
  /** The reports as they were told last, to see whether the next ones only add to them. */
  told?: readonly Report[];
}

export interface Curves {
  readonly problem: Problem;
  readonly list: Curve[];
  readonly places: Map<number, number>;
  /** Numbers of trials that repeat a configuration. */
  readonly repeats: Set<number>;
  /** How many trials were trained to their end. */
  completed: number;
  /**
   * The step of a full training: the problem's, else the furthest of the first three complete trials; undefined
   * until that is known.
   */
  full: number | undefined;
  /** The furthest step of the complete trials so far. */
  furthest: number;
}

/** So many complete trials show how long a training is, where the problem does not say it. */
const SHOW_LENGTH = 3;

export function noCurves(problem: Problem): Curves {
  return {
    problem,
    list: [],
    places: new Map(),
    repeats: new Set(),
    completed: 0,
    full: problem.steps?.max,
    furthest: Number.NEGATIVE_INFINITY,
  };
}

/**
 * Takes a trial in as it now is: its reports replace those that were told before. Returns its curve; undefined for one
 * that repeats a configuration, whose value is wanted whatever it is: it is neither judged nor compared with others.
 */
export function tellCurve(curves: Curves, trial: Trial): Curve | undefined {
  if (trial.repeatOf !== undefined) {
    curves.repeats.add(trial.number);
    return undefined;
  }
  const curve = curves.list[curves.places.get(trial.number) ?? -1] ?? begin(curves, trial.number);
  const wasComplete = curve.state === "complete";
  curve.state = trial.state;
  curve.attempt = trial.attempt;
  curve.bracket = trial.bracket;
  curve.budget = trial.budget;
  curve.final = trial.state === "complete" ? trial.losses : undefined;
  takeReports(curves.problem, curve, trial.reports);
  curve.violation = missOf(curves.problem, trial);
  const reached = curve.steps[curve.steps.length - 1] ?? Number.NEGATIVE_INFINITY;
  curve.before = reached < curve.reached ? Number.NEGATIVE_INFINITY : curve.reached; // begun anew
  curve.reached = reached;
  if (curve.state === "complete" && !wasComplete) {
    curves.completed++;
    curves.furthest = Math.max(curves.furthest, curve.reached);
    if (curves.full === undefined && curves.completed >= SHOW_LENGTH && curves.furthest > 0)
      curves.full = curves.furthest;
  }
  return curve;
}

/** Whether the study's limit leaves no number for another trial, as far as is known. */
export function isExhausted({ problem, list, repeats }: Curves): boolean {
  return list.length + repeats.size >= (problem.limits.trials ?? Number.POSITIVE_INFINITY);
}

export function curveOf(curves: Curves, number: number): Curve | undefined {
  const place = curves.places.get(number);
  return place === undefined ? undefined : curves.list[place];
}

function begin(curves: Curves, number: number): Curve {
  const curve: Curve = {
    number,
    state: "running",
    attempt: 1,
    steps: [],
    losses: [],
    violation: 0,
    reached: Number.NEGATIVE_INFINITY,
    before: Number.NEGATIVE_INFINITY,
  };
  curves.places.set(number, curves.list.length);
  curves.list.push(curve);
  return curve;
}

/** The limits that are missed, of the end or else of what was reported so far. */
function missOf(problem: Problem, { constraints, reports }: Trial): number {
  const told =
    constraints ??
    constraintsOf(problem, undefined, reports[reports.length - 1]?.values, reports).constraints;
  return violationOf(told);
}

/** Most reports only add one at the end: then the rest is read once. */
function takeReports(problem: Problem, curve: Curve, reports: readonly Report[]): void {
  if (reports === curve.told) return;
  const known = curve.steps.length;
  const adds = reports.length === known + 1 && known > 0 && reports[known - 1] === curve.told?.[known - 1];
  if (!adds) {
    curve.steps.length = 0;
    curve.losses.length = 0;
  }
  for (let i = curve.steps.length; i < reports.length; i++) {
    curve.steps.push(reports[i].step);
    curve.losses.push(lossesAt(problem, reports[i]));
  }
  curve.told = reports;
}

/** The place of the first report at `step` or later; the number of reports if there is none. */
export function placeOf({ steps }: Curve, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The losses of the first report at `step` or later; undefined if it did not come so far. */
export function lossesFrom(curve: Curve, step: number): readonly number[] | undefined {
  return curve.losses[placeOf(curve, step)];
}

/**
 * The lowest loss of each objective up to the first report at `step` or later, for noisy metrics; undefined if it did
 * not come so far.
 */
export function lowestUntil(curve: Curve, step: number): readonly number[] | undefined {
  const place = placeOf(curve, step);
  if (place >= curve.losses.length) return undefined;
  return curve.losses[place].map((_, k) => {
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i <= place; i++) if (curve.losses[i][k] < lowest) lowest = curve.losses[i][k];
    return lowest;
  });
}
