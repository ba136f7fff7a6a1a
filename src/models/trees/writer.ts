/**
 * Writes trees node by node, in the order of the format: a node, all below its left child, all below its right one.
 */
import { CATEGORY, MISSING_LEFT, type TreeArrays } from "./format.ts";

export interface TreeWriter {
  readonly trees: number;
  readonly nodes: number;
  beginTree(): void;
  /** Opens a split; returns the node, for `right`. */
  split(feature: number, threshold: number, missingLeft: boolean): number;
  /** Opens a split by category: `words` has a bit for each code that goes left. */
  splitSet(feature: number, words: Int32Array, missingLeft: boolean): number;
  /** Says that the right child of this node comes next. */
  right(node: number): void;
  /** A leaf with these values. */
  leaf(values: ArrayLike<number>): void;
  /** Only the first so many trees remain. */
  keep(trees: number): void;
  finish(): TreeArrays;
}

/** @param width  numbers of a leaf */
export function treeWriter(width: number): TreeWriter {
  const feature = growing(Int32Array);
  const threshold = growing(Float32Array);
  const right = growing(Int32Array);
  const flags = growing(Uint8Array);
  const sets = growing(Int32Array);
  const values = growing(Float32Array);
  /** First node, place in `sets` and row of `values` of each tree. */
  const starts: { node: number; set: number; value: number }[] = [];
  /** Leaves of a single class are many and alike; each stands in `values` once. */
  const pure = new Map<number, number>();

  const push = (f: number, t: number, r: number, flag: number): number => {
    feature.push(f);
    threshold.push(t);
    right.push(r);
    flags.push(flag);
    return feature.size - 1;
  };

  return {
    get trees() {
      return starts.length;
    },
    get nodes() {
      return feature.size;
    },
    beginTree() {
      starts.push({ node: feature.size, set: sets.size, value: values.size });
    },
    split: (f, t, missingLeft) => push(f, t, -1, missingLeft ? MISSING_LEFT : 0),
    splitSet(f, words, missingLeft) {
      const node = push(f, 0, sets.size, CATEGORY | (missingLeft ? MISSING_LEFT : 0));
      sets.push(-1);
      sets.push(words.length);
      for (const word of words) sets.push(word);
      return node;
    },
    right(node) {
      if (flags.at(node) & CATEGORY) sets.set(right.at(node), feature.size);
      else right.set(node, feature.size);
    },
    leaf(leaf) {
      const only = width > 1 ? certain(leaf, width) : -1;
      const known = only < 0 ? undefined : pure.get(only);
      push(-1, 0, known ?? values.size / width, 0);
      if (known !== undefined) return;
      if (only >= 0) pure.set(only, values.size / width);
      for (let k = 0; k < width; k++) values.push(leaf[k]);
    },
    keep(trees) {
      if (trees >= starts.length) return;
      const { node, set, value } = starts[trees];
      starts.length = trees;
      for (const array of [feature, threshold, right, flags]) array.size = node;
      sets.size = set;
      values.size = value;
      for (const [k, row] of pure) if (row >= value / width) pure.delete(k);
    },
    finish: () => ({
      roots: Int32Array.from([...starts.map(({ node }) => node), feature.size]),
      feature: feature.take(),
      threshold: threshold.take(),
      right: right.take(),
      flags: flags.take(),
      sets: sets.take(),
      values: values.take(),
    }),
  };
}

/** The one output that has all the probability, or −1. */
function certain(leaf: ArrayLike<number>, width: number): number {
  let only = -1;
  for (let k = 0; k < width; k++) {
    if (leaf[k] === 0) continue;
    if (leaf[k] !== 1 || only >= 0) return -1;
    only = k;
  }
  return only;
}

interface Growing<A> {
  size: number;
  push(value: number): void;
  at(index: number): number;
  set(index: number, value: number): void;
  take(): A;
}

type Numbers = Int32Array | Float32Array | Uint8Array;

function growing<A extends Numbers>(make: { new (size: number): A }): Growing<A> {
  let array = new make(256);
  return {
    size: 0,
    push(value) {
      if (this.size === array.length) {
        const larger = new make(2 * array.length);
        larger.set(array);
        array = larger;
      }
      array[this.size++] = value;
    },
    at: (index) => array[index],
    set(index, value) {
      array[index] = value;
    },
    take() {
      return array.slice(0, this.size) as A;
    },
  };
}
