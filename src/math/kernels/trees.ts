/**
 * The inner loops of decision trees on binned features, compiled to WebAssembly with 128-bit instructions, or in plain
 * TypeScript where those are missing. Both give the same bits.
 *
 * All work is done in one memory of bytes; places are addresses in it. A *pair* is two floats of a row: gradient and
 * hessian, target and weight, or class and weight. A *cell* is two doubles, sums of pairs.
 */
import { compiler } from "./compiler.ts";
import { code } from "./generated-trees.ts";
import { treeReference } from "./reference-trees.ts";

export interface TreeKernels {
  /** Whether this is the compiled form. */
  readonly compiled: boolean;
  /** Views of the memory: others after `reserve`, so never kept across it. */
  readonly views: TreeViews;
  /** Room for so many bytes; its address, a multiple of 16. Not zeroed. */
  reserve(bytes: number): number;
  /** Gives up all room. */
  release(): void;

  /** Sorts n floats, none of them NaN, ascending. `work` is room for n floats and 24 KiB. */
  sortFloats(n: number, at: number, work: number): void;
  /**
   * out[r · width] ← how many edges are below value r, or `missing` if it is NaN. `step` is a power of two; there are
   * 2 · step − 1 edges, ascending, filled up with infinity.
   */
  binColumn(
    n: number,
    values: number,
    edges: number,
    step: number,
    missing: number,
    out: number,
    width: number,
  ): void;

  /**
   * Histograms of a node's rows: cells of the sums of `pairs` by bin, `bytes` in all. `columns` lists for each of `count`
   * columns its index in a row of `bins` and the offset of its cells, integers of 32 bits.
   */
  histogram(
    count: number,
    columns: number,
    rows: number,
    from: number,
    to: number,
    pairs: number,
    bins: number,
    width: number,
    out: number,
    bytes: number,
  ): void;
  /** from −= other, as doubles. */
  subtract(from: number, other: number, bytes: number): void;
  /**
   * The cut of the largest Σ max(|g| − l1, 0)² / (h + l2) over both children, above `floor`, each with h ≥ `smallest`.
   * `columns` lists for each column four integers: the offset of its cells, its bins of values (0: pass it over), whether
   * a bin of missing values follows, and one that is not read.
   * out ← that sum, the index in the list or −1, the last bin that goes left, whether missing values go left, and the
   * left child's g and h: six doubles.
   */
  bestCut(
    count: number,
    columns: number,
    histogram: number,
    g: number,
    h: number,
    l1: number,
    l2: number,
    smallest: number,
    floor: number,
    out: number,
  ): void;
  /**
   * Orders rows[from … to − 1] so that those whose bin b has goesLeft[b] = 1 (not 0) come first, each side in its old
   * order. `bins` is the column's place in row 0, `work` room for the rows. Returns where the right ones begin.
   */
  partition(
    rows: number,
    from: number,
    to: number,
    bins: number,
    width: number,
    goesLeft: number,
    work: number,
  ): number;

  /** out ← pairs of the logistic loss; y (floats 0 or 1) times weights (floats; place 0: all 1). Rooms are even. */
  logisticGradients(n: number, scores: number, y: number, weights: number, out: number): void;
  /** out ← probabilities as floats, from scores as doubles; both of shape (classes, stride), stride even. */
  softmaxes(n: number, classes: number, stride: number, scores: number, out: number): void;

