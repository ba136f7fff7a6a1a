/**
 * Features as bins of a byte: what all trees are grown on. Bins are made once for a matrix, however many models are
 * fitted to it.
 */
import { type TreeKernels, withTreeKernels } from "../../math/kernels/trees.ts";
import type { DesignMatrix } from "../design-matrix.ts";

/** Bins of values of one column; one more is for what is missing, and all fit a byte. */
const MOST_BINS = 254;

export interface BinnedColumn {
  /** Bins of values: 0 … bins − 1. A value that is missing is in bin `bins`. */
  readonly bins: number;
  /** Whether any value was missing in training. */
  readonly missing: boolean;
  /** Number: bin b holds values ≤ edges[b], and those above the last edge; shape (bins − 1). */
  readonly edges: Float32Array;
  /** Number: the middle of the values in each bin, shape (bins). */
  readonly centres: Float32Array;
  /** Category: the bin of each code; undefined: a number. */
  readonly codes?: Uint8Array;
}

export interface Binned {
  readonly rows: number;
  readonly columns: readonly BinnedColumn[];
  /** Row-major, shape (rows, columns). */
  readonly bytes: Uint8Array;
}

const made = new WeakMap<DesignMatrix, Binned>();
const followed = new WeakMap<DesignMatrix, { readonly binned: Binned; readonly bytes: Uint8Array }>();

/** The bins of a matrix; the same object for the same matrix. */
export function binMatrix(matrix: DesignMatrix): Binned {
  let binned = made.get(matrix);
  if (binned === undefined) {
    binned = withTreeKernels((kernels) => makeBins(kernels, matrix));
    made.set(matrix, binned);
  }
  return binned;
}

/** Other rows in the bins of the first: row-major, shape (rows, columns). */
export function binRows(binned: Binned, matrix: DesignMatrix): Uint8Array {
  const known = followed.get(matrix);
  if (known?.binned === binned) return known.bytes;
  const bytes = withTreeKernels((kernels) => {
    const room = reserveRoom(kernels, matrix);
    for (let c = 0; c < matrix.columns; c++) {
      loadColumn(kernels, room, matrix, c);
      placeColumn(kernels, room, matrix, c, binned.columns[c]);
    }
    return kernels.views.bytes.slice(room.out, room.out + matrix.rows * matrix.columns);
  });
  followed.set(matrix, { binned, bytes });
  return bytes;
}

interface Room {
  readonly values: number;
  readonly sorted: number;
  readonly work: number;
  readonly edges: number;
  readonly out: number;
}

function reserveRoom(kernels: TreeKernels, { rows, columns }: DesignMatrix): Room {
  return {
    values: kernels.reserve(4 * rows),
    sorted: kernels.reserve(4 * rows),
    work: kernels.reserve(4 * rows + 3 * 8192),
    edges: kernels.reserve(4 * 256),
    out: kernels.reserve(rows * columns),
  };
}

function makeBins(kernels: TreeKernels, matrix: DesignMatrix): Binned {
  const room = reserveRoom(kernels, matrix);
  const columns = Array.from({ length: matrix.columns }, (_, c) => {
    loadColumn(kernels, room, matrix, c);
    const column =
      matrix.levels[c] > 0 ? categoryBins(kernels, room, matrix, c) : numberBins(kernels, room, matrix.rows);
    placeColumn(kernels, room, matrix, c, column);
    return column;
  });
  const { bytes } = kernels.views;
  return {
    rows: matrix.rows,
    columns,
    bytes: bytes.slice(room.out, room.out + matrix.rows * matrix.columns),
  };
}

function loadColumn(kernels: TreeKernels, room: Room, { rows, values }: DesignMatrix, c: number): void {
  kernels.views.floats.set(values.subarray(c * rows, (c + 1) * rows), room.values >> 2);
}

/** Writes the bins of a column that is loaded. */
function placeColumn(
  kernels: TreeKernels,
  room: Room,
  { rows, columns }: DesignMatrix,
  c: number,
  { bins, edges, codes }: BinnedColumn,
): void {
  const { bytes, floats } = kernels.views;
  const out = room.out + c;
  if (codes === undefined) {
    let step = 1;
    while (2 * step - 1 < edges.length) step *= 2;
    floats.fill(Number.POSITIVE_INFINITY, room.edges >> 2, (room.edges >> 2) + 2 * step - 1);
    floats.set(edges, room.edges >> 2);
    kernels.binColumn(rows, room.values, room.edges, step, bins, out, columns);
    return;
  }
  for (let r = 0; r < rows; r++) {
    const code = floats[(room.values >> 2) + r];
    bytes[out + r * columns] = code >= 0 && code < codes.length ? codes[code] : bins;
  }
}

