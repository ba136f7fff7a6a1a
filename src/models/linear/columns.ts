/**
 * Where the columns of a matrix lie, and how far they spread.
 */
import type { DesignMatrix } from "../design-matrix.ts";

/** Of each column, shape (columns). */
export interface Columns {
  readonly means: Float64Array;
  /**
   * Standard deviations; 1 for columns of two values: an indicator of a rare level is not to be blown up, so that its
   * weight is held back more. 0 for columns of one value.
   */
  readonly scales: Float64Array;
}

/**
 * @param x        no NaN
 * @param weights  shape (rows), Σ > 0
 */
export function describeColumns({ rows, columns, values }: DesignMatrix, weights: Float64Array): Columns {
  const means = new Float64Array(columns);
  const scales = new Float64Array(columns);
  let total = 0;
  for (const weight of weights) total += weight;
  for (let c = 0; c < columns; c++) {
    const column = values.subarray(c * rows, (c + 1) * rows);
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += weights[r] * column[r];
    const mean = sum / total;
    let squares = 0;
    for (let r = 0; r < rows; r++) squares += weights[r] * (column[r] - mean) ** 2;
    means[c] = mean;
    const kinds = distinct(column);
    scales[c] = kinds === 1 ? 0 : kinds === 2 ? 1 : Math.sqrt(squares / total);
  }
  return { means, scales };
}

/** 1, 2, or 3 for more. */
export function distinct(column: ArrayLike<number>): 1 | 2 | 3 {
  let other: number | undefined;
  for (let r = 1; r < column.length; r++) {
    if (column[r] === column[0] || column[r] === other) continue;
    if (other !== undefined) return 3;
    other = column[r];
  }
  return other === undefined ? 1 : 2;
}
