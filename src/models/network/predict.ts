/**
 * Predictions of a multilayer perceptron: plain loops, so that they run wherever JavaScript does.
 */
import { InvalidInputError } from "../../errors.ts";
import { exp } from "../../math/elementary.ts";
import type { Json } from "../../trial.ts";
import type { DesignMatrix } from "../design-matrix.ts";
import { softmaxRows } from "../softmax.ts";
import { writeInputs } from "./inputs.ts";
import { type Activation, layersOf, type NetworkJson } from "./layers.ts";

/** A trained network; `arrays.weights` is one vector, laid out as `layersOf` says, `arrays.waves` those of its inputs. */
export interface NetworkModel {
  readonly json: Json;
  readonly arrays: Readonly<Record<string, ArrayLike<number>>>;
}

/** Rows that go through a layer together: its weights are read once for all of them. */
const TOGETHER = 4;

/**
 * @param x  the dense view, without NaN
 * @returns  shape (rows, outputs): probabilities, expectations, or ascending quantiles
 * @throws {InvalidInputError} if `x` has another number of columns than the network
 */
export function predictNetwork(model: NetworkModel, x: DesignMatrix): Float64Array {
  const { columns, waving, sizes, activation, head, mean, std } = model.json as unknown as NetworkJson;
  if (x.columns !== columns)
    throw new InvalidInputError(`the network takes ${columns} columns, but the matrix has ${x.columns}`);
  const waves = { columns: waving, numbers: Float32Array.from(model.arrays.waves) };
  const { layers } = layersOf(sizes);
  const weights = Float64Array.from(model.arrays.weights);
  const outputs = sizes[sizes.length - 1];
  const predictions = new Float64Array(x.rows * outputs);
  const widest = Math.max(...sizes);
  let [from, to] = [new Float64Array(TOGETHER * widest), new Float64Array(TOGETHER * widest)];
  for (let first = 0; first < x.rows; first += TOGETHER) {
    const rows = Math.min(TOGETHER, x.rows - first);
    if (rows < TOGETHER) from.fill(0);
    writeInputs(from, x, waves, { first, rows, input: TOGETHER, row: 1 });
    for (const [i, layer] of layers.entries()) {
      dense(weights, layer.weights, layer.biases, layer.inputs, layer.outputs, from, to);
      if (i < layers.length - 1) activate(activation, to, layer.outputs * TOGETHER);
      [from, to] = [to, from];
    }
    for (let r = 0; r < rows; r++)
      for (let k = 0; k < outputs; k++)
        predictions[(first + r) * outputs + k] = mean + std * from[k * TOGETHER + r];
  }
  if (head === "classes") softmaxRows(predictions, outputs);
  if (head !== "quantiles") return predictions;
  for (let r = 0; r < x.rows; r++) {
    predictions.subarray(r * outputs, (r + 1) * outputs).sort(); // two quantiles of one row may cross: Chernozhukov, Fernández-Val and Galichon 2010
  }
  return predictions;
}

/** to ← from W + b for four rows; both of shape (units, 4). */
function dense(
  w: Float64Array,
  weights: number,
  biases: number,
  inputs: number,
  outputs: number,
  from: Float64Array,
  to: Float64Array,
): void {
  for (let k = 0; k < outputs; k++) {
    let [a, b, c, d] = [w[biases + k], w[biases + k], w[biases + k], w[biases + k]];
    for (let i = 0, at = weights + k; i < inputs; i++, at += outputs) {
      const weight = w[at];
      a += weight * from[4 * i];
      b += weight * from[4 * i + 1];
      c += weight * from[4 * i + 2];
      d += weight * from[4 * i + 3];
    }
    to[4 * k] = a;
    to[4 * k + 1] = b;
    to[4 * k + 2] = c;
    to[4 * k + 3] = d;
  }
}

function activate(activation: Activation, values: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const v = values[i];
    if (activation === "relu") values[i] = Math.max(v, 0);
    else if (activation === "silu") values[i] = v / (1 + exp(-v));
    else values[i] = 1 - 2 / (exp(2 * v) + 1);
  }
}
