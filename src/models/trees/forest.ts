/**
 * Random forests (Breiman 2001, "Random forests") and extremely randomised trees (Geurts et al. 2006, "Extremely
 * randomized trees") on binned features.
 */
import { type TreeKernels, withTreeKernels } from "../../math/kernels/trees.ts";
import type { Rng } from "../../random.ts";
import { classShares, weightedMean, weightedQuantile } from "../weighted.ts";
import { type Binned, binMatrix } from "./bins.ts";
import type { Labelled } from "./boost.ts";
import { setOfCodes } from "./categories.ts";
import { type CutOptions, createCutter } from "./cut.ts";
import type { Trees } from "./format.ts";
import { type TreeWriter, treeWriter } from "./writer.ts";

/** What leaves say: the mean, the share of each class, or quantiles at these levels. */
export type Aim =
  | { readonly kind: "mean" }
  | { readonly kind: "classes"; readonly classes: number }
  | { readonly kind: "quantiles"; readonly levels: readonly number[] };

export interface ForestOptions extends CutOptions {
  readonly trees: number;
  /** Whether a tree sees as many rows as there are, drawn with replacement; otherwise all. */
  readonly bootstrap: boolean;
  readonly depth: number;
}

/** Everything a tree is grown with; places are in the kernels' memory. */
interface Ground {
  readonly kernels: TreeKernels;
  readonly binned: Binned;
  readonly aim: Aim;
  readonly options: ForestOptions;
  readonly y: Float64Array;
  /** Weights of the rows, without the draws. */
  readonly weights: Float64Array;
  /** What a pair's first number is, by row: the class, or the target less its mean. */
  readonly targets: Float64Array;
  readonly bins: number;
  readonly pairs: number;
  readonly rows: number;
  readonly work: number;
  readonly table: number;
  /** Room for the numbers of one leaf. */
  readonly leaf: Float64Array;
}

/**
 * Grows a forest.
 *
 * @param stop  asked before each tree but the first; once true, the trees so far are the forest
 * @param options.plain  asks for the reference kernels
 */
export function growForest(
  { x, y, weights }: Labelled,
  aim: Aim,
  options: ForestOptions,
  rng: Rng,
  stop: () => boolean = () => false,
  { plain }: { readonly plain?: boolean } = {},
): Trees {
  const binned = binMatrix(x);
  const width = widthOfAim(aim);
  return withTreeKernels(
    (kernels) => {
      const own = weights ?? new Float64Array(x.rows).fill(1);
      const ground: Ground = {
        ...{ kernels, binned, aim, options, y, weights: own, targets: targetsOf(aim, y, own) },
        bins: kernels.reserve(binned.bytes.length),
        pairs: kernels.reserve(8 * x.rows),
        rows: kernels.reserve(4 * x.rows),
        work: kernels.reserve(4 * x.rows),
        table: kernels.reserve(256),
        leaf: new Float64Array(width),
      };
      const cutter = createCutter({ ...ground, classes: classesOf(aim), count: x.rows }, options);
      kernels.views.bytes.set(binned.bytes, ground.bins);
      const writer = treeWriter(width);
      for (let t = 0; t < options.trees && !(t > 0 && stop()); t++) {
        const stream = rng.stream("tree", t);
        writer.beginTree();
        growTree(ground, cutter, drawRows(ground, stream), writer, stream);
      }
      return {
        combine: "mean",
        outputs: width,
        // no class is impossible
        base: aim.kind === "classes" ? Array.from(classShares(y, own, aim.classes)) : [],
        link: aim.kind === "quantiles" ? "ascending" : "identity",
        arrays: writer.finish(),
      };
    },
    { plain },
  );
}

function widthOfAim(aim: Aim): number {
  if (aim.kind === "classes") return aim.classes;
  return aim.kind === "quantiles" ? aim.levels.length : 1;
}

/** Two classes are as well a number: the Gini impurity is twice its variance. */
function classesOf(aim: Aim): number {
  return aim.kind === "classes" && aim.classes > 2 ? aim.classes : 0;
}

