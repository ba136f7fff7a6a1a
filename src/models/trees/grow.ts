/**
 * Grows one boosted tree on histograms of gradients: leaf by leaf where it gains most, or level by level. A node's
 * histogram is that of its parent less its sibling's, so only the smaller child's rows are counted (Ke et al. 2017; Chen
 * and Guestrin 2016, "XGBoost: A Scalable Tree Boosting System", eq. 6 and 7).
 */
import type { TreeKernels } from "../../math/kernels/trees.ts";
import type { Rng } from "../../random.ts";
import type { Binned, BinnedColumn } from "./bins.ts";
import { bestSet, type CategoryRules } from "./categories.ts";
import { bestConstrained, bounded, childBounds, fall } from "./monotone.ts";

export interface GrowOptions {
  /** Leaf by leaf up to `leaves`, or level by level; both no deeper than `depth`. */
  readonly growth: "leaves" | "depth";
  readonly leaves: number;
  readonly depth: number;
  /** Fewest rows of a leaf, estimated by its share of the hessian. */
  readonly minRows: number;
  /** Least hessian of a leaf. */
  readonly minHessian: number;
  readonly l1: number;
  readonly l2: number;
  /** Least gain of a split. */
  readonly minGain: number;
  /** Share of the columns that a tree, and that a node chooses from. */
  readonly columns: number;
  readonly nodeColumns: number;
  readonly categories: CategoryRules;
  /** By column: 1 where predictions may not fall as it grows, −1 where they may not rise; shape (columns). */
  readonly monotone?: Int8Array;
}

/** A node of a grown tree; a leaf has no `split`. Rows are ranges of the ordered rows. */
export interface GrownNode {
  from: number;
  to: number;
  /** Rows that are not learned from, but follow the splits. */
  othersFrom: number;
  othersTo: number;
  readonly g: number;
  readonly h: number;
  readonly depth: number;
  /** What a leaf's value must lie between. */
  readonly low: number;
  readonly high: number;
  /** The weight of the node: − G / (H + l2), within its bounds. */
  readonly value: number;
  split?: Split;
  left?: GrownNode;
  right?: GrownNode;
}

export interface Split {
  readonly gain: number;
  readonly column: number;
  /** Numbers: the last bin that goes left. */
  readonly cut: number;
  readonly missingLeft: boolean;
  /** Shape (256): 1 for the bins that go left. */
  readonly goesLeft: Uint8Array;
  readonly leftG: number;
  readonly leftH: number;
}

/** Where everything stands in the kernels' memory. */
export interface Ground {
  readonly kernels: TreeKernels;
  readonly binned: Binned;
  /** Bins of all rows, of those that follow too. */
  readonly bins: number;
  readonly pairs: number;
  /** Indices of the rows, learned from first, then those that follow. */
  readonly rows: number;
  /** Room for as many indices. */
  readonly work: number;
}

/** Histograms are kept in at most so many bytes; a node whose own was given up is counted anew. */
const POOL_BYTES = 256 * 1024 * 1024;
/** A gain below this share of the node's own quality is rounding. */
const ROUNDING = 1e-10;
const OUT = 64;

/** A node under work: its slot in the pool of histograms, −1 if it has none. */
interface Open {
  readonly node: GrownNode;
  slot: number;
  split: Split | undefined;
}

export interface Grower {
  /**
   * @param learned  how many of the rows are learned from
   * @param others   how many follow
   */
  grow(learned: number, others: number, rng: Rng): GrownNode;
}

