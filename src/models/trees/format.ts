/**
 * Trees as they are kept: flat arrays, node after node, a node's left child right behind it. Thresholds and values are in
 * single precision, so that exported models decide as these do.
 *
 * A node k of tree t, roots[t] ≤ k < roots[t + 1]:
 * - leaf: feature[k] = −1; right[k] is the row of `values` that it stands for
 * - number: goes left if value ≤ threshold[k]
 * - category (flag CATEGORY): right[k] is a place in `sets`, where stand the right child, a count of words, and as many
 *   words of 32 bits; code c goes left if bit c of them is set
 *
 * NaN, and a code beyond the words, goes left if the flag MISSING_LEFT is set. The left child is k + 1.
 */

import type { Stored } from "../stored.ts";

/** NaN goes left. */
export const MISSING_LEFT = 1;
/** The feature is a category. */
export const CATEGORY = 2;

export interface TreeArrays {
  /** First node of each tree, and the number of nodes; shape (trees + 1). */
  readonly roots: Int32Array;
  /** Shape (nodes), as the next three. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly right: Int32Array;
  readonly flags: Uint8Array;
  readonly sets: Int32Array;
  /** Shape (leaves that differ, width). */
  readonly values: Float32Array;
}

/** What the numbers of the leaves mean. */
export interface TreesHead {
  /**
   * - sum: leaves are single numbers; tree t adds to output t mod outputs, beginning at `base`
   * - mean: leaves have a number for each output, and predictions are their mean over the trees; `base`, where it is
   *   not empty, counts as one tree more
   */
  readonly combine: "sum" | "mean";
  readonly outputs: number;
  readonly base: readonly number[];
  /**
   * What becomes of the outputs: logistic makes two probabilities of one, softmax probabilities of all; ascending sorts
   * them (quantiles do not cross).
   */
  readonly link: "identity" | "logistic" | "softmax" | "ascending";
}

export interface Trees extends TreesHead {
  readonly arrays: TreeArrays;
}

/** How many numbers a leaf has. */
export function widthOf(head: TreesHead): number {
  return head.combine === "sum" ? 1 : head.outputs;
}

/** As they are kept. */
export function storeTrees({ combine, outputs, base, link, arrays }: Trees): Stored {
  return { json: { combine, outputs, base, link }, arrays: { ...arrays } };
}

/** Of what `storeTrees` made. */
export function treesOf({ json, arrays }: Stored): Trees {
  return { ...(json as unknown as TreesHead), arrays: arrays as unknown as TreeArrays };
}
