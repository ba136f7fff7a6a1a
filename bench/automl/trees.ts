/**
 * Boosting and forests beside scikit-learn's and XGBoost's at the same settings: on 100,000 × 20 generated rows, and on the
 * tables of FETTLE_BENCH_TABLES with categories as codes. One thread, CPU seconds with binning; one split.
 *
 *     node bench/automl/trees.ts [--tables adult,ames] [--rows 100000]
 *
 * Peers run where FETTLE_BENCH_PYTHON (or python3) can import them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseCsv } from "../../src/automl/read/csv.ts";
import type { Column } from "../../src/automl/table.ts";
import type { DesignMatrix } from "../../src/models/design-matrix.ts";
import { binMatrix } from "../../src/models/trees/bins.ts";
import { type BoostOptions, boost, type Labelled } from "../../src/models/trees/boost.ts";
import { growForest } from "../../src/models/trees/forest.ts";
import type { Trees } from "../../src/models/trees/format.ts";
import type { Loss } from "../../src/models/trees/loss.ts";
import { outputsOfTrees } from "../../src/models/trees/predict.ts";
import { rng } from "../../src/random.ts";
import { readTables, TARGET } from "./tables.ts";

type TaskName = "binary" | "multi" | "reg";

interface Problem {
  readonly name: string;
  readonly task: TaskName;
  readonly classes: number;
  readonly train: Labelled;
  readonly test: Labelled;
}

/** 1 − area under the curve, logarithmic loss, or root of the mean squared error; and CPU seconds. */
interface Result {
  readonly error: number;
  readonly seconds: number;
}

const { values: flags } = parseArgs({
  options: { tables: { type: "string" }, rows: { type: "string", default: "100000" } },
});
const script = fileURLToPath(new URL("../peers/trees.py", import.meta.url));
const python = process.env.FETTLE_BENCH_PYTHON ?? "python3";

const BOOST: BoostOptions = {
  growth: "depth",
  leaves: 4096,
  depth: 6,
  minRows: 1,
  minHessian: 1,
  l1: 0,
  l2: 1,
  minGain: 0,
  columns: 1,
  nodeColumns: 1,
  categories: { smoothing: 10, l2: 10 },
  rounds: 100,
  learningRate: 0.1,
  rows: 1,
  patience: 0,
};

const contenders: Record<string, (problem: Problem) => Trees> = {
  "boost, depth 6": (problem) => boost(problem.train, undefined, lossOf(problem), BOOST, rng(1)).trees,
  "boost, 31 leaves": (problem) =>
    boost(
      problem.train,
      undefined,
      lossOf(problem),
      { ...BOOST, growth: "leaves", leaves: 31, depth: 64, minRows: 20, minHessian: 0.001, l2: 0 },
      rng(1),
    ).trees,
  "boost, 31 leaves, own categories": (problem) =>
    boost(
      problem.train,
      undefined,
      lossOf(problem),
      { ...BOOST, growth: "leaves", leaves: 31, depth: 64, minRows: 20, minHessian: 0.001, l2: 0 },
      rng(1),
    ).trees,
  forest: (problem) => forestOf(problem, false),
  "extra-trees": (problem) => forestOf(problem, true),
};

/** scikit-learn's defaults. */
function forestOf({ train, task, classes }: Problem, random: boolean): Trees {
  const columns = task === "reg" ? 1 : Math.floor(Math.sqrt(train.x.columns)) / train.x.columns;
  return growForest(
    train,
    task === "reg" ? { kind: "mean" } : { kind: "classes", classes },
    { trees: 100, columns, minRows: 1, depth: Number.POSITIVE_INFINITY, bootstrap: !random, random },
    rng(1),
  );
}

function lossOf({ task, classes }: Problem): Loss {
  if (task === "reg") return { kind: "squared" };
  return task === "binary" ? { kind: "logistic" } : { kind: "softmax", classes };
}

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function run(problem: Problem, name: string): Result {
  const own = name.endsWith("own categories");
  const plain = ({ x, y }: Labelled): Labelled => ({
    // a new object each time, so that binning is counted
    x: own ? { ...x } : { ...x, levels: new Int32Array(x.columns) },
    y,
  });
  const began = cpuSeconds();
  const trees = contenders[name]({ ...problem, train: plain(problem.train) });
  const seconds = cpuSeconds() - began;
  return { error: errorOf(problem, outputsOfTrees(trees, plain(problem.test).x)), seconds };
}

