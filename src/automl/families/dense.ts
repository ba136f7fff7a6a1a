/**
 * What families on the dense view have in common.
 */
import { takeRows } from "../../models/design-matrix.ts";
import type { Rng } from "../../random.ts";
import type { Rows, Shape } from "../family.ts";
import { shuffled } from "../split/assign.ts";

/** Categories of more levels are one column, as the dense view has them. */
const ONE_HOT = 10;

/** About how many columns the dense view has. */
export function denseColumns({ columns, categories, widest }: Shape): number {
  return columns - categories + categories * Math.max(1, Math.min(ONE_HOT, widest));
}

/** Rows to learn from, each with a weight. */
export interface WeightedRows extends Rows {
  readonly weights: Float64Array;
}

/** At most so many of the rows, drawn by `rng` and in their order. */
export function cappedRows({ x, y, weights }: Rows, most: number, rng: Rng): WeightedRows {
  if (x.rows <= most) return { x, y, weights: weights ?? new Float64Array(x.rows).fill(1) };
  const rows = shuffled(x.rows, rng).subarray(0, most).sort();
  return {
    x: takeRows(x, rows),
    y: Float64Array.from(rows, (row) => y[row]),
    weights: Float64Array.from(rows, (row) => weights?.[row] ?? 1),
  };
}
