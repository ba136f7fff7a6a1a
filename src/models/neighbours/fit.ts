/**
 * Nearest neighbours: what is kept of the rows.
 */
import type { DesignMatrix } from "../design-matrix.ts";
import type { Stored } from "../stored.ts";
import { classShares, weightedMean } from "../weighted.ts";
import { type NeighboursJson, placed } from "./predict.ts";
import { buildTree } from "./tree.ts";

export interface NeighboursProblem {
  /** No NaN; columns of one scale. */
  readonly x: DesignMatrix;
  /** Class, or number: shape (rows). */
  readonly y: Float64Array;
  /** Shape (rows), ≥ 0. */
  readonly weights: Float64Array;
  /** 0: the targets are numbers. */
  readonly classes: number;
  /** Of the quantiles, if those are predicted. */
  readonly levels?: readonly number[];
  /** Neighbours; all rows where there are fewer. */
  readonly k: number;
  readonly metric: NeighboursJson["metric"];
  readonly weighting: NeighboursJson["weighting"];
  /** From 0: columns count alike, to 1: by how much each of them says of the target alone. */
  readonly focus: number;
}

/** @returns what `predictNeighbours` reads */
export function fitNeighbours(problem: NeighboursProblem): Stored {
  const { x, y, weights, classes, levels = [], metric, weighting, focus } = problem;
  const kept = Array.from({ length: x.columns }, (_, c) => c).filter((c) => spread(x, c) > 0);
  const columns = Int32Array.from(kept.length > 0 ? kept : [0]);
  const factors = Float32Array.from(columns, (c) => factorOf(relevance(problem, c), focus));
  const wide = Float64Array.from(columns, (c, place) => factors[place] * spread(x, c));
  // Those that tell most first: a point that is too far is recognised after few columns.
  const order = Int32Array.from(columns, (_, place) => place).sort((a, b) => wide[b] - wide[a] || a - b);
  const sorted = {
    columns: columns.map((_, i) => columns[order[i]]),
    factors: factors.map((_, i) => factors[order[i]]),
  };
  const tree = buildTree(placed(x, sorted.columns, sorted.factors), columns.length);
  const json: NeighboursJson = { k: Math.min(problem.k, x.rows), metric, weighting, levels, classes };
  return {
    json,
    arrays: {
      ...sorted,
      points: tree.points,
      splits: tree.splits,
      values: tree.values,
      y: Float64Array.from(tree.order, (row) => y[row]),
      weights: Float64Array.from(tree.order, (row) => weights[row]),
      shares: classShares(classes > 0 ? y : [], weights, classes),
    },
  };
}

function spread({ rows, values }: DesignMatrix, column: number): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let r = 0; r < rows; r++) {
    low = Math.min(low, values[column * rows + r]);
    high = Math.max(high, values[column * rows + r]);
  }
  return high - low;
}

/** Share of a column's variance that goes with the target (η², or r²), from 0 to 1. */
function relevance({ x, y, weights, classes }: NeighboursProblem, column: number): number {
  const values = x.values.subarray(column * x.rows, (column + 1) * x.rows);
  const mean = weightedMean(values, weights);
  const middle = classes > 0 ? 0 : weightedMean(y, weights);
  const sums = new Float64Array(Math.max(1, classes));
  const totals = new Float64Array(Math.max(1, classes));
  let own = 0;
  for (let r = 0; r < x.rows; r++) {
    const away = values[r] - mean;
    own += weights[r] * away * away;
    const at = classes > 0 ? y[r] : 0;
    sums[at] += weights[r] * away * (classes > 0 ? 1 : y[r] - middle);
    totals[at] += weights[r] * (classes > 0 ? 1 : (y[r] - middle) ** 2);
  }
  let explained = 0;
  for (let at = 0; at < sums.length; at++) if (totals[at] > 0) explained += sums[at] ** 2 / totals[at];
  return own > 0 ? explained / own : 0;
}

/** Half and half at most: a column that says nothing alone may still say something beside others. */
const LEAST = 0.05;

function factorOf(relevance: number, focus: number): number {
  return 1 - focus + focus * Math.max(LEAST, Math.sqrt(relevance));
}
