/**
 * Whether another table looks like the one that was learned from.
 */
import type { Column, NumberColumn, StringColumn, Table } from "../table.ts";
import { levelCounts } from "./columns.ts";

/** Differences of distributions below this are not worth a word (largest difference of shares, 0 … 1). */
const SHARE = 0.2;
/** Kolmogorov's limit that a difference by chance passes once in ten thousand times, per √(1/n + 1/m). */
const CHANCE = 2.23;
/** Levels that were never seen are told from this share of cells on. */
const UNSEEN = 0.05;
/** Rows of each table that are compared. */
const MOST_ROWS = 20_000;

/**
 * Says of each column whose cells are distributed otherwise than in training what is different.
 *
 * @param train  both conformed to one schema
 * @returns      a line for each such column
 */
export function driftOf(train: Table, test: Table): readonly string[] {
  const limit = Math.max(SHARE, CHANCE * Math.sqrt(1 / Math.max(1, train.rows) + 1 / Math.max(1, test.rows)));
  return train.columns.flatMap((column, c) => {
    const difference = differenceOf(column, test.columns[c], limit);
    return difference === undefined ? [] : [`column ${JSON.stringify(column.name)} ${difference}`];
  });
}

function differenceOf(train: Column, test: Column, limit: number): string | undefined {
  const [before, now] = [missingShare(train), missingShare(test)];
  if (Math.abs(now - before) > limit)
    return `is missing in ${percent(now)} of the rows, and in ${percent(before)} of those learned from`;
  if (train.type === "number" && test.type === "number") return ofNumbers(train, test, limit);
  return train.type === "string" && test.type === "string" ? ofLevels(train, test, limit) : undefined;
}

function ofNumbers(train: NumberColumn, test: NumberColumn, limit: number): string | undefined {
  const [a, b] = [sortedSample(train.values), sortedSample(test.values)];
  if (a.length === 0 || b.length === 0 || largestGap(a, b) <= limit) return undefined;
  const [before, now] = [a[a.length >> 1], b[b.length >> 1]];
  return `is distributed otherwise than in what was learned from: the median is ${short(now)}, and was ${short(before)}`;
}

function ofLevels(train: StringColumn, test: StringColumn, limit: number): string | undefined {
  const known = levelCounts(train);
  const counts = levelCounts(test);
  const [before, now] = [total(known), total(counts)];
  if (before === 0 || now === 0) return undefined;
  const index = new Map(train.levels.map((level, code) => [level, code]));
  let unseen = 0;
  let more = 0;
  let example = "";
  for (let code = 0; code < counts.length; code++) {
    const place = index.get(test.levels[code]);
    if (place === undefined) {
      if (unseen === 0) example = test.levels[code];
      unseen += counts[code];
    }
    more += Math.max(0, counts[code] / now - (place === undefined ? 0 : known[place] / before));
  }
  // Where most levels are rare, new ones are to be expected
  const expected = known.reduce((sum, count) => sum + (count === 1 ? 1 : 0), 0) / before; // Good and Turing
  if (unseen / now > UNSEEN + 2 * expected)
    return `has ${percent(unseen / now)} of its cells in levels that were never learned from, such as ${JSON.stringify(example.slice(0, 30))}`;
  if (more > limit && known.length <= before / 20)
    return `is distributed otherwise than in what was learned from: ${percent(more)} of its cells are in other levels`;
  return undefined;
}

/** The statistic of Kolmogorov and Smirnov: the largest difference between two distribution functions. */
function largestGap(a: Float64Array, b: Float64Array): number {
  let [i, j, gap] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] <= value) i++;
    while (j < b.length && b[j] <= value) j++;
    gap = Math.max(gap, Math.abs(i / a.length - j / b.length));
  }
  return gap;
}

function sortedSample(values: Float64Array): Float64Array {
  const step = Math.max(1, values.length / MOST_ROWS);
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) {
    const value = values[Math.floor(i)];
    if (!Number.isNaN(value)) sample.push(value);
  }
  return Float64Array.from(sample).sort();
}

function missingShare(column: Column): number {
  const cells = column.type === "number" ? column.values : column.codes;
  let missing = 0;
  for (let i = 0; i < cells.length; i++)
    if (column.type === "number" ? Number.isNaN(cells[i]) : cells[i] < 0) missing++;
  return cells.length === 0 ? 0 : missing / cells.length;
}

function total(counts: Int32Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
