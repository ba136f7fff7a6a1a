/**
 * Names of columns: none twice, none empty, not too many.
 */
import { InvalidInputError } from "../../errors.ts";
import type { Column } from "../table.ts";
import { trimmed } from "./cells.ts";

/** More are refused. */
export const MOST_COLUMNS = 5000;

export interface Names {
  readonly names: readonly string[];
  /** Places of those that had none. */
  readonly unnamed: ReadonlySet<number>;
}

/**
 * @param header  cells of the first line, or how many columns there are
 * @param where   begins messages: the file and, in a text, the line
 * @param advice  what to do about a name that occurs twice
 * @throws {InvalidInputError} for a name that occurs twice, or more than 5,000 columns
 */
export function columnNames(
  header: readonly string[] | number,
  where: string,
  advice = "rename one of them",
): Names {
  const cells =
    typeof header === "number"
      ? Array.from({ length: header }, (_, place) => `column_${place + 1}`)
      : header.map((cell) => trimmed(cell).replace(/\s+/g, " "));
  if (cells.length > MOST_COLUMNS)
    throw new InvalidInputError(
      `${where}: ${cells.length} columns are more than the ${MOST_COLUMNS} that a table may have; leave some out`,
    );
  const places = new Map<string, number>();
  for (const [place, name] of cells.entries()) {
    const before = places.get(name);
    if (before !== undefined && name !== "")
      throw new InvalidInputError(
        `${where}: columns ${before + 1} and ${place + 1} are both called ${JSON.stringify(name)}; ${advice}`,
      );
    places.set(name, place);
  }
  const unnamed = new Set<number>();
  const names = cells.map((name, place) => {
    if (name !== "") return name;
    unnamed.add(place);
    let own = `unnamed_${place + 1}`;
    while (places.has(own)) own += "_";
    return own;
  });
  return { names, unnamed };
}

/** Without the columns that have neither a name nor a value: delimiters at the ends of lines. */
export function dropEmpty(
  columns: readonly Column[],
  unnamed: ReadonlySet<number>,
  notes: string[],
): Column[] {
  return columns.filter((column, place) => {
    if (!unnamed.has(place)) return true;
    if (isAllMissing(column)) return false;
    notes.push(`column ${place + 1} has no name and is called ${column.name}`);
    return true;
  });
}

function isAllMissing(column: Column): boolean {
  return column.type === "number" ? column.values.every(Number.isNaN) : column.levels.length === 0;
}
