/**
 * Expected improvement of random scalarisations: the acquisition for four objectives and more, whose hypervolume has
 * too many boxes. The mean over all directions of what a scalarisation gains, to the power of the number of
 * objectives, is the hypervolume.
 *
 * @see Golovin and Zhang 2020, "Random hypervolume scalarizations for provable multi-objective black box optimization"
 */
import { exp, log } from "../../math/elementary.ts";
import { logSumExp } from "../../math/special.ts";
import type { Rng } from "../../random.ts";
import type { ByMoments, Rule } from "./surface.ts";
import { hazard, quickLogCdf } from "./tables.ts";

/** The smallest weight of an objective beside the largest: each one counts a little. */
const LEAST_WEIGHT = 1e-2;
/** Where an integrand is e^−36 of its largest, nothing is left for a sum of doubles; so it is of Φ at 8 below. */
const NEGLIGIBLE = 36;
const FAR = 8;
/** Gauss and Legendre's nodes between −1 and 1, one half of them, and their weights: of 16 in all. */
const NODES = [
  0.09501250983763744, 0.2816035507792589, 0.45801677765722737, 0.6178762444026438, 0.755404408355003,
  0.8656312023878318, 0.9445750230732326, 0.9894009349916499,
];
const WEIGHTS = [
  0.1894506104550685, 0.1826034150449236, 0.16915651939500254, 0.14959598881657674, 0.12462897125553388,
  0.09515851168249279, 0.062253523938647894, 0.027152459411754096,
];

/** s(y) = max over the objectives of (y − ideal) / weight, minimised; the least of it that was seen is `best`. */
interface Scalarisation {
  readonly weights: Float64Array;
  readonly ideal: Float64Array;
  readonly best: number;
}

/**
 * Scalarisations in random directions: uniform over the part of the sphere that is positive.
 *
 * @param points  means of what was observed, shape (n, objectives)
 */
export function scalarisations(
  points: readonly Float64Array[],
  count: number,
  rng: Rng,
): readonly Scalarisation[] {
  const objectives = points[0].length;
  const ideal = points.reduce((least, point) => least.map((one, k) => Math.min(one, point[k])));
  return Array.from({ length: count }, () => {
    const drawn = Float64Array.from({ length: objectives }, () => Math.abs(rng.normal()));
    const largest = drawn.reduce((a, b) => Math.max(a, b));
    const weights = drawn.map((one) => Math.max(LEAST_WEIGHT, one / largest));
    const best = points.reduce(
      (least, point) =>
        Math.min(
          least,
          point.reduce(
            (most, one, k) => Math.max(most, (one - ideal[k]) / weights[k]),
            Number.NEGATIVE_INFINITY,
          ),
        ),
      Number.POSITIVE_INFINITY,
    );
    return { weights, ideal, best };
  });
}

/** ln of the sum of the scalarisations' expected improvements, as a rule of the objectives' outcomes. */
export function scalarisedImprovement(list: readonly Scalarisation[]): Rule {
  return {
    at(predictions) {
      const [mean, std] = [0, 1].map(() => new Float64Array(predictions.length));
      return predictions[0].mean.map((_, c) => {
        predictions.forEach((one, k) => {
          mean[k] = one.mean[c];
          std[k] = one.std[c];
        });
        return logSumExp(list.map((one) => quadratureOf(one, mean, std).value));
      });
    },
    slope(mean, std) {
      const parts = list.map((one) => withSlopes(one, mean, std));
      const value = logSumExp(parts.map((part) => part.value));
      const mixed = (of: (part: ByMoments) => ArrayLike<number>) =>
        Float64Array.from(mean, (_, k) =>
          parts.reduce((sum, part) => sum + exp(part.value - value) * of(part)[k], 0),
        );
      return { value, byMean: mixed(({ byMean }) => byMean), byStd: mixed(({ byStd }) => byStd) };
    },
  };
}

interface Quadrature {
  readonly value: number;
  /** Where the integrand is looked at. */
  readonly at: Float64Array;
  /** ln of what each such place adds. */
  readonly logs: Float64Array;
}

/**
 * ln E[(best − s(y))⁺] = ln ∫ P(s(y) ≤ t) dt up to `best`. The probability is a product of Φ, and its logarithm is
 * concave: from its slope at `best` follows where nothing is left of it.
 */
function quadratureOf(one: Scalarisation, mean: ArrayLike<number>, std: ArrayLike<number>): Quadrature {
  const { weights, ideal, best } = one;
  let slope = 0;
  let low = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < weights.length; k++) {
    const z = (ideal[k] + best * weights[k] - mean[k]) / std[k];
    slope += (hazard(z) * weights[k]) / std[k];
    low = Math.max(low, best - ((FAR + Math.max(0, z)) * std[k]) / weights[k]);
  }
  const half = (best - Math.max(low, best - NEGLIGIBLE / slope)) / 2;
  const at = Float64Array.from({ length: 2 * NODES.length }, (_, i) => best - half + half * nodeOf(i));
  const logs = at.map((t, i) => {
    let sum = log(WEIGHTS[i >> 1] * half);
    for (let k = 0; k < weights.length; k++)
      sum += quickLogCdf((ideal[k] + t * weights[k] - mean[k]) / std[k]);
    return sum;
  });
  return { value: logSumExp(logs), at, logs };
}

function nodeOf(i: number): number {
  return i % 2 === 0 ? NODES[i >> 1] : -NODES[i >> 1];
}

function withSlopes(one: Scalarisation, mean: ArrayLike<number>, std: ArrayLike<number>): ByMoments {
  const { weights, ideal } = one;
  const { value, at, logs } = quadratureOf(one, mean, std);
  const [byMean, byStd] = [new Float64Array(weights.length), new Float64Array(weights.length)];
  at.forEach((t, i) => {
    const share = exp(logs[i] - value);
    for (let k = 0; k < weights.length; k++) {
      const z = (ideal[k] + t * weights[k] - mean[k]) / std[k];
      byMean[k] -= share * hazard(z);
      byStd[k] -= share * hazard(z) * z;
    }
  });
  return { value, byMean, byStd };
}
