/**
 * A k-d tree: halves along the widest column until few points are left.
 *
 * @see Friedman, Bentley and Finkel 1977, "An algorithm for finding best matches in logarithmic expected time"
 */

/** Nodes of at most so many points are not split. */
export const LEAF = 24;

export interface Tree {
  /** The points in the order of the tree, row-major, shape (rows, columns). */
  readonly points: Float32Array;
  /** By the number of a node (the root is 1, the halves of i are 2i and 2i + 1): the column that it is split by, … */
  readonly splits: Int32Array;
  /** … and the value of the first point of the upper half. */
  readonly values: Float32Array;
  /** Where each point stood, shape (rows). */
  readonly order: Int32Array;
}

/** @param points  row-major, shape (rows, columns) */
export function buildTree(points: Float32Array, columns: number): Tree {
  const rows = points.length / columns;
  const order = Int32Array.from({ length: rows }, (_, r) => r);
  let nodes = 1;
  for (let size = rows; size > LEAF; size = Math.ceil(size / 2)) nodes *= 2;
  const splits = new Int32Array(nodes);
  const values = new Float32Array(nodes);
  const build = (node: number, from: number, to: number) => {
    if (to - from <= LEAF) return;
    const column = widest(points, columns, order.subarray(from, to));
    const at = (row: number) => points[row * columns + column];
    order.subarray(from, to).sort((a, b) => at(a) - at(b) || a - b);
    const middle = (from + to) >> 1;
    splits[node] = column;
    values[node] = at(order[middle]);
    build(2 * node, from, middle);
    build(2 * node + 1, middle, to);
  };
  build(1, 0, rows);
  const sorted = new Float32Array(points.length);
  for (let r = 0; r < rows; r++)
    sorted.set(points.subarray(order[r] * columns, (order[r] + 1) * columns), r * columns);
  return { points: sorted, splits, values, order };
}

function widest(points: Float32Array, columns: number, rows: Int32Array): number {
  let best = 0;
  let width = -1;
  for (let c = 0; c < columns; c++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      const value = points[row * columns + c];
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (high - low > width) {
      width = high - low;
      best = c;
    }
  }
  return best;
}
