import { expect, it } from "vitest";
import { InvalidInputError } from "../../errors.ts";
import type { NetworkJson } from "./layers.ts";
import { predictNetwork } from "./predict.ts";

/** Two columns, of which the second has one wave; one layer, so that the numbers can be followed. */
const json: NetworkJson = {
  ...{ columns: 2, waving: [1], sizes: [3, 2], activation: "relu", head: "quantiles", mean: 10, std: 2 },
};
const arrays = {
  waves: Float32Array.of(0.25, 0.5), // √2 cos(2π (x / 4 + 1 / 2))
  weights: Float32Array.of(1, 0, 0, 1, 0, 2, 0.5, -0.5), // by input: two outputs each; then biases
};
const bend = (x: number) => x / Math.sqrt(1 + x ** 2 / 9);

it("follows the formula, for as many rows as there are", () => {
  const rows = 5;
  const values = Float32Array.from([0, 1, -2, 3, 100, 0, 1, 2, -3, 4]);
  const x = { rows, columns: 2, values, levels: new Int32Array(2) };
  const model = { json: json as never, arrays };
  const predictions = predictNetwork(model, x);
  const unsorted = predictNetwork({ ...model, json: { ...json, head: "number" } as never }, x);
  for (let r = 0; r < rows; r++) {
    const [a, b] = [values[r], values[rows + r]];
    const wave = Math.SQRT2 * Math.cos(2 * Math.PI * (b / 4 + 0.5));
    const outputs = [10 + 2 * (bend(a) + 0.5), 10 + 2 * (bend(b) + 2 * wave - 0.5)];
    expect(unsorted[2 * r]).toBeCloseTo(outputs[0], 6);
    expect(unsorted[2 * r + 1]).toBeCloseTo(outputs[1], 6);
    expect([...predictions.subarray(2 * r, 2 * r + 2)]).toEqual(
      [...unsorted.subarray(2 * r, 2 * r + 2)].sort((p, q) => p - q),
    );
  }
});

it("gives probabilities where the outputs are classes", () => {
  const model = { json: { ...json, head: "classes", mean: 0, std: 1 } as never, arrays };
  const x = { rows: 1, columns: 2, values: Float32Array.of(0, 1), levels: new Int32Array(2) };
  const [first, second] = predictNetwork(model, x);
  expect(first + second).toBeCloseTo(1, 12);
  // at a quarter of a turn from a half the wave is 0
  expect(Math.log(first / second)).toBeCloseTo(0.5 - (bend(1) - 0.5), 6);
});

it("refuses a matrix of another width", () => {
  const x = { rows: 1, columns: 3, values: new Float32Array(3), levels: new Int32Array(3) };
  expect(() => predictNetwork({ json: json as never, arrays }, x)).toThrow(InvalidInputError);
});
