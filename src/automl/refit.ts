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
import { type RefitAssignment, settingsOf } from "./assignment.ts";
import { Encodings } from "./encodings.ts";
import { fitPipeline } from "./pipeline.ts";
import { familiesWith } from "./programs.ts";

const { data } = workerData as { data: RefitAssignment };
const { table, schema, y, folds, seed, parts } = data;
const families = familiesWith(data.programs);
const encodings = new Encodings({ table, schema, y, rng: rng(seed, "encodings"), threads: data.threads });

/** Fits one part, and writes the pipeline to `<number>.pipeline`; 1 says that the time was up before it was done. */
export default async function refit(params: Params, job: RunningTrial): Promise<number> {
  const part = parts[job.number];
  const settings = settingsOf(data, families, params);
  const { early } = settings.family;
  const fold = part.fold === undefined ? undefined : folds[part.fold];
  const pipeline = await fitPipeline({
    ...settings,
    ...{ schema, y, encodings },
    rows: fold?.train ?? data.rows,
    key: part.fold === undefined ? "all" : `all/${part.fold}`,
    // what is left out serves to know when to stop: no score is taken of it any more
    ...(early && fold && { slice: fold.valid }),
    ...(early && fold === undefined && { rounds: part.rounds }),
    rng: rng(part.seed),
    stop: () => clock.now() > data.until[0],
  });
  await writeFile(join(data.folder, `${job.number}.pipeline`), serialize(pipeline));
  return clock.now() > data.until[0] ? 1 : 0;
}
