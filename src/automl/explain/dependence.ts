/**
 * How predictions change with one feature, all others as they are.
 */
import { InvalidInputError } from "../../errors.ts";
import type { Table } from "../table.ts";
import { withColumn } from "./importance.ts";

export interface DependenceOptions {
  /** Rows over which predictions are averaged, as they were conformed; some hundreds will do. */
  readonly table: Table;
  readonly feature: string;
  /** Predictions for such a table, shape (rows, outputs). */
  readonly predict: (table: Table) => Float64Array;
  /** Values that are tried, at most. @default 20 */
  readonly points?: number;
}

export interface Dependence {
  readonly feature: string;
  /** Ascending numbers, or levels, the most frequent first. */
  readonly values: readonly number[] | readonly string[];
  /** Mean prediction at each value, shape (values, outputs), row-major. */
  readonly means: Float64Array;
  /** Standard deviation of the rows' predictions about it, the same shape: large where the others decide what it does. */
  readonly spreads: Float64Array;
}

/**
 * Partial dependence: numbers at their quantiles, categories at their most frequent levels.
 *
 * @throws {InvalidInputError} if there is no such feature, or none of its cells is known
 * @see Friedman 2001, "Greedy function approximation: a gradient boosting machine", §8.2
 */
export function partialDependence({ table, feature, predict, points = 20 }: DependenceOptions): Dependence {
  const at = table.columns.findIndex(({ name }) => name === feature);
  if (at < 0) throw new InvalidInputError(`there is no feature ${JSON.stringify(feature)} to look at`);
  const column = table.columns[at];
  const found =
    column.type === "number" ? quantilesOf(column.values, points) : frequent(column.codes, points);
  if (found.length === 0)
    throw new InvalidInputError(
      `the feature ${JSON.stringify(feature)} is missing in every row that was given`,
    );
  const means: number[] = [];
  const spreads: number[] = [];
  for (const value of found) {
    const everywhere =
      column.type === "number"
        ? { ...column, values: new Float64Array(table.rows).fill(value) }
        : { ...column, codes: new Int32Array(table.rows).fill(value) };
    const predictions = predict(withColumn(table, at, everywhere));
    const outputs = predictions.length / table.rows;
    for (let k = 0; k < outputs; k++) {
      const own = predictions.filter((_, i) => i % outputs === k);
      const mean = own.reduce((sum, p) => sum + p, 0) / table.rows;
      means.push(mean);
      spreads.push(Math.sqrt(own.reduce((sum, p) => sum + (p - mean) ** 2, 0) / table.rows));
    }
  }
  return {
    feature,
    values: column.type === "number" ? found : found.map((code) => column.levels[code]),
    means: Float64Array.from(means),
    spreads: Float64Array.from(spreads),
  };
}

/** Values at evenly spaced ranks, each once, the smallest and the largest among them. */
function quantilesOf(values: Float64Array, points: number): number[] {
  const known = values.filter(Number.isFinite).sort();
  if (known.length === 0) return [];
  const last = known.length - 1;
  const steps = Math.max(1, points - 1);
  return [...new Set(Array.from({ length: steps + 1 }, (_, i) => known[Math.round((i * last) / steps)]))];
}

function frequent(codes: Int32Array, points: number): number[] {
  const counts = new Map<number, number>();
  for (const code of codes) if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || a - b)
    .slice(0, points)
    .map(([code]) => code);
}
