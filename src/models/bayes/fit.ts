/**
 * Naive Bayes: columns are independent within a class; numbers are normal, what has two values is a coin.
 */
import { log } from "../../math/elementary.ts";
import type { DesignMatrix } from "../design-matrix.ts";
import { distinct } from "../linear/columns.ts";
import type { Stored } from "../stored.ts";
import { classShares, weightedMean } from "../weighted.ts";

export interface BayesProblem {
  /** No NaN. */
  readonly x: DesignMatrix;
  /** Classes, shape (rows). */
  readonly y: Float64Array;
  /** Shape (rows), ≥ 0. */
  readonly weights: Float64Array;
  readonly classes: number;
  /** Share of the largest variance of a column that is added to all. */
  readonly smoothing: number;
  /** Rows of either value that every class is taken to have had beside its own. */
  readonly pseudocount: number;
  /** Power that the likelihood is raised to: columns that say the same would count twice otherwise. */
  readonly power: number;
}

const LN_2PI = 1.8378770664093453;

/** @returns what `predictBayes` reads */
export function fitBayes(problem: BayesProblem): Stored {
  const { x, y, weights, classes, power } = problem;
  const shares = classShares(y, weights, classes);
  const centres = Float64Array.from({ length: x.columns }, (_, c) => weightedMean(columnOf(x, c), weights));
  const squares = new Float64Array(classes * x.columns);
  const slopes = new Float64Array(classes * x.columns);
  const constants = shares.map(log);
  const widest = problem.smoothing * largestVariance(x, centres, weights);
  const totals = new Float64Array(classes);
  for (let r = 0; r < x.rows; r++) totals[y[r]] += weights[r];
  for (let c = 0; c < x.columns; c++) {
    const column = columnOf(x, c);
    const kinds = distinct(column);
    if (kinds === 1) continue;
    const moments = momentsOf(column, centres[c], problem);
    const [low, high] = kinds === 2 ? rangeOf(column) : [0, 0];
    for (let k = 0; k < classes; k++) {
      const at = k * x.columns + c;
      const mean = moments.means[k];
      if (kinds === 2) {
        const { pseudocount } = problem;
        const share = (mean + centres[c] - low) / (high - low);
        const chance = (share * totals[k] + pseudocount) / (totals[k] + 2 * pseudocount);
        const [none, one] = [log(1 - chance), log(chance)];
        slopes[at] = (power * (one - none)) / (high - low);
        constants[k] += power * none + slopes[at] * (centres[c] - low);
        continue;
      }
      const variance = moments.variances[k] + widest;
      squares[at] = -power / (2 * variance);
      slopes[at] = (power * mean) / variance;
      constants[k] -= (power * ((mean * mean) / variance + log(variance) + LN_2PI)) / 2;
    }
  }
  return { json: null, arrays: { centres, squares, slopes, constants } };
}

function columnOf({ rows, values }: DesignMatrix, c: number): Float32Array {
  return values.subarray(c * rows, (c + 1) * rows);
}

/** Means (from the centre) and variances of a column within each class; of all rows where a class has no spread. */
function momentsOf(
  column: Float32Array,
  centre: number,
  { y, weights, classes }: BayesProblem,
): { means: Float64Array; variances: Float64Array } {
  const totals = new Float64Array(classes);
  const means = new Float64Array(classes);
  const variances = new Float64Array(classes);
  for (let r = 0; r < column.length; r++) {
    totals[y[r]] += weights[r];
    means[y[r]] += weights[r] * (column[r] - centre);
  }
  for (let k = 0; k < classes; k++) if (totals[k] > 0) means[k] /= totals[k];
  let overall = 0;
  for (let r = 0; r < column.length; r++) {
    variances[y[r]] += weights[r] * (column[r] - centre - means[y[r]]) ** 2;
    overall += weights[r] * (column[r] - centre) ** 2;
  }
  const all = totals.reduce((sum, total) => sum + total, 0);
  for (let k = 0; k < classes; k++) variances[k] = totals[k] > 0 ? variances[k] / totals[k] : overall / all;
  return { means, variances };
}

function largestVariance(x: DesignMatrix, centres: Float64Array, weights: Float64Array): number {
  let most = 0;
  for (let c = 0; c < x.columns; c++) {
    const squares = Float64Array.from(columnOf(x, c), (value) => (value - centres[c]) ** 2);
    most = Math.max(most, weightedMean(squares, weights));
  }
  return most;
}

function rangeOf(column: Float32Array): [low: number, high: number] {
  const other = column.find((value) => value !== column[0]) ?? column[0];
  return [Math.min(column[0], other), Math.max(column[0], other)];
}
