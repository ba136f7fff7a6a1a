/**
 * Fits the members of an ensemble anew, run in threads: on the folds of all rows, or once on all of them.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serialize } from "node:v8";
import { workerData } from "node:worker_threads";
import * as clock from "../clock.ts";
import type { RunningTrial } from "../objective.ts";
import { rng } from "../random.ts";
import type { Params } from "../space/types.ts";
import { Encodings } from "./encodings.ts";
import type { Assignment } from "./objective.ts";
import { fitPipeline } from "./pipeline.ts";
import { FAMILY, ownParams, TARGET } from "./problem.ts";
import { familiesWith } from "./programs.ts";

/** What every thread is given beside what the search had. */
export interface RefitAssignment extends Omit<Assignment, "outer" | "stages" | "metric"> {
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

const { data } = workerData as { data: RefitAssignment };
const { table, schema, y, folds, seed, parts } = data;
const families = familiesWith(data.programs);
const encodings = new Encodings({ table, schema, y, rng: rng(seed, "encodings"), threads: data.threads });

/** Fits one part, and writes the pipeline to `<number>.pipeline`; 1 says that the time was up before it was done. */
export default async function refit(params: Params, job: RunningTrial): Promise<number> {
  const part = parts[job.number];
  const family = families[String(params[FAMILY])];
  const fold = part.fold === undefined ? undefined : folds[part.fold];
  const pipeline = await fitPipeline({
    ...{ schema, y, encodings, family },
    rows: fold?.train ?? data.rows,
    key: part.fold === undefined ? "all" : `all/${part.fold}`,
    // what is left out serves to know when to stop: no score is taken of it any more
    ...(family.early && fold && { slice: fold.valid }),
    ...(family.early && fold === undefined && { rounds: part.rounds }),
    params: ownParams(params, family.name),
    log: params[TARGET] === "log",
    balanced: data.balanced,
    ...(data.monotone && { monotone: data.monotone }),
    rng: rng(part.seed),
    stop: () => clock.now() > data.until[0],
  });
  await writeFile(join(data.folder, `${job.number}.pipeline`), serialize(pipeline));
  return clock.now() > data.until[0] ? 1 : 0;
}
