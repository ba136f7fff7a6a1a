/**
 * How few trials a good setting takes: `npm run bench:quality`. Prints tables and writes bench/results/quality.json.
 *
 * Formulas are always there; with FETTLE_BENCH_DATA surrogates and tables too. Peers run where FETTLE_BENCH_PYTHON
 * (or FETTLE_BENCH_PYTHON_<PEER>, or python3) can import them. Cells that were run before are read from bench/curves/.
 */
import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Contender, ours, peer } from "./quality/contenders.ts";
import { keepCell, readCells } from "./quality/curves.ts";
import { report } from "./quality/report.ts";
import type { Task } from "./quality/task.ts";
import { allTasks } from "./quality/tasks/index.ts";
import type { Work } from "./quality/worker.ts";

const { values: flags } = parseArgs({
  options: {
    samplers: { type: "string", default: "auto,gp,tpe,random" },
    peers: { type: "string", default: "" },
    tasks: { type: "string", default: "" },
    seeds: { type: "string", default: "10" },
    trials: { type: "string", default: "100" },
    track: { type: "string", default: "single" },
    jobs: { type: "string", default: "1" },
    fresh: { type: "boolean", default: false },
    "report-only": { type: "boolean", default: false },
  },
});

/** Six tasks, eight workers at a time. */
const BATCH_TASKS = [
  ...["lcbench-3945", "lcbench-167168", "hpobench-vehicle"],
  ...["iaml_xgboost-1489", "rbv2_super-12", "hartmann6", "ackley-mixed"],
];
const tracks: Readonly<
  Record<string, { readonly workers: number; readonly trials?: number; readonly only?: readonly string[] }>
> = {
  single: { workers: 1 },
  batch: { workers: 8, trials: 64, only: BATCH_TASKS },
  sequential64: { workers: 1, trials: 64, only: BATCH_TASKS },
};

const listed = (text: string) => text.split(",").filter((name) => name !== "");
const track = tracks[flags.track];
if (track === undefined)
  throw new Error(`there is no track ${flags.track}; there are ${Object.keys(tracks)}`);
const trials = track.trials ?? Number(flags.trials);
const tasks = allTasks().filter(
  ({ name, family }) =>
    (track.only?.includes(name) ?? true) &&
    (flags.tasks === "" || listed(flags.tasks).some((part) => name.includes(part) || family === part)),
);
const contenders: Contender[] = listed(flags.samplers).map(ours);
for (const name of listed(flags.peers)) {
  const found = await peer(name);
  if (found === undefined) console.error(`${name} cannot be imported here`);
  else contenders.push(found);
}

if (!flags["report-only"]) await runAll();
const text = report({ contenders, tasks, track: flags.track, trials });
console.log(text.markdown);
mkdirSync(fileURLToPath(new URL("./results/", import.meta.url)), { recursive: true });
writeFileSync(
  fileURLToPath(new URL("./results/quality.json", import.meta.url)),
  `${JSON.stringify({ date: new Date().toISOString(), node: process.version, flags, ...text.data }, null, 2)}\n`,
);
for (const contender of contenders) await contender.close();

async function runAll(): Promise<void> {
  const peersFrom = listed(flags.samplers).length;
  const missing = ({ name, version }: Contender, task: Task, seed: number) =>
    flags.fresh ||
    !readCells(name, version, flags.track, task.name).some(
      (cell) => cell.seed === seed && cell.losses.length >= trials,
    );
  // seeds outermost: what was run when somebody stops it covers every task
  const work = Array.from({ length: Number(flags.seeds) }, (_, index) => index + 1).flatMap((seed) =>
    contenders.flatMap((contender, who) =>
      tasks
        .filter((task) => missing(contender, task, seed))
        .map((task): Work => {
          const { name } = contender;
          return { isPeer: who >= peersFrom, name, task: task.name, seed, trials, workers: track.workers };
        }),
    ),
  );
  const versions = new Map(contenders.map(({ name, version }) => [name, version]));
  let begun = 0;
  let done = 0;
  const next = () => work[begun++];
  const jobs = Array.from({ length: Math.min(Number(flags.jobs), work.length) }, async () => {
    const child = fork(fileURLToPath(new URL("./quality/worker.ts", import.meta.url)));
    for (let item = next(); item !== undefined; item = next()) {
      const answer = new Promise<{ cell?: never; error?: string }>((resolve) => {
        const ended = () => resolve({ error: "the worker ended" });
        child.once("exit", ended);
        child.once("message", (message) => {
          child.off("exit", ended);
          resolve(message as { cell?: never; error?: string });
        });
      });
      child.send(item);
      const { cell, error } = await answer;
      if (cell === undefined) console.error(`\n${item.name}, ${item.task}, seed ${item.seed}: ${error}`);
      else keepCell(item.name, versions.get(item.name) as string, flags.track, item.task, cell);
      done++;
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${work.length} cells `);
    }
    child.kill();
  });
  await Promise.all(jobs);
  if (process.stderr.isTTY && work.length > 0) process.stderr.write("\n");
}