/** The most frequent levels have a bin each; the others count as missing. */
function categoryBins(kernels: TreeKernels, room: Room, { rows, levels }: DesignMatrix, c: number) {
  const counts = new Int32Array(levels[c]);
  let known = 0;
  for (let r = 0; r < rows; r++) {
    const code = kernels.views.floats[(room.values >> 2) + r];
    if (!(code >= 0 && code < counts.length)) continue;
    counts[code]++;
    known++;
  }
  const frequent = Array.from(counts, (_, code) => code);
  if (frequent.length > MOST_BINS) frequent.sort((a, b) => counts[b] - counts[a] || a - b);
  const kept = frequent.slice(0, MOST_BINS);
  const codes = new Uint8Array(levels[c]).fill(kept.length);
  for (const [bin, code] of kept.entries()) codes[code] = bin;
  for (const code of frequent.slice(MOST_BINS)) known -= counts[code];
  return {
    bins: kept.length,
    missing: known < rows,
    edges: new Float32Array(0),
    centres: Float32Array.from(kept, (_, bin) => bin),
    codes,
  };
}

function numberBins(kernels: TreeKernels, room: Room, rows: number): BinnedColumn {
  const { floats } = kernels.views;
  const from = room.values >> 2;
  const to = room.sorted >> 2;
  let count = 0;
  for (let r = 0; r < rows; r++) {
    const value = floats[from + r];
    if (!Number.isNaN(value)) floats[to + count++] = value + 0; // −0 is 0
  }
  kernels.sortFloats(count, room.sorted, room.work);
  const values = floats.subarray(to, to + count);
  const { edges, centres } = cutValues(values, MOST_BINS);
  return { bins: centres.length, missing: count < rows, edges, centres };
}

/**
 * Edges between bins of about as many values each; a value that fills a bin alone has one to itself (the greedy rule of
 * LightGBM: Ke et al. 2017, "LightGBM: A Highly Efficient Gradient Boosting Decision Tree", section 2.1).
 *
 * @param sorted  ascending, finite or infinite
 */
export function cutValues(
  sorted: Float32Array,
  most: number,
): { readonly edges: Float32Array; readonly centres: Float32Array } {
  let distinct = sorted.length > 0 ? 1 : 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  const values = new Float32Array(distinct);
  const counts = new Int32Array(distinct);
  for (let i = 0, d = -1; i < sorted.length; i++) {
    if (d < 0 || sorted[i] !== values[d]) values[++d] = sorted[i];
    counts[d]++;
  }
  const edges: number[] = [];
  const centres: number[] = [];
  let first = 0;
  const close = (last: number) => {
    centres.push(between(values[first], values[last]));
    if (last + 1 < distinct) edges.push(between(values[last], values[last + 1]));
    first = last + 1;
  };
  if (distinct <= most) for (let d = 0; d < distinct; d++) close(d);
  else {
    let heavy = 0;
    let rest = sorted.length;
    const large = sorted.length / most;
    for (const count of counts)
      if (count >= large) {
        heavy++;
        rest -= count;
      }
    let mean = rest / Math.max(1, most - heavy);
    let size = 0;
    for (let d = 0; d < distinct - 1 && edges.length < most - 1; d++) {
      size += counts[d];
      if (counts[d] < large) rest -= counts[d];
      const full = counts[d] >= large || size >= mean;
      if (!full && !(counts[d + 1] >= large && size >= Math.max(1, mean / 2))) continue;
      if (counts[d] >= large) heavy--;
      close(d);
      size = 0;
      mean = rest / Math.max(1, most - edges.length - heavy);
    }
    close(distinct - 1);
  }
  return { edges: Float32Array.from(edges), centres: Float32Array.from(centres) };
}

/** A float t with a ≤ t < b, halfway where there is one (or a itself where a = b). */
function between(a: number, b: number): number {
  const middle = Math.fround(a / 2 + b / 2);
  return middle >= a && middle < b ? middle : a;
}
