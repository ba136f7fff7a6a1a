/**
 * A multi-layer perceptron on the digits, trained with jax-js in WebAssembly.
 */
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  type Array as Tensor,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import { CLASSES, type Part, PIXELS, picked } from "./data.ts";
import { type Memory, makeOptimizer, scheduled, warmUp } from "./optimizer.ts";
import { random, shuffled } from "./random.ts";
import type { Params } from "./space.ts";

type Layer = { weights: Tensor; bias: Tensor };

/** A trained network, or one that is being trained. */
export interface Network {
  /** The share of digits that it takes for others. */
  errorOn(part: Part): Promise<number>;
}

/** Called after each epoch; "stop" ends the training. */
export type OnEpoch = (epoch: number, network: Network) => Promise<"continue" | "stop">;

const ACTIVATIONS = { relu: nn.relu, sigmoid: nn.sigmoid, tanh: np.tanh };
/** Digits are judged in chunks of one size, so that only one shape is compiled; it divides 1,600 and 2,000. */
const CHUNK = 400;

/**
 * Trains a network on `fit`.
 *
 * @param seed  decides the first weights, the order of the digits and what dropout leaves out
 */
export async function train(params: Params, fit: Part, seed: number, onEpoch?: OnEpoch): Promise<Network> {
  await init("wasm");
  defaultDevice("wasm");
  const uniform = random(seed);
  const { batch, epochs, dropout, units } = params;
  const sizes = [PIXELS, ...units, CLASSES];
  const { size } = makeOptimizer(params.optimizer);
  let layers = sizes.slice(1).map((out, i) => firstLayer(sizes[i], out, params.activation, uniform));
  let memories: Memory[][] = layers.map(({ weights, bias }) =>
    [weights, bias].map((array) => zeros(array, size)),
  );
  const step = compileStep(params);
  const predict = compilePrediction(params);
  const network: Network = {
    errorOn: (part) => errorOn(part, (images) => predict(tree.ref(layers), images)),
  };

  const steps = Math.floor(fit.count / batch); // the few digits left over come in another epoch
  for (let epoch = 1, done = 0; epoch <= epochs; epoch++) {
    const order = shuffled(fit.count, uniform);
    for (let i = 0; i < steps; i++, done++) {
      const { images, labels } = pick(fit, order.subarray(i * batch, (i + 1) * batch));
      const masks = dropout > 0 ? units.map((count) => dropoutMask(batch, count, dropout, uniform)) : [];
      const share = scheduled(params.schedule, done / (steps * epochs)) * warmUp(params.optimizer, done + 1);
      let loss: Tensor;
      [layers, memories, loss] = step(
        layers,
        memories,
        np.array(params.learningRate * share),
        images,
        labels,
        masks,
      );
      // Work is queued: without waiting, the queue and its memory grow, and every step is slower than the last.
      await blockUntilReady([layers, memories, loss]);
      loss.dispose();
    }
    if ((await onEpoch?.(epoch, network)) === "stop") break;
  }
  tree.dispose(memories);
  return network;
}

/** Uniform weights: He's scale for relu, Glorot's for the others. */
function firstLayer(
  inputs: number,
  outputs: number,
  activation: Params["activation"],
  uniform: () => number,
): Layer {
  const scale = Math.sqrt(6 / (activation === "relu" ? inputs : inputs + outputs));
  const weights = Float32Array.from({ length: inputs * outputs }, () => (2 * uniform() - 1) * scale);
  return { weights: np.array(weights).reshape([inputs, outputs]), bias: np.zeros([outputs]) };
}

function zeros(like: Tensor, count: number): Memory {
  return Array.from({ length: count }, () => np.zeros(like.shape));
}

/** The unnormalised log probabilities, shape (digits, 10); `masks` hold what dropout keeps of each hidden layer. */
function logits(network: Layer[], images: Tensor, masks: Tensor[], activation: Params["activation"]): Tensor {
  let hidden = images;
  network.forEach(({ weights, bias }, i) => {
    if (i > 0) hidden = ACTIVATIONS[activation](hidden);
    if (i > 0 && masks.length > 0) hidden = hidden.mul(masks[i - 1]);
    hidden = np.dot(hidden, weights).add(bias);
  });
  return hidden;
}

/** One step of training, compiled once for this configuration. */
function compileStep({ batch, activation, optimizer: choice, l1, l2 }: Params) {
  const optimizer = makeOptimizer(choice);
  const loss = (network: Layer[], images: Tensor, labels: Tensor, masks: Tensor[]) =>
    nn
      .logSoftmax(logits(network, images, masks, activation))
      .mul(labels)
      .sum()
      .mul(-1 / batch);

  return jit(
    (
      network: Layer[],
      memories: Memory[][],
      rate: Tensor,
      images: Tensor,
      labels: Tensor,
      masks: Tensor[],
    ) => {
      const [value, gradients] = valueAndGrad((layers: Layer[]) => loss(layers, images, labels, masks))(
        tree.ref(network),
      );
      const next = network.map(({ weights, bias }, i) => {
        // The gradient of l1 · |w| + l2 · w², written out: cheaper than differentiating it.
        const penalty = np
          .sign(weights.ref)
          .mul(l1)
          .add(weights.ref.mul(2 * l2));
        const [down, kept] = optimizer.step(gradients[i].weights.add(penalty), memories[i][0]);
        const [downBias, keptBias] = optimizer.step(gradients[i].bias, memories[i][1]);
        const layer = { weights: weights.sub(down.mul(rate.ref)), bias: bias.sub(downBias.mul(rate.ref)) };
        return { layer, memory: [kept, keptBias] };
      });
      rate.dispose();
      return [next.map(({ layer }) => layer), next.map(({ memory }) => memory), value] as [
        Layer[],
        Memory[][],
        Tensor,
      ];
    },
  );
}

function compilePrediction({ activation }: Params) {
  return jit((network: Layer[], images: Tensor) => logits(network, images, [], activation));
}

/** What dropout keeps, scaled so that the expected sum stays the same. */
function dropoutMask(rows: number, columns: number, dropout: number, uniform: () => number): Tensor {
  const mask = Float32Array.from({ length: rows * columns }, () =>
    uniform() < dropout ? 0 : 1 / (1 - dropout),
  );
  return np.array(mask).reshape([rows, columns]);
}

/** Some digits as arrays: images of shape (digits, 784), labels one-hot of shape (digits, 10). */
function pick(part: Part, indices: ArrayLike<number>) {
  const { images, labels } = picked(part, indices);
  return {
    images: np.array(images).reshape([indices.length, PIXELS]),
    labels: np.array(labels).reshape([indices.length, CLASSES]),
  };
}

async function errorOn(part: Part, predict: (images: Tensor) => Tensor): Promise<number> {
  let errors = 0;
  for (let start = 0; start < part.count; start += CHUNK) {
    const images = part.images.slice(start * PIXELS, (start + CHUNK) * PIXELS);
    const scores = await predict(np.array(images).reshape([CHUNK, PIXELS])).data();
    for (let row = 0; row < CHUNK; row++) {
      const one = scores.subarray(row * CLASSES, (row + 1) * CLASSES);
      if (one.indexOf(Math.max(...one)) !== part.labels[start + row]) errors++;
    }
  }
  return errors / part.count;
}
