/**
 * `node:sqlite` without the warning that it is experimental, with errors in one line, and Kysely's compiler.
 */
import type { DatabaseSync as Database, StatementSync } from "node:sqlite";
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { messageOf, StorageError } from "../../errors.ts";
import type { Tables } from "../schema.ts";

export type { Database, StatementSync };

/** Milliseconds to wait for another process's transaction; node:sqlite's own default is 0. */
export const BUSY_TIMEOUT_MS = 10_000;

const emitWarning = process.emitWarning;
process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
  if (!String(warning).includes("SQLite")) emitWarning.call(process, warning, ...rest);
}) as typeof process.emitWarning;
const sqlite = await import("node:sqlite");
process.emitWarning = emitWarning;

/** Writes SQL for SQLite; runs nothing. */
export const compiler = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

export function openDatabase(path: string | URL, readOnly: boolean): Database {
  return new sqlite.DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readOnly });
}

/** A statement from a query of Kysely's; parameters go in the order in which the query names them. */
export function prepare(database: Database, query: Compilable): StatementSync {
  return database.prepare(query.compile().sql);
}

/** SQLite's primary result codes (sqlite.org/rescode.html), and what to do about them. */
const ADVICE: Readonly<Record<number, string>> = {
  5: "is locked by another process; try again when that has finished",
  6: "is locked by another process; try again when that has finished",
  8: "is read-only; make the file and its folder writable, or copy the file",
  10: "could not be read or written (input/output error); check the disk",
  11: "is damaged; restore a copy, or save what can be read with: sqlite3 FILE .recover",
  13: "cannot grow: the disk is full; free some space and run again, nothing acknowledged is lost",
  14: "cannot be opened; check that the folder exists and may be written",
  26: "is not a study file",
};

/** What SQLite threw, as one line about the file. */
export function storageError(path: string, error: unknown): unknown {
  const code = (error as { errcode?: number }).errcode;
  if (typeof code !== "number") return error;
  return new StorageError(`${path} ${ADVICE[code & 0xff] ?? `: ${messageOf(error)}`}`.replace(" :", ":"), {
    cause: error,
  });
}

/** Whether SQLite refused for another process's sake. */
export function isBusy(error: unknown): boolean {
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  return code === 5 || code === 6;
}
