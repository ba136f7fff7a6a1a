/**
 * Predictions from nearest neighbours.
 */
import type { DesignMatrix } from "../design-matrix.ts";
import type { Stored } from "../stored.ts";
import { weightedQuantile } from "../weighted.ts";
import { type DistanceMetric, findNearest } from "./nearest.ts";

/** What a model of neighbours says of itself. */
export interface NeighboursJson {
  readonly [key: string]: string | number | readonly number[];
  readonly k: number;
  readonly metric: DistanceMetric;
  /** Whether all neighbours weigh the same, or by the inverse of their distance. */
  readonly weighting: "uniform" | "distance";
  /** Levels of the quantiles; of other tasks none. */
  readonly levels: readonly number[];
  /** Of other tasks 0. */
  readonly classes: number;
}

/** No neighbour weighs more than so many times the farthest. */
const NEAREST = 1e6;

/**
 * Shares of classes among the neighbours, one more being counted that has the shares of all classes, so that none is
 * impossible; or the mean, or the quantiles, of their targets.
 *
 * @param model  arrays `points`, `splits`, `values`: the tree; `columns`: which column of `x` stands at each place, and
 *               `factors`, what it is multiplied by; `y` and `weights` of the points in the order of the tree; `shares`,
 *               shape (classes)
 * @param x      no NaN
 * @returns      shape (rows, outputs), row-major
 */
export function predictNeighbours({ json, arrays }: Stored, x: DesignMatrix): Float64Array {
  const { k, metric, weighting, levels, classes } = json as NeighboursJson;
  const { columns, factors, y, weights, shares } = arrays;
  const outputs = classes || levels.length || 1;
  const out = new Float64Array(x.rows * outputs);
  const queries = placed(x, columns, factors);
  const points = arrays.points as Float32Array;
  const { splits, values } = arrays as { splits: Int32Array; values: Float32Array };
  const weigh = new Float64Array(k);
  const targets = new Float64Array(k);
  const search = { tree: { points, splits, values }, columns: columns.length, k, metric };
  findNearest(search, queries, (query, { places, distances }) => {
    let farthest = 0;
    for (const distance of distances) farthest = Math.max(farthest, distance);
    let total = 0;
    for (let i = 0; i < k; i++) {
      const near = weighting === "uniform" || farthest === 0 ? 1 : Math.min(NEAREST, farthest / distances[i]);
      weigh[i] = near * weights[places[i]];
      targets[i] = y[places[i]];
      total += weigh[i];
    }
    const row = out.subarray(query * outputs, (query + 1) * outputs);
    if (classes > 0) {
      for (let i = 0; i < k; i++) row[targets[i]] += weigh[i];
      const one = total / k;
      for (let c = 0; c < classes; c++) row[c] = (row[c] + one * shares[c]) / (total + one);
    } else if (levels.length > 0) {
      for (const [i, level] of levels.entries()) row[i] = weightedQuantile(targets, weigh, level);
    } else {
      for (let i = 0; i < k; i++) row[0] += weigh[i] * targets[i];
      row[0] /= total;
    }
  });
  return out;
}

/** Rows one after the other, their columns in this order, multiplied by these factors: shape (rows, columns). */
export function placed(
  { rows, values }: DesignMatrix,
  columns: ArrayLike<number>,
  factors: ArrayLike<number>,
): Float32Array {
  const width = columns.length;
  const out = new Float32Array(rows * width);
  for (let c = 0; c < width; c++) {
    const from = columns[c] * rows;
    for (let r = 0; r < rows; r++) out[r * width + c] = factors[c] * values[from + r];
  }
  return out;
}
