/**
 * Predictions of trees: nothing but their arrays and the rows, so that it runs wherever a model is used.
 */
import { exp } from "../../math/elementary.ts";
import type { DesignMatrix } from "../design-matrix.ts";
import { softmaxRows } from "../softmax.ts";
import type { Stored } from "../stored.ts";
import { CATEGORY, MISSING_LEFT, type TreeArrays, type Trees, treesOf, widthOf } from "./format.ts";

/** Rows that are taken together: their features and their sums stay in the cache while the trees go by. */
const BLOCK = 1024;

/**
 * What trees say of rows.
 *
 * @param model  what `storeTrees` made
 * @returns      shape (rows, outputs), row-major; with the logistic link two outputs of one sum
 */
export function predictTrees(model: Stored, x: DesignMatrix): Float64Array {
  return outputsOfTrees(treesOf(model), x);
}

/** The same of trees that are not kept. */
export function outputsOfTrees(trees: Trees, x: DesignMatrix): Float64Array {
  const { outputs, link } = trees;
  const raw = rawScores(trees, x);
  if (link === "identity") return raw;
  if (link === "logistic") {
    const out = new Float64Array(2 * x.rows);
    for (let r = 0; r < x.rows; r++) {
      const e = exp(-Math.abs(raw[r]));
      const [large, small] = [1 / (1 + e), e / (1 + e)];
      out[2 * r] = raw[r] >= 0 ? small : large;
      out[2 * r + 1] = raw[r] >= 0 ? large : small;
    }
    return out;
  }
  if (link === "softmax") softmaxRows(raw, outputs);
  else for (let at = 0; at < raw.length; at += outputs) raw.subarray(at, at + outputs).sort();
  return raw;
}

/** Sums or means of the leaves before the link, shape (rows, outputs), row-major. */
export function rawScores(trees: Trees, x: DesignMatrix): Float64Array {
  const { combine, outputs, base } = trees;
  const { roots, values } = trees.arrays;
  const width = widthOf(trees);
  const count = roots.length - 1;
  const out = new Float64Array(x.rows * outputs);
  const block = new Float32Array(BLOCK * x.columns);
  const leaves = new Int32Array(BLOCK);
  for (let first = 0; first < x.rows; first += BLOCK) {
    const rows = Math.min(BLOCK, x.rows - first);
    for (let c = 0; c < x.columns; c++)
      for (let r = 0; r < rows; r++) block[r * x.columns + c] = x.values[c * x.rows + first + r];
    for (let r = first; r < first + rows; r++)
      for (let k = 0; k < outputs; k++) out[r * outputs + k] = base[k] ?? 0;
    for (let t = 0; t < count; t++) {
      descend(trees.arrays, roots[t], block, x.columns, rows, leaves);
      for (let r = 0, at = first * outputs; r < rows; r++, at += outputs) {
        const leaf = leaves[r] * width;
        if (combine === "sum") out[at + (t % outputs)] += values[leaf];
        else for (let k = 0; k < width; k++) out[at + k] += values[leaf + k];
      }
    }
  }
  const members = count + (base.length > 0 ? 1 : 0);
  if (combine === "mean") for (let i = 0; i < out.length; i++) out[i] /= members;
  return out;
}

/** leaves[r] ← the row of `values` that a tree leads row r of the block to. */
function descend(
  { feature, threshold, right, flags, sets }: TreeArrays,
  root: number,
  block: Float32Array,
  columns: number,
  rows: number,
  leaves: Int32Array,
): void {
  for (let r = 0, at = 0; r < rows; r++, at += columns) {
    let k = root;
    for (let f = feature[k]; f >= 0; f = feature[k]) {
      const value = block[at + f];
      const flag = flags[k];
      if (flag & CATEGORY) {
        const set = right[k];
        const known = value >= 0 && value < 32 * sets[set + 1];
        const left = known ? (sets[set + 2 + (value >>> 5)] >>> (value & 31)) & 1 : flag & MISSING_LEFT;
        k = left ? k + 1 : sets[set];
      } else if (value <= threshold[k]) k++;
      else k = value > threshold[k] || !(flag & MISSING_LEFT) ? right[k] : k + 1;
    }
    leaves[r] = right[k];
  }
}
