/**
 * What threads are given: everything that was settled before the first model, and where they put what they make.
 */
import type { Params } from "../space/types.ts";
import type { ExternalDescription } from "./external/description.ts";
import type { Family } from "./family.ts";
import type { Lesson, Monotone } from "./pipeline.ts";
import type { Prepared } from "./prepare.ts";
import { FAMILY, ownParams, type Stage, TARGET } from "./problem.ts";
import type { Schema } from "./schema/schema.ts";
import type { Fold } from "./split/split.ts";
import type { Table } from "./table.ts";

/** The table's arrays are shared. */
interface Common {
  readonly table: Table;
  readonly schema: Schema;
  readonly y: Float64Array;
  readonly folds: readonly Fold[];
  readonly balanced: boolean;
  /** Whether rows are in the order of time: then slices are the last rows. */
  readonly timed: boolean;
  readonly monotone?: Monotone;
  /** Families that are external programs. */
  readonly programs: readonly ExternalDescription[];
  readonly seed: number;
  /** How many threads there are. */
  readonly threads: number;
  /** Where predictions and pipelines are kept. */
  readonly folder: string;
  /** Shape (1): milliseconds since the epoch after which fits return what they have; Infinity: never. */
  readonly until: Float64Array;
}

/** For the search. */
export interface Assignment extends Common {
  readonly outer: { readonly train: Int32Array; readonly test: Int32Array };
  readonly stages: readonly Stage[];
  readonly metric: string;
  /** No trial trains for longer. */
  readonly trialSeconds?: number;
}

/** For fitting the chosen models again. */
export interface RefitAssignment extends Common {
  /** All rows that have a target. */
  readonly rows: Int32Array;
  /** What each job fits, by its number. */
  readonly parts: readonly RefitPart[];
}

export interface RefitPart {
  /** The fold that is left out; absent: none. */
  readonly fold?: number;
  /** Rounds for a family that has no slice to know by. */
  readonly rounds?: number;
  readonly seed: number;
}

/** @param until  when fits are to return, on the clock of `Common.until` */
export function commonOf(
  { schema, table, y, balanced, timed, programs, monotone }: Prepared,
  folds: readonly Fold[],
  { seed, threads, folder }: Pick<Common, "seed" | "threads" | "folder">,
  until: number,
): Common {
  return {
    ...{ schema, table, y, folds, balanced, timed, programs, seed, threads, folder },
    ...(monotone && { monotone }),
    until: new Float64Array(new SharedArrayBuffer(8)).fill(until),
  };
}

/** What of a lesson follows from a trial's params. */
export function settingsOf(
  { balanced, monotone }: Common,
  families: Readonly<Record<string, Family>>,
  params: Params,
): Pick<Lesson, "family" | "params" | "log" | "balanced" | "monotone"> {
  const family = families[String(params[FAMILY])];
  return {
    family,
    params: ownParams(params, family.name),
    log: params[TARGET] === "log",
    balanced,
    ...(monotone && { monotone }),
  };
}
