/**
 * Neural networks: multilayer perceptrons on the dense view, trained by jax-js.
 */
import { JAX_VERSION, jaxEngine } from "../../autodiff/jax.ts";
import {
  ACTIVATIONS,
  type Activation,
  type Head,
  layersOf,
  type NetworkJson,
} from "../../models/network/layers.ts";
import { array, boolean, categorical, float, int, oneOf, ordinal } from "../../space/parameter.ts";
import type { Params } from "../../space/types.ts";
import type { Json } from "../../trial.ts";
import type { Family, FittedModel, Shape, Training } from "../family.ts";
import { examplesOf } from "../network/batches.ts";
import { optimizerOf } from "../network/optimizer.ts";
import { SCHEDULES, type Schedule } from "../network/schedule.ts";
import { train } from "../network/train.ts";
import { wavesEach, wavesOf } from "../network/waves.ts";
import { outputsOf, type Task } from "../task.ts";

const HEADS: Readonly<Record<Task["kind"], Head>> = {
  classification: "classes",
  regression: "number",
  quantiles: "quantiles",
};
const BATCHES = [32, 64, 128, 256, 512, 1024, 2048] as const;

/**
 * Multilayer perceptrons: layers and units, activation, dropout, L1 and L2, optimiser with momentum, schedule.
 *
 * Their arrays are `weights`, one vector in single precision, and `waves`; `rounds` are epochs.
 */
export const network: Family = {
  name: "network",
  view: "dense",
  early: true,
  missing: () =>
    isInstalled() ? undefined : `networks need @jax-js/jax: npm install @jax-js/jax@${JAX_VERSION}`,

  space({ rows }) {
    const epochs = usualEpochs(rows);
    const batch = usualBatch(rows);
    return {
      layers: int(1, 3, { default: 2 }),
      units: array(ordinal([16, 32, 64, 128, 256], { default: 64 }), { length: "layers" }),
      activation: categorical(ACTIVATIONS, { default: "silu" }),
      fourier: oneOf(
        "type",
        {
          off: {},
          on: {
            count: ordinal([2, 4, 8, 16], { default: 4 }),
            scale: float(0.02, 2, { log: true, default: 0.1 }),
          },
        },
        { default: "on" },
      ),
      dropout: float(0, 0.5, { step: 0.1, default: 0 }),
      epochs: int(Math.max(1, Math.floor(epochs / 4)), epochs * 2, { log: true, default: epochs }),
      batch: ordinal(
        BATCHES.filter((size) => size >= batch / 2 && size <= batch * 4),
        { default: batch },
      ),
      l1: float(1e-8, 1e-3, { log: true, default: 1e-8 }),
      l2: float(1e-8, 1e-2, { log: true, default: 1e-6 }),
      schedule: categorical(SCHEDULES, { default: "one-cycle" }),
      optimizer: oneOf(
        "type",
        {
          sgd: {
            learningRate: float(1e-3, 1, { log: true, default: 0.05 }),
            momentum: float(0, 0.99, { default: 0.9 }),
            nesterov: boolean({ default: true }),
          },
          adam: {
            learningRate: float(1e-4, 0.1, { log: true, default: 0.01 }),
            beta1: float(0.5, 0.99, { default: 0.9 }),
            beta2: float(0.9, 0.999, { default: 0.99 }),
          },
          adamw: {
            learningRate: float(1e-4, 0.1, { log: true, default: 0.01 }),
            beta1: float(0.5, 0.99, { default: 0.9 }),
            beta2: float(0.9, 0.999, { default: 0.99 }),
            decay: float(1e-4, 1, { log: true, default: 0.01 }),
          },
          rmsprop: {
            learningRate: float(1e-4, 0.1, { log: true, default: 3e-3 }),
            rho: float(0.8, 0.999, { default: 0.95 }),
          },
        },
        { default: "adamw" },
      ),
    };
  },

  work(shape, params) {
    const { rows, task } = shape;
    const sizes = [inputsOf(shape, params), ...unitsOf(params), outputsOf(task)];
    const batch = batchOf(params, rows);
    return workOf(
      sizes,
      params.activation as Activation,
      batch,
      Math.ceil(rows / batch) * (params.epochs as number),
    );
  },

  fit: async (training) => {
    const { x, y, task, params, valid, rounds, rng, stop } = training;
    const head = HEADS[task.kind];
    const scale = head === "classes" ? { mean: 0, std: 1 } : scaleOf(training);
    const outputs = outputsOf(task);
    const waves = wavesOf(x, params, rng.stream("waves"));
    const sizes = [x.columns + waves.numbers.length / 2, ...unitsOf(params), outputs];
    const batch = batchOf(params, x.rows);
    const optimizer = optimizerOf(params);
    const dropout = params.dropout as number;
    const activation = params.activation as Activation;
    const trained = await train(
      await jaxEngine(),
      {
        structure: {
          ...{ sizes, activation, head, batch, optimizer: optimizer.kind, dropout: dropout > 0 },
          levels: task.kind === "quantiles" ? task.levels : [],
        },
        ...{ optimizer, dropout, rng, stop },
        schedule: params.schedule as Schedule,
        epochs: params.epochs as number,
        ...(rounds !== undefined && { rounds }),
        l1: params.l1 as number,
        l2: params.l2 as number,
      },
      examplesOf(
        { x, y, ...(training.weights && { weights: training.weights }) },
        waves,
        head,
        outputs,
        scale,
      ),
      valid && examplesOf(valid, waves, head, outputs, scale),
    );
    const json: NetworkJson = {
      columns: x.columns,
      waving: waves.columns,
      sizes,
      activation,
      head,
      ...scale,
    };
    return {
      family: "network",
      rounds: trained.rounds,
      work: workOf(sizes, activation, batch, trained.steps),
      json: json as unknown as Json,
      arrays: { weights: trained.weights, waves: waves.numbers },
    } satisfies FittedModel;
  },
};

