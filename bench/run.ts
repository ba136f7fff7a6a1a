/**
 * How fast the base is: `npm run bench`. Prints a table and writes bench/results/speed.json.
 *
 * Optuna runs beside it where `FETTLE_BENCH_PYTHON` (or python3) can import it.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createStudy, float, openStudy, type Storage, space, tune } from "fettle";
import { sqlite } from "fettle/node";

const folder = mkdtempSync(join(tmpdir(), "fettle-bench-"));
const here = fileURLToPath(new URL(".", import.meta.url));
const binary = fileURLToPath(new URL("../bin/fettle.mjs", import.meta.url));
const ten = space(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x${i}`, float(0, 1)])));

interface Row {
  readonly what: string;
  readonly ours: number;
  readonly unit: string;
  readonly bar: string;
  readonly optuna?: number;
}

const seconds = async (work: () => Promise<unknown>) => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
};
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function randomTrials(trials: number, storage?: Storage, study = "study"): Promise<number> {
  const objective = (params: object) => (params as { x0: number }).x0;
  const took = await seconds(async () => {
    const result = await tune(ten, objective, {
      trials,
      sampler: "random",
      study,
      ...(storage && { storage }),
    });
    await result.study.close();
  });
  return trials / took;
}

/** Eight processes on one file; each tunes until the common limit is reached. */
async function eightProcesses(trials: number): Promise<{ rate: number; errors: number; total: number }> {
  const path = join(folder, "eight.db");
  const storage = sqlite(path);
  await (await createStudy(ten, { trials, sampler: "random", storage })).close();
  const worker = join(here, "speed", "worker.ts");
  let errors = 0;
  const took = await seconds(() =>
    Promise.all(
      Array.from({ length: 8 }, () => {
        const child = spawn(process.execPath, [worker, path, String(trials)], {
          stdio: ["ignore", "ignore", "inherit"],
        });
        return new Promise<void>((resolve) =>
          child.on("close", (code) => {
            if (code !== 0) errors++;
            resolve();
          }),
        );
      }),
    ),
  );
  const study = await openStudy(undefined, { storage });
  const total = study.trials.filter(({ state }) => state === "complete").length;
  await study.close();
  await storage.close();
  return { rate: total / took, errors, total };
}

async function reopen(trials: number): Promise<number> {
  const path = join(folder, "large.db");
  const storage = sqlite(path);
  await randomTrials(trials, storage);
  await storage.close();
  return seconds(async () => {
    const again = sqlite(path);
    const study = await openStudy(undefined, { storage: again });
    if (study.history.counts.complete !== trials)
      throw new Error(`${study.history.counts.complete} of ${trials} trials are there`);
    await study.close();
    await again.close();
  });
}

/** Share of the time lost with eight `sleep 1` at a time, over ten rounds; start-up included. */
async function sleepers(): Promise<number> {
  const rounds = 10;
  const flags = ["run", "-p", "x=0.0..1.0", "--min", "loss", "-n", String(8 * rounds), "-j", "8", "-q"];
  const took = await seconds(async () => {
    execFileSync(process.execPath, [binary, ...flags, "--", "sh", "-c", "sleep 1; echo loss={x}"], {
      cwd: folder,
      stdio: "ignore",
    });
  });
  return 100 * (took / rounds - 1);
}

function helpMs(): number {
  const times = Array.from({ length: 9 }, () => {
    const begun = performance.now();
    execFileSync(process.execPath, [binary, "--help"], { stdio: "ignore" });
    return performance.now() - begun;
  });
  return median(times);
}

/** Optuna's rates for the same work, or nothing where it is not installed. */
function optuna(): Partial<Record<"version" | "memory" | "sqlite" | "eight", never>> {
  const python = process.env.FETTLE_BENCH_PYTHON ?? "python3";
  const { status, stdout } = spawnSync(python, [join(here, "peers", "optuna_speed.py"), folder], {
    encoding: "utf8",
  });
  return status === 0 ? JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") : {};
}

const peer = optuna();
const eight = await eightProcesses(8000);
if (eight.errors > 0 || eight.total !== 8000)
  throw new Error(`eight processes: ${eight.errors} errors, ${eight.total} of 8000 trials`);
const rows: Row[] = [
  {
    what: "random, 10 floats, memory",
    ours: median([await randomTrials(10_000), await randomTrials(10_000), await randomTrials(10_000)]),
    unit: "trials/s",
    bar: "≥ 20,000",
    optuna: peer.memory,
  },
  {
    what: "the same, one SQLite file",
    ours: await withFile((storage) => randomTrials(10_000, storage)),
    unit: "trials/s",
    bar: "≥ 2,000",
    optuna: peer.sqlite,
  },
  {
    what: "eight processes, one SQLite file",
    ours: eight.rate,
    unit: "trials/s",
    bar: "no error",
    optuna: peer.eight,
  },
  { what: "reopening 100,000 trials", ours: await reopen(100_000), unit: "s", bar: "< 3" },
  { what: "fettle --help", ours: helpMs(), unit: "ms", bar: "< 150" },
  { what: "lost with -j 8 and eight sleep 1", ours: await sleepers(), unit: "%", bar: "< 5" },
];

async function withFile(work: (storage: Storage) => Promise<number>): Promise<number> {
  const storage = sqlite(join(folder, "one.db"));
  const result = await work(storage);
  await storage.close();
  return result;
}

const text = (value: number | undefined) =>
  value === undefined ? "" : value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
console.log(`Node ${process.version}, ${cpus().length} cores; Optuna ${peer.version ?? "not here"}\n`);
console.log("| what | Fettle | unit | bar | Optuna | ratio |\n|---|--:|---|---|--:|--:|");
for (const { what, ours, unit, bar, optuna: theirs } of rows)
  console.log(
    `| ${what} | ${text(ours)} | ${unit} | ${bar} | ${text(theirs)} | ${theirs === undefined ? "" : `${text(ours / theirs)}×`} |`,
  );
mkdirSync(join(here, "results"), { recursive: true });
const versions = { node: process.version, optuna: peer.version ?? null, cores: cpus().length };
writeFileSync(
  join(here, "results", "speed.json"),
  `${JSON.stringify({ date: new Date().toISOString(), versions, rows }, null, 2)}\n`,
);
rmSync(folder, { recursive: true, force: true });
