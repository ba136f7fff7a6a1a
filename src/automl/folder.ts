/**
 * A model's folder: the model itself, its leaderboard, and a report to read.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError, NotFoundError } from "../errors.ts";
import type { Model } from "./model.ts";
import { packModel, unpackModel } from "./packed.ts";

export const MANIFEST = "manifest.json";
export const ARRAYS = "arrays.bin";

/** Writes a model, and other files beside it; each appears whole or not at all. */
export async function saveModel(
  folder: string,
  model: Model,
  others: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { manifest, arrays } = packModel(model);
  const files = { ...others, [ARRAYS]: arrays, [MANIFEST]: manifest }; // the manifest last: it vouches for the arrays
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, `${name}.part`), content);
    await rename(join(folder, `${name}.part`), join(folder, name));
  }
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
