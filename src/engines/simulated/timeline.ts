/**
 * What happens when, in virtual time, and what is sure to happen before anything else.
 */
import type { Handle, JobEvent } from "../../engine.ts";
import type { Running } from "../inline.ts";

/** Something that happens at a virtual time. */
export interface Planned {
  readonly at: number;
  readonly event: JobEvent;
}

/** A trial whose objective was called, and whose time has not come to its end. */
export interface Simulation extends Running {
  readonly handle: Handle;
  /** What it said that its time has not come for. */
  planned: Planned[];
  /** Up to when it is known what it does. */
  at: number;
  reports: number;
  /** Whether its objective is still to return or to throw; once its end is planned, nothing more comes. */
  isOpen: boolean;
  readonly seconds: number;
  readonly stepSeconds: number;
}

/**
 * The next event; undefined if there is none, or if a trial whose objective is busy may still have an earlier one.
 */
export function nextOf(simulations: readonly Simulation[]): Planned | undefined {
  const next = simulations.flatMap(({ planned }) => planned[0] ?? []).sort(inOrder)[0];
  if (next === undefined) return undefined;
  const busy = simulations.filter(({ planned }) => planned.length === 0);
  return busy.some((one) => inOrder(earliest(one), next) < 0) ? undefined : next;
}

type Place = { readonly at: number; readonly isEnd: boolean; readonly trial: number };

const placeOf = (one: Planned | Place): Place =>
  "event" in one ? { at: one.at, isEnd: one.event.kind === "exit", trial: one.event.handle.trial } : one;

/** By time; at the same time reports before ends, and lower numbers first. */
function inOrder(a: Planned | Place, b: Planned | Place): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  return one.at - other.at || Number(one.isEnd) - Number(other.isEnd) || one.trial - other.trial;
}

/** Before which nothing more comes from a trial whose objective is busy, or waits for a verdict. */
function earliest({ at, reports, seconds, stepSeconds, controller, handle }: Simulation): Place {
  const { trial } = handle;
  if (reports > 0 || controller.signal.aborted) return { at, isEnd: true, trial };
  return stepSeconds <= seconds
    ? { at: at + stepSeconds, isEnd: false, trial }
    : { at: at + seconds, isEnd: true, trial };
}