function targetsOf(aim: Aim, y: Float64Array, weights: Float64Array): Float64Array {
  if (classesOf(aim) > 0) return y;
  const mean = weightedMean(y, weights);
  return y.map((value) => value - mean);
}

/** Draws rows; writes those that are in, and their pairs. Returns how many they are. */
function drawRows({ kernels, options, weights, targets, pairs, rows, aim }: Ground, rng: Rng): number {
  const n = weights.length;
  const draws = new Uint16Array(n);
  if (options.bootstrap) for (let i = 0; i < n; i++) draws[rng.integer(n)]++;
  else draws.fill(1);
  const { integers, floats } = kernels.views;
  const classes = classesOf(aim) > 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    const w = draws[i] * weights[i];
    if (w === 0) continue;
    integers[(rows >> 2) + count++] = i;
    floats[(pairs >> 2) + 2 * i] = classes ? targets[i] : targets[i] * w;
    floats[(pairs >> 2) + 2 * i + 1] = w;
  }
  return count;
}

/** A node that waits: its rows, and the node whose right child it is. */
interface Waiting {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly rightOf: number;
}

function growTree(
  ground: Ground,
  cutter: ReturnType<typeof createCutter>,
  count: number,
  writer: TreeWriter,
  rng: Rng,
): void {
  const { kernels, binned, options, bins, rows, work, table } = ground;
  const waiting: Waiting[] = [{ from: 0, to: count, depth: 0, rightOf: -1 }];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { from, to, depth, rightOf } = node;
    if (rightOf >= 0) writer.right(rightOf);
    const cut = depth < options.depth ? cutter.find(from, to, rng) : undefined;
    if (cut === undefined) {
      writer.leaf(leafOf(ground, from, to));
      continue;
    }
    const column = binned.columns[cut.column];
    const middle = kernels.partition(rows, from, to, bins + cut.column, binned.columns.length, table, work);
    // where nothing was missing, what is missing later goes with the most
    const missingLeft = cut.missingLeft ?? middle - from >= to - middle;
    let at: number;
    if (column.codes === undefined) {
      const threshold = cut.bin < column.edges.length ? column.edges[cut.bin] : Number.POSITIVE_INFINITY;
      at = writer.split(cut.column, threshold, missingLeft);
    } else {
      const goesLeft = kernels.views.bytes.slice(table, table + 256);
      const there = new Set(cut.present);
      // levels that are not in this node are as good as missing
      for (let bin = 0; bin <= column.bins; bin++) if (!there.has(bin)) goesLeft[bin] = missingLeft ? 1 : 0;
      at = writer.splitSet(cut.column, setOfCodes(column.codes, goesLeft), missingLeft);
    }
    waiting.push({ from: middle, to, depth: depth + 1, rightOf: at });
    waiting.push({ from, to: middle, depth: depth + 1, rightOf: -1 });
  }
}

/** Means, shares or quantiles of the rows of a leaf. */
function leafOf({ kernels, aim, y, pairs, rows, leaf: out }: Ground, from: number, to: number): Float64Array {
  const { integers, floats } = kernels.views;
  const row = (i: number) => integers[(rows >> 2) + i];
  const weight = (i: number) => floats[(pairs >> 2) + 2 * row(i) + 1];
  if (aim.kind === "quantiles") {
    const values = Float64Array.from({ length: to - from }, (_, i) => y[row(from + i)]);
    const weights = Float64Array.from({ length: to - from }, (_, i) => weight(from + i));
    return Float64Array.from(aim.levels, (level) => weightedQuantile(values, weights, level));
  }
  out.fill(0);
  let total = 0;
  for (let i = from; i < to; i++) {
    const w = weight(i);
    total += w;
    if (aim.kind === "classes") out[y[row(i)]] += w;
    else out[0] += w * y[row(i)];
  }
  for (let k = 0; k < out.length; k++) out[k] /= total;
  return out;
}
