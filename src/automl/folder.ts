/**
 * A model's folder: the model itself, its leaderboard, and a report to read.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError, messageOf, NotFoundError, StorageError } from "../errors.ts";
import type { Model } from "./model.ts";
import { packModel, unpackModel } from "./packed.ts";

export const MANIFEST = "manifest.json";
export const ARRAYS = "arrays.bin";

/**
 * Makes the folder that a model is to be saved in, so that what is wrong with it is known before the work is done.
 *
 * @throws {StorageError} if nothing can be written there
 */
export async function checkFolder(folder: string): Promise<void> {
  const probe = join(folder, `${MANIFEST}.part`);
  const before = await readFile(join(folder, MANIFEST), "utf8").catch(() => undefined);
  if (before !== undefined && !/^\{"format":\d+,"kind":"fettle model"/.test(before))
    throw new InvalidInputError(`${folder} has a ${MANIFEST} that is none of a model's: name another folder`);
  await writing(folder, async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
  });
}

/** @throws {StorageError} in one line, if the disk is full or the folder is not to be written to */
async function writing(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new StorageError(`nothing can be saved in ${folder}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Writes a model, and other files beside it; each appears whole or not at all.
 *
 * @throws {StorageError} if the disk is full, or the folder is not to be written to
 */
export async function saveModel(
  folder: string,
  model: Model,
  others: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<void> {
  const { manifest, arrays } = packModel(model);
  const files = { ...others, [ARRAYS]: arrays, [MANIFEST]: manifest }; // the manifest last: it vouches for the arrays
  await writing(folder, async () => {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, `${name}.part`), content);
      await rename(join(folder, `${name}.part`), join(folder, name));
    }
  });
}

/**
 * @throws {NotFoundError} if there is no model in that folder
 * @throws {InvalidInputError} if a file was changed
 */
export async function loadModel(folder: string): Promise<Model> {
  const read = async (name: string) => {
    try {
      return await readFile(join(folder, name));
    } catch (error) {
      throw new NotFoundError(
        `${folder} has no ${name}; is it the folder of a model that fettle automl saved?`,
        {
          cause: error,
        },
      );
    }
  };
  const [manifest, arrays] = [await read(MANIFEST), await read(ARRAYS)];
  try {
    return unpackModel(manifest.toString("utf8"), new Uint8Array(arrays));
  } catch (error) {
    if (error instanceof InvalidInputError)
      throw new InvalidInputError(`${folder}: ${error.message}`, { cause: error });
    throw error;
  }
}
