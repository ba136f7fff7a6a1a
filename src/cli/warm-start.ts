/**
 * `--warm-start other.db:study`: the studies that a new one learns from.
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import type { Storage } from "../storage.ts";
import type { WarmStart } from "../study.ts";
import { openStudy } from "../tune.ts";
import { chooseStudy, openStorage } from "./context.ts";

/**
 * Opens each source, reads it, and closes it.
 *
 * @param sources  FILE:STUDY; FILE: alone means its latest study; without a colon, a study of `storage`
 * @throws {InvalidInputError} if a file or a study is not there
 */
export async function readWarmStarts(sources: readonly string[], storage: Storage): Promise<WarmStart[]> {
  const read: WarmStart[] = [];
  for (const source of sources) {
    try {
      read.push(await readSource(source, storage));
    } catch (cause) {
      throw new InvalidInputError(`--warm-start ${source}: ${messageOf(cause)}; write FILE:STUDY`, { cause });
    }
  }
  return read;
}

async function readSource(source: string, storage: Storage): Promise<WarmStart> {
  const colon = source.lastIndexOf(":");
  const other = colon < 0 ? undefined : await openStorage(source.slice(0, colon), { readOnly: true });
  try {
    const place = other ?? storage;
    const study = await openStudy(undefined, {
      storage: place,
      study: await chooseStudy(place, source.slice(colon + 1) || undefined),
    });
    await study.close();
    return study.asSource;
  } finally {
    await other?.close();
  }
}
