/**
 * The contract of an objective that runs in JavaScript.
 */

import type { Verdict } from "./events.ts";
import type { Rng } from "./random.ts";
import type { Params } from "./space/types.ts";
import type { Json, Numbers } from "./trial.ts";

/** One number where there is one objective, else a number for each by name. */
export type Values<Names extends string = string> = [Names] extends [never]
  ? never
  : IsUnion<Names> extends true
    ? Readonly<Record<Names, number>>
    : number | Readonly<Record<Names, number>>;

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : false;

/** What a trial may say at a step beside its values. */
export interface ReportExtra {
  /** Derivatives of the first objective's value by parameters in their natural units, by path. */
  readonly gradient?: Numbers;
  readonly constraints?: Numbers;
  /** Effective parameters so far, by path, where the trial tunes some itself. */
  readonly params?: Params;
}

/** What an objective gets beside its params. */
export interface RunningTrial<Names extends string = string> {
  readonly number: number;
  readonly attempt: number;
  /** The step up to which it is to run. */
  readonly budget?: number;
  readonly checkpointDir?: string;
  /** The checkpoint to go on from. */
  readonly resumeFrom?: string;
  /** The last step that an earlier attempt of this trial reported. */
  readonly reached?: number;
  /** The trial and step whose state it is to begin from. */
  readonly fork?: { readonly trial: number; readonly step: number };
  /** Which evaluation of its configuration it is, from 0, where the study repeats them: a seed or a fold. */
  readonly repeat?: number;
  /** Randomness of this trial: a function of the study's seed and the trial's number. */
  readonly rng: Rng;
  /** An integer of the same randomness, for libraries that take a seed. */
  readonly seed: number;
  /** Aborts when the trial is to stop or pause, even where `report` was not awaited. */
  readonly signal: AbortSignal;
  /**
   * Says how far the trial is. Told "stop" or "pause" it may return nothing more.
   * @param step  a whole number that grows
   */
  report(step: number, values: NoInfer<Values<Names>>, extra?: ReportExtra): Promise<Verdict>;
  /** Keeps a remark with the trial. */
  note(key: string, value: Json): void;
}

/**
 * What is tuned: returns its values, or nothing where the last report is the value.
 */
export type Objective<P = unknown, Names extends string = string> = (
  params: P,
  trial: RunningTrial<Names>,
) => Values<Names> | undefined | void | Promise<Values<Names> | undefined | void>;
