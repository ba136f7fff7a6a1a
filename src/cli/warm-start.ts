/**
 * `--warm-start other.db:study`: the studies that a new one learns from.
 */
import type { Storage } from "../storage.ts";
import type { WarmStart } from "../study.ts";
import { openStudy } from "../tune.ts";
import { chooseStudy, openStorage } from "./context.ts";

/**
 * Opens each source, reads it, and closes it.
 *
 * @param sources  FILE:STUDY; FILE: alone means its latest study; without a colon, a study of `storage`
 * @throws {NotFoundError} if a file or a study is not there
 */
export async function readWarmStarts(sources: readonly string[], storage: Storage): Promise<WarmStart[]> {
  const read: WarmStart[] = [];
  for (const source of sources) {
    const colon = source.lastIndexOf(":");
    const other = colon < 0 ? undefined : await openStorage(source.slice(0, colon), { readOnly: true });
    try {
      const place = other ?? storage;
      const study = await openStudy(undefined, {
        storage: place,
        study: await chooseStudy(place, source.slice(colon + 1) || undefined),
      });
      read.push(study.asSource);
      await study.close();
    } finally {
      await other?.close();
    }
  }
  return read;
}
