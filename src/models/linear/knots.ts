/**
 * Numbers bent at knots, so that a sum of them is a sum of broken lines: a generalised additive model.
 *
 * @see Friedman 1991, "Multivariate adaptive regression splines", eq. 17
 */
import type { DesignMatrix } from "../design-matrix.ts";
import { distinct } from "./columns.ts";

/** Columns max(0, x − knot), shape (bends) both. */
export interface Knots {
  /** Which column is bent, … */
  readonly sources: Int32Array;
  /** … and where. */
  readonly knots: Float32Array;
}

/** Up to `count` knots for each column of more than two values, at its quantiles: each once, none at an end. */
export function placeKnots({ rows, columns, values }: DesignMatrix, count: number): Knots {
  const sources: number[] = [];
  const knots: number[] = [];
  for (let c = 0; c < columns && count > 0; c++) {
    if (distinct(values.subarray(c * rows, (c + 1) * rows)) < 3) continue;
    const sorted = values.slice(c * rows, (c + 1) * rows).sort();
    const places = new Set<number>();
    for (let i = 1; i <= count; i++) places.add(sorted[Math.floor((i * rows) / (count + 1))]);
    for (const knot of places) {
      if (knot === sorted[0] || knot === sorted[rows - 1]) continue;
      sources.push(c);
      knots.push(knot);
    }
  }
  return { sources: Int32Array.from(sources), knots: Float32Array.from(knots) };
}

/** Rows `from` … `to` − 1, and behind their columns those that are bent. */
export function bend(
  x: DesignMatrix,
  { sources, knots }: Knots,
  from = 0,
  to: number = x.rows,
): DesignMatrix {
  const rows = to - from;
  const columns = x.columns + sources.length;
  const values = new Float32Array(rows * columns);
  for (let c = 0; c < x.columns; c++)
    values.set(x.values.subarray(c * x.rows + from, c * x.rows + to), c * rows);
  for (const [i, source] of sources.entries()) {
    const own = values.subarray(source * rows, (source + 1) * rows);
    const out = values.subarray((x.columns + i) * rows, (x.columns + i + 1) * rows);
    for (let r = 0; r < rows; r++) out[r] = Math.max(0, own[r] - knots[i]);
  }
  return { rows, columns, values, levels: new Int32Array(columns) };
}
