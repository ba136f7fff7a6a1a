/**
 * Which rows are learned from, which are checked with, and which nobody looks at before the end.
 */
import { InvalidInputError } from "../../errors.ts";
import type { Rng } from "../../random.ts";
import { columnNamed } from "../schema/columns.ts";
import { conformColumn } from "../schema/conform.ts";
import { recognise } from "../schema/kinds.ts";
import type { Schema } from "../schema/schema.ts";
import type { Table } from "../table.ts";
import { dealGroups, dealRows, strata } from "./assign.ts";
import { copies, groupDuplicates } from "./duplicates.ts";

export interface SplitOptions {
  /** As it was read. */
  readonly table: Table;
  readonly schema: Schema;
  /** Rows that have a target, ascending. */
  readonly rows: Int32Array;
  /** Shape (rows of the table). */
  readonly y: Float64Array;
  /** A column whose values stay together: what is checked with is of groups that were not learned from. */
  readonly group?: string;
  /** A column to sort by: what is checked with is later than all that was learned from. */
  readonly time?: string;
  /** 1: one part held out. @default 5, and 1 above 100,000 rows */
  readonly folds?: number;
  readonly rng: Rng;
}

export interface Fold {
  readonly train: Int32Array;
  readonly valid: Int32Array;
}

export interface Split {
  /** All rows: `test` is untouched by every choice, for the score that is told in the end. */
  readonly outer: { readonly train: Int32Array; readonly test: Int32Array };
  /**
   * Of `outer.train`, ascending row numbers of the table; those to train on in the order of time where rows are split by
   * it. The parts `valid` are disjoint; they leave out what can only be
   * trained on: the one row of a class, the beginning of what is split by time, most rows of a single holdout.
   */
  readonly folds: readonly Fold[];
}

const FOLDS = 5;
const MANY_ROWS = 100_000;
const SMALL_ROWS = 5_000;
const MOST_TEST_ROWS = 20_000;
const MOST_HELD_OUT = 50_000;

/**
 * Plans the outer fold (a fifth of the rows below 5,000, otherwise a tenth and at most 20,000) and the folds inside it.
 *
 * @throws {InvalidInputError} for a group or time column that cannot be split by
 */
export function planSplit(options: SplitOptions): Split {
  const { rows, rng } = options;
  const n = rows.length;
  const share = n < SMALL_ROWS ? 0.2 : Math.min(0.1, MOST_TEST_ROWS / n);
  const parts = partsOf(options, rows);
  const [outer] = parts(rows, Math.round(1 / share), 1, rng.stream("outer"));
  return {
    outer: { train: outer.train, test: outer.valid },
    folds: inner(options, parts, outer.train),
  };
}

/** The folds of all rows, for a fit that keeps nothing back. */
export function refitFolds(options: SplitOptions): readonly Fold[] {
  return inner(options, partsOf(options, options.rows), options.rows);
}

/** Splits these rows into `count` parts, and gives the first `folds` of them as folds. */
type Parts = (rows: Int32Array, count: number, folds: number, rng: Rng) => readonly Fold[];

function inner({ folds, rng }: SplitOptions, parts: Parts, rows: Int32Array): readonly Fold[] {
  const wanted = folds ?? (rows.length > MANY_ROWS ? 1 : FOLDS);
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new InvalidInputError(`folds is a whole number of at least 1, not ${wanted}`);
  if (wanted > rows.length / 2)
    throw new InvalidInputError(`${wanted} folds are too many for ${rows.length} rows: choose 5`);
  const held = Math.max(10, Math.ceil(rows.length / MOST_HELD_OUT));
  return wanted === 1
    ? parts(rows, held, 1, rng.stream("inner"))
    : parts(rows, wanted, wanted, rng.stream("inner"));
}

function partsOf(options: SplitOptions, all: Int32Array): Parts {
  const { table, schema, y, group, time } = options;
  if (group !== undefined && time !== undefined)
    throw new InvalidInputError("split by a group or by time, not by both: leave out one of them");
  if (time !== undefined) return timedParts(moments(table, time), time);
  if (group !== undefined) return groupedParts(groupNumbers(table, group), y, schema, group);
  const features = new Set(schema.features.filter(({ used }) => used).map(({ name }) => name));
  const kept = copies(groupDuplicates(table, features, all));
  if (kept === undefined) return stratifiedParts(y, schema);
  const numbers = new Int32Array(table.rows);
  for (let i = 0; i < all.length; i++) numbers[all[i]] = kept[i];
  return copiedParts(numbers, y, schema);
}

function stratifiedParts(y: Float64Array, { task }: Schema): Parts {
  return (rows, count, folds, rng) => {
    const stratum = strata(taken(y, rows), task, count);
    return foldsOf(rows, dealRows(stratum, count, rng), folds);
  };
}

