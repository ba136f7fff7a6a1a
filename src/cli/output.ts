/**
 * Text for people: tables, flags and times.
 */
import { parseExpression } from "../config/expression.ts";
import { parameterText } from "../config/parameter-show.ts";
import { shellQuote } from "../engines/process/command.ts";
import { shown } from "../space/expression.ts";
import type { InputConstraint, ParameterJson, Scalar, Tree } from "../space.ts";
import { short } from "../terminal/text.ts";
import type { Trial } from "../trial.ts";

/** Columns of text, each as wide as its widest cell; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const isNumber = header.map((_, column) =>
    rows.every((row) => /^[-+\d.e∞]*$|^NaN$|^$/.test(row[column] ?? "")),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd();
  return [header, ...rows].map(line).join("\n");
}

export function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A value of a parameter or metric in a table. */
export function cell(value: Scalar | undefined): string {
  if (value === undefined) return "";
  return typeof value === "number" ? short(value) : String(value);
}

/** 3 minutes ago, yesterday: how long ago `time` was at `now`, both in milliseconds. */
export function ago(time: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - time) / 1000));
  for (const [unit, size] of [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ] as const) {
    const count = Math.floor(seconds / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return seconds < 5 ? "now" : `${seconds} seconds ago`;
}

/** Seconds that a trial took; empty where it has not ended. */
export function duration({ times }: Trial): string {
  return times.started === undefined || times.finished === undefined
    ? ""
    : ((times.finished - times.started) / 1000).toFixed(1);
}

/** A constraint as `--where` writes it. */
export function asWhere({ name, tree, known }: InputConstraint): string {
  if (tree !== undefined) return `--where ${shellQuote(says(name, tree) ? name : shown(tree))}`;
  return `where ${name}: a function${known ? "" : ", which is not here"}`;
}

/** Whether a name is the text of the constraint. */
function says(name: string, tree: Tree): boolean {
  try {
    return JSON.stringify(parseExpression(name)) === JSON.stringify(tree);
  } catch {
    return false; // it is a name
  }
}

/** A parameter as `-p` writes it. */
export function asFlag(path: string, json: ParameterJson): string {
  return `${path}=${parameterText(json)}`;
}
