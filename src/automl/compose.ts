/**
 * From the trials of a search to an ensemble: which models, with what weights, and how good it is on rows that nothing was
 * chosen by.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError, NotFoundError } from "../errors.ts";
import type { Trial } from "../trial.ts";
import { type Candidate, greedyEnsemble } from "./ensemble.ts";
import type { Prepared } from "./prepare.ts";
import { FAMILY } from "./problem.ts";
import { lossOf, ranked } from "./rank.ts";
import { outputsOf } from "./task.ts";

/** The best models that an ensemble is chosen from. */
const CANDIDATES = 30;
/** Numbers that each model's predictions are chosen by at most, and of measures that sort them: those take longer. */
const MOST_NUMBERS = 400_000;
const MOST_SORTED = 20_000;
const SORTING = new Set(["auc", "average-precision"]);

export interface Chosen {
  readonly trial: Trial;
  readonly weight: number;
}

export interface Composition {
  /** With the largest weight first. */
  readonly chosen: readonly Chosen[];
  /** Predictions for the rows of the search, none of a model that learned from the row: shape (rows, outputs). */
  readonly inside: Float64Array;
  /** Predictions for the outer rows, shape (rows, outputs). */
  readonly outside: Float64Array;
}

export interface ComposeOptions {
  /** Where predictions of the tried models are kept. */
  readonly folder: string;
  readonly maxLatencyMs?: number;
  /** Asked between models: once true, the ensemble is what was chosen so far. */
  readonly stop?: () => boolean;
}

/**
 * Chooses the ensemble by the predictions of rows that were not learned from.
 *
 * @param complete  trials that came to their end, at least one
 */
export async function compose(
  prepared: Prepared,
  complete: readonly Trial[],
  { folder, maxLatencyMs = Number.POSITIVE_INFINITY, stop }: ComposeOptions,
): Promise<Composition> {
  const { metric, schema, outer, y, folds } = prepared;
  const { task } = schema;
  const outputs = outputsOf(task);
  const all = ranked(complete);
  const latencyOf = ({ notes }: Trial) => folds.length * Number(notes.predictMs ?? 0); // a pipeline for each fold
  const quick = all.filter((trial) => latencyOf(trial) <= maxLatencyMs);
  if (quick.length === 0)
    throw new InvalidInputError(
      `no model predicts a row within ${maxLatencyMs} ms; the fastest takes ${Math.min(...all.map(latencyOf)).toPrecision(2)} ms`,
    );
  const constant = all.find(({ params }) => params[FAMILY] === "constant");
  const better = quick
    .filter((trial) => constant === undefined || lossOf(trial) < lossOf(constant))
    .slice(0, CANDIDATES);
  const best = better.length > 0 ? better : quick.slice(0, 1);
  const kept = await Promise.all(best.map(({ number }) => read(join(folder, `${number}.kept`))));
  // where one part is held out, or time goes forward, not every row has a prediction
  const places = Array.from(outer.train, (_, place) => place).filter(
    (place) => !Number.isNaN(kept[0][place * outputs]),
  );
  const most = (SORTING.has(metric.name) ? MOST_SORTED : MOST_NUMBERS) / outputs;
  const step = Math.max(1, Math.ceil(places.length / most));
  const looked = places.filter((_, index) => index % step === 0);
  const truth = Float64Array.from(looked, (place) => y[outer.train[place]]);
  const sign = metric.direction === "minimize" ? 1 : -1;
  const candidates = kept.map((all): Candidate => ({ predictions: rowsOf(all, looked, outputs) }));
  const weights = greedyEnsemble(candidates, (mean) => sign * metric.value(truth, mean, task), stop);
  const chosen = withinLatency(
    best
      .map((trial, index) => ({ trial, weight: weights[index], index }))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight || a.index - b.index),
    (trial) => latencyOf(trial) / maxLatencyMs,
  );
  const { inside, outside } = await blend(prepared, folder, chosen);
  return { chosen, inside, outside };
}

/** Predictions of an ensemble of trials, as in {@link Composition}. */
export async function blend(
  { outer, schema }: Prepared,
  folder: string,
  members: readonly { readonly trial: number | Trial; readonly weight: number }[],
): Promise<Pick<Composition, "inside" | "outside">> {
  const outputs = outputsOf(schema.task);
  const inside = new Float64Array(outer.train.length * outputs);
  const outside = new Float64Array(outer.test.length * outputs);
  for (const { trial, weight } of members) {
    const number = typeof trial === "number" ? trial : trial.number;
    add(inside, await read(join(folder, `${number}.kept`)), weight);
    add(outside, await read(join(folder, `${number}.outside`)), weight);
  }
  return { inside, outside };
}

/**
 * The most important models that fit into the whole together, at least one; weights add up to 1 again.
 *
 * @param share  what a model takes of the time that the prediction of a row may take
 */
function withinLatency<C extends Chosen>(chosen: readonly C[], share: (trial: Trial) => number): C[] {
  let spent = 0;
  const kept = chosen.filter(({ trial }, index) => {
    const fits = index === 0 || spent + share(trial) <= 1;
    if (fits) spent += share(trial);
    return fits;
  });
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map((one) => ({ ...one, weight: one.weight / total }));
}

async function read(path: string): Promise<Float32Array> {
  const bytes = await readFile(path).catch((cause) => {
    throw new NotFoundError(
      `${path} is not there, though the study has a trial of it: its files were deleted or are elsewhere (--files); begin another study`,
      { cause },
    );
  });
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function rowsOf(all: Float32Array, places: readonly number[], outputs: number): Float64Array {
  const rows = new Float64Array(places.length * outputs);
  for (const [row, place] of places.entries())
    for (let k = 0; k < outputs; k++) rows[row * outputs + k] = all[place * outputs + k];
  return rows;
}

function add(sum: Float64Array, more: Float32Array, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] += weight * more[i];
}
