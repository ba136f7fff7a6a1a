/**
 * A storage in one SQLite file, for any number of processes on one machine.
 */
import { now } from "../clock.ts";
import { ConflictError, NotFoundError, StorageError } from "../errors.ts";
import type { Event, NewEvent } from "../events.ts";
import type { Storage } from "../storage.ts";
import { RENEW_MS } from "../storage.ts";
import { prepare, storageError } from "./sqlite/driver.ts";
import { heartbeatThread } from "./sqlite/heartbeat.ts";
import { openStudyFile, retryBusy } from "./sqlite/open.ts";
import { projectionOf } from "./sqlite/projection.ts";
import { queries } from "./sqlite/queries.ts";

export interface SqliteOptions {
  /** What an acknowledged event survives: the death of every process, or a power cut too. @default "process" */
  readonly durability?: "process" | "power";
  /** Whether a file that does not exist is made. @default true */
  readonly create?: boolean;
  /** Opens without writing anything; so does a file that may not be written. @default false */
  readonly readOnly?: boolean;
}

const DAY_MS = 24 * 3600 * 1000;

interface Waiting {
  readonly study: string;
  readonly events: readonly NewEvent[];
  readonly resolve: (position: number) => void;
  readonly reject: (error: unknown) => void;
}

interface StudyRow {
  readonly id: number;
  readonly position: number;
  readonly time: number;
}

/**
 * A storage in the SQLite file at `path`, in write-ahead mode.
 *
 * @throws {NotFoundError} if the file does not exist and `create` is false
 * @throws {StorageError} if it cannot be used: another format, damaged, from a newer version, on a network disk
 */
export function sqlite(path: string, options: SqliteOptions = {}): Storage {
  const { durability = "process", create = true } = options;
  const synchronous = durability === "power" ? "FULL" : "NORMAL";
  const { database, readOnly } = openStudyFile(path, {
    create,
    readOnly: options.readOnly ?? false,
    synchronous,
  });
  const statement = {
    study: prepare(database, queries.study),
    addStudy: prepare(database, queries.addStudy),
    setStudy: prepare(database, queries.setStudy),
    addEvent: prepare(database, queries.addEvent),
    read: prepare(database, queries.read),
    lease: prepare(database, queries.lease),
    setLease: prepare(database, queries.setLease),
    dropLeases: prepare(database, queries.dropLeases),
    leases: prepare(database, queries.leases),
    names: prepare(database, queries.names),
  };
  const heartbeat = heartbeatThread(path, RENEW_MS);
  let waiting: Waiting[] = [];
  let closed = false;

  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw storageError(path, error);
    }
  };

  const find = (study: string): StudyRow => {
    const row = statement.study.get(study) as StudyRow | undefined;
    if (row === undefined) throw new NotFoundError(`${path} has no study ${study}`);
    return row;
  };

  const transaction = <T>(work: () => T): T => {
    if (readOnly)
      throw new StorageError(`${path} is read-only; make the file and its folder writable, or copy the file`);
    return retryBusy(() => {
      database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    });
  };

  /** Within a transaction: stamps and writes events, and the leases of those who claim. */
  const write = (row: StudyRow, events: readonly NewEvent[]): StudyRow => {
    const time = Math.max(now(), row.time);
    let { position } = row;
    for (const event of events) {
      const { client, seq, kind, ...body } = event;
      if (
        event.kind === "expired" &&
        ((statement.lease.get(row.id, event.owner) as { until: number } | undefined)?.until ?? 0) > now()
      )
        throw new ConflictError(`${path}: the lease of ${event.owner} is live`);
      statement.addEvent.run(row.id, ++position, time, client, seq, kind, JSON.stringify(body));
      if (event.kind === "claimed" && event.leaseMs !== undefined)
        statement.setLease.run(row.id, client, time + event.leaseMs);
    }
    statement.setStudy.run(position, time, row.id);
    return { id: row.id, position, time };
  };

  /** Everything that waits, in one transaction; each append all or nothing. */
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    const done: (() => void)[] = [];
    try {
      transaction(() => {
        done.length = 0;
        for (const { study, events, resolve, reject } of batch) {
          database.exec("SAVEPOINT one");
          try {
            const { position } = write(find(study), events);
            database.exec("RELEASE one");
            done.push(() => resolve(position));
          } catch (error) {
            if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error;
            database.exec("ROLLBACK TO one");
            database.exec("RELEASE one");
            done.push(() => reject(error));
          }
        }
      });
    } catch (error) {
      const known = storageError(path, error);
      for (const { reject } of batch) reject(known);
      return;
    }
    for (const settle of done) settle();
  };

  return {
    location: path,
    async create(study, events) {
      guard(() =>
        transaction(() => {
          if (statement.study.get(study) !== undefined)
            throw new ConflictError(`${path} has a study ${study} already`);
          statement.addStudy.run(study, 0, 0, 0);
          write(find(study), events);
        }),
      );
    },
    append(study, events) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(new StorageError(`${path} is closed`));
        waiting.push({ study, events, resolve, reject });
        if (waiting.length === 1) queueMicrotask(flush);
      });
    },
    async read(study, after, limit = -1) {
      return guard(() => {
        const { id } = find(study);
        const rows = statement.read.all(id, after, limit) as unknown as (Record<string, unknown> & {
          body: string;
        })[];
        return rows.map(({ body, ...columns }) => Object.assign(JSON.parse(body), columns) as Event);
      });
    },
    async renew(study, client, leaseMs) {
      guard(() => transaction(() => statement.setLease.run(find(study).id, client, now() + leaseMs)));
    },
    keepAlive: (study, client, leaseMs) => heartbeat.add(study, client, leaseMs),
    async leases(study) {
      return guard(() => ({ now: now(), leases: statement.leases.all(find(study).id) as never }));
    },
    ...projectionOf(path, database, transaction, guard),
    async list() {
      return guard(() => statement.names.all().map((row) => row.name as string));
    },
    async delete(study) {
      guard(() =>
        transaction(() => {
          const { id } = find(study);
          for (const query of [queries.dropEvents, queries.dropLeasesOf, queries.dropStudy])
            prepare(database, query).run(id);
          prepare(database, queries.dropTrials).run(study);
        }),
      );
    },
    async close() {
      if (closed) return;
      if (waiting.length > 0) flush();
      closed = true;
      await heartbeat.close();
      try {
        if (!readOnly) statement.dropLeases.run(now() - DAY_MS);
      } catch {
        // Old heartbeats are only litter: a file that cannot be written now keeps them until the next time.
      }
      database.close();
    },
  };
}