/** Rows stratified, each copy of a row with the first of its kind. */
function copiedParts(group: Int32Array, y: Float64Array, { task }: Schema): Parts {
  return (rows, count, folds, rng) => {
    const leader = new Map<number, number>();
    const leaders: number[] = [];
    const place = Int32Array.from(rows, (row) => {
      let at = leader.get(group[row]);
      if (at === undefined) {
        at = leaders.length;
        leader.set(group[row], at);
        leaders.push(row);
      }
      return at;
    });
    const stratum = strata(taken(y, Int32Array.from(leaders)), task, count);
    const dealt = dealRows(stratum, count, rng);
    return foldsOf(
      rows,
      place.map((at) => dealt[at]),
      folds,
    );
  };
}

function groupedParts(group: Int32Array, y: Float64Array, { task }: Schema, name: string): Parts {
  return (rows, count, folds, rng) => {
    const numbers = new Map<number, number>();
    const dense = Int32Array.from(rows, (row) => {
      const known = numbers.get(group[row]);
      if (known !== undefined) return known;
      numbers.set(group[row], numbers.size);
      return numbers.size - 1;
    });
    if (numbers.size < 2)
      throw new InvalidInputError(
        `the groups of column ${JSON.stringify(name)} are too few to learn from some and check with others: at least 3 are needed`,
      );
    const parts = Math.min(count, numbers.size);
    const stratum = strata(taken(y, rows), task, parts);
    return foldsOf(rows, dealGroups(dense, numbers.size, stratum, parts, rng), Math.min(folds, parts));
  };
}

/** An expanding window: each part is checked with after training on all that is earlier. Equal moments are not parted. */
function timedParts(moment: Float64Array, name: string): Parts {
  return (rows, count, folds) => {
    const order = Int32Array.from(rows).sort((a, b) => moment[a] - moment[b] || a - b);
    const blocks = folds === 1 ? count : folds + 1;
    const edges = Array.from({ length: blocks + 1 }, (_, b) =>
      edge(order, moment, Math.round((b * order.length) / blocks)),
    );
    const found: Fold[] = [];
    for (let b = blocks - folds; b < blocks; b++)
      if (edges[b] > 0 && edges[b + 1] > edges[b])
        found.push({
          train: order.slice(0, edges[b]), // in the order of time, in which a slice of the last is held back
          valid: order.slice(edges[b], edges[b + 1]).sort(),
        });
    if (found.length === 0)
      throw new InvalidInputError(
        `column ${JSON.stringify(name)} has too few different times to check with later ones than were learned from`,
      );
    return found;
  };
}

/** The nearest place where a new moment begins. */
function edge(order: Int32Array, moment: Float64Array, wanted: number): number {
  const begins = (at: number) => at <= 0 || at >= order.length || moment[order[at]] !== moment[order[at - 1]];
  for (let away = 0; away <= order.length; away++) {
    if (begins(wanted - away)) return Math.max(0, wanted - away);
    if (begins(wanted + away)) return Math.min(order.length, wanted + away);
  }
  return wanted;
}

function foldsOf(rows: Int32Array, fold: Int32Array, folds: number): readonly Fold[] {
  return Array.from({ length: folds }, (_, f) => ({
    train: rows.filter((_, i) => fold[i] !== f),
    valid: rows.filter((_, i) => fold[i] === f),
  }));
}

/** Numbers to sort by; what is missing comes first, so that nothing is checked with it. */
function moments(table: Table, name: string): Float64Array {
  const column = columnNamed(table, name, "time to split by");
  const { kind, format } = recognise(column);
  if (kind !== "date" && column.type !== "number" && kind !== "number")
    throw new InvalidInputError(
      `column ${JSON.stringify(name)} holds no dates and no numbers that rows could be split by`,
    );
  const feature = { name, kind: kind === "date" ? kind : ("number" as const), used: true, format };
  const conformed = conformColumn(column, feature, table.rows, []);
  if (conformed.type !== "number")
    throw new InvalidInputError(`column ${JSON.stringify(name)} is not a time`);
  return conformed.values.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
}

/** A number for each group; a row without one is a group of its own. */
function groupNumbers(table: Table, name: string): Int32Array {
  const column = columnNamed(table, name, "group");
  const known = new Map<number, number>();
  let next = 0;
  return Int32Array.from({ length: table.rows }, (_, i) => {
    const value = column.type === "string" ? column.codes[i] : column.values[i];
    if (Number.isNaN(value) || (column.type === "string" && value < 0)) return next++;
    const number = known.get(value) ?? next++;
    known.set(value, number);
    return number;
  });
}

function taken(y: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => y[row]);
}
