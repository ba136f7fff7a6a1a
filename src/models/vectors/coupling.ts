/**
 * From decisions between two classes to probabilities of classes.
 */
import { exp, log } from "../../math/elementary.ts";

/** No class is surer than this against another. */
const SUREST = 1 - 1e-7;
const ROUNDS = 1000;
const PRECISE = 1e-9;

/** P(first class | decision) = 1 / (1 + e^(slope · decision + offset)). */
export interface Sigmoid {
  readonly slope: number;
  readonly offset: number;
}

export function sigmoid(decision: number, { slope, offset }: Sigmoid): number {
  const at = slope * decision + offset;
  const shrunk = exp(-Math.abs(at));
  const share = at >= 0 ? shrunk / (1 + shrunk) : 1 / (1 + shrunk);
  return Math.min(SUREST, Math.max(1 - SUREST, share));
}

/** The ridge of the Hessian, and when Newton's method ends. */
const RIDGE = 1e-12;
const TOLERANCE = 1e-6;
const STEPS = 100;
const SHORTEST = 1e-10;

/**
 * The sigmoid under which decisions are most likely, by Newton's method.
 *
 * @param decisions  of rows that the machine did not learn from, shape (n)
 * @param first      whether each is of the first class, shape (n)
 * @see Lin, Lin and Weng 2007, "A note on Platt's probabilistic outputs for support vector machines", algorithm 1
 */
export function fitSigmoid(decisions: ArrayLike<number>, first: readonly boolean[]): Sigmoid {
  const n = decisions.length;
  const positive = first.filter(Boolean).length;
  const high = (positive + 1) / (positive + 2);
  const low = 1 / (n - positive + 2);
  const loss = (slope: number, offset: number): number => {
    let total = 0;
    for (let i = 0; i < n; i++) {
      const at = slope * decisions[i] + offset;
      const target = first[i] ? high : low;
      total += (at >= 0 ? target : target - 1) * at + log(1 + exp(-Math.abs(at)));
    }
    return total;
  };
  let slope = 0;
  let offset = log((n - positive + 1) / (positive + 1));
  let value = loss(slope, offset);
  for (let step = 0; step < STEPS; step++) {
    let [h11, h22, h21, g1, g2] = [RIDGE, RIDGE, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const at = slope * decisions[i] + offset;
      const shrunk = exp(-Math.abs(at));
      const share = at >= 0 ? shrunk / (1 + shrunk) : 1 / (1 + shrunk);
      const curvature = share * (1 - share);
      const away = (first[i] ? high : low) - share;
      h11 += decisions[i] * decisions[i] * curvature;
      h22 += curvature;
      h21 += decisions[i] * curvature;
      g1 += decisions[i] * away;
      g2 += away;
    }
    if (Math.abs(g1) < TOLERANCE && Math.abs(g2) < TOLERANCE) break;
    const determinant = h11 * h22 - h21 * h21;
    const d1 = -(h22 * g1 - h21 * g2) / determinant;
    const d2 = -(h11 * g2 - h21 * g1) / determinant;
    const descent = g1 * d1 + g2 * d2;
    let length = 1;
    for (; length >= SHORTEST; length /= 2) {
      const next = loss(slope + length * d1, offset + length * d2);
      if (next >= value + 1e-4 * length * descent) continue;
      slope += length * d1;
      offset += length * d2;
      value = next;
      break;
    }
    if (length < SHORTEST) break;
  }
  return { slope, offset };
}

/**
 * Probabilities of k classes from those of each against each other: the p that minimises
 * Σ over pairs of (r[j, i] · p[i] − r[i, j] · p[j])².
 *
 * @param pairs      r, shape (k, k): probability of class i where it is i or j
 * @param tolerance  at which the iteration ends
 * @returns          shape (k), adding up to 1
 * @see Wu, Lin and Weng 2004, "Probability estimates for multi-class classification by pairwise coupling", algorithm 2
 */
export function coupled(pairs: Float64Array, k: number, tolerance: number = PRECISE / k): Float64Array {
  const q = new Float64Array(k * k);
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++) {
      if (i === j) continue;
      const other = pairs[j * k + i];
      q[i * k + i] += other * other;
      q[i * k + j] = -other * pairs[i * k + j];
    }
  const p = new Float64Array(k).fill(1 / k);
  const products = new Float64Array(k);
  for (let round = 0; round < ROUNDS; round++) {
    let total = 0;
    for (let i = 0; i < k; i++) {
      products[i] = 0;
      for (let j = 0; j < k; j++) products[i] += q[i * k + j] * p[j];
      total += p[i] * products[i];
    }
    let most = 0;
    for (const product of products) most = Math.max(most, Math.abs(product - total));
    if (most < tolerance) break;
    for (let i = 0; i < k; i++) {
      const step = (total - products[i]) / q[i * k + i];
      p[i] += step;
      total = (total + step * (step * q[i * k + i] + 2 * products[i])) / (1 + step) / (1 + step);
      for (let j = 0; j < k; j++) {
        products[j] = (products[j] + step * q[i * k + j]) / (1 + step);
        p[j] /= 1 + step;
      }
    }
  }
  return p;
}
