/**
 * The split of a forest's node: the best cut of some columns drawn at random, or the best of random cuts.
 */
import type { TreeKernels } from "../../math/kernels/trees.ts";
import type { Rng } from "../../random.ts";
import type { Binned, BinnedColumn } from "./bins.ts";

export interface CutOptions {
  /** Share of the columns that a node tries; more, if none of those can be cut. */
  readonly columns: number;
  /** Least weight of a leaf, > 0. */
  readonly minRows: number;
  /** Whether cuts are drawn at random, one for each column that is tried. */
  readonly random: boolean;
}

/** Where the rows stand in the kernels' memory. */
export interface CutGround {
  readonly kernels: TreeKernels;
  readonly binned: Binned;
  /** 0: pairs are (weight × number, weight); otherwise (class, weight). */
  readonly classes: number;
  readonly bins: number;
  readonly pairs: number;
  readonly rows: number;
  /** Room for 256 bytes. */
  readonly table: number;
  /** Most rows of a node. */
  readonly count: number;
}

export interface Cut {
  readonly column: number;
  /** The last bin, or rank, that goes left. */
  readonly bin: number;
  /** Undefined: nothing is missing in this node. */
  readonly missingLeft: boolean | undefined;
  /** Category: its levels in this node, by rank; the first `bin` + 1 of them go left. */
  readonly present: readonly number[] | undefined;
}

export interface Cutter {
  /**
   * The cut of rows[from … to − 1]; undefined: they are alike, too few, or cannot be cut. At `table` stands afterwards
   * for each of 256 bins whether it goes left (1).
   */
  find(from: number, to: number, rng: Rng): Cut | undefined;
}

/** Rank of what is missing where levels of a category are ranked. */
const MISSING = 255;

