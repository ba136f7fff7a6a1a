/**
 * Opens a study file: never makes one by mistake, and says what is wrong with one that cannot be used.
 */
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { elapsed } from "../../clock.ts";
import { NotFoundError, StorageError } from "../../errors.ts";
import { migrations } from "../schema.ts";
import { compiler, type Database, isBusy, openDatabase, storageError } from "./driver.ts";

export interface OpenOptions {
  readonly create: boolean;
  readonly readOnly: boolean;
  readonly synchronous: "NORMAL" | "FULL";
}

export interface Opened {
  readonly database: Database;
  readonly readOnly: boolean;
}

/** Types of file systems (statfs) whose locks cannot be relied on: NFS, SMB, CIFS, SMB 2, AFS, Ceph. */
const NETWORK = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400]);

/** @throws {NotFoundError} if there is no such file, {StorageError} if it cannot be used */
export function openStudyFile(path: string, options: OpenOptions): Opened {
  const exists = existsSync(path);
  if (!exists && !options.create) throw new NotFoundError(`${path} does not exist${nearby(path)}`);
  if (exists && statSync(path).isDirectory()) throw new StorageError(`${path} is a folder, not a study file`);
  if (!existsSync(dirname(resolve(path))))
    throw new StorageError(`${path}: the folder ${dirname(path)} does not exist`);
  refuseNetwork(path);
  const readOnly = options.readOnly || (exists && !isWritable(path));
  try {
    const database = readOnly ? openToRead(path) : openDatabase(path, false);
    try {
      if (!readOnly) prepareToWrite(path, database, options.synchronous);
      checkVersion(path, version(database));
    } catch (error) {
      database.close();
      throw error;
    }
    return { database, readOnly };
  } catch (error) {
    throw storageError(path, error);
  }
}

function nearby(path: string): string {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) return "";
  const files = readdirSync(folder).filter((name) => name.endsWith(".db") && name !== basename(path));
  return files.length === 0
    ? "; fettle run makes it"
    : `; there ${files.length === 1 ? "is" : "are"} ${files.slice(0, 5).join(", ")}`;
}

function refuseNetwork(path: string): void {
  const { type } = statfsSync(dirname(resolve(path)));
  if (NETWORK.has(type >>> 0))
    throw new StorageError(
      `${path} is on a network file system, where locks are not reliable; put it on a local disk`,
    );
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(resolve(path)), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where not even the shared-memory file beside it can be made, the file is read as it is. */
function openToRead(path: string): Database {
  const database = openDatabase(path, true);
  try {
    version(database);
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) throw error;
    const url = pathToFileURL(resolve(path));
    url.searchParams.set("immutable", "1");
    return openDatabase(url, true);
  }
}

function version(database: Database): number {
  return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

function checkVersion(path: string, found: number): void {
  if (found > migrations.length)
    throw new StorageError(
      `${path} was written by a newer version of fettle (schema ${found}, this one knows ${migrations.length}): upgrade fettle`,
    );
  if (found < migrations.length) throw new StorageError(`${path} is not a study file`);
}

function prepareToWrite(path: string, database: Database, synchronous: string): void {
  const found = version(database);
  if (found > migrations.length) return;
  if (found === 0 && hasTables(database))
    throw new StorageError(`${path} is a database, but not a study file`);
  retryBusy(() => database.exec("PRAGMA journal_mode = WAL"));
  database.exec(`PRAGMA synchronous = ${synchronous}`);
  if (found < migrations.length) retryBusy(() => migrate(database));
}

function hasTables(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() !== undefined && !isOurs(database);
}

/** Another process may be making the tables at this very moment. */
function isOurs(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").get() !== undefined;
}

function migrate(database: Database): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const migration of migrations.slice(version(database)))
      for (const statement of migration(compiler)) database.exec(statement.compile().sql);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** How long another process's lock is waited for in all. */
const PATIENCE_MS = 15_000;

/** SQLite answers some conflicts at once, whatever its timeout: tries again for a while. */
export function retryBusy<T>(work: () => T): T {
  const end = elapsed() + PATIENCE_MS;
  for (let pauseMs = 5; ; pauseMs = Math.min(100, 2 * pauseMs)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || elapsed() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