/** Reserves the room that trees of these options need on this ground. */
export function createGrower(ground: Ground, options: GrowOptions): Grower {
  const { kernels, binned, bins, pairs, rows, work } = ground;
  const { l1, l2, growth } = options;
  const width = binned.columns.length;
  const useful = binned.columns.flatMap(({ bins, missing }, c) => (bins + (missing ? 1 : 0) > 1 ? [c] : []));
  const byTree = Math.max(1, Math.round(options.columns * useful.length));
  const byNode = Math.max(1, Math.round(options.nodeColumns * byTree));
  const cellsOf = (columns: readonly number[]) =>
    columns.reduce((sum, c) => sum + binned.columns[c].bins + (binned.columns[c].missing ? 1 : 0), 0);
  const slotBytes = 16 * Math.max(1, cellsOf(useful));
  const mostLeaves = Math.max(
    2,
    Math.min(
      growth === "leaves" ? options.leaves : 2 ** Math.min(options.depth, 24),
      Math.floor(binned.rows / Math.max(1, options.minRows)) + 1,
    ),
  );
  const slots = Math.max(3, Math.min(mostLeaves + 1, Math.floor(POOL_BYTES / slotBytes)));
  const pool = kernels.reserve(slots * slotBytes);
  const counted = kernels.reserve(8 * Math.max(1, useful.length));
  const searched = kernels.reserve(16 * Math.max(1, useful.length));
  const out = kernels.reserve(OUT);
  const table = kernels.reserve(256);

  /** The columns of this tree: what `histogram` reads, and the offset of each column's cells. */
  let chosen: readonly number[] = useful;
  const offsets = new Int32Array(width);
  let bytes = 0;
  let smallest = 0;
  let stream: Rng;

  const chooseColumns = () => {
    chosen = byTree < useful.length ? sample(useful, byTree, stream) : useful;
    bytes = 0;
    const { integers } = kernels.views;
    for (const [i, c] of chosen.entries()) {
      offsets[c] = bytes;
      integers[(counted >> 2) + 2 * i] = c;
      integers[(counted >> 2) + 2 * i + 1] = bytes;
      bytes += 16 * (binned.columns[c].bins + (binned.columns[c].missing ? 1 : 0));
    }
  };

  const makeNode = (
    range: Pick<GrownNode, "from" | "to" | "othersFrom" | "othersTo">,
    g: number,
    h: number,
    depth: number,
    low: number,
    high: number,
  ): GrownNode => ({ ...range, g, h, depth, low, high, value: bounded(g, h, l1, l2, low, high) });

  const maySplit = (node: GrownNode) =>
    node.depth < options.depth && node.h >= 2 * smallest && node.to - node.from >= 2;

  const count = (node: GrownNode, slot: number) =>
    kernels.histogram(
      chosen.length,
      counted,
      rows,
      node.from,
      node.to,
      pairs,
      bins,
      width,
      pool + slot * slotBytes,
      bytes,
    );

  const findSplit = (node: GrownNode, slot: number): Split | undefined => {
    const columns = byNode < chosen.length ? sample(chosen, byNode, stream) : chosen;
    const { integers, doubles } = kernels.views;
    const histogram = pool + slot * slotBytes;
    for (const [i, c] of columns.entries()) {
      const { bins: values, missing, codes } = binned.columns[c];
      const entry = (searched >> 2) + 4 * i;
      integers[entry] = offsets[c];
      integers[entry + 1] = codes === undefined ? values : 0;
      integers[entry + 2] = missing ? 1 : 0;
    }
    const own =
      options.monotone === undefined
        ? quality(node.g, node.h, l1, l2)
        : fall(node.g, node.h, node.value, l1, l2);
    const floor = own + options.minGain + ROUNDING * Math.abs(own);
    const cellsAt = (c: number) => {
      const at = (histogram + offsets[c]) >> 3;
      return doubles.subarray(at, at + 2 * (binned.columns[c].bins + (binned.columns[c].missing ? 1 : 0)));
    };
    let best: Split | undefined;
    let value = floor;
    if (options.monotone === undefined) {
      kernels.bestCut(columns.length, searched, histogram, node.g, node.h, l1, l2, smallest, floor, out);
      const [top, index, cut, missingLeft, leftG, leftH] = doubles.subarray(out >> 3, (out >> 3) + 6);
      if (index >= 0) {
        value = top;
        best = numberSplit(binned.columns, columns[index], cut, missingLeft === 1, top - own, leftG, leftH);
      }
    } else {
      const { monotone } = options;
      for (const c of columns) {
        if (binned.columns[c].codes !== undefined) continue;
        const cut = bestConstrained(
          cellsAt(c),
          binned.columns[c],
          monotone[c],
          node,
          { l1, l2 },
          smallest,
          value,
        );
        if (cut === undefined) continue;
        value = cut.value;
        best = numberSplit(binned.columns, c, cut.bin, cut.missingLeft, value - own, cut.g, cut.h);
      }
    }
    if (best !== undefined) best = centred(best, binned.columns[best.column], cellsAt(best.column), node);
    for (const c of columns) {
      const { codes, bins: values, missing } = binned.columns[c];
      if (codes === undefined) continue;
      const cells = cellsAt(c);
      const set = bestSet(cells, cells.length >> 1, node, { l1, l2 }, options.categories, smallest, value);
      if (set === undefined) continue;
      value = set.value;
      best = setSplit(c, values, missing, cells, set, value - own, node);
    }
    return best;
  };

  /** Orders the rows by the split, and makes both children. */
  const divide = (open: Open): readonly [GrownNode, GrownNode] => {
    const { node } = open;
    const split = open.split as Split;
    kernels.views.bytes.set(split.goesLeft, table);
    const middleOf = (from: number, to: number) =>
      from < to ? kernels.partition(rows, from, to, bins + split.column, width, table, work) : from;
    const middle = middleOf(node.from, node.to);
    const others = middleOf(node.othersFrom, node.othersTo);
    const [leftBounds, rightBounds] = childBounds(node, split, options.monotone?.[split.column] ?? 0, l1, l2);
    const left = makeNode(
      { from: node.from, to: middle, othersFrom: node.othersFrom, othersTo: others },
      split.leftG,
      split.leftH,
      node.depth + 1,
      ...leftBounds,
    );
    const right = makeNode(
      { from: middle, to: node.to, othersFrom: others, othersTo: node.othersTo },
      node.g - split.leftG,
      node.h - split.leftH,
      node.depth + 1,
      ...rightBounds,
    );
    node.split = split;
    node.left = left;
    node.right = right;
    return [left, right];
  };

  return {
    grow(learned, others, rng) {
      stream = rng;
      chooseColumns();
      const { floats, integers } = kernels.views;
      let g = 0;
      let h = 0;
      for (let i = 0; i < learned; i++) {
        const pair = (pairs >> 2) + 2 * integers[(rows >> 2) + i];
        g += floats[pair];
        h += floats[pair + 1];
      }
      smallest = Math.max(options.minHessian, (options.minRows * h) / learned, 1e-12 * h);
      // sums of all rows in another order differ in the last bits: what is just enough must not fail by them
      smallest *= 1 - 1e-9;
      const root = makeNode(
        { from: 0, to: learned, othersFrom: learned, othersTo: learned + others },
        g,
        h,
        0,
        Number.NEGATIVE_INFINITY,
        Number.POSITIVE_INFINITY,
      );
      const free = Array.from({ length: slots }, (_, k) => slots - 1 - k);
      const open: Open[] = [];
      const offer = (node: GrownNode, slot: number) => {
        const split = findSplit(node, slot);
        if (split === undefined) free.push(slot);
        else open.push({ node, slot, split });
      };
      /** A slot for a histogram, if need be that of the node that is least likely to be next. */
      const takeSlot = (): number => {
        const slot = free.pop();
        if (slot !== undefined) return slot;
        const last = worst(open, growth);
        const taken = last.slot;
        last.slot = -1;
        return taken;
      };
      const offerCounted = (node: GrownNode) => {
        const slot = takeSlot();
        count(node, slot);
        offer(node, slot);
      };
      if (maySplit(root) && chosen.length > 0) offerCounted(root);
      for (let leaves = 1; open.length > 0 && leaves < mostLeaves; leaves++) {
        const at = best(open, growth);
        const [next] = open.splice(at, 1);
        const [left, right] = divide(next);
        const [small, large] = left.to - left.from <= right.to - right.from ? [left, right] : [right, left];
        const last = leaves + 1 >= mostLeaves;
        if (last || !maySplit(large)) {
          if (next.slot >= 0) free.push(next.slot);
          if (!last && maySplit(small)) offerCounted(small);
        } else if (next.slot < 0) {
          offerCounted(large);
          if (maySplit(small)) offerCounted(small);
        } else {
          const slot = takeSlot();
          count(small, slot);
          kernels.subtract(pool + next.slot * slotBytes, pool + slot * slotBytes, bytes);
          offer(large, next.slot);
          if (maySplit(small)) offer(small, slot);
          else free.push(slot);
        }
      }
      return root;
    },
  };
}

