/**
 * What a study of automated tuning keeps so that it can be gone on with: which table it is of, and what was chosen before
 * the first model.
 */
import { createHash } from "node:crypto";
import { ConflictError } from "../errors.ts";
import type { History } from "../history.ts";
import type { Storage } from "../storage.ts";
import type { Json } from "../trial.ts";
import { openStudy } from "../tune.ts";
import type { TableOptions } from "./prepare.ts";
import type { Table } from "./table.ts";

/** The note of the study that holds it. */
export const NOTE = "automl";

/** Options that decide which rows and columns are learned from, and what is measured. */
const SETTINGS = ["task", "quantiles", "metric", "group", "splitByTime", "ignore", "monotone"] as const;

/** Plain JSON, kept as a note of the study. */
export interface Begun {
  readonly target: string;
  /** Of names and cells. */
  readonly table: string;
  readonly folds: number;
  readonly limit: "models" | "seconds";
  readonly settings: Readonly<Record<string, Json>>;
}

export interface BeginOptions extends Pick<TableOptions, "target" | (typeof SETTINGS)[number]> {
  readonly models?: number;
  readonly seed?: number;
}

/** What is kept of a study that begins now. */
export function beginning(table: Table, options: BeginOptions, folds: number): Begun {
  const given = SETTINGS.filter((name) => options[name] !== undefined);
  return {
    target: options.target,
    table: fingerprint(table),
    folds,
    limit: options.models === undefined ? "seconds" : "models",
    settings: Object.fromEntries(given.map((name) => [name, options[name] as Json])),
  };
}

/** What a study's note says, if it has one: it is of automated tuning then. */
export function begunOf({ notes }: Pick<History, "notes">): Begun | undefined {
  return notes[NOTE] as unknown as Begun | undefined;
}

/**
 * The study of that name, if the storage has it: its seed and its folds, which whoever goes on with it has to take.
 *
 * @throws {ConflictError} if it is not of this table, target or these settings
 */
export async function earlierStudy(
  storage: Storage,
  name: string,
  table: Table,
  options: BeginOptions,
): Promise<{ readonly seed: number; readonly folds: number } | undefined> {
  if (!(await storage.list()).includes(name)) return undefined;
  const study = await openStudy(undefined, { storage, study: name });
  const { seed } = study.history.problem;
  const before = begunOf(study.history);
  await study.close();
  const other =
    before === undefined ? "is not one of fettle automl" : difference(before, table, options, seed);
  if (before !== undefined && other === undefined) return { seed, folds: before.folds };
  throw new ConflictError(`study ${name} ${other}; give the new one another name`);
}

function difference(before: Begun, table: Table, options: BeginOptions, seed: number): string | undefined {
  const now = beginning(table, options, before.folds);
  if (now.target !== before.target) return `predicts ${before.target}, not ${now.target}`;
  if (now.table !== before.table) return "is of another table, or its cells were changed since";
  if (now.limit !== before.limit) return `is limited by ${before.limit}, not by ${now.limit}`;
  if (options.seed !== undefined && options.seed !== seed) return `has the seed ${seed}, not ${options.seed}`;
  const name = SETTINGS.find(
    (each) => JSON.stringify(now.settings[each]) !== JSON.stringify(before.settings[each]),
  );
  return name && `has ${said(name, before)}, not ${said(name, now)}`;
}

function said(name: string, { settings }: Begun): string {
  return settings[name] === undefined ? `no ${name}` : `${name} ${JSON.stringify(settings[name])}`;
}

/** Sixteen hexadecimal digits that differ where a name or a cell does. */
function fingerprint({ rows, columns }: Table): string {
  const hash = createHash("sha256").update(`${rows}`);
  for (const column of columns) {
    hash.update(JSON.stringify([column.name, column.type]));
    const cells = column.type === "string" ? column.codes : column.values;
    hash.update(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength));
    if (column.type === "string") for (const level of column.levels) hash.update(`${level}\0`);
  }
  return hash.digest("hex").slice(0, 16);
}