function isInstalled(): boolean {
  try {
    import.meta.resolve("@jax-js/jax");
    return true;
  } catch {
    return false;
  }
}

/** How many inputs there will be: columns, their waves, and of each category up to ten indicators. */
function inputsOf({ columns, categories, widest }: Shape, params: Params): number {
  const numbers = columns - categories;
  return numbers * (1 + wavesEach(params, numbers)) + categories * Math.min(widest, 10);
}

/** Epochs that are usually enough: fewer for more rows, since each has more steps. */
function usualEpochs(rows: number): number {
  return Math.min(200, Math.max(4, Math.round(4000 / Math.sqrt(rows))));
}

function usualBatch(rows: number): (typeof BATCHES)[number] {
  return rows < 2000 ? 64 : rows < 5000 ? 128 : rows < 50_000 ? 256 : 512;
}

/** The batch of the params, or the largest power of two below the rows. */
function batchOf(params: Params, rows: number): number {
  let batch = params.batch as number;
  while (batch > rows && batch > 8) batch /= 2;
  return batch;
}

function unitsOf(params: Params): number[] {
  return Array.from({ length: params.layers as number }, (_, i) => params[`units.${i}`] as number);
}

/** Nanoseconds, measured: of a unit of work, of a step's kernels whatever their sizes, of a weight and of a unit by row. */
const COST = { unit: 6, step: 550_000, weight: 0.25, relu: 6, smooth: 13 };

/** Work of so many steps; a unit is a row × column × round of a boosted tree. */
function workOf(sizes: readonly number[], activation: Activation, batch: number, steps: number): number {
  const hidden = sizes.slice(1, -1).reduce((sum, units) => sum + units, 0);
  const each =
    COST.weight * layersOf(sizes).count + (activation === "relu" ? COST.relu : COST.smooth) * hidden;
  return (steps * (COST.step + batch * each)) / COST.unit;
}

/** Mean and standard deviation of the target, so that a learning rate means the same everywhere. */
function scaleOf({ y, weights }: Training): { readonly mean: number; readonly std: number } {
  let [sum, total] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    const weight = weights?.[i] ?? 1;
    sum += weight * y[i];
    total += weight;
  }
  const mean = sum / total;
  let squares = 0;
  for (let i = 0; i < y.length; i++) squares += (weights?.[i] ?? 1) * (y[i] - mean) ** 2;
  const std = Math.sqrt(squares / total);
  return { mean, std: std > 0 ? std : 1 };
}
