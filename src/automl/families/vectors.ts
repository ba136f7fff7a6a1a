/**
 * Support vector machines with a radial kernel, fitted by libsvm.
 */
import { createRequire } from "node:module";
import { NumericalError, UnsupportedError } from "../../errors.ts";
import { type DesignMatrix, rowMajor } from "../../models/design-matrix.ts";
import { fitSigmoid, type Sigmoid } from "../../models/vectors/coupling.ts";
import { decide, type Machine, readMachine } from "../../models/vectors/machine.ts";
import type { Rng } from "../../random.ts";
import { float } from "../../space/parameter.ts";
import type { Family, FittedModel, Training } from "../family.ts";
import { shuffled } from "../split/assign.ts";
import { cappedRows, denseColumns, type WeightedRows } from "./dense.ts";

/** What is used of libsvm-js. */
interface Svm {
  train(rows: readonly Float32Array[], targets: readonly number[]): void;
  serializeModel(): string;
  getSVIndices(): number[];
  free(): void;
}
type Libsvm = new (options: Readonly<Record<string, unknown>>) => Svm;

const PACKAGE = "libsvm-js";
const MISSING = `support vectors need a library that is not installed: npm install ${PACKAGE}`;
/** More rows would be left out than learned from. */
const MOST_ROWS = 20_000;
/** Rows that a machine learns from: the time grows with rows² × columns. */
const ROWS = 5000;
const ROWS_SQUARED_COLUMNS = 1e9;
/** Parts that the sigmoids are fitted on, one after the other held back. */
const FOLDS = 3;
/** Units of work of rows² × columns, measured: of classes several machines are fitted. */
const PER_PRODUCT = { classification: 0.8, regression: 0.4, quantiles: 0.4 };

const require = createRequire(import.meta.url);
let library: Promise<Libsvm> | undefined;

export const vectors: Family = {
  name: "vectors",
  view: "dense",
  unfit({ task, rows }) {
    if (task.kind === "quantiles") return "support vectors predict no quantiles";
    if (rows > MOST_ROWS) return `support vectors take too long on more than ${MOST_ROWS} rows`;
    return undefined;
  },
  missing: () => (isInstalled() ? undefined : MISSING),
  space: ({ task }) => ({
    cost: float(0.03, 300, { log: true, default: 1 }),
    width: float(0.03, 30, { log: true, default: 1 }),
    ...(task.kind === "regression" && { tube: float(0.001, 1, { log: true, default: 0.1 }) }),
  }),
  work(shape) {
    const columns = denseColumns(shape);
    return Math.min(shape.rows, mostRows(columns)) ** 2 * columns * PER_PRODUCT[shape.task.kind];
  },
  async fit(training) {
    const Svm = await load();
    const rows = cappedRows(training, mostRows(training.x.columns), training.rng.stream("rows"));
    return training.task.kind === "regression"
      ? ofNumbers(Svm, rows, training)
      : ofClasses(
          Svm,
          rows,
          training.task.kind === "classification" ? training.task.classes.length : 0,
          training,
        );
  },
};

function ofNumbers(Svm: Libsvm, rows: WeightedRows, { params }: Training): FittedModel {
  const options = { ...settings(rows.x, params), type: "3", epsilon: Number(params.tube) };
  const machine = trained(Svm, options, rowMajor(rows.x), rows.x.columns, rows.y);
  return modelOf(machine, rows.x, "regression", {});
}

function ofClasses(
  Svm: Libsvm,
  { x, y, weights }: WeightedRows,
  classes: number,
  training: Training,
): FittedModel {
  const { params, rng, stop } = training;
  const totals = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (let r = 0; r < x.rows; r++) {
    counts[y[r]]++;
    totals[y[r]] += weights[r];
  }
  if (counts.filter((count) => count > 0).length < 2)
    throw new NumericalError("support vectors need rows of at least two classes");
  const classWeights = totals.map((total, k) => (counts[k] > 0 ? Math.max(1e-6, total / counts[k]) : 1));
  const options = { ...settings(x, params), type: "0" };
  const rows = rowMajor(x);
  const machine = trained(Svm, options, rows, x.columns, y, classWeights);
  const sigmoids = fitSigmoids(machine, { rows, y, columns: x.columns, rng, stop }, (some, targets) =>
    trained(Svm, options, some, x.columns, targets, classWeights),
  );
  return modelOf(machine, x, "classification", {
    slopes: Float64Array.from(sigmoids, ({ slope }) => slope),
    biases: Float64Array.from(sigmoids, ({ offset }) => offset),
    shares: counts.map((count) => (count > 0 ? 0 : 0.5 / x.rows)),
  });
}

function modelOf(
  machine: Machine,
  x: DesignMatrix,
  kind: keyof typeof PER_PRODUCT,
  more: FittedModel["arrays"],
): FittedModel {
  const { gamma, columns, ...arrays } = machine;
  const work = x.rows ** 2 * columns * PER_PRODUCT[kind];
  return { family: "vectors", work, json: { gamma }, arrays: { ...arrays, ...more } };
}

/** What sure decisions mean where there are none of rows held back. */
const UNKNOWN: Sigmoid = { slope: -1, offset: 0 };

