/**
 * What is to be predicted, from the column that has it.
 */
import { InvalidInputError } from "../../errors.ts";
import type { Column, NumberColumn, StringColumn } from "../table.ts";
import type { Task } from "../task.ts";
import { levelCounts } from "./columns.ts";
import { parseBoolean } from "./kinds.ts";
import { type DecimalMark, decimalMark, isCode, parseNumber } from "./numbers.ts";

export interface TaskWish {
  readonly wanted?: "classification" | "regression";
  readonly quantiles?: readonly number[];
  /** Appended to. */
  readonly warnings: string[];
}

/** Whole numbers of at most so many values are classes where each has at least so many rows on average. */
const MOST_NUMBERED_CLASSES = 20;
const ROWS_PER_NUMBERED_CLASS = 10;
/** So large a share of a target's texts must be numbers for it to be a number. */
const SHARE = 0.95;

/**
 * The task that the values suggest, or the wanted one.
 *
 * @throws {InvalidInputError} if nothing can be learned of these values, or not what is wanted
 */
export function chooseTask(
  column: Column,
  { wanted, quantiles, warnings }: TaskWish,
): { readonly task: Task; readonly format: DecimalMark } {
  const name = JSON.stringify(column.name);
  if (quantiles !== undefined && wanted === "classification")
    throw new InvalidInputError("quantiles are of numbers: leave out either them or the task classification");
  const rows = column.type === "number" ? column.values.length : column.codes.length;
  const isAmount = wanted === "regression" || quantiles !== undefined;
  const numeric = column.type === "number" ? { column, format: "point" as const } : numbersOf(column);
  if (numeric === undefined) {
    const { levels } = column as StringColumn;
    if (isAmount && levels.length > 0)
      throw new InvalidInputError(
        `the target ${name} is no number, such as ${JSON.stringify(levels[0].slice(0, 30))}: it can only be classified`,
      );
    return { task: classification(name, rows, [...levels].sort()), format: "point" };
  }
  const { format } = numeric;
  const values = distinct(numeric.column);
  const infinite = values.find((value) => !Number.isFinite(value));
  if (infinite !== undefined)
    throw new InvalidInputError(
      `the target ${name} is ${infinite} in row ${numeric.column.values.indexOf(infinite) + 1}: remove such rows, or leave the cell empty`,
    );
  if (!isAmount && (wanted === "classification" || areClasses(numeric.column, values))) {
    if (values.length > 2 && wanted === undefined)
      warnings.push(
        `the target ${name} has ${values.length} whole numbers and is taken for classes; say task regression if it is an amount`,
      );
    const classes = column.type === "number" ? values.map(String) : byNumber(column.levels, format);
    return { task: classification(name, rows, classes), format };
  }
  requireVaried(name, values.length);
  noteUnread(column, numeric.column, warnings);
  if (quantiles === undefined) return { task: { kind: "regression" }, format };
  return { task: { kind: "quantiles", levels: levelsOf(quantiles) }, format };
}

/**
 * Every cell of the target as the task has it.
 *
 * @returns shape (rows); NaN where it is missing, or a class that is not known
 */
export function targetValues(column: Column, task: Task, format: DecimalMark): Float64Array {
  if (task.kind !== "classification")
    return column.type === "number" ? Float64Array.from(column.values) : parsed(column, format);
  const index = new Map(task.classes.map((name, i) => [name, i]));
  const numbers = new Map(task.classes.map((name, i) => [parseNumber(name, "point"), i]));
  numbers.delete(Number.NaN); // of classes that are words
  if (column.type === "number")
    return column.values.map((value) =>
      Number.isNaN(value) ? value : (numbers.get(value) ?? truth(index, value)),
    );
  const byLevel = Float64Array.from(
    column.levels,
    (text) =>
      index.get(text) ?? index.get(text.trim()) ?? numbers.get(parseNumber(text, format)) ?? Number.NaN,
  );
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : byLevel[code]));
}

/** A 0 or 1 where the classes are words of truth. */
function truth(index: ReadonlyMap<string, number>, value: number): number {
  for (const [name, i] of index) if (index.size === 2 && parseBoolean(name) === value) return i;
  return Number.NaN;
}

function classification(name: string, rows: number, classes: readonly string[]): Task {
  requireVaried(name, classes.length);
  if (classes.length > 50 && classes.length > rows / 3)
    throw new InvalidInputError(
      `the target ${name} has ${classes.length} different values in ${rows} rows: too many to be classes; name another column`,
    );
  return { kind: "classification", classes };
}

function requireVaried(name: string, values: number): void {
  if (values === 0) throw new InvalidInputError(`the target ${name} is all missing`);
  if (values === 1)
    throw new InvalidInputError(
      `the target ${name} has the same value in every row: there is nothing to learn`,
    );
}

function areClasses({ values }: NumberColumn, different: readonly number[]): boolean {
  if (different.length <= 2) return true;
  if (different.length > MOST_NUMBERED_CLASSES || !different.every(Number.isInteger)) return false;
  return different.length * ROWS_PER_NUMBERED_CLASS <= values.length;
}

/** Ascending; of very many, the first that were met. */
function distinct({ values }: NumberColumn): readonly number[] {
  const met = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) met.add(values[i]);
    if (!Number.isFinite(values[i]) && !Number.isNaN(values[i])) return [values[i]];
  }
  return [...met].sort((a, b) => a - b);
}

/** A column of texts as numbers if nearly all of them are. */
function numbersOf(column: StringColumn): { column: NumberColumn; format: DecimalMark } | undefined {
  const { levels } = column;
  if (levels.some(isCode)) return undefined;
  const counts = levelCounts(column);
  const format = decimalMark(levels, counts);
  let known = 0;
  let cells = 0;
  for (let i = 0; i < levels.length; i++) {
    cells += counts[i];
    if (!Number.isNaN(parseNumber(levels[i], format))) known += counts[i];
  }
  if (known === 0 || known < SHARE * cells) return undefined;
  return { column: { name: column.name, type: "number", values: parsed(column, format) }, format };
}

function parsed({ codes, levels }: StringColumn, format: DecimalMark): Float64Array {
  const numbers = Float64Array.from(levels, (text) => parseNumber(text, format));
  return Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : numbers[code]));
}

/** In the order of their numbers, those that are none last. */
function byNumber(levels: readonly string[], format: DecimalMark): readonly string[] {
  const value = new Map(levels.map((text) => [text, parseNumber(text, format)]));
  const place = (text: string) =>
    Number.isNaN(value.get(text)) ? Number.POSITIVE_INFINITY : value.get(text)!;
  return [...levels].sort((a, b) =>
    place(a) === place(b) ? (a < b ? -1 : 1) : place(a) < place(b) ? -1 : 1,
  );
}

function noteUnread(read: Column, { name, values }: NumberColumn, warnings: string[]): void {
  if (read.type === "number") return;
  const at = read.codes.findIndex((code, i) => code >= 0 && Number.isNaN(values[i]));
  if (at >= 0)
    warnings.push(
      `the target ${JSON.stringify(name)} is not a number in every row, such as ${JSON.stringify(read.levels[read.codes[at]].slice(0, 30))} in row ${at + 1}; such rows are left out`,
    );
}

function levelsOf(quantiles: readonly number[]): readonly number[] {
  const levels = [...new Set(quantiles)].sort((a, b) => a - b);
  if (levels.length === 0 || !levels.every((level) => level > 0 && level < 1))
    throw new InvalidInputError(
      `quantiles are levels between 0 and 1, such as 0.1, 0.5, 0.9, not ${quantiles.join(", ")}`,
    );
  return levels;
}
