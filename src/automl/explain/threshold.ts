/**
 * From which probability on a row is taken for the second of two classes.
 */
import type { Rng } from "../../random.ts";

/** Weights of rows by their class and by what they were taken for. */
export interface Counts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

export interface Threshold {
  readonly threshold: number;
  /** What is reached with it, … */
  readonly score: number;
  /** … and with 0.5. */
  readonly usual: number;
}

/** Scores of decisions, the higher the better, by the names of the metrics. */
export const decisionScores: Readonly<Record<string, (counts: Counts) => number>> = {
  accuracy: ({ truePositive: tp, falsePositive: fp, trueNegative: tn, falseNegative: fn }) =>
    (tp + tn) / (tp + fp + tn + fn),
  "balanced-accuracy": ({ truePositive: tp, falsePositive: fp, trueNegative: tn, falseNegative: fn }) =>
    (tp / (tp + fn) + tn / (tn + fp)) / 2,
  f1: ({ truePositive: tp, falsePositive: fp, falseNegative: fn }) => (2 * tp) / (2 * tp + fp + fn),
  mcc: ({ truePositive: tp, falsePositive: fp, trueNegative: tn, falseNegative: fn }) => {
    const scale = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
    return scale > 0 ? (tp * tn - fp * fn) / scale : 0;
  },
};

/**
 * The threshold with the highest score, in the middle between two probabilities; among several the one nearest to 0.5.
 * Rows must not be those that the model learned from.
 *
 * @param y              classes, 0 or 1, shape (rows); both occur
 * @param probabilities  of class 1, shape (rows)
 * @param score          of the counts, e.g. `decisionScores.f1`
 * @param weights        of rows, shape (rows); absent: all 1
 */
export function tuneThreshold(
  y: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  score: (counts: Counts) => number,
  weights?: ArrayLike<number>,
): Threshold {
  const order = Uint32Array.from(probabilities, (_, r) => r).sort(
    (a, b) => probabilities[b] - probabilities[a] || a - b,
  );
  let [positive, negative, usualTrue, usualFalse] = [0, 0, 0, 0];
  for (let r = 0; r < y.length; r++) {
    const weight = weights?.[r] ?? 1;
    if (y[r] === 1) positive += weight;
    else negative += weight;
    if (probabilities[r] < 0.5) continue;
    if (y[r] === 1) usualTrue += weight;
    else usualFalse += weight;
  }
  const scored = (truePositive: number, falsePositive: number) =>
    score({
      ...{ truePositive, falsePositive },
      trueNegative: negative - falsePositive,
      falseNegative: positive - truePositive,
    });
  const usual = scored(usualTrue, usualFalse);
  let best: Threshold = { threshold: 0.5, score: usual, usual };
  let [taken, wrong] = [0, 0];
  for (const [i, r] of order.entries()) {
    if (y[r] === 1) taken += weights?.[r] ?? 1;
    else wrong += weights?.[r] ?? 1;
    const next = i + 1 < order.length ? probabilities[order[i + 1]] : 0;
    if (next === probabilities[r]) continue;
    const value = scored(taken, wrong);
    const threshold = (probabilities[r] + next) / 2;
    const nearer = Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (value > best.score || (value === best.score && nearer)) best = { threshold, score: value, usual };
  }
  return best;
}

/** Thresholds are tuned on so many samples of the rows: one alone follows chance. */
const SAMPLES = 25;
/** More rows make it no surer than the thresholds of so many. */
const MOST_ROWS = 20_000;

/**
 * The median of the thresholds that are best on bootstrap samples of the rows.
 *
 * @param y              classes, 0 or 1, shape (rows)
 * @param probabilities  of class 1 for rows that the model did not learn from, shape (rows); NaN: not known
 * @returns              undefined where one of the classes does not occur
 * @see Breiman 1996, "Bagging predictors"
 */
export function steadyThreshold(
  y: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  score: (counts: Counts) => number,
  rng: Rng,
): number | undefined {
  const known = Array.from(y, (_, row) => row).filter((row) => !Number.isNaN(probabilities[row]));
  const size = Math.min(known.length, MOST_ROWS);
  const found: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const stream = rng.stream("threshold", sample);
    const rows = Array.from({ length: size }, () => known[stream.integer(known.length)]);
    const truth = rows.map((row) => y[row]);
    if (new Set(truth).size < 2) continue;
    const own = rows.map((row) => probabilities[row]);
    found.push(tuneThreshold(truth, own, score).threshold);
  }
  return found.length === 0 ? undefined : found.sort((a, b) => a - b)[found.length >> 1];
}

/** Two probabilities a row as a threshold decides them: 0 or 1, shape (rows, 2). */
export function decided(probabilities: Float64Array, threshold: number): Float64Array {
  return probabilities.map((_, i) => {
    const isSecond = probabilities[i | 1] >= threshold;
    return isSecond === (i % 2 === 1) ? 1 : 0;
  });
}
