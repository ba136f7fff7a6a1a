/**
 * Learns which configurations are tried first: `node bench/automl/portfolio.ts`.
 *
 * Every family's random configurations are scored on every table that FETTLE_BENCH_TABLES has (at most 3,000 rows, three
 * folds). Then configurations are picked one by one, each time the one that lowers the mean regret of the best picked one
 * most. It is done on half of the tables, to see what it brings on the other half, and on all of them, for what is kept in
 * `src/automl/portfolio.ts`.
 *
 *     --configurations 12  of each family        --picks 10
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Encodings } from "../../src/automl/encodings.ts";
import { families } from "../../src/automl/families.ts";
import { fitPipeline, predictPipeline } from "../../src/automl/pipeline.ts";
import { type Prepared, prepare } from "../../src/automl/prepare.ts";
import { TARGET as LEARNED, ownParams, pointOf } from "../../src/automl/problem.ts";
import { parseCsv } from "../../src/automl/read/csv.ts";
import { innerSlice } from "../../src/automl/slice.ts";
import { drawn } from "../../src/automl/split/assign.ts";
import { rng } from "../../src/random.ts";
import { type Params, space } from "../../src/space.ts";
import { type BenchTable, readTables, TARGET } from "./tables.ts";

const { values } = parseArgs({
  options: { configurations: { type: "string", default: "12" }, picks: { type: "string", default: "10" } },
});
const MOST_ROWS = 3_000;
const NAMES = ["linear", "boosting", "forest", "extra-trees", "network", "neighbours", "vectors"];
const file = new URL("../results/portfolio.json", import.meta.url);
mkdirSync(new URL("../results/", import.meta.url), { recursive: true });

interface Configuration {
  readonly family: string;
  /** By the family's own names. */
  readonly params: Params;
}
/** Losses by table and configuration; null where a fit failed or the family does not suit. */
type Losses = Record<string, Record<string, number | null>>;

/** The first is the default; the others are drawn from the ranges that the family has for a table of 3,000 × 20. */
function configurationsOf(family: string): Configuration[] {
  const shape = {
    task: { kind: "regression" } as const,
    rows: MOST_ROWS,
    columns: 20,
    categories: 4,
    widest: 12,
  };
  const all = space(families[family].space(shape));
  return Array.from({ length: Number(values.configurations) }, (_, index) => {
    if (index === 0) return { family, params: {} };
    const stream = rng(1, "portfolio", family, index);
    return {
      family,
      params: all.decode(Float64Array.from(all.parameters, () => stream.uniform())) as Params,
    };
  });
}

const known: Losses = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const configurations = NAMES.flatMap(configurationsOf);
for (const table of readTables()) {
  known[table.name] ??= {};
  const made = preparedOf(table);
  const encodings = new Encodings({ ...made, rng: rng(1, "encodings") });
  for (const configuration of configurations) {
    const key = JSON.stringify(configuration);
    if (key in known[table.name]) continue;
    known[table.name][key] = await lossOf(made, encodings, configuration);
    writeFileSync(file, JSON.stringify(known));
  }
  console.log(table.name);
}

function preparedOf({ header, rows }: BenchTable): Prepared {
  const stream = rng(1, "portfolio rows");
  const kept = drawn(Int32Array.from(rows.keys()), Math.min(MOST_ROWS, rows.length), stream);
  const text = [header, ...Array.from(kept, (index) => rows[index])].join("\n");
  return prepare(parseCsv(text), { target: TARGET, seed: 1, budget: 1e4 });
}

async function lossOf(
  made: Prepared,
  encodings: Encodings,
  { family, params }: Configuration,
): Promise<number | null> {
  const { schema, y, metric, folds, space: all, shape } = made;
  const one = families[family];
  if ((one.unfit?.(shape) ?? one.missing?.()) !== undefined) return null;
  const point = pointOf(all, family, params) as Params;
  let loss = 0;
  try {
    for (const [index, { train, valid }] of folds.slice(0, 3).entries()) {
      const { learned, slice } = one.early
        ? innerSlice(train, y, schema.task, { seed: 1, key: String(index), timed: false })
        : { learned: train, slice: undefined };
      const key = `${index}/${one.early ?? false}`;
      const pipeline = await fitPipeline({
        ...{ schema, y, encodings, family: one, rows: learned, key, balanced: false, rng: rng(1, index) },
        ...(slice && { slice }),
        params: ownParams(point, family),
        log: all.parameters.some(({ path }) => path === LEARNED),
        stop: () => false,
      });
      const predictions = predictPipeline(
        pipeline,
        encodings.of(`${key}/valid`, pipeline.encoder, valid),
        schema.task,
      );
      const value = metric.value(
        Float64Array.from(valid, (row) => y[row]),
        predictions,
        schema.task,
      );
      loss += (metric.direction === "minimize" ? value : 1 - value) / 3;
    }
  } catch (error) {
    console.error(`${family}: ${error}`);
    return null;
  }
  return loss;
}

/** How far a loss is above the best known on that table, as a share of it; of what failed 10. */
function regret(table: string, key: string): number {
  const losses = known[table];
  const best = Math.min(...Object.values(losses).flatMap((loss) => loss ?? []));
  const loss = losses[key];
  return loss === null || loss === undefined ? 10 : Math.min(10, (loss - best) / Math.max(1e-9, best));
}

function pick(tables: readonly string[], picks: number): { keys: string[]; mean: number } {
  const all = configurations.map((configuration) => JSON.stringify(configuration));
  const keys = NAMES.map((family) => JSON.stringify({ family, params: {} }));
  const least = new Map(tables.map((table) => [table, Math.min(...keys.map((key) => regret(table, key)))]));
  const meanWith = (key: string) =>
    tables.reduce((sum, table) => sum + Math.min(least.get(table) as number, regret(table, key)), 0) /
    tables.length;
  const chosen: string[] = [];
  for (let n = 0; n < picks; n++) {
    const best = all.reduce((a, b) => (meanWith(b) < meanWith(a) ? b : a));
    for (const table of tables) least.set(table, Math.min(least.get(table) as number, regret(table, best)));
    chosen.push(best);
  }
  return { keys: chosen, mean: [...least.values()].reduce((sum, value) => sum + value, 0) / tables.length };
}

const tables = Object.keys(known);
const halves = [tables.filter((_, index) => index % 2 === 0), tables.filter((_, index) => index % 2 === 1)];
const picks = Number(values.picks);
for (const [index, half] of halves.entries()) {
  const other = halves[1 - index];
  const { keys } = pick(half, picks);
  const usual = NAMES.map((family) => JSON.stringify({ family, params: {} }));
  const mean = (list: readonly string[]) =>
    other.reduce((sum, table) => sum + Math.min(...list.map((key) => regret(table, key))), 0) / other.length;
  const stream = rng(2, index);
  const drawn = Array.from({ length: picks }, () =>
    JSON.stringify(configurations[stream.integer(configurations.length)]),
  );
  console.log(
    `learned on ${half.join(", ")}: mean regret on the others ${mean(usual).toFixed(4)} with defaults alone, ${mean([...usual, ...drawn]).toFixed(4)} with ${picks} random ones, ${mean([...usual, ...keys]).toFixed(4)} with those learned`,
  );
}
for (const key of new Set(pick(tables, picks).keys)) console.log(key);
