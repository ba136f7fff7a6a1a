/**
 * By how much predictions get worse where the cells of a feature are mixed up.
 */
import type { Rng } from "../../random.ts";
import { shuffled } from "../split/assign.ts";
import type { Column, Table } from "../table.ts";

/** Rows, and a model that has not learned from them: a fold. */
export interface Part {
  /** As it was conformed: a column for each feature. */
  readonly table: Table;
  /** Targets, shape (rows). */
  readonly y: Float64Array;
  /** Predictions for such a table, shape (rows, outputs). */
  readonly predict: (table: Table) => Float64Array;
}

export interface ImportanceOptions {
  readonly parts: readonly Part[];
  /** How good predictions are; the higher the better. */
  readonly score: (y: Float64Array, predictions: Float64Array) => number;
  /** Times that each feature is mixed up in each part. @default 5 */
  readonly repeats?: number;
  readonly rng: Rng;
  /** Asked between features: once true, those that are left are not looked at, or not as often. */
  readonly stop?: () => boolean;
}

export interface Importance {
  readonly feature: string;
  /** Mean loss of score; may be below 0 by chance. */
  readonly mean: number;
  /**
   * Standard error of the mean, from the spread of parts and repeats. It says nothing of features that tell the same: they
   * share their importance.
   */
  readonly error: number;
}

/**
 * Permutation importance, the most important first. All matrix columns that a feature has become are mixed up together,
 * because its cells are.
 *
 * @see Breiman 2001, "Random forests", §10; Fisher, Rudin and Dominici 2019, "All models are wrong, but many are useful"
 */
export function permutationImportance(options: ImportanceOptions): Importance[] {
  const { parts, score, repeats = 5, rng, stop = () => false } = options;
  const usual = parts.map(({ table, y, predict }) => score(y, predict(table)));
  const features = parts[0]?.table.columns ?? [];
  const losses = features.map((): number[] => []);
  // one time for all before the second time for any: if it is stopped, all are known a little
  for (let repeat = 0; repeat < repeats && !stop(); repeat++)
    for (const [at, { name: feature }] of features.entries()) {
      if (stop()) break;
      for (const [p, { table, y, predict }] of parts.entries()) {
        const order = shuffled(table.rows, rng.stream(feature, p, repeat));
        const mixed = withColumn(table, at, inOrder(table.columns[at], order));
        losses[at].push(usual[p] - score(y, predict(mixed)));
      }
    }
  const found = features
    .map(({ name: feature }, at) => ({ feature, losses: losses[at] }))
    .filter((one) => one.losses.length > 0)
    .map((one): Importance => ({ feature: one.feature, ...meanAndError(one.losses, parts.length) }));
  return found.sort((a, b) => b.mean - a.mean);
}

/** Repeats of one part are no new rows: only parts make the mean surer. */
function meanAndError(values: readonly number[], parts: number): { mean: number; error: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: n > 1 ? Math.sqrt(squares / (n - 1) / parts) : Number.NaN };
}

/** The table with another column in this place. */
export function withColumn(table: Table, at: number, column: Column): Table {
  return { rows: table.rows, columns: table.columns.map((own, i) => (i === at ? column : own)) };
}

function inOrder(column: Column, order: Int32Array): Column {
  if (column.type === "number")
    return { ...column, values: Float64Array.from(order, (row) => column.values[row]) };
  return { ...column, codes: Int32Array.from(order, (row) => column.codes[row]) };
}
