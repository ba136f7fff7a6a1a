/**
 * A random forest for regression: flat arrays, one tree after the other (Breiman 2001; the spread across trees as in
 * Hutter et al. 2011, "Sequential model-based optimization for general algorithm configuration").
 */
import type { Rng } from "../random.ts";

export interface ForestOptions {
  readonly trees: number;
  /** Share of the coordinates that a split chooses from. */
  readonly features: number;
  /** Fewest rows that are split. */
  readonly smallest: number;
}

export interface Forest {
  /** Mean of the trees' predictions, and their standard deviation, at a row. */
  predict(row: ArrayLike<number>): { readonly mean: number; readonly std: number };
}

/** Nodes of one tree: a leaf has feature −1 and its mean in `value`. */
interface Tree {
  readonly feature: number[];
  /** Numeric: rows of at most this go left. Nominal: index into `sets`. */
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  readonly value: number[];
  readonly spread: number[];
  readonly sets: ReadonlySet<number>[];
}

/**
 * Grows a forest.
 *
 * @param x        rows, shape (n, width)
 * @param y        values, shape (n)
 * @param nominal  which coordinates are categories, shape (width)
 */
export function growForest(
  x: Float64Array,
  y: Float64Array,
  nominal: readonly boolean[],
  { trees, features, smallest }: ForestOptions,
  rng: Rng,
): Forest {
  const n = y.length;
  const width = nominal.length;
  const grown = Array.from({ length: trees }, (_, t) => {
    const stream = rng.stream("tree", t);
    const rows = Int32Array.from({ length: n }, () => stream.integer(n));
    return growTree(x, y, nominal, rows, Math.max(1, Math.round(features * width)), smallest, stream);
  });
  return {
    predict(row) {
      let sum = 0;
      let squares = 0;
      for (const tree of grown) {
        const leaf = descend(tree, nominal, row);
        sum += tree.value[leaf];
        squares += tree.value[leaf] * tree.value[leaf] + tree.spread[leaf];
      }
      const mean = sum / trees;
      return { mean, std: Math.sqrt(Math.max(0, squares / trees - mean * mean)) };
    },
  };
}

function descend(tree: Tree, nominal: readonly boolean[], row: ArrayLike<number>): number {
  let node = 0;
  while (tree.feature[node] >= 0) {
    const f = tree.feature[node];
    const goesLeft = nominal[f]
      ? tree.sets[tree.threshold[node]].has(row[f])
      : row[f] <= tree.threshold[node];
    node = goesLeft ? tree.left[node] : tree.right[node];
  }
  return node;
}

interface Split {
  readonly feature: number;
  readonly gain: number;
  /** Numeric: the threshold. Nominal: the categories that go left. */
  readonly at: number | ReadonlySet<number>;
}

function growTree(
  x: Float64Array,
  y: Float64Array,
  nominal: readonly boolean[],
  rows: Int32Array,
  tried: number,
  smallest: number,
  rng: Rng,
): Tree {
  const tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [], spread: [], sets: [] };
  const width = nominal.length;
  const grow = (own: Int32Array): number => {
    const node = tree.feature.length;
    let sum = 0;
    let squares = 0;
    for (const i of own) {
      sum += y[i];
      squares += y[i] * y[i];
    }
    const mean = sum / own.length;
    const variance = Math.max(0, squares / own.length - mean * mean);
    tree.feature.push(-1);
    tree.threshold.push(0);
    tree.left.push(0);
    tree.right.push(0);
    tree.value.push(mean);
    tree.spread.push(variance);
    if (own.length < smallest || variance <= 1e-12) return node;
    const split = bestSplit(x, y, nominal, own, drawFeatures(width, tried, rng));
    if (split === undefined) return node;
    const { feature, at } = split;
    const goesLeft = (i: number) =>
      typeof at === "number" ? x[i * width + feature] <= at : at.has(x[i * width + feature]);
    tree.feature[node] = feature;
    tree.threshold[node] = typeof at === "number" ? at : tree.sets.push(at) - 1;
    tree.left[node] = grow(own.filter(goesLeft));
    tree.right[node] = grow(own.filter((i) => !goesLeft(i)));
    return node;
  };
  grow(rows);
  return tree;
}

function drawFeatures(width: number, tried: number, rng: Rng): number[] {
  const all = Array.from({ length: width }, (_, f) => f);
  for (let k = 0; k < Math.min(tried, width - 1); k++) {
    const other = k + rng.integer(width - k);
    [all[k], all[other]] = [all[other], all[k]];
  }
  return all.slice(0, tried);
}

/** The split of the largest decrease in squared error; undefined if none decreases it. */
function bestSplit(
  x: Float64Array,
  y: Float64Array,
  nominal: readonly boolean[],
  rows: Int32Array,
  features: readonly number[],
): Split | undefined {
  const width = nominal.length;
  let best: Split | undefined;
  let total = 0;
  for (const i of rows) total += y[i];
  for (const feature of features) {
    const value = (i: number) => x[i * width + feature];
    // categories in the order of their means: the best subset is then a prefix (Breiman et al. 1984)
    const key = nominal[feature] ? meansOf(rows, y, value) : undefined;
    const place = (i: number) => (key === undefined ? value(i) : (key.get(value(i)) as number));
    const sorted = Int32Array.from(rows).sort((a, b) => place(a) - place(b) || value(a) - value(b));
    let left = 0;
    for (let k = 1; k < sorted.length; k++) {
      left += y[sorted[k - 1]];
      if (value(sorted[k]) === value(sorted[k - 1])) continue;
      const right = total - left;
      const gain =
        (left * left) / k + (right * right) / (sorted.length - k) - (total * total) / sorted.length;
      if (gain <= (best?.gain ?? 1e-12)) continue;
      const at =
        key === undefined
          ? (value(sorted[k - 1]) + value(sorted[k])) / 2
          : new Set(Array.from(sorted.subarray(0, k), value));
      best = { feature, gain, at };
    }
  }
  return best;
}

function meansOf(rows: Int32Array, y: Float64Array, value: (i: number) => number): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const i of rows) {
    const entry = sums.get(value(i)) ?? { sum: 0, count: 0 };
    entry.sum += y[i];
    entry.count++;
    sums.set(value(i), entry);
  }
  return new Map([...sums].map(([category, { sum, count }]) => [category, sum / count]));
}
