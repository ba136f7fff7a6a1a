/**
 * A table as it was read: columns of numbers, and columns of strings kept once each. Plain data, posted to threads.
 */

/** Numbers; NaN where a cell is missing. */
export interface NumberColumn {
  readonly name: string;
  readonly type: "number";
  /** Shape (rows). */
  readonly values: Float64Array;
}

/** Strings, each kept once: a cell is an index into `levels`, or −1 where it is missing. */
export interface StringColumn {
  readonly name: string;
  readonly type: "string";
  /** Shape (rows). */
  readonly codes: Int32Array;
  /** In the order of their first appearance; every one is used. */
  readonly levels: readonly string[];
}

export type Column = NumberColumn | StringColumn;

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  /** What was taken for granted in reading it, a sentence each. */
  readonly notes?: readonly string[];
}
