/**
 * What a file is, by its first bytes, so that what is no table is refused with a word on what to do.
 */
import { InvalidInputError } from "../../errors.ts";

export type Content = "text" | "utf-16le" | "utf-16be" | "gzip" | "parquet";

/** What begins with these bytes, and what to do with it. */
const OTHERS: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive or an Excel workbook: unzip it, or save it as CSV"],
  [[0x50, 0x4b, 0x05, 0x06], "an empty zip archive"],
  [[0xd0, 0xcf, 0x11, 0xe0], "an old Excel workbook: save it as CSV"],
  [[0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd: decompress it, or compress it with gzip"],
  [[0x42, 0x5a, 0x68], "compressed with bzip2: decompress it, or compress it with gzip"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "compressed with xz: decompress it, or compress it with gzip"],
  [[0x37, 0x7a, 0xbc, 0xaf], "a 7z archive: unpack it"],
  [ascii("ARROW1"), "an Arrow file: save it as Parquet or CSV"],
  [ascii("FEA1"), "a Feather file: save it as Parquet or CSV"],
  [ascii("PARE"), "an encrypted Parquet file: save it without encryption"],
  [ascii("SQLite format 3"), "an SQLite database: export the table as CSV"],
  [ascii("%PDF"), "a PDF document: give CSV or Parquet"],
  [ascii("\u0089HDF"), "an HDF5 file: save the table as Parquet or CSV"],
  [[0x80, 0x04, 0x95], "a Python pickle: save the table as Parquet or CSV"],
  [ascii("Obj\u0001"), "an Avro file: save it as Parquet or CSV"],
  [[0xff, 0xfe, 0x00, 0x00], "text in UTF-32: save it as UTF-8"],
];
const TAR_MARK = 257;
/** So many bytes are looked at. */
export const SIGNATURE_LENGTH = 512;

/**
 * @param head  the first bytes, at least 512 where there are so many
 * @throws {InvalidInputError} for what is neither text nor Parquet nor gzip
 */
export function contentOf(head: Uint8Array, name: string): Content {
  const begins = (bytes: readonly number[], at = 0) => bytes.every((byte, i) => head[at + i] === byte);
  if (begins([0x1f, 0x8b])) return "gzip";
  if (begins(ascii("PAR1"))) return "parquet";
  for (const [bytes, what] of OTHERS) if (begins(bytes)) throw new InvalidInputError(`${name} is ${what}`);
  if (begins(ascii("ustar"), TAR_MARK)) throw new InvalidInputError(`${name} is a tar archive: unpack it`);
  if (begins([0xff, 0xfe])) return "utf-16le";
  if (begins([0xfe, 0xff])) return "utf-16be";
  return widthOfText(head);
}

/** @throws {InvalidInputError} for a text that is well known and no table */
export function refuseOtherText(text: string, name: string): void {
  const begin = text.slice(0, 2000).trimStart();
  const refuse = (what: string, instead = "give CSV or Parquet") => {
    throw new InvalidInputError(`${name} is ${what}: ${instead}`);
  };
  if (/^\[?\s*\{\s*("|\}|$)/.test(begin) || /^\[\s*[[\d"]/.test(begin)) refuse("JSON");
  if (/^<(!doctype|html|\?xml)[\s>]/i.test(begin)) refuse("a web page or XML");
  if (/^(%.*\s+)*@relation\s/i.test(begin)) refuse("ARFF");
  if (begin.startsWith("version https://git-lfs"))
    refuse("a pointer of Git LFS", "fetch the file with git lfs pull");
}

/** UTF-16 without its mark has a zero in every second byte of what is mostly ASCII. */
function widthOfText(head: Uint8Array): Content {
  const pairs = Math.min(head.length, SIGNATURE_LENGTH) >> 1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs; i++) {
    if (head[2 * i] === 0) even++;
    if (head[2 * i + 1] === 0) odd++;
  }
  if (pairs >= 4 && odd > 0.8 * pairs && even < 0.1 * pairs) return "utf-16le";
  return pairs >= 4 && even > 0.8 * pairs && odd < 0.1 * pairs ? "utf-16be" : "text";
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