function errorOf({ task, classes, test: { y } }: Problem, out: Float64Array): number {
  if (task === "reg")
    return Math.sqrt(y.reduce((sum, value, i) => sum + (value - out[i]) ** 2, 0) / y.length);
  if (task === "multi")
    return (
      y.reduce((sum, value, i) => sum - Math.log(Math.max(1e-15, out[classes * i + value])), 0) / y.length
    );
  const order = Array.from(y.keys()).sort((a, b) => out[2 * a + 1] - out[2 * b + 1]);
  let ranks = 0;
  let positive = 0;
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && out[2 * order[j] + 1] === out[2 * order[i] + 1]) j++;
    for (let k = i; k < j; k++)
      if (y[order[k]] === 1) {
        ranks += (i + j + 1) / 2;
        positive++;
      }
    i = j;
  }
  return 1 - (ranks - (positive * (positive + 1)) / 2) / (positive * (y.length - positive));
}

function generated(rows: number): Problem {
  const stream = rng(1, "generated");
  const make = (n: number): Labelled => {
    const values = Float32Array.from({ length: 20 * n }, () => stream.normal());
    const y = Float64Array.from({ length: n }, (_, i) => {
      const v = (c: number) => values[c * n + i];
      const score = v(0) * v(1) + v(2) * v(2) - 1 + v(3) / 2 + v(4) * v(5) * v(6) * 0.3;
      return score + (v(7) > 0.5 ? v(8) : -v(9)) + 0.5 * stream.normal() > 0 ? 1 : 0;
    });
    return { x: { rows: n, columns: 20, values, levels: new Int32Array(20) }, y };
  };
  return { name: `${rows} × 20`, task: "binary", classes: 2, train: make(rows), test: make(rows >> 2) };
}

function fromTable({ name, task, header, rows }: ReturnType<typeof readTables>[number]): Problem {
  const { columns } = parseCsv([header, ...rows].join("\n"), { name });
  const target = columns.find((column) => column.name === TARGET) as Column;
  const features = columns.filter((column) => column !== target);
  const stream = rng(1, "bench", name);
  const order = Array.from(rows.keys());
  for (let i = order.length - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const codes =
    task === "reg" || target.type === "string" ? [] : [...new Set(target.values)].sort((a, b) => a - b);
  const classes = target.type === "string" ? target.levels.length : codes.length;
  const y = (row: number) => (codes.length > 0 ? codes.indexOf(cellOf(target, row)) : cellOf(target, row));
  const take = (chosen: readonly number[]): Labelled => {
    const x: DesignMatrix = {
      rows: chosen.length,
      columns: features.length,
      values: Float32Array.from(features.flatMap((column) => chosen.map((row) => cellOf(column, row)))),
      levels: Int32Array.from(features, (column) => (column.type === "string" ? column.levels.length : 0)),
    };
    return { x, y: Float64Array.from(chosen, y) };
  };
  const cut = Math.round(0.25 * rows.length);
  return { name, task, classes, test: take(order.slice(0, cut)), train: take(order.slice(cut)) };
}

/** A number, or the code of a category. */
function cellOf(column: Column, row: number): number {
  if (column.type === "number") return column.values[row];
  return column.codes[row] < 0 ? Number.NaN : column.codes[row];
}

/** Files for the peers: column-major floats, and targets. */
function peers({ task, train, test }: Problem): Record<string, Result> {
  const folder = mkdtempSync(join(tmpdir(), "fettle-bench-trees-"));
  for (const [part, { x, y }] of Object.entries({ train, test })) {
    writeFileSync(join(folder, `${part}.x`), x.values);
    writeFileSync(join(folder, `${part}.y`), y);
  }
  const { stdout, stderr, status } = spawnSync(python, [script, folder, task], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`the peers failed: ${stderr.split("\n").slice(-3).join(" ")}`);
  return JSON.parse(stdout);
}

const chosen = flags.tables?.split(",");
const problems: (() => Problem)[] = [];
if (chosen === undefined || chosen.includes("generated")) problems.push(() => generated(Number(flags.rows)));
if (process.env.FETTLE_BENCH_TABLES !== undefined)
  for (const table of readTables())
    if (chosen?.includes(table.name) ?? true) problems.push(() => fromTable(table));

const PAIRS = [
  ["boost, depth 6", "xgboost hist, depth 6"],
  ["boost, 31 leaves", "scikit-learn HistGradientBoosting"],
  ["boost, 31 leaves, own categories", "scikit-learn HistGradientBoosting"],
  ["forest", "scikit-learn forest"],
  ["extra-trees", "scikit-learn extra trees"],
] as const;

const show = ({ error, seconds }: Result) => `${error.toPrecision(4)} / ${seconds.toFixed(2)}`;
console.log(readFileSync(script, "utf8").split("\n")[0].replaceAll('"', ""));
// the code is compiled before the clock counts: a study fits hundreds of models in one process
const warm = generated(3000);
for (const name of Object.keys(contenders)) run(warm, name);
binMatrix(warm.train.x);
for (const make of problems) {
  const problem = make();
  const theirs = peers(problem);
  const cells = PAIRS.map(([own, peer]) => `${show(run(problem, own))} (${show(theirs[peer])})`);
  console.log(`| ${problem.name} | ${cells.join(" | ")} |`);
}
