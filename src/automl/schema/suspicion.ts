/**
 * What looks wrong with a table before anything is learned from it: columns that give the target away, rows that repeat.
 */

import { rankedArea } from "../metrics/classification.ts";
import { groupDuplicates, isNatural } from "../split/duplicates.ts";
import type { Column, Table } from "../table.ts";
import type { Task } from "../task.ts";
import { conformColumn } from "./conform.ts";
import type { Feature, Schema } from "./schema.ts";

export interface Suspicions {
  /** Without the copies of the target. */
  readonly schema: Schema;
  readonly warnings: readonly string[];
}

interface Learned {
  readonly table: Table;
  readonly schema: Schema;
  readonly rows: Int32Array;
  readonly y: Float64Array;
}

/** A column that tells the target as well as this alone is hardly known before the target is. */
const PERFECT = 0.999;
/** Cells that are looked at, and rows at most. */
const CELLS = 10_000_000;
const ROWS = 20_000;
/** A category tells the target only where its levels have so many rows on average. */
const ROWS_PER_LEVEL = 10;
/** Repeated rows below this share are not worth a word. */
const FEW_COPIES = 0.01;

/** Looks for copies of the target (which are left out), columns that predict it alone, and repeated rows (which are told). */
export function suspicions({ table, schema, rows, y }: Learned): Suspicions {
  const warnings: string[] = [];
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const sample = evenly(rows, Math.max(500, Math.min(ROWS, Math.floor(CELLS / table.columns.length))));
  const features = schema.features.map((feature): Feature => {
    if (!feature.used) return feature;
    const column = byName.get(feature.name)!;
    if (isCopy(column, schema.task, sample, y) && isCopy(column, schema.task, rows, y)) {
      warnings.push(
        `column ${JSON.stringify(feature.name)} is a copy of the target ${JSON.stringify(schema.target)} and is left out`,
      );
      return { ...feature, used: false, why: "is a copy of the target" };
    }
    const strength = alone(conformColumn(column, feature, table.rows, []), schema.task, sample, y);
    if (strength !== undefined && strength > PERFECT)
      warnings.push(
        `column ${JSON.stringify(feature.name)} alone predicts the target almost perfectly: if it is not known when predictions are made, leave it out`,
      );
    return feature;
  });
  const cleared = { ...schema, features };
  const repeats = repeatedRows(table, cleared, rows);
  return { schema: cleared, warnings: repeats === undefined ? warnings : [...warnings, repeats] };
}

/** Every cell says what the target says. */
function isCopy(column: Column, task: Task, rows: Int32Array, y: Float64Array): boolean {
  if (task.kind !== "classification")
    return column.type === "number" && rows.every((row) => column.values[row] === y[row]);
  if (column.type === "string")
    return rows.every(
      (row) =>
        column.codes[row] >= 0 && column.levels[column.codes[row]].trim() === task.classes[y[row]].trim(),
    );
  return rows.every((row) => String(column.values[row]) === task.classes[y[row]]);
}

/** How well a column alone tells the target, 0 … 1; undefined where it cannot be said simply. */
function alone(column: Column, task: Task, rows: Int32Array, y: Float64Array): number | undefined {
  if (column.type === "number") {
    const known = rows.filter((row) => Number.isFinite(column.values[row]));
    if (known.length < rows.length / 2 || known.length < 20) return undefined;
    const few = codesOf(known, column.values);
    if (few !== undefined) return byLevel(few.codes, few.levels, task, known, y);
    const x = Float64Array.from(known, (row) => column.values[row]);
    if (task.kind !== "classification") return squaredCorrelation(x, known, y);
    if (task.classes.length !== 2) return undefined;
    const area = rankedArea(
      Uint8Array.from(known, (row) => y[row]),
      x,
    );
    return area === undefined ? undefined : Math.max(area, 1 - area);
  }
  const known = rows.filter((row) => column.codes[row] >= 0);
  if (known.length < rows.length / 2 || column.levels.length * ROWS_PER_LEVEL > known.length)
    return undefined;
  return byLevel(
    Int32Array.from(known, (row) => column.codes[row]),
    column.levels.length,
    task,
    known,
    y,
  );
}

/** Numbers of few values as codes. */
function codesOf(rows: Int32Array, values: Float64Array): { codes: Int32Array; levels: number } | undefined {
  const known = new Map<number, number>();
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    let code = known.get(value);
    if (code === undefined) {
      code = known.size;
      if ((code + 1) * ROWS_PER_LEVEL > rows.length || code > 256) return undefined;
      known.set(value, code);
    }
    codes[i] = code;
  }
  return { codes, levels: known.size };
}

/** The share of rows that are of the class usual for their level, or the share of variance between levels. */
function byLevel(
  codes: Int32Array,
  levels: number,
  task: Task,
  rows: Int32Array,
  y: Float64Array,
): number | undefined {
  if (task.kind === "classification") {
    const classes = task.classes.length;
    const counts = new Int32Array(levels * classes);
    const totals = new Int32Array(classes);
    for (let i = 0; i < rows.length; i++) {
      counts[codes[i] * classes + y[rows[i]]]++;
      totals[y[rows[i]]]++;
    }
    let usual = 0;
    for (let l = 0; l < levels; l++) {
      let most = 0;
      for (let c = 0; c < classes; c++) most = Math.max(most, counts[l * classes + c]);
      usual += most;
    }
    const others = rows.length - totals.reduce((most, count) => Math.max(most, count), 0);
    const missed = rows.length - usual;
    return others === 0 ? undefined : 1 - missed / others; // compared to always naming the largest class
  }
  const sums = new Float64Array(levels);
  const counts = new Int32Array(levels);
  let mean = 0;
  for (let i = 0; i < rows.length; i++) {
    sums[codes[i]] += y[rows[i]];
    counts[codes[i]]++;
    mean += y[rows[i]] / rows.length;
  }
  let within = 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const centre = sums[codes[i]] / counts[codes[i]];
    within += (y[rows[i]] - centre) * (y[rows[i]] - centre);
    total += (y[rows[i]] - mean) * (y[rows[i]] - mean);
  }
  return total === 0 ? undefined : 1 - within / total;
}

function squaredCorrelation(x: Float64Array, rows: Int32Array, y: Float64Array): number | undefined {
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < x.length; i++) {
    meanX += x[i] / x.length;
    meanY += y[rows[i]] / x.length;
  }
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - meanX) * (x[i] - meanX);
    yy += (y[rows[i]] - meanY) * (y[rows[i]] - meanY);
    xy += (x[i] - meanX) * (y[rows[i]] - meanY);
  }
  return xx > 0 && yy > 0 ? (xy / xx) * (xy / yy) : undefined;
}

function repeatedRows(table: Table, { features }: Schema, rows: Int32Array): string | undefined {
  const used = new Set(features.filter((feature) => feature.used).map(({ name }) => name));
  const duplicates = groupDuplicates(table, used, rows);
  if (duplicates.repeated < FEW_COPIES * rows.length) return undefined;
  const start = `${duplicates.repeated} of ${rows.length} rows are the same in every feature as an earlier row`;
  return isNatural(duplicates, rows.length)
    ? `${start}: the table has few combinations of values`
    : `${start}; copies are kept on one side of every split`;
}

/** At most `most` of the rows, evenly apart. */
function evenly(rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows;
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]);
}
