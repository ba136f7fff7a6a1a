/**
 * Five ways to search the space of the quickstart.
 */
import { grid, type StudyOptions, successiveHalving } from "fettle";
import { OUTER_STEPS } from "./hypergradients.ts";

export interface Technique {
  readonly name: string;
  /** What it does here, for people. */
  readonly how: string;
  /** The module whose default export trains a trial. */
  readonly module: URL;
  readonly options: Pick<StudyOptions, "sampler" | "pruner" | "steps">;
  /** Whether every report is the error of a whole training; otherwise only the end of a trial is. */
  readonly everyReport?: true;
}

const whole = new URL("../digits/train.ts", import.meta.url);

/**
 * A grid must say beforehand what it tries of each parameter. Four learning rates, three optimisers, three activations
 * are what the budget has room for; the rest is as people set it, or in the middle of its range.
 */
const GRID = {
  learningRate: [6e-4, 2e-3, 7e-3, 2.5e-2],
  schedule: ["linear"],
  epochs: [8],
  batch: [128],
  layers: [2],
  "units.0": [160],
  "units.1": [160],
  dropout: [0.2],
  l1: [3e-6],
  l2: [1e-5],
  "optimizer.sgd.momentum": [0.9],
  "optimizer.adam.beta1": [0.9],
  "optimizer.adam.beta2": [0.99],
  "optimizer.rmsprop.decay": [0.9],
};

export const techniques: readonly Technique[] = [
  {
    name: "grid",
    how: "36 points: learning rate, optimiser and activation, all else fixed",
    module: whole,
    options: { sampler: grid({ points: GRID }), pruner: "none" },
  },
  {
    name: "random",
    how: "points anywhere in the space",
    module: whole,
    options: { sampler: "random", pruner: "none" },
  },
  {
    name: "Bayesian",
    how: "a Gaussian process of the error says where to train next",
    module: whole,
    options: { sampler: "gp", pruner: "none" },
  },
  {
    name: "gradient",
    how: "starts by a Gaussian process; the best eighth goes downhill along exact gradients of its real parameters",
    module: new URL("./descend.ts", import.meta.url),
    options: {
      sampler: "gp",
      pruner: successiveHalving({ mode: "promote", minResource: 1, reductionFactor: 8 }),
      steps: { max: 1 + OUTER_STEPS },
    },
    everyReport: true,
  },
  {
    name: "automated",
    how: "sampler and pruner chosen by Fettle as the study goes on",
    module: whole,
    options: { sampler: "auto", pruner: "auto" },
  },
];
