/**
 * Columns that grow cell by cell, in typed arrays: a million rows never stand in memory as strings.
 */
import { InvalidInputError } from "../../errors.ts";
import type { Column, NumberColumn, StringColumn } from "../table.ts";
import { commaNumber, isMissing, type Mark, plainNumber, trimmed } from "./cells.ts";

const FIRST_CHUNK = 256;
const LARGEST_CHUNK = 1 << 17;
/** A JavaScript map holds 2^24 keys. */
const MOST_LEVELS = (1 << 24) - 1;
/** Shorter strings are copied by the engine itself; longer ones are views that keep the whole text they were cut from alive. */
const LONGEST_COPIED = 12;

interface Growing<A extends Float64Array | Int32Array> {
  push(value: A[number]): void;
  /** All values in one array; nothing can be pushed afterwards. */
  finish(): A;
  readonly length: number;
}

function growing<A extends Float64Array | Int32Array>(make: (length: number) => A): Growing<A> {
  let chunks: A[] = [];
  let chunk = make(FIRST_CHUNK);
  let used = 0;
  let before = 0;
  return {
    push(value) {
      if (used === chunk.length) {
        chunks.push(chunk);
        before += used;
        used = 0;
        chunk = make(Math.min(LARGEST_CHUNK, chunk.length * 2));
      }
      chunk[used++] = value;
    },
    finish() {
      const all = make(before + used);
      let at = 0;
      for (const full of chunks) {
        all.set(full, at);
        at += full.length;
      }
      all.set(chunk.subarray(0, used), at);
      chunks = [];
      return all;
    },
    get length() {
      return before + used;
    },
  };
}

export const growingNumbers = () => growing((length) => new Float64Array(length));

/** Strings, each kept once. */
export interface StringBuilder {
  /** `undefined` is missing. */
  push(text: string | undefined): void;
  finish(): StringColumn;
}

/** @throws {InvalidInputError} from `push`, for more different strings than can be told apart */
export function stringBuilder(name: string): StringBuilder {
  const codes = growing((length) => new Int32Array(length));
  const known = new Map<string, number>();
  const levels: string[] = [];
  return {
    push(text) {
      if (text === undefined) {
        codes.push(-1);
        return;
      }
      let code = known.get(text);
      if (code === undefined) {
        if (levels.length === MOST_LEVELS)
          throw new InvalidInputError(
            `column ${JSON.stringify(name)} has more than ${MOST_LEVELS} different texts: leave it out`,
          );
        code = levels.length;
        const own = text.length <= LONGEST_COPIED ? text : (JSON.parse(JSON.stringify(text)) as string);
        known.set(own, code);
        levels.push(own);
      }
      codes.push(code);
    },
    finish: () => ({ name, type: "string", codes: codes.finish(), levels }),
  };
}

/** A column of texts that is numbers if every cell that is not missing is one. */
export interface TextColumnBuilder {
  /** Takes one cell of each of these rows. */
  take(rows: readonly (readonly string[])[], index: number): void;
  /** Whether it turned out to be no numbers only after some were stored: it must be read again, as strings. */
  readonly late: boolean;
  finish(): Column;
}

export interface TextColumnOptions {
  readonly name: string;
  /** Take the cells for strings whatever they are. */
  readonly strings: boolean;
  /** Whether 1,5 may be a number: where the comma separates no columns. */
  readonly commas: boolean;
}

export function textColumnBuilder({ name, strings, commas }: TextColumnOptions): TextColumnBuilder {
  let numbers: Growing<Float64Array> | undefined = strings ? undefined : growingNumbers();
  const texts = stringBuilder(name);
  let mark: Mark = commas ? undefined : "point";
  let missing = 0; // cells before the first that is not missing: the same in either kind
  let late = false;
  let first = true;
  const numberOf = (text: string): number => {
    const value = plainNumber(text);
    if (mark === "point") return value;
    if (!Number.isNaN(value)) {
      if (!text.includes(".")) return value;
      if (mark === "comma") return Number.NaN; // 1.234 among decimal commas
      mark = "point";
      return value;
    }
    const decimal = commaNumber(text);
    if (!Number.isNaN(decimal)) mark = "comma";
    return decimal;
  };
  /** Where it came upon what is neither a number nor missing. */
  const takeNumbers = (into: Growing<Float64Array>, rows: readonly (readonly string[])[], index: number) => {
    for (let row = 0; row < rows.length; row++) {
      const text = trimmed(rows[row][index]);
      const value = numberOf(text);
      if (Number.isNaN(value)) {
        if (!isMissing(text)) return row;
        if (into.length === missing) missing++;
      }
      into.push(value);
    }
    return rows.length;
  };
  return {
    take(rows, index) {
      if (late) return;
      let from = numbers === undefined ? 0 : takeNumbers(numbers, rows, index);
      if (from < rows.length && numbers !== undefined) {
        late = !first && numbers.length > missing;
        if (first) from = 0;
        else for (let i = 0; i < missing; i++) texts.push(undefined);
        numbers = undefined;
      }
      first = false;
      if (late || numbers !== undefined) return;
      for (; from < rows.length; from++) {
        const text = trimmed(rows[from][index]);
        texts.push(isMissing(text) ? undefined : text);
      }
    },
    get late() {
      return late;
    },
    finish: (): NumberColumn | StringColumn =>
      numbers === undefined ? texts.finish() : { name, type: "number", values: numbers.finish() },
  };
}
