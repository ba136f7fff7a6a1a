/**
 * A number after each trial, worked out once for each count of trials.
 */
import type { Told } from "./told.ts";

export interface Series {
  readonly values: Map<number, number>;
  /** The count of revisions that they belong to. */
  revisions: number;
}

export function emptySeries(): Series {
  return { values: new Map(), revisions: 0 };
}

/** The value after `n` trials; `work` makes those that are missing. */
export async function valueAt(
  series: Series,
  told: Told,
  n: number,
  work: (n: number) => Promise<number>,
): Promise<number> {
  if (series.revisions !== told.revisions) series.values.clear();
  series.revisions = told.revisions;
  const known = series.values.get(n);
  if (known !== undefined) return known;
  const value = await work(n);
  series.values.set(n, value);
  return value;
}

/** So many trials in a row must say the same: one beside a known point says little, whatever is unknown elsewhere. */
const IN_A_ROW = 5;

/** The largest of the latest values; NaN if one of them is. */
export async function largestOfLatest(
  series: Series,
  told: Told,
  work: (n: number) => Promise<number>,
): Promise<number> {
  const t = told.list.length;
  let largest = Number.NEGATIVE_INFINITY;
  for (let n = t - IN_A_ROW + 1; n <= t; n++)
    largest = Math.max(largest, await valueAt(series, told, n, work));
  return largest;
}
