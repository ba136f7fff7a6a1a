/**
 * Parquet, one column of one row group after the other.
 */
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
  type SchemaTree,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { InvalidInputError, messageOf, TuningError } from "../../errors.ts";
import type { Column, Table } from "../table.ts";
import { growingNumbers, stringBuilder } from "./build-column.ts";
import { isMissing } from "./cells.ts";
import { columnNames } from "./names.ts";
import { isoDate } from "./values.ts";

/** `PAR1`, little-endian. */
const MARK = 0x31524150;
const MS_PER_DAY = 86_400_000;

/** An empty page (of a column that is all missing) is empty in every codec; one for LZ4 would not see it. */
const decompressors: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, length: number) => (length === 0 ? new Uint8Array(0) : decompress(input, length)),
  ]),
);

/** Dates become texts as ISO 8601 has them. */
const parsers = {
  timestampFromMilliseconds: (ms: bigint) => isoDate(Number(ms)),
  timestampFromMicroseconds: (us: bigint) => isoDate(Number(us / 1000n)),
  timestampFromNanoseconds: (ns: bigint) => isoDate(Number(ns / 1_000_000n)),
  dateFromDays: (days: number) => isoDate(days * MS_PER_DAY),
  uuidFromBytes: uuid,
};

/** A file in memory, as hyparquet reads it. */
export function asyncBufferOf(bytes: Uint8Array): AsyncBuffer {
  return {
    byteLength: bytes.length,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer, // a copy: Buffer's own `slice` is none
  };
}

/**
 * A table from Parquet: numbers, decimals and times of day as numbers; texts, booleans ("true", "false"), dates and
 * timestamps (ISO 8601, UTC) as strings. Columns of lists, objects and bytes are left out, with a note.
 *
 * @throws {InvalidInputError} for a file that is cut off or damaged, has no rows, or nothing but such columns
 */
export async function readParquet(file: AsyncBuffer, name: string): Promise<Table> {
  await requireWhole(file, name);
  let column: string | undefined;
  try {
    return await read(file, name, (begun) => {
      column = begun;
    });
  } catch (error) {
    if (error instanceof TuningError) throw error;
    const where = column === undefined ? "" : ` in column ${JSON.stringify(column)}`;
    throw new InvalidInputError(
      `${name} cannot be read as Parquet${where} (${messageOf(error)}): it may be damaged; write it again`,
      { cause: error },
    );
  }
}

/** @param begin  is told the column that is read next */
async function read(file: AsyncBuffer, name: string, begin: (column: string) => void): Promise<Table> {
  const metadata = await parquetMetadataAsync(file);
  const fields = parquetSchema(metadata).children;
  const { names } = columnNames(
    fields.map(({ element }) => String(element.name)),
    name,
  );
  const rows = Number(metadata.num_rows);
  if (rows === 0) throw new InvalidInputError(`${name} has no rows`);
  const columns: Column[] = [];
  const notes: string[] = [];
  for (const [c, field] of fields.entries()) {
    const why = unsuited(field);
    if (why !== undefined) {
      notes.push(`column ${JSON.stringify(names[c])} of ${name} holds ${why} and is left out`);
      continue;
    }
    begin(names[c]);
    const column = await readColumn(file, metadata, field.element, names[c]);
    const length = column.type === "number" ? column.values.length : column.codes.length;
    if (length !== rows) throw new Error(`${length} cells in ${rows} rows`);
    columns.push(column);
  }
  if (columns.length === 0)
    throw new InvalidInputError(`${name} has no column of numbers, texts, booleans or dates`);
  return { rows, columns, ...(notes.length > 0 && { notes }) };
}

async function requireWhole(file: AsyncBuffer, name: string): Promise<void> {
  const tail = file.byteLength < 12 ? undefined : new DataView(await file.slice(file.byteLength - 4));
  if (tail?.getUint32(0, true) !== MARK)
    throw new InvalidInputError(
      `${name} is cut off: it begins as Parquet and does not end so; copy it again`,
    );
}

/** What is in a column that nothing can be learned from as it is. */
function unsuited({ element, children }: SchemaTree): string | undefined {
  const { type, converted_type: converted, logical_type: logical, repetition_type: repetition } = element;
  if (repetition === "REPEATED" || converted === "LIST") return "lists";
  if (children.length > 0) return converted === "MAP" ? "maps" : "objects";
  const kind = logical?.type;
  if (converted === "JSON" || converted === "BSON" || kind === "JSON" || kind === "BSON") return "objects";
  if (kind === "GEOMETRY" || kind === "GEOGRAPHY" || kind === "VARIANT") return kind.toLowerCase();
  if (converted === "INTERVAL") return "intervals";
  const bytes = type === "FIXED_LEN_BYTE_ARRAY" && converted !== "DECIMAL";
  return bytes && kind !== "DECIMAL" && kind !== "UUID" && kind !== "FLOAT16" ? "bytes" : undefined;
}

async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  element: SchemaElement,
  name: string,
): Promise<Column> {
  const taker = takerOf(element, name);
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const chunks: DecodedArray[] = [];
    await parquetRead({
      ...{ file, metadata, compressors: decompressors, parsers, rowStart, rowEnd },
      columns: [element.name],
      onChunk: ({ columnData }) => chunks.push(columnData), // must not throw: nothing would catch it
    });
    for (const chunk of chunks) taker.take(chunk);
    rowStart = rowEnd;
  }
  return taker.finish();
}

/** Where decoded values go. */
function takerOf(element: SchemaElement, name: string): { take(data: DecodedArray): void; finish(): Column } {
  if (isNumber(element)) {
    const numbers = growingNumbers();
    return {
      take(data) {
        for (const value of data)
          numbers.push(value === null || value === undefined ? Number.NaN : Number(value));
      },
      finish: () => ({ name, type: "number", values: numbers.finish() }),
    };
  }
  const texts = stringBuilder(name);
  return {
    take(data) {
      for (const value of data) {
        const text = value === null || value === undefined ? "" : String(value).trim();
        texts.push(isMissing(text) ? undefined : text);
      }
    },
    finish: () => texts.finish(),
  };
}

function isNumber({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  if (converted === "DECIMAL" || logical?.type === "DECIMAL" || logical?.type === "FLOAT16") return true;
  if (converted === "DATE" || logical?.type === "DATE") return false;
  if (converted?.startsWith("TIMESTAMP") || logical?.type === "TIMESTAMP") return false;
  return type === "INT32" || type === "INT64" || type === "FLOAT" || type === "DOUBLE";
}

function uuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
