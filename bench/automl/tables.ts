/**
 * Tables of the folder that FETTLE_BENCH_TABLES names, and how their rows are split into training and test.
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { shuffled } from "../../src/automl/split/assign.ts";
import { rng } from "../../src/random.ts";

export interface BenchTable {
  readonly name: string;
  readonly task: "binary" | "multi" | "reg";
  readonly header: string;
  /** Lines of the file, without its header; no cell has a line break. */
  readonly rows: readonly string[];
}

export interface Split {
  readonly train: string;
  readonly test: string;
}

export const TARGET = "__target__";
const TEST = 0.25;

export function readTables(): BenchTable[] {
  const folder = process.env.FETTLE_BENCH_TABLES;
  if (folder === undefined) throw new Error("FETTLE_BENCH_TABLES does not name a folder with tables.json");
  const list: { name: string; task: BenchTable["task"] }[] = JSON.parse(
    readFileSync(join(folder, "tables.json"), "utf8"),
  );
  return list.map(({ name, task }) => {
    const text = gunzipSync(readFileSync(join(folder, `${name}.csv.gz`))).toString("utf8");
    const [header, ...rows] = text.split(/\r?\n/).filter((line) => line !== "");
    return { name, task, header, rows };
  });
}

const folder = mkdtempSync(join(tmpdir(), "fettle-bench-automl-"));

/** A quarter of the rows, drawn at random, is for testing. */
export function splitOf({ name, header, rows }: BenchTable, seed: number): Split {
  const stream = rng(seed, "bench", name);
  const order = shuffled(rows.length, stream);
  const cut = Math.round(TEST * rows.length);
  const write = (part: string, indices: Int32Array) => {
    const path = join(folder, `${name}-${seed}-${part}.csv`);
    writeFileSync(path, `${[header, ...Array.from(indices, (index) => rows[index])].join("\n")}\n`);
    return path;
  };
  return { test: write("test", order.slice(0, cut)), train: write("train", order.slice(cut)) };
}
