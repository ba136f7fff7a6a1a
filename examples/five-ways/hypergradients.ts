/**
 * The quickstart's network as a problem of two levels: its training, and the cross-entropy on the validation part, which
 * has a derivative by every real hyperparameter of the training.
 */
import {
  adam,
  array,
  type Bilevel,
  bilevel,
  constant,
  cosineDecay,
  type Expr,
  type Hyper,
  hp,
  linearDecay,
  momentum,
  type NdArray,
  type Ops,
  type Optimizer,
  rmsprop,
  zeros,
} from "fettle/gradient";
import { CLASSES, type Part, PIXELS, picked } from "../digits/data.ts";
import { random, shuffled } from "../digits/random.ts";
import type { Params } from "../digits/space.ts";

type Batch = Readonly<Record<string, NdArray>>;
type Layer = { readonly weights: Expr; readonly bias: Expr };

/** A hyperparameter with a gradient: where it is among the params, and from where it goes downhill. */
interface Descending {
  readonly path: string;
  readonly from: number;
  readonly hyper: Hyper;
}

/** How often a trial goes downhill; each time costs about eight trainings (measured: six for the gradient alone). */
export const OUTER_STEPS = 2;
const SCHEDULES = { constant, linear: linearDecay, cosine: cosineDecay };
const EPSILON = 1e-7;
/** Digits of the validation part that are judged at a time: it divides their number. */
const CHUNK = 400;
/** A logit is infinite at the ends of its range: starts keep this share of it away from them. */
const MARGIN = 1e-3;

/** The hyperparameters that have a gradient, within the ranges of the space, by name. */
export function descending(params: Params): Readonly<Record<string, Descending>> {
  const scaled = (path: string, from: number, low: number, high: number) => ({
    path,
    from: Math.min(high, Math.max(low, from)),
    hyper: hp.log(low, high),
  });
  const within = (name: string, from: number, low: number, high: number) => {
    const margin = MARGIN * (high - low);
    return {
      path: `optimizer.${params.optimizer.type}.${name}`,
      from: Math.min(high - margin, Math.max(low + margin, from)),
      hyper: hp.logit(low, high),
    };
  };
  const own = {
    learningRate: scaled("learningRate", params.learningRate, 3e-4, 5e-2),
    l1: scaled("l1", params.l1, 1e-7, 1e-4),
    l2: scaled("l2", params.l2, 1e-7, 1e-3),
  };
  const { optimizer } = params;
  switch (optimizer.type) {
    case "sgd":
      return { ...own, momentum: within("momentum", optimizer.momentum, 0.5, 0.99) };
    case "adam":
      return {
        ...own,
        beta1: within("beta1", optimizer.beta1, 0.8, 0.99),
        beta2: within("beta2", optimizer.beta2, 0.9, 0.999),
      };
    case "rmsprop":
      return { ...own, decay: within("decay", optimizer.decay, 0.8, 0.99) };
  }
}

/**
 * The problem whose choices, layers, epochs and dropout are those of `params`; they have no gradient, and stay.
 *
 * @param seed  decides the first weights, the order of the digits and what dropout leaves out
 */
export function problemOf(params: Params, fit: Part, validation: Part, seed: number): Bilevel {
  const { batch, epochs, units, dropout, activation } = params;
  const sizes = [PIXELS, ...units, CLASSES];
  const perEpoch = Math.floor(fit.count / batch);
  const orders = Array.from({ length: epochs }, (_, epoch) =>
    shuffled(fit.count, random(seed + 1000 * (epoch + 1))),
  );
  const logits = ($: Ops, layers: readonly Layer[], x: Expr, masks: readonly Expr[]) =>
    layers.reduce((input, { weights, bias }, i) => {
      const hidden = i === 0 ? input : $[activation](input);
      return (i > 0 && masks.length > 0 ? hidden.mul(masks[i - 1]) : hidden).dot(weights).add(bias);
    }, x);

  return bilevel({
    init: () => {
      const uniform = random(seed);
      return { layers: sizes.slice(1).map((out, i) => firstLayer(sizes[i], out, activation, uniform)) };
    },
    hypers: Object.fromEntries(
      Object.entries(descending(params)).map(([name, { hyper }]) => [name, hyper]),
    ) as Record<string, Hyper>,
    inner: {
      steps: epochs * perEpoch,
      data: (step): Batch => {
        const start = (step % perEpoch) * batch;
        const masks =
          dropout > 0 ? dropoutMasks(units, batch, dropout, random(seed + 7919 * (step + 1))) : {};
        return { ...pick(fit, orders[Math.floor(step / perEpoch)].subarray(start, start + batch)), ...masks };
      },
      loss: ($, { layers }, hypers, { x, y, ...masks }) => {
        const { l1, l2 } = hypers as unknown as Readonly<Record<string, Expr>>;
        const weights = layers.map((layer) => layer.weights);
        const absolute = weights.map((w) => $.abs(w).sum()).reduce((a, b) => a.add(b));
        const squared = weights.map((w) => w.square().sum()).reduce((a, b) => a.add(b));
        return $.crossEntropy(logits($, layers, x, Object.values(masks)), y)
          .add(absolute.mul(l1))
          .add(squared.mul(l2));
      },
      optimizer: optimizerOf(params),
    },
    outer: {
      data: Array.from({ length: validation.count / CHUNK }, (_, i) =>
        pick(
          validation,
          Array.from({ length: CHUNK }, (_, row) => i * CHUNK + row),
        ),
      ),
      loss: ($, { layers }, _, { x, y }) => $.crossEntropy(logits($, layers, x, []), y),
    },
    seed,
  });
}

function optimizerOf({ optimizer, schedule }: Params): Optimizer {
  const common = { lr: "learningRate", schedule: SCHEDULES[schedule]() };
  switch (optimizer.type) {
    case "sgd":
      return momentum({ ...common, momentum: "momentum" });
    case "adam":
      return adam({ ...common, beta1: "beta1", beta2: "beta2", epsilon: EPSILON });
    case "rmsprop":
      return rmsprop({ ...common, rho: "decay", epsilon: EPSILON });
  }
}

/** As the quickstart's network begins: He's scale for relu, Glorot's for the others. */
function firstLayer(
  inputs: number,
  outputs: number,
  activation: Params["activation"],
  uniform: () => number,
) {
  const scale = Math.sqrt(6 / (activation === "relu" ? inputs : inputs + outputs));
  const weights = Float32Array.from({ length: inputs * outputs }, () => (2 * uniform() - 1) * scale);
  return { weights: array(weights, [inputs, outputs]), bias: zeros([outputs]) };
}

/** What dropout keeps of each hidden layer at a step. */
function dropoutMasks(units: readonly number[], rows: number, dropout: number, uniform: () => number): Batch {
  return Object.fromEntries(
    units.map((count, i) => {
      const kept = Float32Array.from({ length: rows * count }, () =>
        uniform() < dropout ? 0 : 1 / (1 - dropout),
      );
      return [`mask${i}`, array(kept, [rows, count])];
    }),
  );
}

/** Some digits: images of shape (digits, 784), labels one-hot of shape (digits, 10). */
function pick(part: Part, indices: ArrayLike<number>) {
  const { images, labels } = picked(part, indices);
  return { x: array(images, [indices.length, PIXELS]), y: array(labels, [indices.length, CLASSES]) };
}
