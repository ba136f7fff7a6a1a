/**
 * Explains a tuned model, as far as the time allows: what its predictions depend on, and where they are wrong.
 */
import { rng } from "../../random.ts";
import type { Metric } from "../metrics/metrics.ts";
import { decide, type Model, predictConformed } from "../model.ts";
import type { Prepared } from "../prepare.ts";
import { drawn } from "../split/assign.ts";
import type { Fold } from "../split/split.ts";
import type { Column, Table } from "../table.ts";
import type { Task } from "../task.ts";
import { partialDependence } from "./dependence.ts";
import {
  type DependenceOf,
  EXPLANATIONS_FORMAT,
  type Explanations,
  explainClasses,
  explainNumbers,
  type ImportanceOf,
} from "./explanations.ts";
import { type Part, permutationImportance } from "./importance.ts";
import { decided } from "./threshold.ts";

export interface ExplainOptions {
  readonly prepared: Prepared;
  readonly model: Model;
  /** Predictions for the outer rows by models that had not learned from them, shape (rows, outputs). */
  readonly outside: Float64Array;
  readonly baseline: number;
  readonly warnings: readonly string[];
  /** The folds of all rows that the members were fitted on; pipeline k of each has not learned from fold k's `valid`. */
  readonly folds: readonly Fold[];
  readonly seed: number;
  /** Seconds that are left; infinite: as many as it takes. */
  readonly left: () => number;
}

/** Rows that are predicted again and again: at most so many, … */
const MOST_ROWS = 2_000;
/** … at least so many, so that it says something, … */
const FEWEST_ROWS = 50;
/** … as many as are worth more than another repeat, … */
const GOOD_ROWS = 400;
/** … and so many in all, over features and repeats. */
const MOST_PREDICTIONS = 150_000;
const REPEATS = 5;
const FEWEST_REPEATS = 2;
/** Looking at more features than this takes longer than all else. */
const MOST_FEATURES = 300;
/** Features that are drawn, rows that are averaged over, values on the axis. */
const DRAWN = 6;
const DRAWN_ROWS = 200;
const DRAWN_VALUES = 12;
/** Share of the time left that importance is planned for: the rest is for partial dependence, and for misjudgement. */
const PLANNED = 0.5;
const BOLDLY = 0.8;
/** How long a prediction takes is measured so often at most, or until so many seconds have passed. */
const PROBES = 10;
const PROBE_SECONDS = 0.03;
/** Parts of fewer rows take as long. */
const PART_ROWS = 100;

export function explain(options: ExplainOptions): Explanations {
  const { prepared, model, outside, baseline, warnings } = options;
  const { task } = prepared.schema;
  const { test } = prepared.outer;
  const truth = Float64Array.from(test, (row) => prepared.y[row]);
  const notes: string[] = [];
  const importance = importanceOf(options, notes);
  const dependence = importance && dependenceOf(options, importance, notes);
  return {
    ...{ format: EXPLANATIONS_FORMAT, rows: truth.length, baseline, warnings },
    ...(importance && { importance }),
    ...(dependence && { dependence }),
    ...(task.kind === "classification"
      ? {
          classes: explainClasses(
            truth,
            outside,
            decide(outside, task.classes.length, model.threshold),
            task.classes.length,
          ),
        }
      : { numbers: explainNumbers(truth, outside, task) }),
    notes,
  };
}

/** The score that is shown: of classes as the threshold decides them, where there is one. */
export function scoreOf(
  metric: Metric,
  y: Float64Array,
  predictions: Float64Array,
  task: Task,
  threshold?: number,
): number {
  return metric.value(y, threshold === undefined ? predictions : decided(predictions, threshold), task);
}

function importanceOf(options: ExplainOptions, notes: string[]): ImportanceOf | undefined {
  const { prepared, model, seed, left } = options;
  const { metric, schema, table } = prepared;
  const features = table.columns.length;
  const why = unexplained(options);
  if (why !== undefined) {
    notes.push(`importance and partial dependence are not known: ${why}`);
    return;
  }
  const { count, repeats } = affordedRows(options, features);
  if (count < FEWEST_ROWS) {
    notes.push("importance and partial dependence are not known: the time was over");
    return;
  }
  const { parts, unseen } = partsOf(options, count);
  const sign = metric.direction === "maximize" ? 1 : -1;
  const found = permutationImportance({
    parts,
    score: (y, predictions) => sign * scoreOf(metric, y, predictions, schema.task, model.threshold),
    ...{ repeats },
    rng: rng(seed, "importance"),
    stop: () => left() <= 0,
  });
  if (found.length < features)
    notes.push(
      `the importance of ${features - found.length} of ${features} columns is not known: the time was over`,
    );
  const rows = parts.reduce((sum, { y }) => sum + y.length, 0);
  return found.length > 0 ? { rows, repeats, unseen, features: found } : undefined;
}

