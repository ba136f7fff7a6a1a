/**
 * Predictions of support vector machines, without the library that fits them.
 */
import { type DesignMatrix, rowMajor } from "../design-matrix.ts";
import type { Stored } from "../stored.ts";
import { coupled, sigmoid } from "./coupling.ts";
import { decide, type Machine } from "./machine.ts";

/**
 * Probabilities, or numbers.
 *
 * @param model  `json`: `gamma`; the arrays of a `Machine`; for classes also `slopes` and `biases` of the sigmoid of each
 *               pair, and `shares`, shape (classes): 0, or the probability of a class that the machine does not know
 * @param x      no NaN
 * @returns      shape (rows, outputs), row-major
 */
export function predictVectors({ json, arrays }: Stored, x: DesignMatrix): Float64Array {
  const { gamma } = json as { readonly gamma: number };
  const decisions = decide({ ...arrays, gamma, columns: x.columns } as unknown as Machine, rowMajor(x));
  const { labels, slopes, biases, shares } = arrays;
  const known = labels.length;
  if (known === 0) return decisions;
  const classes = shares.length;
  const out = new Float64Array(x.rows * classes);
  let rest = 1;
  for (const share of shares) rest -= share;
  const pairs = new Float64Array(known * known);
  const count = slopes.length;
  for (let r = 0; r < x.rows; r++) {
    for (let i = 0, pair = 0; i < known; i++)
      for (let j = i + 1; j < known; j++, pair++) {
        const share = sigmoid(decisions[r * count + pair], { slope: slopes[pair], offset: biases[pair] });
        pairs[i * known + j] = share;
        pairs[j * known + i] = 1 - share;
      }
    const probabilities = known === 2 ? [pairs[1], pairs[2]] : coupled(pairs, known);
    out.set(shares, r * classes);
    for (let i = 0; i < known; i++) out[r * classes + labels[i]] = rest * probabilities[i];
  }
  return out;
}