  /**
   * sorted ← ranks[bin] of a node's rows, ascending, in bytes; sortedPairs ← their pairs. `counts` is room for 1 KiB.
   */
  sortByRank(
    rows: number,
    from: number,
    to: number,
    bins: number,
    width: number,
    ranks: number,
    pairs: number,
    sorted: number,
    sortedPairs: number,
    counts: number,
  ): void;
  /**
   * The cut of the largest Σ s² / w over both children, above `floor`, each of weight w ≥ `smallest` > 0. `missing` is
   * the rank of missing values, above all others, or −1. out ← that sum, the last rank that goes left (halfway to the
   * next one there is) or −1, whether missing values go left.
   */
  walkSums(
    n: number,
    sorted: number,
    sortedPairs: number,
    missing: number,
    smallest: number,
    floor: number,
    out: number,
  ): void;
  /** The same where s² is the sum of the squared weights of the classes. `sums`: room for 2 · classes doubles. */
  walkClasses(
    n: number,
    sorted: number,
    sortedPairs: number,
    missing: number,
    classes: number,
    smallest: number,
    floor: number,
    sums: number,
    out: number,
  ): void;
  /** out ← the lowest rank of a node's rows (256: none), the highest, and how many rows miss it. */
  rankRange(
    rows: number,
    from: number,
    to: number,
    bins: number,
    width: number,
    ranks: number,
    missing: number,
    out: number,
  ): void;
  /** `walkSums` of one given cut, without an order. */
  cutSums(
    rows: number,
    from: number,
    to: number,
    bins: number,
    width: number,
    ranks: number,
    missing: number,
    cut: number,
    pairs: number,
    smallest: number,
    floor: number,
    out: number,
  ): void;
  /** `walkClasses` of one given cut. `sums`: room for 3 · classes doubles. */
  cutClasses(
    rows: number,
    from: number,
    to: number,
    bins: number,
    width: number,
    ranks: number,
    missing: number,
    cut: number,
    pairs: number,
    classes: number,
    smallest: number,
    floor: number,
    sums: number,
    out: number,
  ): void;
}

/** The memory, as what is in it. */
export interface TreeViews {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly integers: Int32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  readonly doubles: Float64Array<ArrayBuffer>;
}

/** What the compiled module and the reference have in common. */
export type TreeFunctions = Omit<TreeKernels, "compiled" | "views" | "reserve" | "release">;

const PAGE = 65536;
/** Place 0 means "none". */
const FIRST = 1024;
/** A memory larger than this is not kept for the next one who asks. */
const KEPT = 512 * 1024 * 1024;

const compile = compiler(code);
let idle: TreeKernels | undefined;

/**
 * Lends kernels whose memory is all the borrower's until `work` returns, then kept for the next one. `plain` asks for the
 * reference.
 */
export function withTreeKernels<T>(
  work: (kernels: TreeKernels) => T,
  options: { readonly plain?: boolean } = {},
): T {
  const kernels = options.plain ? createTreeKernels(options) : (idle ?? createTreeKernels());
  idle = undefined; // a call within `work` gets others
  const result = work(kernels);
  kernels.release();
  if (!options.plain && kernels.views.bytes.length <= KEPT) idle = kernels;
  return result;
}

/** Kernels with a memory of their own. */
export function createTreeKernels(options: { readonly plain?: boolean } = {}): TreeKernels {
  const module = options.plain ? undefined : compile();
  let views: TreeViews;
  let grow: (bytes: number) => void;
  let functions: TreeFunctions;
  if (module === undefined) {
    views = viewsOf(new ArrayBuffer(PAGE));
    grow = (bytes) => {
      const old = views.bytes;
      views = viewsOf(new ArrayBuffer(Math.ceil((old.length + bytes) / PAGE) * PAGE));
      views.bytes.set(old);
    };
    functions = treeReference(() => views);
  } else {
    const exports = new WebAssembly.Instance(module).exports as unknown as TreeFunctions & {
      memory: WebAssembly.Memory;
    };
    const { memory, ...rest } = exports;
    views = viewsOf(memory.buffer as ArrayBuffer);
    grow = (bytes) => {
      memory.grow(Math.ceil(bytes / PAGE));
      views = viewsOf(memory.buffer as ArrayBuffer);
    };
    functions = rest;
  }
  let next = FIRST;
  return {
    ...functions,
    compiled: module !== undefined,
    get views() {
      return views;
    },
    reserve(bytes) {
      const place = next;
      next += Math.ceil(bytes / 16) * 16;
      if (next > views.bytes.length) grow(next - views.bytes.length);
      return place;
    },
    release() {
      next = FIRST;
    },
  };
}

function viewsOf(buffer: ArrayBuffer): TreeViews {
  return {
    bytes: new Uint8Array(buffer),
    integers: new Int32Array(buffer),
    floats: new Float32Array(buffer),
    doubles: new Float64Array(buffer),
  };
}
