/**
 * The objective of automated tuning, run in a thread: fits a pipeline fold by fold, reports the score so far, and keeps the
 * predictions of rows that it did not learn from.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import * as clock from "../clock.ts";
import type { RunningTrial } from "../objective.ts";
import { rng } from "../random.ts";
import type { Params } from "../space/types.ts";
import { type Assignment, settingsOf } from "./assignment.ts";
import { Encodings } from "./encodings.ts";
import { metricNamed } from "./metrics/metrics.ts";
import { fitPipeline, type Pipeline } from "./pipeline.ts";
import { familiesWith, predictOf } from "./programs.ts";
import { innerSlice } from "./slice.ts";
import { drawn } from "./split/assign.ts";
import { outputsOf } from "./task.ts";

const { data } = workerData as { data: Assignment };
const { table, schema, y, outer, folds, stages, seed } = data;
const { task } = schema;
const families = familiesWith(data.programs);
const outputs = outputsOf(task);
const metric = metricNamed(data.metric, task);
const encodings = new Encodings({ table, schema, y, rng: rng(seed, "encodings"), threads: data.threads });
/** Where each row stands among those of the search. */
const places = new Int32Array(table.rows);
for (const [place, row] of outer.train.entries()) places[row] = place;

export default async function evaluate(params: Params, trial: RunningTrial): Promise<number | undefined> {
  const kept = new Float32Array(outer.train.length * outputs).fill(Number.NaN);
  const outside = new Float64Array(outer.test.length * outputs);
  const scores: number[] = [];
  const totals = { work: 0, rounds: 0, predictSeconds: 0, predicted: 0 };
  for (const [index, stage] of stages.entries()) {
    const { train, valid } = folds[stage.fold];
    const until = clock.now() + (1000 * (data.trialSeconds ?? Number.POSITIVE_INFINITY)) / stages.length;
    const stop = () => clock.now() > Math.min(until, data.until[0]);
    const isLook = stage.rows !== undefined;
    const rows = isLook ? someOf(train, stage.rows, stage.fold) : train;
    const pipeline = await fitted(params, trial, rows, `${stage.fold}/${rows.length}`, stop);
    totals.work += pipeline.model.work;
    const before = clock.elapsed();
    const predictions = await predict(pipeline, `${stage.fold}/${rows.length}`, "valid", valid);
    totals.predictSeconds += (clock.elapsed() - before) / 1000;
    totals.predicted += valid.length;
    const score = metric.value(pick(valid), predictions, task);
    if (!isLook) {
      scores.push(score);
      totals.rounds += (pipeline.model.rounds ?? 0) / folds.length;
      keep(kept, valid, predictions);
      const more = await predict(pipeline, `${stage.fold}/${rows.length}`, "outside", outer.test);
      for (let i = 0; i < more.length; i++) outside[i] += more[i] / folds.length;
    }
    const value = isLook ? score : mean(scores);
    if (index < stages.length - 1) {
      if ((await trial.report(index + 1, value)) !== "continue") return undefined;
      if (clock.now() > data.until[0]) return cancelled(trial);
    }
  }
  if (clock.now() > data.until[0]) return cancelled(trial);
  await writeFile(join(data.folder, `${trial.number}.kept`), kept);
  await writeFile(join(data.folder, `${trial.number}.outside`), Float32Array.from(outside));
  trial.note("work", Math.round(totals.work));
  trial.note("spread", deviation(scores));
  if (totals.rounds > 0) trial.note("rounds", Math.round(totals.rounds));
  trial.note("predictMs", (1000 * totals.predictSeconds) / totals.predicted);
  return mean(scores);
}

function fitted(
  params: Params,
  { seed: own }: RunningTrial,
  rows: Int32Array,
  key: string,
  stop: () => boolean,
): Promise<Pipeline> {
  const settings = settingsOf(data, families, params);
  const { early } = settings.family;
  const { learned, slice } = early
    ? innerSlice(rows, y, task, { seed, key, timed: data.timed })
    : { learned: rows, slice: undefined };
  return fitPipeline({
    ...settings,
    ...{ schema, y, encodings, stop },
    rows: learned,
    key: early ? `${key}/early` : key,
    ...(slice && { slice }),
    rng: rng(own, key),
  });
}

function predict(pipeline: Pipeline, key: string, name: string, rows: Int32Array): Promise<Float64Array> {
  const early = families[pipeline.model.family].early ? "/early" : "";
  const matrix = encodings.of(`${key}${early}/${name}`, pipeline.encoder, rows);
  return predictOf(families, pipeline, matrix, task);
}

/** The time is up: what was fitted in a hurry counts for nothing, and the trial is called off any moment now. */
async function cancelled({ signal }: RunningTrial): Promise<undefined> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return undefined;
}

/** The same share of a fold's rows for every trial. */
function someOf(rows: Int32Array, count: number, fold: number): Int32Array {
  return data.timed ? rows.slice(-count) : drawn(rows, count, rng(seed, "look", fold)).sort();
}

function keep(kept: Float32Array, rows: Int32Array, predictions: Float64Array): void {
  for (const [i, row] of rows.entries()) {
    const place = places[row];
    for (let k = 0; k < outputs; k++) kept[place * outputs + k] = predictions[i * outputs + k];
  }
}

function pick(rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => y[row]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of scores over folds; 0 of one. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const at = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - at) ** 2, 0) / (values.length - 1));
}
