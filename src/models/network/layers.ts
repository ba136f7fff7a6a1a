/**
 * How a multilayer perceptron lies in one vector of numbers: by layer, weights of shape (inputs, outputs), then biases.
 */

/** One dense layer; `weights` and `biases` are places in the vector. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: number;
  readonly biases: number;
}

export const ACTIVATIONS = ["relu", "silu", "tanh"] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/**
 * What the outputs are:
 * - classes: a softmax gives the probabilities
 * - number: an expectation
 * - quantiles: ascending once sorted
 */
export type Head = "classes" | "number" | "quantiles";

/** What is known of a network besides its weights: plain JSON. */
export interface NetworkJson {
  /** Columns of the matrix. */
  readonly columns: number;
  /** Columns that also enter as waves. */
  readonly waving: readonly number[];
  /** Inputs (columns, then waves), hidden units, outputs. */
  readonly sizes: readonly number[];
  readonly activation: Activation;
  readonly head: Head;
  /** A number is `mean` + `std` · output; 0 and 1 for classes. */
  readonly mean: number;
  readonly std: number;
}

/** The layers of a network of these sizes, and how many numbers they have. */
export function layersOf(sizes: readonly number[]): {
  readonly layers: readonly Layer[];
  readonly count: number;
} {
  let count = 0;
  const layers = sizes.slice(1).map((outputs, i) => {
    const weights = count;
    const biases = weights + sizes[i] * outputs;
    count = biases + outputs;
    return { inputs: sizes[i], outputs, weights, biases };
  });
  return { layers, count };
}
