/**
 * From a table and the name of a column to a tuned model: prepares, searches, chooses, fits again, and measures.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import * as clock from "../clock.ts";
import { EngineError, InvalidInputError } from "../errors.ts";
import { checkNumber } from "../options.ts";
import { randomSeed, rng } from "../random.ts";
import type { Storage } from "../storage.ts";
import { memory } from "../storages/memory.ts";
import type { RunEnd, Study } from "../study.ts";
import type { Trial } from "../trial.ts";
import { blend, type Composition, compose } from "./compose.ts";
import { beginning, earlierStudy } from "./continued.ts";
import { explain, scoreOf } from "./explain/explain.ts";
import type { Explanations } from "./explain/explanations.ts";
import { decided, decisionScores, steadyThreshold } from "./explain/threshold.ts";
import { constantMember, constantPredictions } from "./fallback.ts";
import { finish } from "./finish.ts";
import type { Member, Model } from "./model.ts";
import { type Prepared, prepare, type TableOptions } from "./prepare.ts";
import { FAMILY } from "./problem.ts";
import { ranked } from "./rank.ts";
import { search } from "./search.ts";
import { shareTable } from "./share.ts";
import { refitFolds } from "./split/split.ts";
import { standardError } from "./spread.ts";
import type { Table } from "./table.ts";

export interface AutomlOptions extends TableOptions {
  /** Seconds that everything may take, saving included. @default 60, unless `models` is given */
  readonly seconds?: number;
  /** How many models are tried, instead of a time: the same result with any number of threads. */
  readonly models?: number;
  /** Fit each model once on all rows in the end, instead of once for each fold: smaller, and faster to predict. */
  readonly refit?: boolean;
  /** How long the prediction of one row may take, in milliseconds. */
  readonly maxLatencyMs?: number;
  /** Threads that models are fitted in. @default as many as there are processors */
  readonly threads?: number;
  readonly seed?: number;
  /** Where the study is kept. @default memory() */
  readonly storage?: Storage;
  /** @default "automl" */
  readonly study?: string;
  /** Where predictions of tried models are kept, to go on from. @default a folder that is deleted in the end */
  readonly files?: string;
  /** Once aborted, the search ends, and the result is made of what there is. */
  readonly signal?: AbortSignal;
  /** When the time began, in milliseconds since the epoch, where reading the table is to count. @default now */
  readonly began?: number;
  readonly onProgress?: (progress: Progress) => void;
}

/** What is happening. */
export type Progress =
  | { readonly kind: "prepared"; readonly prepared: Prepared }
  | { readonly kind: "searching"; readonly study: Study }
  | { readonly kind: "trial"; readonly trial: Trial; readonly study: Study }
  | { readonly kind: "finishing"; readonly fitted: number; readonly of: number };

/** One row of the leaderboard. */
export interface Standing {
  readonly trial: number;
  readonly family: string;
  /** The mean score over folds, of rows that were not learned from. */
  readonly value: number;
  /** Its standard deviation over folds. */
  readonly spread: number;
  /** Share in the ensemble; 0: not in it. */
  readonly weight: number;
  readonly fitSeconds: number;
  /** Milliseconds for one row, in a batch. */
  readonly predictMs: number;
}

export interface AutomlResult {
  readonly model: Model;
  /** Best first. */
  readonly leaderboard: readonly Standing[];
  /** The score of the constant prediction on the same outer rows. */
  readonly baseline: number;
  readonly warnings: readonly string[];
  readonly explanations: Explanations;
  readonly prepared: Prepared;
  /** Predictions for the rows of the search, none of a model that learned from the row: shape (rows, outputs). */
  readonly inside: Float64Array;
  /** The same for the outer rows. */
  readonly outside: Float64Array;
  readonly study: Study;
  readonly end: RunEnd;
}

