/**
 * The matrix that models of tables learn from and predict at: single precision, one column after the other.
 */

/** Features of rows. Plain data: it is posted to threads and kept in files. */
export interface DesignMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Column-major, shape (columns, rows): the value of row r in column c stands at c · rows + r. NaN is missing. */
  readonly values: Float32Array;
  /**
   * Shape (columns): 0 for a number; for a category the number of its levels, and the values are codes 0 … levels − 1
   * (NaN: missing, or never seen in training).
   */
  readonly levels: Int32Array;
}

/** These rows, in this order. */
export function takeRows(matrix: DesignMatrix, rows: ArrayLike<number>): DesignMatrix {
  const values = new Float32Array(rows.length * matrix.columns);
  for (let c = 0; c < matrix.columns; c++) {
    const from = c * matrix.rows;
    const to = c * rows.length;
    for (let r = 0; r < rows.length; r++) values[to + r] = matrix.values[from + rows[r]];
  }
  return { rows: rows.length, columns: matrix.columns, values, levels: matrix.levels };
}

/** The same row by row, for models that take one row after the other: shape (rows, columns). */
export function rowMajor({ rows, columns, values }: DesignMatrix): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let c = 0; c < columns; c++)
    for (let r = 0; r < rows; r++) out[r * columns + c] = values[c * rows + r];
  return out;
}
