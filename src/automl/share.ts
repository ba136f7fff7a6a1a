/**
 * Tables whose arrays are shared between threads instead of copied.
 */
import type { Column, Table } from "./table.ts";

export function shareTable({ rows, columns }: Table): Table {
  return {
    rows,
    columns: columns.map((column): Column => {
      if (column.type === "string") return { ...column, codes: shared(column.codes, Int32Array) };
      return { ...column, values: shared(column.values, Float64Array) };
    }),
  };
}

function shared<A extends Int32Array | Float64Array>(
  array: A,
  Kind: new (buffer: SharedArrayBuffer) => A,
): A {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const copy = new Kind(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