const DEFAULT_SECONDS = 60;
/** Kept free for what comes after the last fit: writing files, and a slow last tree. */
const LAST_SHARE = 0.04;
const LAST_MS = 400;
/** Fits that do not return for this part of it are given up. */
const GIVEN_UP = 0.4;
/** Kept free for explanations. */
const EXPLAINING_SHARE = 0.05;
/** Share of the time before the fits must end in which an ensemble is no longer looked for: what is chosen has to do. */
const CHOOSING = 0.1;

/**
 * Tunes models of a table and returns the best ensemble of them.
 *
 * A study that the storage has is gone on with: what was tried is not tried again, `seconds` are as many more, and
 * `models` are as many in all.
 *
 * @throws {InvalidInputError} saying what is wrong with the table or an option
 * @throws {ConflictError} if the study is of another table, or of other options
 * @example
 * const { model } = await automl(await readTable("houses.csv"), { target: "price", seconds: 60 });
 * const { values } = predict(model, await readTable("new-houses.csv"));
 */
export async function automl(raw: Table, options: AutomlOptions): Promise<AutomlResult> {
  const { models, signal, onProgress, threads = availableParallelism(), began = clock.now() } = options;
  checkNumber("automl", "seconds", options.seconds, { above: 0 });
  checkNumber("automl", "models", models, { least: 1, whole: true });
  checkNumber("automl", "threads", threads, { least: 1, whole: true });
  if (models !== undefined && options.seconds !== undefined)
    throw new InvalidInputError(
      "automl: a number of models and a time cannot both be the limit; give one of them",
    );
  const seconds = models === undefined ? (options.seconds ?? DEFAULT_SECONDS) : undefined;
  const deadline = seconds === undefined ? undefined : began + 1000 * seconds - lastMs(seconds);
  const budget = seconds === undefined ? undefined : seconds * threads;
  const storage = options.storage ?? memory();
  const name = options.study ?? "automl";
  const before = await earlierStudy(storage, name, raw, options);
  const seed = before?.seed ?? options.seed ?? randomSeed();
  const made = prepare(raw, {
    ...options,
    ...{ seed, folds: before?.folds },
    ...(budget !== undefined && { budget }),
  });
  const prepared: Prepared = { ...made, table: shareTable(made.table) };
  onProgress?.({ kind: "prepared", prepared });
  const folder = options.files ?? (await mkdtemp(join(tmpdir(), "fettle-automl-")));
  await mkdir(folder, { recursive: true });
  try {
    const fitUntil = deadline && deadline - 1000 * EXPLAINING_SHARE * (seconds ?? 0);
    const common = { seed, threads, folder, ...(fitUntil !== undefined && { deadline: fitUntil }) };
    const { study, end, complete } = await search(prepared, {
      ...common,
      ...{ began, storage, study: name },
      begun: beginning(raw, options, prepared.folds.length),
      ...(models !== undefined && { models }),
      ...(seconds !== undefined && { seconds }),
      ...(options.maxLatencyMs !== undefined && { maxLatencyMs: options.maxLatencyMs }),
      ...(signal && { signal }),
      onStudy: (of) => onProgress?.({ kind: "searching", study: of }),
      onTrial: (trial, of) => onProgress?.({ kind: "trial", trial, study: of }),
    });
    refuseFailures(study, complete);
    const { metric, schema, outer, y } = prepared;
    const constant = constantly(prepared, seed);
    const composition =
      complete.length === 0
        ? constant
        : await compose(prepared, complete, {
            folder,
            ...(options.maxLatencyMs !== undefined && { maxLatencyMs: options.maxLatencyMs }),
            ...(fitUntil !== undefined && {
              stop: () => clock.now() > fitUntil - CHOOSING * 1000 * (seconds ?? 0),
            }),
          });
    const folds = refitFolds({
      ...{ table: raw, schema, rows: prepared.rows, y, folds: prepared.folds.length },
      ...{ group: options.group, time: options.splitByTime, rng: rng(seed, "split") },
    });
    const fitted = await finish(prepared, composition.chosen, {
      ...common,
      ...(fitUntil && seconds && { latest: fitUntil + GIVEN_UP * lastMs(seconds) }),
      ...{ single: options.refit, folds },
      onFitted: (count, of) => onProgress?.({ kind: "finishing", fitted: count, of }),
    });
    const members = fitted.length > 0 ? fitted : [constantMember(prepared, prepared.rows, seed)];
    // of what is in the model, which may be less than was chosen
    const { inside, outside } = fitted.length > 0 ? await blend(prepared, folder, members) : constant;
    const threshold = thresholdOf(prepared, inside, seed);
    const truth = Float64Array.from(outer.test, (row) => y[row]);
    const final = threshold === undefined ? outside : decided(outside, threshold);
    const score = {
      value: scoreOf(metric, truth, outside, schema.task, threshold),
      error: standardError(metric, truth, final, schema.task, seed),
      rows: truth.length,
    };
    const model: Model = {
      ...{ schema, metric: metric.name, score, members },
      ...(threshold !== undefined && { threshold }),
      ...needed(prepared, members),
    };
    const baseline = metric.value(truth, constant.outside, schema.task);
    const warnings = fitted.length > 0 ? prepared.warnings : [...prepared.warnings, NO_TIME];
    const left = () => (deadline === undefined ? Number.POSITIVE_INFINITY : (deadline - clock.now()) / 1000);
    return {
      model,
      leaderboard: standings(complete, members),
      ...{ baseline, warnings },
      explanations: explain({ prepared, model, outside, baseline, warnings, folds, seed, left }),
      ...{ prepared, inside, outside, study, end },
    };
  } finally {
    if (options.files === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Of two classes, measured by what rows are taken for: the threshold that is best for rows that were not learned from. */
function thresholdOf(
  { schema: { task }, metric, outer, y }: Prepared,
  inside: Float64Array,
  seed: number,
): number | undefined {
  const score = decisionScores[metric.name];
  if (score === undefined || task.kind !== "classification" || task.classes.length !== 2) return undefined;
  const truth = Float64Array.from(outer.train, (row) => y[row]);
  const second = truth.map((_, place) => inside[2 * place + 1]);
  return steadyThreshold(truth, second, score, rng(seed));
}

/** The external programs that some member needs. */
function needed({ programs }: Prepared, members: readonly Member[]): Pick<Model, "programs"> {
  const used = programs.filter(({ name }) => members.some(({ family }) => family === name));
  return used.length > 0 ? { programs: used.map(({ name }) => name) } : {};
}

function lastMs(seconds: number): number {
  return LAST_MS + 1000 * LAST_SHARE * seconds;
}

const NO_TIME =
  "it was over before one model was fitted: what is saved is the constant prediction; give it more time";

/** @throws {EngineError} if there is no model because all of them failed */
function refuseFailures(study: Study, complete: readonly Trial[]): void {
  const failed = study.trials.find(({ error }) => error !== undefined)?.error?.message;
  if (complete.length === 0 && failed !== undefined)
    throw new EngineError(`no model could be fitted: ${failed}`);
}

/** The constant prediction in place of an ensemble. */
function constantly(prepared: Prepared, seed: number): Composition {
  const { train, test } = prepared.outer;
  const member = constantMember(prepared, train, seed);
  const outside = constantPredictions(member, prepared, test.length);
  const inside = constantPredictions(member, prepared, train.length);
  return { chosen: [], inside, outside };
}

function standings(complete: readonly Trial[], members: readonly Member[]): Standing[] {
  const weights = new Map(members.map(({ trial, weight }) => [trial, weight]));
  return ranked(complete).map(({ number, params, values, notes, times: { started = 0, finished = 0 } }) => ({
    trial: number,
    family: String(params[FAMILY]),
    value: Object.values(values ?? {})[0] ?? Number.NaN,
    spread: Number(notes.spread ?? 0),
    weight: weights.get(number) ?? 0,
    fitSeconds: (finished - started) / 1000,
    predictMs: Number(notes.predictMs ?? 0),
  }));
}
