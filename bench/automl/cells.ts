/**
 * What was measured: one cell for each system, table and seed.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export interface Cell {
  readonly system: string;
  readonly version: string;
  readonly table: string;
  readonly seed: number;
  /** On the test rows: 1 − area under the curve, log loss, or root mean squared error. NaN where it failed. */
  readonly error: number;
  readonly failure?: string;
  /** Seconds of the whole process. */
  readonly wall: number;
  readonly cpu: number;
  /** The score on held-out rows that the system itself told, as an error, where it tells one. */
  readonly told?: number;
}

const path = (seconds: number) => new URL(`../results/automl-${seconds}s.json`, import.meta.url);

export function readCells(seconds: number): Cell[] {
  if (!existsSync(path(seconds))) return [];
  const cells: Cell[] = JSON.parse(readFileSync(path(seconds), "utf8"));
  return cells.map((cell) => ({ ...cell, error: cell.error ?? Number.NaN }));
}

export function writeCell(seconds: number, cells: readonly Cell[]): void {
  writeFileSync(path(seconds), `${JSON.stringify(cells, null, 1)}\n`);
}
