/**
 * What most commands begin with: the storage, the study, and where its files are.
 */
import { basename, dirname, join, resolve } from "node:path";
import { InvalidInputError, NotFoundError } from "../errors.ts";
import type { Configuration } from "../events.ts";
import type { Storage } from "../storage.ts";
import { sqlite } from "../storages/sqlite.ts";
import type { Study } from "../study.ts";
import { openStudy } from "../tune.ts";

/** The directory that the command was called in, also through `npm run fettle`. */
export function callDirectory(): string {
  const { INIT_CWD, npm_lifecycle_event } = process.env;
  return npm_lifecycle_event === "fettle" && INIT_CWD ? INIT_CWD : process.cwd();
}

/** The storage at a path; `create` only for commands that begin studies: a wrong path never makes a new file. */
export async function openStorage(
  location: string,
  options: { readonly create?: boolean; readonly readOnly?: boolean } = {},
): Promise<Storage> {
  if (/^[a-z]+:\/\//.test(location))
    throw new InvalidInputError(
      `--storage ${location}: only study files are supported so far, such as fettle.db`,
    );
  return sqlite(resolve(callDirectory(), location), { create: false, ...options });
}

export interface StudyChoice {
  readonly storage: string;
  readonly study?: string;
}

/** The study that a command means: the one that is named, else the one that was written to last. */
export async function chooseStudy(storage: Storage, name: string | undefined): Promise<string> {
  const names = await storage.list();
  if (name !== undefined) {
    if (names.includes(name)) return name;
    const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
    throw new NotFoundError(`${storage.location} has no study ${name}; ${known}`);
  }
  if (names.length === 0)
    throw new NotFoundError(`${storage.location} has no study yet; fettle run begins one`);
  if (names.length === 1) return names[0];
  const summaries = (await storage.summaries?.()) ?? [];
  const last = [...summaries].sort((a, b) => b.updated - a.updated)[0];
  return last?.study ?? names[names.length - 1];
}

/** Opens the study that the options mean, hands it to `work`, and closes everything. */
export async function withStudy<T>(
  options: StudyChoice,
  work: (study: Study, storage: Storage) => Promise<T>,
  access: { readonly readOnly?: boolean } = {},
): Promise<T> {
  const storage = await openStorage(options.storage, access);
  try {
    const name = await chooseStudy(storage, options.study);
    const study = await openStudy(undefined, { storage, study: name });
    try {
      return await work(study as Study, storage);
    } finally {
      await study.close();
    }
  } finally {
    await storage.close();
  }
}

/** Where a study's logs and checkpoints are: beside the study file, unless the study or a flag says otherwise. */
export function filesDirectory(location: string, flag?: string, configured?: Configuration): string {
  const kept = (configured?.engine as { files?: string } | undefined)?.files;
  if (flag !== undefined) return resolve(callDirectory(), flag);
  if (kept !== undefined) return kept;
  const file = resolve(callDirectory(), location);
  return join(dirname(file), `${basename(file).replace(/\.db$/, "")}-files`);
}
