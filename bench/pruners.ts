/**
 * What pruning is worth: `node bench/pruners.ts`. Prints tables and writes bench/results/pruners.json.
 *
 * Every contender sees the same configurations in the same random order, and trains until its budget of full trainings
 * is used. What it then recommends, the best complete trial, is scored by its loss when trained fully. Needs the
 * learning curves of FETTLE_BENCH_DATA; Optuna takes part where FETTLE_BENCH_PYTHON (or python3) can import it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rng } from "../src/random.ts";
import { byTrials } from "./pruners/by-trials.ts";
import { CONTENDERS } from "./pruners/contenders.ts";
import { PEERS, type Peer, startPeer } from "./pruners/peer.ts";
import { byFamily, difference, meanRegret, type Regrets, regret } from "./pruners/score.ts";
import { otherTasks, protocolTasks, shuffled, taskset } from "./pruners/tasks.ts";

const { values: flags } = parseArgs({
  options: {
    budgets: { type: "string", default: "5,10,20,40" },
    seeds: { type: "string", default: "10" },
    workers: { type: "string", default: "1" },
    /** "protocol", or "others": tasks on which designs were chosen. */
    tasks: { type: "string", default: "protocol" },
    /** Instead of budgets: studies of so many trials, ours only. */
    trials: { type: "string" },
    /** Names of contenders, between semicolons; all unless given. */
    only: { type: "string" },
    peers: { type: "boolean", default: true },
    /** Runs peers anew whose results are kept. */
    fresh: { type: "boolean", default: false },
  },
  allowNegative: true,
});

const budgets = flags.budgets.split(",").map(Number);
const seeds = Number(flags.seeds);
const workers = Number(flags.workers);
const tasks = flags.tasks === "others" ? [...taskset(), ...otherTasks()] : protocolTasks();
if (flags.trials !== undefined) {
  byTrials(tasks, Number(flags.trials), seeds, workers);
  process.exit();
}
const names = flags.only?.split(";") ?? Object.keys(CONTENDERS);
const orderOf = (task: (typeof tasks)[number], seed: number) =>
  shuffled(task.configurations, rng(seed, "order", task.name));

interface Result {
  /** At each budget. */
  readonly regrets: readonly Regrets[];
  readonly judgeMs: number;
}
const results = new Map<string, Result>();
interface Kept {
  readonly date: string;
  readonly tasks: readonly string[];
  readonly results: Readonly<Record<string, Result>>;
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

for (const name of names) {
  const times: number[] = [];
  const regrets = budgets.map((budget) =>
    tasks.map((task) =>
      Array.from({ length: seeds }, (_, seed) => {
        const ran = CONTENDERS[name]({ task, order: orderOf(task, seed), budget, workers });
        times.push(ran.judgeMs);
        return regret(task, ran.loss);
      }),
    ),
  );
  results.set(name, { regrets, judgeMs: mean(times) });
  console.error(name);
}

/** Peers' results are kept, and made anew for another version, or with --fresh. */
const stored = fileURLToPath(new URL("./pruners/peers.json", import.meta.url));
if (flags.peers) await addPeers();

async function addPeers(): Promise<void> {
  const peer = await startPeer();
  if (peer === undefined) return console.error("optuna cannot be imported here");
  const all: Record<string, Kept> = existsSync(stored) ? JSON.parse(readFileSync(stored, "utf8")) : {};
  const key = `${workers} workers, ${seeds} seeds, B=${flags.budgets}`;
  const titles = PEERS.map((name) => `${name} ${peer.version}`);
  const isKept =
    all[key] !== undefined &&
    titles.every((title) => title in all[key].results) &&
    all[key].tasks.join() === tasks.map(({ name }) => name).join();
  if (!isKept || flags.fresh) {
    const ran = await runPeers(peer);
    const date = new Date().toISOString();
    all[key] = { date, tasks: tasks.map(({ name }) => name), results: ran };
    writeFileSync(stored, `${JSON.stringify(all)}\n`);
  }
  for (const title of titles) results.set(title, all[key].results[title]);
  peer.close();
}

async function runPeers(peer: Peer): Promise<Record<string, Result>> {
  const found = PEERS.map(() => budgets.map(() => tasks.map((): number[] => [])));
  const times = PEERS.map((): number[] => []);
  for (const [t, task] of tasks.entries())
    for (const [p, pruner] of PEERS.entries())
      for (let seed = 0; seed < seeds; seed++) {
        const order = orderOf(task, seed);
        const { recommended, judgeMs } = await peer.run(task, { pruner, order, seed, budgets, workers });
        times[p].push(judgeMs);
        recommended.forEach((number, b) => {
          const loss = number === null ? Number.NaN : task.losses[(order[number] + 1) * task.full - 1];
          found[p][b][t].push(regret(task, loss));
        });
      }
  return Object.fromEntries(
    PEERS.map((name, p) => [`${name} ${peer.version}`, { regrets: found[p], judgeMs: mean(times[p]) }]),
  );
}

const short = (value: number) => value.toFixed(2).replace(/^(-?)0\./, "$1.");
const families = [...new Set(tasks.map(({ family }) => family))];
const header = ["contender", ...budgets.map((budget) => `B=${budget}`), "ms a report"];
console.log(
  `Mean normalised regret (${families.join(" / ")}), ${tasks.length} tasks × ${seeds} seeds, ${workers} workers\n`,
);
console.log(`| ${header.join(" | ")} |\n|${header.map((_, i) => (i === 0 ? "---" : "--:")).join("|")}|`);
for (const [name, { regrets, judgeMs }] of results) {
  const cells = regrets.map(
    (one) => `${short(meanRegret(one, tasks))} (${byFamily(one, tasks).map(short).join(" / ")})`,
  );
  console.log(`| ${name} | ${cells.join(" | ")} | ${judgeMs.toFixed(3)} |`);
}
const data: Record<string, unknown> = {};
for (const ours of [...results.keys()].filter((name) => name.startsWith("auto"))) {
  console.log(`\n${ours} − contender, with a 95 % interval\n`);
  console.log(
    `| contender | ${budgets.map((budget) => `B=${budget}`).join(" | ")} |\n|---|${budgets.map(() => "--:|").join("")}`,
  );
  for (const [name, { regrets }] of results) {
    if (name === ours) continue;
    const gaps = regrets.map((theirs, b) =>
      difference((results.get(ours) as Result).regrets[b], theirs, tasks),
    );
    data[`${ours} − ${name}`] = gaps;
    const cells = gaps.map(({ mean, low, high }) => `${short(mean)} [${short(low)} ${short(high)}]`);
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}
const folder = fileURLToPath(new URL("./results/", import.meta.url));
mkdirSync(folder, { recursive: true });
const about = {
  date: new Date().toISOString(),
  node: process.version,
  flags,
  tasks: tasks.map(({ name }) => name),
};
const json = { ...about, regrets: Object.fromEntries(results), differences: data };
writeFileSync(`${folder}pruners-${flags.tasks}-${workers}.json`, `${JSON.stringify(json)}\n`);
