/**
 * The tables of the storages that speak SQL: one schema, whatever the dialect.
 */
import type { Compilable, Kysely } from "kysely";

export interface Tables {
  /** A row a study. `position` and `time` are those of its last event; `projected` that of the table `trials`. */
  studies: {
    id: number;
    name: string;
    position: number;
    time: number;
    projected: number;
    summary: string | null;
  };
  /** A row an event; `body` is its JSON without the columns. */
  events: {
    study: number;
    position: number;
    time: number;
    client: string;
    seq: number;
    kind: string;
    body: string;
  };
  /** A row a heartbeat. */
  leases: { study: number; client: string; until: number };
  /** What people query: the trials as the fold knows them. A copy, made anew whenever it lags. */
  trials: {
    study: string;
    number: number;
    state: string;
    attempt: number;
    /** The value of the first objective. */
    value: number | null;
    /** JSON: all values by name, params by path, notes. */
    values_json: string | null;
    params: string;
    notes: string;
    reports: number;
    error: string | null;
    /** Milliseconds since the epoch. */
    started: number | null;
    finished: number | null;
    /** Position of the event that changed the trial last. */
    position: number;
  };
}

/** Statements that make version n out of version n − 1; a published one never changes. */
export const migrations: readonly ((db: Kysely<Tables>) => readonly Compilable[])[] = [
  ({ schema }) => [
    schema
      .createTable("studies")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("position", "bigint", (column) => column.notNull())
      .addColumn("time", "bigint", (column) => column.notNull())
      .addColumn("projected", "bigint", (column) => column.notNull())
      .addColumn("summary", "text"),
    schema
      .createTable("events")
      .addColumn("study", "integer", (column) => column.notNull())
      .addColumn("position", "bigint", (column) => column.notNull())
      .addColumn("time", "bigint", (column) => column.notNull())
      .addColumn("client", "text", (column) => column.notNull())
      .addColumn("seq", "bigint", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("body", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("events_key", ["study", "position"]),
    schema
      .createTable("leases")
      .addColumn("study", "integer", (column) => column.notNull())
      .addColumn("client", "text", (column) => column.notNull())
      .addColumn("until", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("leases_key", ["study", "client"]),
    schema
      .createTable("trials")
      .addColumn("study", "text", (column) => column.notNull())
      .addColumn("number", "integer", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("attempt", "integer", (column) => column.notNull())
      .addColumn("value", "double precision")
      .addColumn("values_json", "text")
      .addColumn("params", "text", (column) => column.notNull())
      .addColumn("notes", "text", (column) => column.notNull())
      .addColumn("reports", "integer", (column) => column.notNull())
      .addColumn("error", "text")
      .addColumn("started", "bigint")
      .addColumn("finished", "bigint")
      .addColumn("position", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("trials_key", ["study", "number"]),
  ],
];