/** The sigmoid of each pair of classes, from decisions about rows held back: machines are too sure of their own. */
function fitSigmoids(
  { labels }: Machine,
  data: { rows: Float32Array; y: Float64Array; columns: number; rng: Rng; stop: () => boolean },
  train: (rows: Float32Array, y: Float64Array) => Machine,
): Sigmoid[] {
  const { rows, y, columns, rng, stop } = data;
  const fold = foldsByClass(y, rng.stream("folds"));
  const pairs: { decisions: number[]; first: boolean[] }[] = [];
  for (let i = 0; i < labels.length; i++)
    for (let j = i + 1; j < labels.length; j++) pairs.push({ decisions: [], first: [] });
  for (let held = 0; held < FOLDS && !stop(); held++) {
    const of = (inside: boolean) => Int32Array.from(y.keys()).filter((r) => (fold[r] === held) === inside);
    const [outside, inside] = [of(false), of(true)];
    if (inside.length === 0 || new Set(Array.from(outside, (r) => y[r])).size < 2) continue;
    const machine = train(
      taken(rows, columns, outside),
      Float64Array.from(outside, (r) => y[r]),
    );
    const decisions = decide(machine, taken(rows, columns, inside));
    const width = machine.offsets.length;
    let at = 0;
    for (let a = 0; a < machine.labels.length; a++)
      for (let b = a + 1; b < machine.labels.length; b++, at++) {
        const [i, j] = [labels.indexOf(machine.labels[a]), labels.indexOf(machine.labels[b])];
        const pair = pairs[pairOf(Math.min(i, j), Math.max(i, j), labels.length)];
        for (const [n, r] of inside.entries()) {
          if (y[r] !== labels[i] && y[r] !== labels[j]) continue;
          pair.decisions.push(i < j ? decisions[n * width + at] : -decisions[n * width + at]);
          pair.first.push(y[r] === labels[Math.min(i, j)]);
        }
      }
  }
  return pairs.map(({ decisions, first }) => (decisions.length > 0 ? fitSigmoid(decisions, first) : UNKNOWN));
}

/** Where the pair of classes i < j stands: 0 and 1, 0 and 2, …, 1 and 2, … */
function pairOf(i: number, j: number, classes: number): number {
  return i * classes - (i * (i + 1)) / 2 + (j - i - 1);
}

/** A fold for each row, every class spread over all: shape (rows). */
function foldsByClass(y: Float64Array, rng: Rng): Uint8Array {
  const fold = new Uint8Array(y.length);
  const next = new Map<number, number>();
  for (const r of shuffled(y.length, rng)) {
    const at = next.get(y[r]) ?? 0;
    fold[r] = at % FOLDS;
    next.set(y[r], at + 1);
  }
  return fold;
}

function taken(rows: Float32Array, columns: number, which: Int32Array): Float32Array {
  const out = new Float32Array(which.length * columns);
  for (const [i, row] of which.entries())
    out.set(rows.subarray(row * columns, (row + 1) * columns), i * columns);
  return out;
}

/** `width` is gamma in units of one over the columns' variances added up, which is the scale of squared distances. */
function settings(x: DesignMatrix, params: Training["params"]): Record<string, unknown> {
  let variances = 0;
  for (let c = 0; c < x.columns; c++) {
    const column = x.values.subarray(c * x.rows, (c + 1) * x.rows);
    const mean = column.reduce((sum, value) => sum + value, 0) / x.rows;
    variances += column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.rows;
  }
  const gamma = Number(params.width) / (variances > 0 ? variances : 1);
  return { kernel: "2", gamma, cost: Number(params.cost), cacheSize: 100, tolerance: 0.01, quiet: true };
}

function trained(
  Svm: Libsvm,
  options: Record<string, unknown>,
  rows: Float32Array,
  columns: number,
  y: Float64Array,
  classWeights?: Float64Array,
): Machine {
  const weight = classWeights && Object.fromEntries(Array.from(new Set(y), (k) => [k, classWeights[k]]));
  const svm = new Svm({ ...options, ...(weight && { weight }) });
  try {
    const each = Array.from(y, (_, r) => rows.subarray(r * columns, (r + 1) * columns));
    svm.train(each, Array.from(y));
    return readMachine(svm.serializeModel(), rows, columns, svm.getSVIndices());
  } finally {
    svm.free();
  }
}

function mostRows(columns: number): number {
  return Math.max(500, Math.min(ROWS, Math.floor(Math.sqrt(ROWS_SQUARED_COLUMNS / columns))));
}

function isInstalled(): boolean {
  try {
    require.resolve(PACKAGE);
    return true;
  } catch {
    return false;
  }
}

function load(): Promise<Libsvm> {
  if (library !== undefined) return library;
  if (!isInstalled()) throw new UnsupportedError(MISSING);
  // On loading it would ask the network for a file of this machine first, and complain that it cannot.
  const streaming = Object.getOwnPropertyDescriptor(WebAssembly, "instantiateStreaming");
  Reflect.deleteProperty(WebAssembly, "instantiateStreaming");
  try {
    library = require(PACKAGE) as Promise<Libsvm>;
  } finally {
    if (streaming) Object.defineProperty(WebAssembly, "instantiateStreaming", streaming);
  }
  return library;
}
