/**
 * The nearest points of queries: in a k-d tree where columns are few, among all where they are many.
 */
import { createKernels } from "../../math/kernels/kernels.ts";
import { NearestHeap } from "./heap.ts";
import { LEAF, type Tree } from "./tree.ts";

/** "l1": sums of differences; "l2": the roots of sums of squares. */
export type DistanceMetric = "l1" | "l2";

export interface Search {
  readonly tree: Omit<Tree, "order">;
  readonly columns: number;
  /** Neighbours, at most the points of the tree. */
  readonly k: number;
  readonly metric: DistanceMetric;
}

/** In more dimensions a tree leaves out next to nothing. */
export const TREE_COLUMNS = 10;
/** Queries and points that are compared at a time. */
const QUERIES = 64;
const POINTS = 256;

/**
 * Calls `found` with the number of each query and its neighbours: distances, not squared.
 *
 * @param queries  shape (queries, columns), row-major
 */
export function findNearest(
  search: Search,
  queries: Float32Array,
  found: (query: number, nearest: NearestHeap) => void,
) {
  const { tree, columns, k, metric } = search;
  const count = queries.length / columns;
  const finish = (query: number, heap: NearestHeap) => {
    if (metric === "l2") for (let i = 0; i < k; i++) heap.distances[i] = Math.sqrt(heap.distances[i]);
    found(query, heap);
    heap.found = 0;
  };
  if (metric === "l2" && columns > TREE_COLUMNS) {
    const all = new AmongAll(tree.points, columns);
    const heaps = Array.from({ length: Math.min(QUERIES, count) }, () => new NearestHeap(k));
    for (let from = 0; from < count; from += QUERIES) {
      const some = heaps.slice(0, Math.min(QUERIES, count - from));
      all.find(queries.subarray(from * columns, (from + some.length) * columns), some);
      for (const [i, heap] of some.entries()) finish(from + i, heap);
    }
    return;
  }
  const inTree = new InTree(search);
  const heap = new NearestHeap(k);
  for (let query = 0; query < count; query++) {
    inTree.find(queries.subarray(query * columns, (query + 1) * columns), heap);
    finish(query, heap);
  }
}

/** Goes down to the cell of a query, and on the way back into those that may hold something nearer. */
class InTree {
  readonly #search: Search;
  readonly #rows: number;
  /** By how much the query lies outside of the cell that is looked at, by column. */
  readonly #outside: Float64Array;
  #query: Float32Array = new Float32Array();

  constructor(search: Search) {
    this.#search = search;
    this.#rows = search.tree.points.length / search.columns;
    this.#outside = new Float64Array(search.columns);
  }

  find(query: Float32Array, heap: NearestHeap): void {
    this.#query = query;
    this.#descend(1, 0, this.#rows, 0, heap);
  }

  #descend(node: number, from: number, to: number, distance: number, heap: NearestHeap): void {
    if (to - from <= LEAF) {
      this.#scan(from, to, heap);
      return;
    }
    const { splits, values } = this.#search.tree;
    const column = splits[node];
    const beyond = this.#query[column] - values[node];
    const middle = (from + to) >> 1;
    const above = beyond >= 0;
    if (above) this.#descend(2 * node + 1, middle, to, distance, heap);
    else this.#descend(2 * node, from, middle, distance, heap);
    const before = this.#outside[column];
    const now = Math.max(before, Math.abs(beyond));
    const far =
      this.#search.metric === "l2" ? distance + (now * now - before * before) : distance + (now - before);
    if (far * (1 - 1e-12) > heap.limit) return; // but for rounding
    this.#outside[column] = now;
    if (above) this.#descend(2 * node, from, middle, far, heap);
    else this.#descend(2 * node + 1, middle, to, far, heap);
    this.#outside[column] = before;
  }

  #scan(from: number, to: number, heap: NearestHeap): void {
    const { tree, columns, metric } = this.#search;
    for (let place = from; place < to; place++) {
      const distance = between(tree.points, place * columns, this.#query, 0, columns, metric === "l2");
      if (distance < heap.limit) heap.keep(place, distance);
    }
  }
}

/** Compares queries with all points, by |p|² − 2 p·q. */
class AmongAll {
  readonly #points: Float32Array;
  readonly #columns: number;
  readonly #stride: number;
  readonly #kernels = createKernels();
  readonly #at: number;
  readonly #queries: number;
  readonly #products: number;
  readonly #norms: Float64Array;

  constructor(points: Float32Array, columns: number) {
    const rows = points.length / columns;
    this.#points = points;
    this.#columns = columns;
    this.#stride = (columns + 1) & ~1;
    this.#at = this.#kernels.reserve(rows * this.#stride);
    this.#queries = this.#kernels.reserve(QUERIES * this.#stride);
    this.#products = this.#kernels.reserve(POINTS);
    this.#norms = new Float64Array(rows);
    for (let r = 0; r < rows; r++) {
      const row = points.subarray(r * columns, (r + 1) * columns);
      this.#kernels.memory.set(row, this.#at + r * this.#stride);
      for (const value of row) this.#norms[r] += value * value;
    }
  }

  find(queries: Float32Array, heaps: readonly NearestHeap[]): void {
    const { memory } = this.#kernels;
    const columns = this.#columns;
    const rows = this.#norms.length;
    for (let i = 0; i < heaps.length; i++)
      memory.set(queries.subarray(i * columns, (i + 1) * columns), this.#queries + i * this.#stride);
    for (let from = 0; from < rows; from += POINTS) {
      const count = Math.min(POINTS, rows - from);
      for (let i = 0; i < heaps.length; i++) {
        const query = this.#queries + i * this.#stride;
        this.#kernels.dots(
          count,
          columns,
          this.#at + from * this.#stride,
          this.#stride,
          query,
          this.#products,
        );
        const heap = heaps[i];
        let { limit } = heap;
        for (let r = 0; r < count; r++) {
          const distance = this.#norms[from + r] - 2 * memory[this.#products + r];
          if (distance >= limit) continue;
          heap.keep(from + r, distance);
          limit = heap.limit;
        }
      }
    }
    // A difference of large numbers says little of how near the nearest are.
    for (const [i, { places, distances }] of heaps.entries())
      for (const [n, place] of places.entries())
        distances[n] = between(this.#points, place * columns, queries, i * columns, columns, true);
  }
}

/** Sum of the differences of two points, or of their squares. */
function between(
  a: Float32Array,
  atA: number,
  b: Float32Array,
  atB: number,
  columns: number,
  squared: boolean,
): number {
  let sum = 0;
  if (squared)
    for (let c = 0; c < columns; c++) {
      const difference = a[atA + c] - b[atB + c];
      sum += difference * difference;
    }
  else for (let c = 0; c < columns; c++) sum += Math.abs(a[atA + c] - b[atB + c]);
  return sum;
}