/** Index of the node to split next: of most gain, or of least depth. */
function best(open: readonly Open[], growth: GrowOptions["growth"]): number {
  if (growth === "depth") return 0; // they were added by depth
  let at = 0;
  for (let i = 1; i < open.length; i++)
    if ((open[i].split as Split).gain > (open[at].split as Split).gain) at = i;
  return at;
}

/** The node with a histogram that is to be split last. */
function worst(open: readonly Open[], growth: GrowOptions["growth"]): Open {
  let last: Open | undefined;
  for (const one of open) {
    if (one.slot < 0) continue;
    const later =
      growth === "depth" || last === undefined || (one.split as Split).gain < (last.split as Split).gain;
    if (later) last = one;
  }
  return last as Open;
}

function quality(g: number, h: number, l1: number, l2: number): number {
  const t = Math.max(Math.abs(g) - l1, 0);
  return (t * t) / (h + l2);
}

function numberSplit(
  columns: readonly BinnedColumn[],
  column: number,
  cut: number,
  missingLeft: boolean,
  gain: number,
  leftG: number,
  leftH: number,
): Split {
  const goesLeft = new Uint8Array(256).fill(1, 0, cut + 1);
  if (missingLeft) goesLeft[columns[column].bins] = 1;
  return { gain, column, cut, missingLeft, goesLeft, leftG, leftH };
}

