/**
 * When hyperparameters are fitted anew, and to what: the observations as they were then. A trial that is told again
 * replaces its observation, but moves no fit forward: what was due is a function of the log, whoever asks when.
 */
import type { Trial } from "../../trial.ts";
import { type Observation, type Observed, observe } from "../observed.ts";

/** Up to here hyperparameters are fitted whenever something is told, … */
const ALWAYS = 50;
/** … and then whenever so many times as much was told. */
const GROWTH = 1.1;
const MOST_APPENDED = 100;

/** The last time that a fit was due. */
export interface Schedule {
  /** How often something had been told, trials that were told again included. */
  epoch: number;
  /** The observations as they were then. */
  known: readonly Observation[];
}

export function scheduleNothing(): Schedule {
  return { epoch: 0, known: [] };
}

/** Takes a trial in, and notes whether a fit is due. */
export function takeIn(schedule: Schedule, observed: Observed, trial: Trial): void {
  const before = observed.list.length + observed.revisions;
  observe(observed, trial);
  const told = observed.list.length + observed.revisions;
  if (told === before || told < schedule.epoch + (told <= ALWAYS ? 1 : appendedAfter(schedule.epoch))) return;
  schedule.epoch = told;
  schedule.known = [...observed.list];
}

/** How much more is told before hyperparameters are fitted anew. */
export function appendedAfter(epoch: number): number {
  return Math.min(MOST_APPENDED, Math.ceil(Math.max(ALWAYS, epoch) * GROWTH) - Math.max(ALWAYS, epoch));
}