/** Reserves the room that cuts need. */
export function createCutter(ground: CutGround, options: CutOptions): Cutter {
  const { kernels, binned, classes, bins, pairs, rows, table, count } = ground;
  const { minRows, random } = options;
  const width = binned.columns.length;
  const order = binned.columns.flatMap(({ bins, missing }, c) => (bins + (missing ? 1 : 0) > 1 ? [c] : []));
  const tried = Math.max(1, Math.round(options.columns * order.length));
  const identity = kernels.reserve(256);
  const levels = kernels.reserve(256);
  const sorted = kernels.reserve(count);
  const sortedPairs = kernels.reserve(8 * count);
  const counts = kernels.reserve(1024);
  const sums = kernels.reserve(24 * Math.max(1, classes));
  const out = kernels.reserve(64);
  const shares = new Float64Array(classes);
  const cells = new Float64Array(2 * 256);
  for (let b = 0; b < 256; b++) kernels.views.bytes[identity + b] = b;

  /** The weight of a node and, of classes, that of the heaviest; 0 if all rows say the same. */
  const describe = (from: number, to: number): { readonly weight: number; readonly heaviest: number } => {
    const { integers, floats } = kernels.views;
    const at = pairs >> 2;
    let weight = 0;
    let alike = true;
    let first = Number.NaN;
    shares.fill(0);
    for (let i = from; i < to; i++) {
      const pair = at + 2 * integers[(rows >> 2) + i];
      const w = floats[pair + 1];
      weight += w;
      const value = classes > 0 ? floats[pair] : floats[pair] / w;
      if (classes > 0) shares[floats[pair]] += w;
      if (i === from) first = value;
      // quotients of rounded products: equal targets may differ in the last bits
      else if (Math.abs(value - first) > 1e-6 * Math.abs(first)) alike = false;
    }
    let heaviest = 0;
    for (let k = 1; k < classes; k++) if (shares[k] > shares[heaviest]) heaviest = k;
    return { weight: alike ? 0 : weight, heaviest };
  };

  /** Ranks the levels that are in the node by their mean target, or by their share of the heaviest class. */
  const rankLevels = (column: number, from: number, to: number, heaviest: number): number[] => {
    const { bytes, integers, floats } = kernels.views;
    const { bins: known } = binned.columns[column];
    cells.fill(0);
    for (let i = from; i < to; i++) {
      const row = integers[(rows >> 2) + i];
      const bin = bytes[bins + row * width + column];
      const pair = (pairs >> 2) + 2 * row;
      const w = floats[pair + 1];
      cells[2 * bin] += classes === 0 ? floats[pair] : floats[pair] === heaviest ? w : 0;
      cells[2 * bin + 1] += w;
    }
    const present: number[] = [];
    for (let b = 0; b < known; b++) if (cells[2 * b + 1] > 0) present.push(b);
    const mean = (b: number) => cells[2 * b] / cells[2 * b + 1];
    present.sort((a, b) => mean(a) - mean(b) || a - b);
    for (const [rank, bin] of present.entries()) bytes[levels + bin] = rank;
    bytes[levels + known] = MISSING;
    return present;
  };

  /** out ← the cut of a column that is better than `floor`; returns whether anything is missing in the node. */
  const cutColumn = (
    column: number,
    present: readonly number[] | undefined,
    from: number,
    to: number,
    floor: number,
    rng: Rng,
  ): boolean => {
    const { bins: known, missing: some, centres } = binned.columns[column];
    const at = bins + column;
    const ranks = present === undefined ? identity : levels;
    const missing = some ? (present === undefined ? known : MISSING) : -1;
    const { bytes, doubles } = kernels.views;
    doubles[(out >> 3) + 1] = -1;
    if (random) {
      kernels.rankRange(rows, from, to, at, width, ranks, missing, out);
      const o = out >> 3;
      const low = doubles[o];
      const high = doubles[o + 1];
      const lost = doubles[o + 2];
      doubles[o + 1] = -1;
      if (low > high || (low === high && lost === 0)) return lost > 0;
      const cut = low === high ? low : drawCut(present === undefined ? centres : undefined, low, high, rng);
      if (classes > 0)
        // biome-ignore format: one line of places
        kernels.cutClasses(rows, from, to, at, width, ranks, missing, cut, pairs, classes, minRows, floor, sums, out);
      else kernels.cutSums(rows, from, to, at, width, ranks, missing, cut, pairs, minRows, floor, out);
      return lost > 0;
    }
    kernels.sortByRank(rows, from, to, at, width, ranks, pairs, sorted, sortedPairs, counts);
    const n = to - from;
    const lost = bytes[sorted + n - 1] === missing;
    if (bytes[sorted] === bytes[sorted + n - 1]) return lost;
    if (classes > 0) kernels.walkClasses(n, sorted, sortedPairs, missing, classes, minRows, floor, sums, out);
    else kernels.walkSums(n, sorted, sortedPairs, missing, minRows, floor, out);
    return lost;
  };

  const fillTable = ({ bins: known }: BinnedColumn, { present, bin, missingLeft }: Cut) => {
    const { bytes } = kernels.views;
    bytes.fill(0, table, table + 256);
    if (present === undefined) bytes.fill(1, table, table + bin + 1);
    else for (let rank = 0; rank <= bin; rank++) bytes[table + present[rank]] = 1;
    if (missingLeft) bytes[table + known] = 1;
  };

  return {
    find(from, to, rng) {
      if (to - from < 2) return undefined;
      const { weight, heaviest } = describe(from, to);
      if (weight < 2 * minRows) return undefined;
      let best: Cut | undefined;
      let value = -1; // any cut is as good as none: deeper ones may gain where the first does not
      for (let k = 0; k < order.length && (k < tried || best === undefined); k++) {
        const other = k + rng.integer(order.length - k);
        const column = order[other];
        order[other] = order[k];
        order[k] = column;
        const described = binned.columns[column];
        const present = described.codes === undefined ? undefined : rankLevels(column, from, to, heaviest);
        const some = cutColumn(column, present, from, to, value, rng);
        const { doubles } = kernels.views;
        const rank = doubles[(out >> 3) + 1];
        if (rank < 0) continue;
        value = doubles[out >> 3];
        best = { column, present, bin: rank, missingLeft: some ? doubles[(out >> 3) + 2] === 1 : undefined };
      }
      if (best !== undefined) fillTable(binned.columns[best.column], best);
      return best;
    },
  };
}

/**
 * A rank from low … high − 1, after which is cut: a value is drawn between the middles of the lowest and the highest bin;
 * without middles all ranks are as likely.
 */
function drawCut(centres: Float32Array | undefined, low: number, high: number, rng: Rng): number {
  const u = rng.uniform();
  if (centres !== undefined) {
    const value = centres[low] + u * (centres[high] - centres[low]);
    if (Number.isFinite(value)) {
      let a = low;
      let b = high - 1;
      while (a < b) {
        const middle = (a + b + 1) >> 1;
        if (centres[middle] <= value) a = middle;
        else b = middle - 1;
      }
      return a;
    }
  }
  return low + Math.floor(u * (high - low));
}
