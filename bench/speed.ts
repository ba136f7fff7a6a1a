/**
 * What suggestions cost: `npm run bench:speed`. Prints tables and writes bench/results/speed-samplers.json.
 *
 * Four parts, each alone where its flag is given: `--asks` (CPU time and memory of every sampler beside its peers,
 * and how soon a suggestion that is ready is handed out), `--kernels` (Cholesky factors and likelihoods beside numpy),
 * `--fronts` (hypervolumes and non-dominated sorts beside pymoo and Optuna), `--gate` (how good the suggestions of the
 * Gaussian process are: a search that is cheap because it finds less does not count). Peers run where
 * FETTLE_BENCH_PYTHON (or FETTLE_BENCH_PYTHON_<PEER>, or python3) can import them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { askTables, measureAsks, OUR_SAMPLERS, PEERS } from "./speed/asks.ts";
import { frontsTable, measureFronts } from "./speed/fronts.ts";
import { gateTable, measureGate } from "./speed/gate.ts";
import { kernelTable, measureKernels } from "./speed/kernels.ts";
import { latencyText, measureLatency } from "./speed/latency.ts";

const { values: flags } = parseArgs({
  options: {
    asks: { type: "boolean", default: false },
    kernels: { type: "boolean", default: false },
    fronts: { type: "boolean", default: false },
    gate: { type: "boolean", default: false },
    samplers: { type: "string", default: OUR_SAMPLERS.join() },
    peers: { type: "string", default: PEERS.join() },
    sizes: { type: "string", default: "100,300,1000,10000" },
    rounds: { type: "string", default: "3" },
    runs: { type: "string", default: "10" },
  },
});

const listed = (text: string) => text.split(",").filter((name) => name !== "");
const all = !flags.asks && !flags.kernels && !flags.fronts && !flags.gate;
const say = (text: string) => void process.stderr.write(`${text}\n`);
const rounds = Number(flags.rounds);
const result: Record<string, unknown> = {};

console.log(`Node ${process.version}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}\n`);
if (all || flags.asks) {
  const sizes = listed(flags.sizes).map(Number);
  const { samplers, peers } = { samplers: listed(flags.samplers), peers: listed(flags.peers) };
  const rows = await measureAsks({ samplers, peers, sizes, rounds }, say);
  result.asks = rows;
  console.log(`${askTables(rows, sizes)}\n`);
  const latency = await measureLatency();
  result.latency = latency;
  console.log(`${latencyText(latency)}\n`);
}
if (all || flags.kernels) {
  const rows = await measureKernels(rounds);
  result.kernels = rows;
  console.log(`${kernelTable(rows)}\n`);
}
if (all || flags.fronts) {
  const rows = measureFronts(rounds);
  result.fronts = rows;
  console.log(`${frontsTable(rows)}\n`);
}
if (all || flags.gate) {
  const rows = await measureGate(Number(flags.runs), say);
  result.gate = rows;
  console.log(`${gateTable(rows)}\n`);
}

const folder = fileURLToPath(new URL("./results/", import.meta.url));
mkdirSync(folder, { recursive: true });
const about = { date: new Date().toISOString(), node: process.version, cores: cpus().length, flags };
writeFileSync(`${folder}speed-samplers.json`, `${JSON.stringify({ ...about, ...result }, null, 2)}\n`);
