/**
 * Population based training: a schedule of learning rate and momentum, found while eight networks train.
 *
 *     fettle run                                   in this folder; fettle.yaml says what is tuned and how
 *     fettle trials --json | node schedule.ts      the schedule that the best network was trained with
 *
 * Each trial trains one network for eight steps. It goes on from its own checkpoint, or, if it is among the worst, from
 * that of one of the best with changed parameters. All that a program does for this:
 *
 *   FETTLE_PARAMS          the parameters of this trial, as JSON
 *   FETTLE_BUDGET          the step to train to
 *   FETTLE_RESUME_FROM     if it is set: the folder of the checkpoint to go on from
 *   FETTLE_CHECKPOINT_DIR  where checkpoints go: the folder <step>/ is finished before that step is reported
 *   a line of JSON         {"step": 8, "error": 0.041} after each step
 *
 * Without Fettle it trains to the end with one setting: FETTLE_PARAMS='{"lr":0.1,"momentum":0.5}' node train.ts
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const STEPS = 80;
const SAMPLES = 200;
const NOISE = 1;
const UNITS = 16;

const { lr, momentum } = JSON.parse(process.env.FETTLE_PARAMS ?? '{"lr":0.1,"momentum":0.5}');
const budget = Number(process.env.FETTLE_BUDGET ?? STEPS);

/** Numbers in [0, 1) that are the same in every run: a step sees the same data, whether it was paused before or not. */
function numbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const target = (x: number) => Math.sin(3 * x) + 0.5 * x;

/** One hidden layer: for each unit weight, bias and output weight; last the output's bias. And how fast each moves. */
interface Network {
  readonly weights: number[];
  readonly speeds: number[];
}

function fresh(): Network {
  const next = numbers(7);
  const weights = Array.from({ length: 3 * UNITS + 1 }, () => 2 * (next() + next() - 1));
  return { weights, speeds: weights.map(() => 0) };
}

function predict({ weights }: Network, x: number): number {
  let sum = weights[3 * UNITS];
  for (let u = 0; u < UNITS; u++)
    sum += weights[3 * u + 2] * Math.tanh(weights[3 * u] * x + weights[3 * u + 1]);
  return sum;
}

/** One step: gradient descent with momentum on noisy samples, one at a time. */
function learn(network: Network, step: number): void {
  const { weights, speeds } = network;
  const next = numbers(step);
  const slopes = weights.map(() => 0);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const x = 4 * next() - 2;
    const noise = 2 * NOISE * (next() + next() + next() - 1.5);
    const error = predict(network, x) - (target(x) + noise);
    for (let u = 0; u < UNITS; u++) {
      const hidden = Math.tanh(weights[3 * u] * x + weights[3 * u + 1]);
      const back = error * weights[3 * u + 2] * (1 - hidden * hidden);
      slopes[3 * u] = back * x;
      slopes[3 * u + 1] = back;
      slopes[3 * u + 2] = error * hidden;
    }
    slopes[3 * UNITS] = error;
    for (let j = 0; j < weights.length; j++) {
      speeds[j] = momentum * speeds[j] - lr * slopes[j];
      weights[j] += speeds[j];
    }
  }
}

/** Mean squared distance from the function without the noise. */
function errorOf(network: Network): number {
  let sum = 0;
  for (let k = 0; k <= 200; k++) sum += (predict(network, -2 + k / 50) - target(-2 + k / 50)) ** 2;
  return sum / 201;
}

function save(network: Network, step: number): void {
  const folder = process.env.FETTLE_CHECKPOINT_DIR;
  if (folder === undefined || existsSync(join(folder, String(step)))) return;
  const unfinished = join(folder, `${step}.part`);
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, "network.json"), JSON.stringify({ step, network }));
  renameSync(unfinished, join(folder, String(step)));
}

function resume(): { step: number; network: Network } {
  const folder = process.env.FETTLE_RESUME_FROM;
  if (folder === undefined) return { step: 0, network: fresh() };
  return JSON.parse(readFileSync(join(folder, "network.json"), "utf8"));
}

const { step: begun, network } = resume();
for (let step = begun + 1; step <= budget; step++) {
  learn(network, step);
  const error = errorOf(network);
  if (!Number.isFinite(error)) throw new Error(`diverged at step ${step}`); // another's checkpoint takes its place
  save(network, step);
  console.log(JSON.stringify({ step, error }));
}
