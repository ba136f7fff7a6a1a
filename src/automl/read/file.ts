/**
 * Tables from files, standard input and bytes: CSV of any dialect and encoding, Parquet, either under gzip.
 */
import { asyncBufferFromFile } from "hyparquet";
import { InvalidInputError } from "../../errors.ts";
import type { Table } from "../table.ts";
import { type CsvOptions, csvReader } from "./csv.ts";
import { collected, gunzipped, headOf, openSource, type Source } from "./file-source.ts";
import { asyncBufferOf, readParquet } from "./parquet.ts";
import { type Content, contentOf, SIGNATURE_LENGTH } from "./signature.ts";

export interface ReadOptions {
  /** @default what the first bytes say */
  readonly format?: "csv" | "parquet";
  /** Of CSV, one character. @default the one that the first lines agree on */
  readonly delimiter?: string;
  /** Of CSV, whether the first line names the columns. @default it does, unless it has numbers above numbers */
  readonly header?: boolean;
}

type Encoding = "utf-8" | "lenient utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/**
 * Reads a table.
 *
 * @param source  a file's path, "-" for standard input, or the bytes of a file
 * @throws {NotFoundError} if there is no such file
 * @throws {InvalidInputError} for what is no table, with the line where it can be
 * @example
 * const table = await readTable(new TextEncoder().encode("x;y\n1,5;red\n2;blue\n"));
 */
export async function readTable(
  source: string | "-" | Uint8Array,
  { format, ...dialect }: ReadOptions = {},
): Promise<Table> {
  const opened = await openSource(source);
  const { name } = opened;
  let unpacked: Source = opened;
  let content = await contentIn(unpacked);
  if (content === "gzip") {
    unpacked = { name, open: () => gunzipped(opened) };
    content = await contentIn(unpacked);
    if (content === "gzip")
      throw new InvalidInputError(`${name} is compressed with gzip twice: decompress it once`);
  }
  if (format !== undefined && (format === "parquet") !== (content === "parquet"))
    throw new InvalidInputError(
      format === "parquet" ? `${name} is no Parquet file` : `${name} is Parquet, not CSV`,
    );
  if (content !== "parquet")
    return readText(unpacked, content === "text" ? "utf-8" : content, { name, ...dialect });
  const file =
    unpacked.path === undefined
      ? asyncBufferOf(await collected(unpacked.open()))
      : await asyncBufferFromFile(unpacked.path);
  return readParquet(file, name);
}

async function contentIn(source: Source): Promise<Content> {
  const head = await headOf(source.open(), SIGNATURE_LENGTH);
  if (head.length === 0) throw new InvalidInputError(`${source.name} is empty`);
  return contentOf(head, source.name);
}

/** Reads once more where an encoding, or the kind of a column, turns out to be another. */
async function readText(
  source: Source,
  first: Encoding,
  options: CsvOptions & { readonly name: string },
): Promise<Table> {
  let encoding = first;
  let strings: ReadonlySet<number> | undefined;
  for (;;) {
    const reader = csvReader(options, strings);
    const other = await decodeInto(source, encoding, reader.push);
    if (other !== undefined) {
      encoding = other;
      continue;
    }
    const done = reader.finish();
    if ("table" in done) {
      const { notes = [] } = done.table;
      const note = noteOf(encoding, options.name);
      return note === undefined ? done.table : { ...done.table, notes: [note, ...notes] };
    }
    strings = done.strings;
  }
}

/** @returns the encoding to read it in instead, if it is not in this one */
async function decodeInto(
  source: Source,
  encoding: Encoding,
  push: (text: string) => void,
): Promise<Encoding | undefined> {
  const strict = encoding === "utf-8";
  const decoder = new TextDecoder(encoding === "lenient utf-8" ? "utf-8" : encoding, { fatal: strict });
  for await (const bytes of source.open()) {
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: true });
    } catch {
      return mostlyUtf8(bytes) ? "lenient utf-8" : "windows-1252";
    }
    push(text);
  }
  try {
    push(decoder.decode());
  } catch {
    push("\ufffd"); // a character cut off at the end
  }
  return undefined;
}

/** Text in other encodings hardly ever has what UTF-8 has for a character beyond ASCII. */
function mostlyUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder("utf-8").decode(bytes);
  let balance = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) balance += code === 0xfffd ? -1 : 1;
  }
  return balance > 0;
}

function noteOf(encoding: Encoding, name: string): string | undefined {
  if (encoding === "windows-1252") return `${name} is not UTF-8 and is read as Windows-1252`;
  return encoding === "lenient utf-8"
    ? `${name} has bytes that are not UTF-8; they are read as \ufffd`
    : undefined;
}
