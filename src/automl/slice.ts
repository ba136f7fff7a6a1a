/**
 * The inner slice: rows of a training set that are held back to know when a model has trained enough.
 */
import { rng } from "../random.ts";
import { drawn } from "./split/assign.ts";
import type { Task } from "./task.ts";

/** Share of the rows that is held back, and the most rows. */
const SHARE = 0.12;
const MOST = 10_000;

/**
 * Splits rows at random, of classes in their proportions; where rows are in the order of time, the last are held back.
 */
export function innerSlice(
  rows: Int32Array,
  y: Float64Array,
  task: Task,
  { seed, key, timed }: { readonly seed: number; readonly key: string; readonly timed: boolean },
): { readonly learned: Int32Array; readonly slice: Int32Array } {
  const share = Math.min(SHARE, MOST / rows.length);
  if (timed) {
    const cut = rows.length - Math.max(1, Math.round(share * rows.length));
    return { learned: rows.slice(0, cut), slice: rows.slice(cut) };
  }
  const stream = rng(seed, "slice", key);
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const group = task.kind === "classification" ? y[row] : 0;
    const list = groups.get(group);
    if (list === undefined) groups.set(group, [row]);
    else list.push(row);
  }
  const held = new Set<number>();
  for (const list of groups.values()) {
    const count = Math.floor(share * list.length + stream.uniform());
    for (const row of drawn(Int32Array.from(list), count, stream)) held.add(row);
  }
  if (held.size === 0) held.add(rows[stream.integer(rows.length)]);
  return { learned: rows.filter((row) => !held.has(row)), slice: rows.filter((row) => held.has(row)) };
}
