/**
 * Runs one system on one split, in a process of its own: ours by its command line, peers by `peers/automl.py`.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { elapsed } from "../../src/clock.ts";
import type { Cell } from "./cells.ts";
import { type BenchTable, type Split, TARGET } from "./tables.ts";

export const SYSTEMS: readonly string[] = [
  "fettle",
  "histgb",
  "forest",
  "tuned-forest",
  "flaml",
  "autogluon",
];

export interface RunOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly threads: number;
}

const script = fileURLToPath(new URL("../peers/automl.py", import.meta.url));
const binary = fileURLToPath(new URL("../../bin/fettle.mjs", import.meta.url));
const python = process.env.FETTLE_BENCH_PYTHON ?? "python3";
const found = new Map<string, boolean>([["fettle", true]]);

/** Whether a peer can be imported. */
export function installed(system: string): boolean {
  if (!found.has(system)) found.set(system, spawnSync(python, [script, "--version", system]).status === 0);
  return found.get(system) as boolean;
}

const METRICS = { binary: "auc", multi: "logloss", reg: "rmse" } as const;

export async function runOne(
  system: string,
  table: BenchTable,
  split: Split,
  options: RunOptions,
): Promise<Cell> {
  const began = elapsed();
  const spent = childSeconds();
  const told = system === "fettle" ? fettle(table, split, options) : peer(system, table, split, options);
  const wall = (elapsed() - began) / 1000;
  const cpu = childSeconds() - spent;
  return { ...{ system, table: table.name, seed: options.seed, wall, cpu }, ...told };
}

type Told = Pick<Cell, "version" | "error" | "failure" | "told">;

function fettle(
  { task, name }: BenchTable,
  { train, test }: Split,
  { seed, seconds, threads }: RunOptions,
): Told {
  const output = `${train}-model`;
  const metric = METRICS[task];
  const run = spawnSync(
    process.execPath,
    [
      ...[
        binary,
        "automl",
        train,
        "--target",
        TARGET,
        "--time",
        `${seconds}s`,
        "--metric",
        metric,
        "--test",
        test,
      ],
      ...[
        "--seed",
        String(seed),
        "--threads",
        String(threads),
        "--output",
        output,
        "--storage",
        `${output}.db`,
        "--json",
      ],
    ],
    { encoding: "utf8", maxBuffer: 1e9 },
  );
  rmSync(output, { recursive: true, force: true });
  rmSync(`${output}-files`, { recursive: true, force: true });
  rmSync(`${output}.db`, { force: true });
  const version = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
  if (run.status !== 0)
    return { version, error: Number.NaN, failure: `${name}: ${run.stderr.trim().split("\n").at(-1)}` };
  const result = JSON.parse(run.stdout.trim().split("\n").at(-1) as string);
  const error = (value: number) => (metric === "auc" ? 1 - value : value);
  return { version, error: error(result.test.value), told: error(result.score.value) };
}

function peer(
  system: string,
  { task }: BenchTable,
  { train, test }: Split,
  { seed, seconds, threads }: RunOptions,
): Told {
  const flags = { train, test, target: TARGET, task, seed, seconds, threads };
  const run = spawnSync(python, [script, system, JSON.stringify(flags)], {
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  if (run.status !== 0)
    return {
      version: "?",
      error: Number.NaN,
      failure: run.stderr.trim().split("\n").at(-1) ?? "no reason given",
    };
  return JSON.parse(run.stdout.trim().split("\n").at(-1) as string);
}

/** CPU seconds of children that have ended, as Linux counts them in hundredths: user and system. */
function childSeconds(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
