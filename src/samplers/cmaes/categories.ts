/**
 * The categorical distribution of CatCMA: independent choices, updated by natural gradients of adaptive length.
 */
import { exp, log } from "../../math/elementary.ts";
import type { Rng } from "../../random.ts";

export interface Categories {
  /** Probabilities of the values of each choice, shape (m)(size). */
  readonly probabilities: readonly Float64Array[];
  /** Least probability of a value of each choice, shape (m). */
  readonly least: readonly number[];
  /** The accumulated direction, in the metric of Fisher's information; shape (Σ (size − 1)). */
  readonly direction: Float64Array;
  /** The length that pure noise would give `direction`, squared. */
  expected: number;
  /** The step length is 1 by this. */
  slowness: number;
}

/** How much longer than noise the accumulated direction must be for steps to lengthen: α of ASNG. */
const THRESHOLD = 1.5;
/** The chance that no choice falls on a value of the margin, at worst. */
const UNDISTURBED = 0.73;

/** @param probabilities  where it begins, shape (m)(size); each sums to 1 */
export function categoriesOf(probabilities: readonly Float64Array[]): Categories {
  const share = 1 - exp(log(UNDISTURBED) / Math.max(1, probabilities.length));
  const least = probabilities.map(({ length }) => share / (length - 1));
  const categories = {
    probabilities: probabilities.map((row) => Float64Array.from(row)),
    least,
    direction: new Float64Array(probabilities.reduce((sum, { length }) => sum + length - 1, 0)),
    expected: 0,
    slowness: 1,
  };
  probabilities.forEach((_, i) => {
    keepLeast(categories.probabilities[i], least[i]);
  });
  return categories;
}

/** Draws the index of a value for each choice, shape (m). */
export function drawChoices({ probabilities }: Categories, rng: Rng): number[] {
  return probabilities.map((row) => {
    let left = rng.uniform();
    let k = 0;
    for (; k < row.length - 1 && left >= row[k]; k++) left -= row[k];
    return k;
  });
}

/**
 * Moves the probabilities, in place.
 *
 * @param ranked   indices of values, the best first; shape (population)(m)
 * @param weights  by rank; those of the worse half are 0
 * @see Hamano et al. 2024, "CatCMA: stochastic optimization for mixed-category problems", §3; Akimoto et al. 2019,
 *   "Adaptive stochastic natural gradient method for one-shot neural architecture search" (ASNG), appendix B
 */
export function updateChoices(
  categories: Categories,
  ranked: readonly (readonly number[])[],
  weights: Float64Array,
): void {
  const { probabilities, least, direction } = categories;
  const gradients = probabilities.map((row, i) => {
    const gradient = new Float64Array(row.length);
    ranked.forEach((choices, rank) => {
      for (let k = 0; k < row.length; k++) gradient[k] += weights[rank] * (Number(choices[i] === k) - row[k]);
    });
    return gradient;
  });
  const natural = inMetric(probabilities, gradients);
  const length = Math.sqrt(natural.reduce((sum, value) => sum + value * value, 0));
  if (!(length > 0)) return;
  const step = 1 / categories.slowness;
  probabilities.forEach((row, i) => {
    for (let k = 0; k < row.length; k++) row[k] += (step / length) * gradients[i][k];
    keepLeast(row, least[i]);
  });
  const rate = Math.min(1, step / Math.sqrt(direction.length));
  let squared = 0;
  for (let k = 0; k < direction.length; k++) {
    direction[k] = (1 - rate) * direction[k] + (Math.sqrt(rate * (2 - rate)) * natural[k]) / length;
    squared += direction[k] ** 2;
  }
  categories.expected = (1 - rate) ** 2 * categories.expected + rate * (2 - rate);
  categories.slowness *= exp(rate * (categories.expected - squared / THRESHOLD));
}

/** Gradients by the square root of Fisher's information, without the last value of each choice. */
function inMetric(probabilities: readonly Float64Array[], gradients: readonly Float64Array[]): Float64Array {
  return Float64Array.from(
    probabilities.flatMap((row, i) => {
      const last = row.length - 1;
      const sum = -gradients[i][last]; // a gradient's elements add up to 0
      const shared = sum / (row[last] + Math.sqrt(row[last]));
      return Array.from(
        row.subarray(0, last),
        (p, k) => gradients[i][k] / Math.sqrt(p) + Math.sqrt(p) * shared,
      );
    }),
  );
}

/** Raises what is below the least probability, and takes it from what is above. */
function keepLeast(row: Float64Array, least: number): void {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k] = Math.max(least, row[k]);
  const excess = (sum - 1) / (sum - least * row.length);
  for (let k = 0; k < row.length; k++) row[k] -= excess * (row[k] - least);
}