/**
 * The same split with its threshold halfway to the next value there is in the node, and with a side for values that are
 * missing although none was missing here: the heavier one.
 */
function centred(split: Split, { bins, missing }: BinnedColumn, cells: Float64Array, node: GrownNode): Split {
  const negligible = 1e-12 * node.h;
  let next = split.cut + 1;
  while (next < bins && cells[2 * next + 1] <= negligible) next++;
  const cut = next < bins ? (split.cut + next - 1) >> 1 : split.cut;
  const some = missing && cells[2 * bins + 1] > negligible;
  const missingLeft = some ? split.missingLeft : 2 * split.leftH >= node.h;
  const goesLeft = new Uint8Array(256).fill(1, 0, cut + 1);
  if (missingLeft) goesLeft[bins] = 1;
  return { ...split, cut, missingLeft, goesLeft };
}

/** Levels that are not in this node, and values that are missing though none was here, go to the heavier side. */
function setSplit(
  column: number,
  bins: number,
  missing: boolean,
  cells: Float64Array,
  { goesLeft, g, h }: { readonly goesLeft: Uint8Array; readonly g: number; readonly h: number },
  gain: number,
  node: GrownNode,
): Split {
  const negligible = 1e-12 * node.h;
  const heavier = 2 * h >= node.h ? 1 : 0;
  const table = goesLeft.slice();
  const some = missing && cells[2 * bins + 1] > negligible;
  if (!some) table[bins] = heavier;
  for (let b = 0; b < bins; b++) if (cells[2 * b + 1] <= negligible) table[b] = table[bins];
  return { gain, column, cut: -1, missingLeft: table[bins] === 1, goesLeft: table, leftG: g, leftH: h };
}

/** So many of the columns, in their order. */
function sample(columns: readonly number[], count: number, rng: Rng): number[] {
  const all = [...columns];
  for (let k = 0; k < count; k++) {
    const other = k + rng.integer(all.length - k);
    [all[k], all[other]] = [all[other], all[k]];
  }
  return all.slice(0, count).sort((a, b) => a - b);
}
