/**
 * Predictions of linear models.
 */
import type { DesignMatrix } from "../design-matrix.ts";
import { softmaxRows } from "../softmax.ts";
import type { Stored } from "../stored.ts";
import { bend } from "./knots.ts";

/**
 * What becomes of the sums:
 * - softmax: probabilities
 * - identity: as they are
 * - sorted: ascending in every row, so that quantiles do not cross (Chernozhukov, Fernández-Val and Galichon 2010)
 */
export type Link = "softmax" | "identity" | "sorted";

/** Rows that are summed at a time: their sums stay in the cache. */
const BLOCK = 1024;

/**
 * Predictions from a model whose `json.link` says what becomes of the sums; its arrays are `weights`, shape
 * (columns and bends, outputs), `intercepts`, shape (outputs), and `Knots`.
 *
 * @param x  no NaN
 * @returns  shape (rows, outputs), row-major
 */
export function predictLinear({ json, arrays }: Stored, x: DesignMatrix): Float64Array {
  const { weights, intercepts } = arrays;
  const { sources, knots } = arrays as { sources: Int32Array; knots: Float32Array };
  const outputs = intercepts.length;
  const out = new Float64Array(x.rows * outputs);
  for (let from = 0; from < x.rows; from += BLOCK) {
    const to = Math.min(x.rows, from + BLOCK);
    const sums = out.subarray(from * outputs);
    if (sources.length === 0) addSums(x, weights, intercepts, from, to, sums);
    else addSums(bend(x, { sources, knots }, from, to), weights, intercepts, 0, to - from, sums);
  }
  const { link } = json as { readonly link: Link };
  if (link === "softmax") softmaxRows(out, outputs);
  if (link === "sorted")
    for (let at = 0; at < out.length; at += outputs) out.subarray(at, at + outputs).sort();
  return out;
}

/**
 * out ← intercepts + x · weights for rows `from` … `to` − 1; `out` begins with row `from`.
 *
 * @param weights  shape (columns, heads)
 */
export function addSums(
  { rows, columns, values }: DesignMatrix,
  weights: ArrayLike<number>,
  intercepts: ArrayLike<number>,
  from: number,
  to: number,
  out: Float64Array,
): void {
  const heads = intercepts.length;
  const count = to - from;
  for (let r = 0; r < count; r++) for (let k = 0; k < heads; k++) out[r * heads + k] = intercepts[k];
  for (let c = 0; c < columns; c++) {
    const first = c * rows + from;
    if (heads === 1) {
      const weight = weights[c];
      if (weight !== 0) for (let r = 0; r < count; r++) out[r] += weight * values[first + r];
      continue;
    }
    for (let r = 0; r < count; r++) {
      const value = values[first + r];
      if (value === 0) continue; // most of what is one-hot
      for (let k = 0; k < heads; k++) out[r * heads + k] += value * weights[c * heads + k];
    }
  }
}
