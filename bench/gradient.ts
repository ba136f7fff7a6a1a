/**
 * `npm run bench:gradient`: the acceptance tasks of hypergradients, their bounds and what was found.
 *
 *     --task hypertorch,ratios,cleaning,digits,rates,enhanced   only these
 *     --seeds 20                                       of `rates`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cleaning } from "./gradient/cleaning.ts";
import { digits } from "./gradient/digits.ts";
import { enhanced } from "./gradient/enhanced.ts";
import { hypertorch } from "./gradient/hypertorch.ts";
import type { Line } from "./gradient/measure.ts";
import { rates } from "./gradient/rates.ts";
import { ratios } from "./gradient/ratios.ts";

const { values } = parseArgs({
  options: {
    task: { type: "string", default: "hypertorch,ratios,cleaning,digits,rates,enhanced" },
    seeds: { type: "string", default: "20" },
  },
});
const tasks: Record<string, () => Promise<readonly Line[]>> = {
  hypertorch,
  ratios: () => ratios(),
  cleaning: () => cleaning(),
  digits,
  rates: () => rates({ seeds: Number(values.seeds) }),
  enhanced: () => enhanced(),
};

const results: Record<string, readonly Line[]> = {};
for (const name of values.task.split(",")) {
  const task = tasks[name];
  if (task === undefined)
    throw new Error(`there is no task ${name}; there are ${Object.keys(tasks).join(", ")}`);
  console.log(`\n${name}`);
  results[name] = await task();
  for (const { what, found, wanted = "", met } of results[name])
    console.log(
      `  ${what.padEnd(52)} ${found.padStart(12)}  ${wanted.padEnd(10)} ${met === undefined ? "" : met ? "met" : "MISSED"}`,
    );
}
const folder = new URL("results/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, lines] of Object.entries(results))
  writeFileSync(new URL(`gradient-${name}.json`, folder), `${JSON.stringify(lines, null, 2)}\n`);
