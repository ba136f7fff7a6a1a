/**
 * The training of a network: epochs of batches, the best weights kept by the loss on rows that are held back.
 */
import { array } from "../../autodiff/arrays.ts";
import type { Engine, Tensor } from "../../autodiff/engine.ts";
import { NumericalError } from "../../errors.ts";
import { type Layer, layersOf } from "../../models/network/layers.ts";
import type { Rng } from "../../random.ts";
import { batchAt, dropoutMask, type Examples, shuffle } from "./batches.ts";
import { type Optimizer, ratesAt, STATES } from "./optimizer.ts";
import { type Programs, programsOf, SCORED, type Structure } from "./programs.ts";
import { type Schedule, shareAt } from "./schedule.ts";

export interface Plan {
  readonly structure: Structure;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** What the schedule runs over. */
  readonly epochs: number;
  /** What is trained of them. @default all */
  readonly rounds?: number;
  readonly dropout: number;
  readonly l1: number;
  readonly l2: number;
  readonly rng: Rng;
  readonly stop: () => boolean;
}

export interface Trained {
  /** One vector, as `layersOf` lays it out: averages of those of the last steps. */
  readonly weights: Float32Array;
  /** Epochs after which the weights were these. */
  readonly rounds: number;
  /** Steps that were made. */
  readonly steps: number;
}

/** Epochs without an improvement before training ends: this share of all, at least the least. */
const PATIENCE = { share: 0.3, least: 8 };
/**
 * Weights are averaged over about this part of an epoch, and the averages are what is scored and kept: they are better
 * than the last weights, and less a matter of chance while the learning rate is large (Polyak and Juditsky 1992).
 */
const AVERAGED = 0.5;
/** Steps between two questions whether to stop. */
const ASK_EVERY = 4;

/**
 * @param valid  rows to choose the best epoch by
 * @throws {NumericalError} if the weights are not finite before anything was learned
 */
export async function train(
  engine: Engine,
  plan: Plan,
  rows: Examples,
  valid: Examples | undefined,
): Promise<Trained> {
  const { structure, optimizer, schedule, epochs, rng, stop } = plan;
  const { batch, sizes } = structure;
  const { layers, count } = layersOf(sizes);
  const programs = programsOf(engine, structure);
  const upload = (values: Float32Array) => engine.tensor(array(values));
  const penalised = upload(penalties(layers, count));
  const slice = valid && new Scorer(engine, programs, valid);
  const first = firstWeights(layers, count, structure, rng.stream("weights"));
  let vectors: Tensor[] = [
    upload(first),
    upload(first),
    ...Array.from({ length: STATES[optimizer.kind] }, () => upload(new Float32Array(count))),
  ];

  const order = Int32Array.from({ length: rows.rows }, (_, i) => i);
  const perEpoch = Math.ceil(rows.rows / batch);
  const last = Math.min(epochs, plan.rounds ?? epochs);
  const patience = Math.max(PATIENCE.least, Math.ceil(PATIENCE.share * epochs));
  const powers = { first: 1, second: 1 };
  let best: { loss: number; weights: Float32Array; rounds: number } | undefined;
  let [steps, epoch, stopped] = [0, 0, false];

  while (epoch < last && !stopped) {
    shuffle(order, rng.stream("order", epoch));
    const masking = rng.stream("dropout", epoch);
    for (let k = 0; k < perEpoch; k++, steps++) {
      if (steps > 0 && steps % ASK_EVERY === 0 && stop()) {
        stopped = true;
        break;
      }
      powers.first *= optimizer.first;
      powers.second *= optimizer.second;
      const share = shareAt(schedule, steps / (perEpoch * epochs));
      const rates = ratesAt(optimizer, plan, share, powers, keptAt(steps, perEpoch));
      const { x, y, weights } = batchAt(rows, order, k * batch, batch);
      const data = [x, y, weights, array(rates)].map((each) => engine.tensor(each));
      const masks = structure.dropout
        ? sizes.slice(1, -1).map((units) => engine.tensor(dropoutMask(masking, batch, units, plan.dropout)))
        : [];
      const [next] = programs.step(vectors, [...data, penalised], masks);
      await engine.ready(next); // work is queued: without waiting, every step is slower than the last
      engine.dispose([...vectors, ...data, ...masks]);
      vectors = next;
    }
    if (!stopped) epoch++;
    if (slice === undefined || stopped) continue;
    const loss = await slice.loss(vectors[1]);
    if (!Number.isFinite(loss)) break;
    if (best === undefined || loss < best.loss)
      best = { loss, weights: (await engine.read(vectors[1])).slice(), rounds: epoch };
    else if (epoch - best.rounds >= patience) break;
  }

  const weights = best?.weights ?? (await engine.read(vectors[1])).slice();
  engine.dispose([...vectors, penalised]);
  slice?.dispose();
  if (!weights.every(Number.isFinite))
    throw new NumericalError(
      `the network's weights are not finite after ${steps} steps of ${optimizer.kind}; lower the learning rate, ${optimizer.learningRate}`,
    );
  return { weights, rounds: best?.rounds ?? Math.max(1, epoch), steps };
}

/** What the average keeps at a step, from 0: little at first, when weights are still far from good ones. */
function keptAt(step: number, perEpoch: number): number {
  return Math.max(0, Math.min(1 - 1 / (AVERAGED * perEpoch), (1 + step) / (10 + step)));
}

/** Rows that are scored again and again: they stay in the library's memory. */
class Scorer {
  readonly #engine: Engine;
  readonly #programs: Programs;
  readonly #examples: Examples;
  readonly #chunks: Tensor[][];

  constructor(engine: Engine, programs: Programs, examples: Examples) {
    this.#engine = engine;
    this.#programs = programs;
    this.#examples = examples;
    this.#chunks = Array.from({ length: Math.ceil(examples.rows / SCORED) }, (_, i) => {
      const { x, y } = batchAt(examples, undefined, i * SCORED, SCORED);
      return [engine.tensor(x), engine.tensor(y)];
    });
  }

  /** The weighted mean of the rows' losses. */
  async loss(w: Tensor): Promise<number> {
    const { rows, weights } = this.#examples;
    let [sum, total] = [0, 0];
    for (const [i, chunk] of this.#chunks.entries()) {
      const [[losses]] = this.#programs.score([w], chunk);
      await this.#engine.ready([losses]);
      const values = await this.#engine.read(losses);
      this.#engine.dispose([losses]);
      for (let row = i * SCORED, k = 0; row < rows && k < SCORED; row++, k++) {
        const weight = weights === undefined ? 1 : weights[row];
        sum += weight * values[k];
        total += weight;
      }
    }
    return sum / total;
  }

  dispose(): void {
    for (const chunk of this.#chunks) this.#engine.dispose(chunk);
  }
}

/** Uniform weights, biases 0: He et al. 2015 for relu and silu, Glorot and Bengio 2010 for tanh. */
function firstWeights(
  layers: readonly Layer[],
  count: number,
  { activation }: Structure,
  rng: Rng,
): Float32Array {
  const values = new Float32Array(count);
  for (const { inputs, outputs, weights, biases } of layers) {
    const scale = Math.sqrt(6 / (activation === "tanh" ? inputs + outputs : inputs));
    for (let i = weights; i < biases; i++) values[i] = (2 * rng.uniform() - 1) * scale;
  }
  return values;
}

/** 1 at weights, 0 at biases, which no penalty shrinks. */
function penalties(layers: readonly Layer[], count: number): Float32Array {
  const values = new Float32Array(count);
  for (const { weights, biases } of layers) values.fill(1, weights, biases);
  return values;
}
