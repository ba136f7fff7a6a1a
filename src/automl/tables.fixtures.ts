/**
 * Columns for tests.
 */
import { rng } from "../random.ts";
import type { Column } from "./table.ts";

/** A column of numbers (null is missing), or of strings if any cell is one. */
export function columnOf(name: string, cells: readonly (number | string | null)[]): Column {
  if (!cells.some((cell) => typeof cell === "string"))
    return {
      name,
      type: "number",
      values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
    };
  const levels = [...new Set(cells.filter((cell) => cell !== null).map(String))];
  const index = new Map(levels.map((level, i) => [level, i]));
  return {
    name,
    type: "string",
    levels,
    codes: Int32Array.from(cells, (cell) => (cell === null ? -1 : index.get(String(cell))!)),
  };
}

/** `n` cells, each made of its number. */
export function cells<T>(n: number, make: (row: number) => T): T[] {
  return Array.from({ length: n }, (_, row) => make(row));
}

/** `n` normal numbers. */
export function noise(n: number, seed: number): number[] {
  const stream = rng(seed, "noise");
  return cells(n, () => stream.normal());
}
