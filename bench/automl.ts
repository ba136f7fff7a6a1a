/**
 * `npm run bench:automl`: automated tuning of tables beside scikit-learn, FLAML and AutoGluon, on the same splits with
 * equal time and threads.
 *
 *     --tables adult,ames   only these of the folder that FETTLE_BENCH_TABLES names
 *     --systems fettle,…    only these; ours and the peers that can be imported otherwise
 *     --seeds 3  --time 60  --threads 2  --fresh  --report-only
 */
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Cell, readCells, writeCell } from "./automl/cells.ts";
import { report } from "./automl/report.ts";
import { installed, runOne, SYSTEMS } from "./automl/systems.ts";
import { readTables, splitOf } from "./automl/tables.ts";

const { values } = parseArgs({
  options: {
    tables: { type: "string" },
    systems: { type: "string" },
    seeds: { type: "string", default: "3" },
    time: { type: "string", default: "60" },
    threads: { type: "string", default: String(availableParallelism()) },
    fresh: { type: "boolean", default: false },
    "report-only": { type: "boolean", default: false },
  },
});
const seconds = Number(values.time);
const tables = readTables().filter(({ name }) => values.tables?.split(",").includes(name) ?? true);
const systems = values.systems?.split(",") ?? SYSTEMS;
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
const cells: Cell[] = readCells(seconds);
if (!values["report-only"]) {
  for (const name of systems.filter((system) => !installed(system)))
    console.log(`${name} cannot be imported: left out`);
  for (let seed = 0; seed < Number(values.seeds); seed++)
    for (const table of tables)
      for (const system of systems.filter(installed)) {
        const known = cells.findIndex(
          (one) => one.system === system && one.table === table.name && one.seed === seed,
        );
        if (known >= 0 && !values.fresh) continue;
        const cell = await runOne(system, table, splitOf(table, seed), {
          ...{ seed, seconds, threads: Number(values.threads) },
        });
        if (known >= 0) cells.splice(known, 1);
        cells.push(cell);
        writeCell(seconds, cells);
        const { error, wall, cpu, failure } = cell;
        console.log(
          `${table.name.padEnd(14)} ${seed}  ${system.padEnd(12)} ${failure ?? error.toPrecision(5).padStart(9)}  ${wall.toFixed(1).padStart(6)} s  ${cpu.toFixed(1).padStart(6)} CPU s`,
        );
      }
}
const shown = cells.filter(({ system }) => systems.includes(system));
for (const line of report(
  shown,
  tables.map(({ name }) => name),
))
  console.log(line);
