/**
 * Bytes of files, standard input and gzip, piece by piece, from the beginning as often as asked.
 */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { didYouMean, InvalidInputError, messageOf, NotFoundError } from "../../errors.ts";

export interface Source {
  /** What messages call it. */
  readonly name: string;
  open(): AsyncIterable<Uint8Array>;
  /** Where it is a regular file as it stands. */
  readonly path?: string;
}

const PIECE = 1 << 20;
/** What expands to so much, and so many times its size, is no table but a bomb. */
const BOMB_BYTES = 1 << 28;
const BOMB_RATIO = 150;
/** More text than this is more than memory holds as a table. */
const MOST_BYTES = 2 ** 33;

/**
 * @param source  a path, "-" for standard input, or bytes
 * @throws {NotFoundError} if there is no such file
 * @throws {InvalidInputError} if it is a folder, or may not be read
 */
export async function openSource(source: string | Uint8Array): Promise<Source> {
  if (typeof source !== "string") return sourceOf("the table", [source]);
  if (source === "-") return sourceOf("standard input", await piecesOf(process.stdin));
  const name = basename(source);
  const found = await stat(source).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw unreadable(source, error);
    const beside = await readdir(dirname(source)).catch(() => []);
    throw new NotFoundError(`there is no file ${source}${didYouMean(name, beside)}`, { cause: error });
  });
  if (found.isDirectory()) throw new InvalidInputError(`${source} is a folder; name a file in it`);
  if (!found.isFile()) return sourceOf(name, await piecesOf(createReadStream(source))); // a pipe is read once
  return { name, path: source, open: () => read(source) };
}

/** All bytes in one array. */
export async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return Buffer.concat(await piecesOf(pieces));
}

/** The first bytes, `length` of them where there are so many. */
export async function headOf(pieces: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const head: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    head.push(piece);
    size += piece.length;
    if (size >= length) break;
  }
  return Buffer.concat(head).subarray(0, length);
}

/**
 * What is under gzip.
 *
 * @throws {InvalidInputError} while it is read, where it is cut off, damaged, or expands beyond measure
 */
export async function* gunzipped({ name, open }: Source): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  let packed = 0;
  let unpacked = 0;
  const counted = async function* () {
    for await (const piece of open()) {
      packed += piece.length;
      yield piece;
    }
  };
  pipeline(Readable.from(counted()), gunzip, () => {}); // an error is thrown by the loop below
  try {
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
      unpacked += piece.length;
      if (unpacked > MOST_BYTES || (unpacked > BOMB_BYTES && unpacked > BOMB_RATIO * packed))
        throw new InvalidInputError(
          `${name} expands from ${megabytes(packed)} to more than ${megabytes(unpacked)}: it was made to fill memory; decompress it yourself if you trust it`,
        );
      yield piece;
    }
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("Z_")) throw error;
    throw new InvalidInputError(
      code === "Z_BUF_ERROR"
        ? `${name} is cut off: its gzip data ends too early; copy it again`
        : `${name} is damaged: its gzip data cannot be decompressed (${messageOf(error)}); copy it again`,
      { cause: error },
    );
  }
}

function sourceOf(name: string, pieces: readonly Uint8Array[]): Source {
  return {
    name,
    async *open() {
      for (const piece of pieces)
        for (let at = 0; at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE);
    },
  };
}

async function piecesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

async function* read(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): InvalidInputError {
  return new InvalidInputError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
}

function megabytes(bytes: number): string {
  return bytes < 1e7 ? `${(bytes / 1e6).toFixed(2)} MB` : `${Math.round(bytes / 1e6)} MB`;
}