/** How many rows can be predicted how often for each feature; where time is short, by how long some rows take. */
function affordedRows(options: ExplainOptions, features: number): { count: number; repeats: number } {
  const { left } = options;
  const most = (repeats: number) =>
    Math.max(2 * FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_PREDICTIONS / (repeats * features))));
  if (!Number.isFinite(left())) return { count: most(REPEATS), repeats: REPEATS };
  const { parts } = partsOf(options, 2 * FEWEST_ROWS);
  const predictAll = () => {
    for (const { table, predict } of parts) predict(table);
  };
  predictAll(); // the first time is slower
  const before = left();
  let times = 0;
  do predictAll();
  while (++times < PROBES && before - left() < PROBE_SECONDS);
  const seconds = (before - left()) / (times * parts.reduce((sum, part) => sum + part.y.length, 0));
  const count = (repeats: number) =>
    seconds > 0
      ? Math.min(most(repeats), Math.floor((PLANNED * left()) / (seconds * features * repeats)))
      : most(repeats);
  let repeats = REPEATS;
  while (repeats > FEWEST_REPEATS && count(repeats) < GOOD_ROWS) repeats--;
  // a few rows once are better than nothing; whatever comes after that may be cut short
  const least = FEWEST_ROWS * features * seconds < BOLDLY * left() ? FEWEST_ROWS : 0;
  return { count: Math.max(least, count(repeats)), repeats };
}

/** Why predictions cannot be asked for again and again. */
function unexplained({ prepared, model, left }: ExplainOptions): string | undefined {
  const count = prepared.table.columns.length;
  if (model.programs !== undefined) return "members of the model are external programs";
  if (count > MOST_FEATURES) return `${count} columns are more than the ${MOST_FEATURES} that are looked at`;
  return left() > 0 ? undefined : "the time was over";
}

/** Some rows of the folds with the pipelines that have not seen them; or outer rows, if each pipeline has seen all. */
function partsOf(
  { prepared, model, folds, seed }: ExplainOptions,
  count: number,
): { readonly parts: readonly Part[]; readonly unseen: boolean } {
  const { table, y, schema, outer } = prepared;
  const { members } = model;
  const part = (from: Int32Array, most: number, of: Model["members"], name: number): Part => {
    const rows = some(from, most, seed, name);
    return {
      table: rowsOfTable(table, rows),
      y: Float64Array.from(rows, (row) => y[row]),
      predict: (conformed) => predictConformed({ schema, members: of }, conformed),
    };
  };
  const unseen = members.every(({ pipelines }) => pipelines.length === folds.length && folds.length > 1);
  if (!unseen) return { parts: [part(outer.test, count, members, 0)], unseen };
  const used = folds.slice(0, Math.max(1, Math.floor(count / PART_ROWS)));
  const parts = used.map(({ valid }, k) =>
    part(
      valid,
      Math.ceil(count / used.length),
      members.map((member) => ({ ...member, pipelines: [member.pipelines[k]] })),
      k,
    ),
  );
  return { parts, unseen };
}

function dependenceOf(options: ExplainOptions, importance: ImportanceOf, notes: string[]): DependenceOf[] {
  const { prepared, model, left, seed } = options;
  const table = rowsOfTable(prepared.table, some(prepared.rows, DRAWN_ROWS, seed, -1));
  const drawn: DependenceOf[] = [];
  for (const { feature, mean } of importance.features.slice(0, DRAWN)) {
    if (mean <= 0 && drawn.length > 0) break;
    if (left() <= 0) {
      notes.push("the time was over before the partial dependence of all important columns was known");
      break;
    }
    const column = table.columns.find(({ name }) => name === feature) as Column;
    if (!isKnown(column)) continue;
    const { values, means, spreads } = partialDependence({
      ...{ table, feature, points: DRAWN_VALUES },
      predict: (conformed) => predictConformed(model, conformed),
    });
    drawn.push({ feature, values, means: Array.from(means), spreads: Array.from(spreads) });
  }
  return drawn;
}

function isKnown(column: Column): boolean {
  return column.type === "number"
    ? column.values.some(Number.isFinite)
    : column.codes.some((code) => code >= 0);
}

/** At most `most` of the rows, drawn at random and in their order. */
function some(rows: Int32Array, most: number, seed: number, name: number): Int32Array {
  if (rows.length <= most) return rows;
  return drawn(rows, most, rng(seed, "explained rows", name)).sort();
}

function rowsOfTable(table: Table, rows: Int32Array): Table {
  return {
    rows: rows.length,
    columns: table.columns.map((column): Column => {
      if (column.type === "string")
        return { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]) };
      return { ...column, values: Float64Array.from(rows, (row) => column.values[row]) };
    }),
  };
}
