/**
 * Rows as networks take them: row by row, targets as a loss needs them, in batches of one size.
 */
import { array, type NdArray } from "../../autodiff/arrays.ts";
import { type Waves, writeInputs } from "../../models/network/inputs.ts";
import type { Head } from "../../models/network/layers.ts";
import type { Rng } from "../../random.ts";
import type { Rows } from "../family.ts";

/** Rows, ready to be cut into batches. */
export interface Examples {
  readonly rows: number;
  /** Numbers of a row: columns and waves. */
  readonly inputs: number;
  /** Numbers of a target: one for each class, otherwise one. */
  readonly width: number;
  /** Shape (rows, inputs). */
  readonly x: Float32Array;
  /** Shape (rows): the class's index, or the number as the network learns it. */
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly head: Head;
}

/**
 * @param outputs  of the network
 * @param scale    what a number is taken to: (y − mean) / std
 */
export function examplesOf(
  { x, y, weights }: Rows,
  waves: Waves,
  head: Head,
  outputs: number,
  { mean, std }: { readonly mean: number; readonly std: number },
): Examples {
  const inputs = x.columns + waves.numbers.length / 2;
  const values = new Float32Array(x.rows * inputs);
  writeInputs(values, x, waves, { first: 0, rows: x.rows, input: 1, row: inputs });
  return {
    ...{ rows: x.rows, inputs, x: values, weights, head },
    y: head === "classes" ? y : y.map((value) => (value - mean) / std),
    width: head === "classes" ? outputs : 1,
  };
}

/** The arrays of `size` rows: those that `order` has from `first`, the rest padded by rows that weigh nothing. */
export function batchAt(
  { rows, inputs, width, x, y, weights, head }: Examples,
  order: Int32Array | undefined,
  first: number,
  size: number,
): { readonly x: NdArray; readonly y: NdArray; readonly weights: NdArray } {
  const values = new Float32Array(size * inputs);
  const targets = new Float32Array(size * width);
  const rowWeights = new Float32Array(size);
  const count = Math.min(size, rows - first);
  for (let i = 0; i < count; i++) {
    const row = order === undefined ? first + i : order[first + i];
    values.set(x.subarray(row * inputs, (row + 1) * inputs), i * inputs);
    if (head === "classes") targets[i * width + y[row]] = 1;
    else targets[i] = y[row];
    rowWeights[i] = weights === undefined ? 1 : weights[row];
  }
  return {
    x: array(values, [size, inputs]),
    y: array(targets, [size, width]),
    weights: array(rowWeights),
  };
}

/** Shuffles in place (Fisher and Yates). */
export function shuffle(order: Int32Array, rng: Rng): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = rng.integer(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
}

/** What dropout keeps, over its share, so that expected sums stay; the share is rounded to a 256th. */
export function dropoutMask(rng: Rng, rows: number, units: number, dropout: number): NdArray {
  const dropped = Math.round(256 * dropout);
  const kept = 256 / (256 - dropped);
  const mask = new Float32Array(rows * units);
  for (let i = 0; i < mask.length; i += 4) {
    const bits = rng.bits();
    for (let k = 0; k < 4 && i + k < mask.length; k++)
      mask[i + k] = ((bits >>> (8 * k)) & 255) < dropped ? 0 : kept;
  }
  return array(mask, [rows, units]);
}
