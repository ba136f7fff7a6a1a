/**
 * Learning curves of many configurations: real ones, those of a surrogate, and those of a formula.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Rng, rng } from "../../src/random.ts";
import { onnx } from "../quality/onnx.ts";

export interface CurveTask {
  readonly name: string;
  /** Families weigh the same in every mean. */
  readonly family: string;
  /** The step of a full training; steps count from 1, and each costs the same. */
  readonly full: number;
  readonly configurations: number;
  /** Minimised, NaN where a training failed. Shape (configurations, full), row-major. */
  readonly losses: Float64Array;
  /** The lowest loss of a full training. */
  readonly best: number;
  /** The median over seeds of the best of ten full trainings. */
  readonly random: number;
}

const folder = process.env.FETTLE_BENCH_DATA;
/** The instances of the protocol, and others on which a design may be chosen. */
const LCBENCH = ["3945", "7593", "167168", "189873"];
const LCBENCH_OTHERS = ["126029", "146212", "167104", "168331"];
const EPOCHS = 52;
const DRAWN = 1000;

/** The tasks of the protocol. @throws {Error} if the data is not there */
export function protocolTasks(): CurveTask[] {
  return [...taskset(), ...LCBENCH.map((instance) => lcbench(instance, "lcbench"))];
}

/** Tasks of no protocol: those on which nothing is decided but a design. */
export function otherTasks(): CurveTask[] {
  return [...LCBENCH_OTHERS.map((instance) => lcbench(instance, "lcbench, others")), ...hartmanns()];
}

function task(name: string, family: string, full: number, losses: Float64Array): CurveTask {
  const configurations = losses.length / full;
  const finals = Float64Array.from({ length: configurations }, (_, i) => losses[(i + 1) * full - 1]);
  const finite = (values: Iterable<number>) => [...values].filter((value) => Number.isFinite(value));
  const bests = Array.from({ length: 100 }, (_, seed) => {
    const ten = shuffled(configurations, rng(seed, "best of ten", name)).slice(0, 10);
    return Math.min(...finite(ten.map((i) => finals[i])));
  }).sort((a, b) => a - b);
  const best = finite(finals).reduce((a, b) => Math.min(a, b));
  return { name, family, full, configurations, losses, best, random: (bests[49] + bests[50]) / 2 };
}

/** Numbers 0 … n − 1 in a random order. */
export function shuffled(n: number, stream: Rng): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Six problems of TaskSet (Metz et al. 2020): the loss on held-out data of 1,000 settings of an optimiser. */
export function taskset(): CurveTask[] {
  const below = join(root(), "tabular");
  const manifest = JSON.parse(readFileSync(join(below, "manifest.json"), "utf8"));
  return Object.keys(manifest)
    .filter((file) => file.startsWith("taskset-"))
    .map((file) => {
      const [n, splits, full] = manifest[file].shape as [number, number, number];
      const bytes = readFileSync(join(below, file));
      const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      const losses = Float64Array.from({ length: n * full }, (_, at) => {
        const [config, step] = [Math.floor(at / full), at % full];
        const value = values[(config * splits + 1) * full + step];
        return Number.isFinite(value) ? value : Number.NaN;
      });
      const name = file.replace(/^taskset-FixedTextRNNClassification_imdb_|\.f32$/g, "");
      return task(name, "TaskSet", full, losses);
    });
}

/** Validation accuracy by epoch, as a surrogate of LCBench has it (Zimmer et al. 2021; Pfisterer et al. 2022). */
function lcbench(instance: string, family: string): CurveTask {
  return kept(`lcbench-${instance}`, family, EPOCHS, () => {
    const below = join(root(), "yahpo", "v1", "lcbench");
    const read = (file: string) => JSON.parse(readFileSync(join(below, file), "utf8"));
    const run = onnx(readFileSync(join(below, "model.onnx")));
    const code = read("encoding.json").OpenML_task_id[instance] as number;
    const names = [
      "batch_size",
      "learning_rate",
      "momentum",
      "weight_decay",
      "num_layers",
      "max_units",
      "max_dropout",
    ];
    const all = read("config_space.json").hyperparameters as Hyperparameter[];
    const ranges = names.map((name) => all.find((one) => one.name === name) as Hyperparameter);
    const stream = rng(1, "configurations", instance);
    const losses = new Float64Array(DRAWN * EPOCHS);
    for (let i = 0; i < DRAWN; i++) {
      const values = ranges.map(({ lower, upper, log, type }) => {
        const u = stream.uniform();
        const value = log ? lower * (upper / lower) ** u : lower + u * (upper - lower);
        return type === "uniform_int" ? Math.round(value) : value;
      });
      for (let epoch = 1; epoch <= EPOCHS; epoch++)
        losses[i * EPOCHS + epoch - 1] = -run({
          x_cat: { shape: [1, 1], data: Float64Array.of(code), integer: true },
          x_cont: { shape: [1, values.length + 1], data: Float64Array.of(epoch, ...values), integer: false },
        }).data[1];
    }
    return losses;
  });
}

interface Hyperparameter {
  readonly name: string;
  readonly type: string;
  readonly lower: number;
  readonly upper: number;
  readonly log?: boolean;
}

/** A task whose curves take minutes to compute: they are kept beside the results. */
function kept(name: string, family: string, full: number, compute: () => Float64Array): CurveTask {
  const below = fileURLToPath(new URL("../results/pruners/", import.meta.url));
  const file = join(below, `${name}.f64`);
  if (!existsSync(file)) {
    mkdirSync(below, { recursive: true });
    writeFileSync(file, new Uint8Array(compute().buffer));
  }
  const bytes = readFileSync(file);
  return task(
    name,
    family,
    full,
    new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  );
}

const HARTMANN_ALPHA = [1.0, 1.2, 3.0, 3.2];
const HARTMANN_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];
/** Bias and noise of what low fidelities say: (4, 5) is terrible, (2.5, 2) good. */
const HARTMANN_KINDS: readonly (readonly [string, number, number])[] = [
  ["terrible", 4, 5],
  ["bad", 3.5, 4],
  ["moderate", 3, 3],
  ["good", 2.5, 2],
];

/** Multi-fidelity Hartmann 6 (Mallik et al. 2023, PriorBand, appendix D): α − b(1 − z), noise·(1 − z). */
function hartmanns(): CurveTask[] {
  const full = 50;
  return HARTMANN_KINDS.map(([kind, bias, noise]) => {
    const stream = rng(1, "hartmann", kind);
    const losses = new Float64Array(DRAWN * full);
    for (let i = 0; i < DRAWN; i++) {
      const x = Array.from({ length: 6 }, () => stream.uniform());
      for (let step = 1; step <= full; step++) {
        const z = Math.log(step) / Math.log(full);
        const sum = HARTMANN_ALPHA.reduce((total, alpha, k) => {
          const distance = x.reduce((d, u, j) => d + HARTMANN_A[k][j] * (u - HARTMANN_P[k][j]) ** 2, 0);
          return total + (alpha - bias * (1 - z)) * Math.exp(-distance);
        }, 0);
        losses[i * full + step - 1] = -sum + noise * (1 - z) * stream.normal();
      }
    }
    return task(`hartmann6-${kind}`, "Hartmann", full, losses);
  });
}

function root(): string {
  if (folder === undefined) throw new Error("set FETTLE_BENCH_DATA to the folder of the learning curves");
  return folder;
}
