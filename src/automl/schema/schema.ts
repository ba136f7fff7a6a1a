/**
 * What the columns of a table are, which of them are learned from, and what is to be predicted: inferred once from the
 * training table, and applied to every later one.
 */
import { InvalidInputError } from "../../errors.ts";
import type { Table } from "../table.ts";
import type { Task } from "../task.ts";
import { columnNamed } from "./columns.ts";
import { type Format, recognise } from "./kinds.ts";
import type { DecimalMark } from "./numbers.ts";
import { suspicions } from "./suspicion.ts";
import { chooseTask, targetValues } from "./target.ts";

/** What a column is. An `id` tells rows apart and nothing else; a `constant` does not even do that. */
export type Kind = "number" | "category" | "boolean" | "date" | "text" | "id" | "constant";

/** One column that could be learned from. */
export interface Feature {
  readonly name: string;
  readonly kind: Kind;
  readonly used: boolean;
  /** Why it is not used. */
  readonly why?: string;
  /** How its cells are written, where that is not plain: numbers, dates. */
  readonly format?: Format;
}

/** Plain JSON, kept with a model. */
export interface Schema {
  readonly target: string;
  readonly task: Task;
  /** How the target's numbers are written, where that is not plain. */
  readonly targetFormat?: DecimalMark;
  /** In the table's order; the target is not among them. */
  readonly features: readonly Feature[];
}

export interface SchemaOptions {
  readonly target: string;
  /** @default what the target's values suggest */
  readonly task?: "classification" | "regression";
  /** Predict quantiles at these levels, each between 0 and 1, instead of the expectation. */
  readonly quantiles?: readonly number[];
  /** Columns not to learn from. */
  readonly ignore?: readonly string[];
}

export interface Inferred {
  readonly schema: Schema;
  /** Rows that have a target, ascending. */
  readonly rows: Int32Array;
  /** The class's index or the number, shape (rows of the table); NaN where it is missing. */
  readonly y: Float64Array;
  readonly warnings: readonly string[];
}

/** Fewer rows than this say nothing that could be checked. */
const FEWEST_ROWS = 20;
/** A class of fewer rows is not in each of five folds. */
const FEWEST_OF_CLASS = 5;

/**
 * Recognises the columns, the target and the task.
 *
 * @throws {InvalidInputError} for a target that is absent, all missing, all equal, infinite, or as varied as its rows; for
 *   fewer than 20 rows that have one; if no column is left to learn from
 */
export function inferSchema(
  table: Table,
  { target, task: wanted, quantiles, ignore = [] }: SchemaOptions,
): Inferred {
  const names = table.columns.map(({ name }) => name);
  const column = columnNamed(table, target, "target");
  for (const name of ignore) columnNamed(table, name, "ignored column");
  const warnings: string[] = [];
  const { task, format } = chooseTask(column, { wanted, quantiles, warnings });
  const y = targetValues(column, task, format);
  const rows = rowsWith(y);
  if (rows.length < FEWEST_ROWS)
    throw new InvalidInputError(
      `${rows.length} of ${table.rows} rows have a ${JSON.stringify(target)}, and at least ${FEWEST_ROWS} are needed to learn and to check`,
    );
  if (rows.length < table.rows)
    warnings.push(
      `${table.rows - rows.length} of ${table.rows} rows have no ${JSON.stringify(target)} and are left out`,
    );
  if (task.kind === "classification") warnings.push(...rareClasses(task.classes, y));
  const features = table.columns
    .filter((one) => one.name !== target)
    .map((one): Feature => {
      const { kind, format, why, warning } = recognise(one);
      if (ignore.includes(one.name)) return { name: one.name, kind, used: false, why: "left out as asked" };
      if (warning !== undefined) warnings.push(warning);
      return {
        name: one.name,
        kind,
        used: why === undefined,
        ...(why && { why }),
        ...(format && { format }),
      };
    });
  const schema = { target, task, ...(format === "comma" && { targetFormat: format }), features };
  const { schema: cleared, warnings: more } = suspicions({ table, schema, rows, y });
  if (!cleared.features.some(({ used }) => used))
    throw new InvalidInputError(
      names.length === 1
        ? `the table has no column but ${JSON.stringify(target)}: there is nothing to learn from`
        : `no column is left to learn from: ${cleared.features.map(({ name, why }) => `${JSON.stringify(name)} ${why}`).join(", ")}`,
    );
  return { schema: cleared, rows, y, warnings: [...warnings, ...more] };
}

/**
 * The target's values in a table, as the schema has them.
 *
 * @returns shape (rows of the table); NaN where it is missing, or a class that the schema does not know
 * @throws {InvalidInputError} if the table has no such column
 */
export function readTarget(table: Table, { target, task, targetFormat }: Schema): Float64Array {
  return targetValues(columnNamed(table, target, "target"), task, targetFormat ?? "point");
}

/** A word on the classes that are not in every part of a split. */
function rareClasses(classes: readonly string[], y: Float64Array): readonly string[] {
  const counts = new Int32Array(classes.length);
  for (let i = 0; i < y.length; i++) if (!Number.isNaN(y[i])) counts[y[i]]++;
  const rare = classes.filter((_, index) => counts[index] < FEWEST_OF_CLASS);
  if (rare.length === 0) return [];
  const shown = rare.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 30)));
  return [
    `${rare.length} of ${classes.length} classes have fewer than ${FEWEST_OF_CLASS} rows (${shown.join(", ")}${rare.length > 5 ? ", …" : ""}): they can hardly be learned, and not be checked`,
  ];
}

function rowsWith(y: Float64Array): Int32Array {
  let count = 0;
  for (let i = 0; i < y.length; i++) if (!Number.isNaN(y[i])) count++;
  const rows = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < y.length; i++) if (!Number.isNaN(y[i])) rows[at++] = i;
  return rows;
}
