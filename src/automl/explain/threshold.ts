/**
 * From which probability on a row is taken for the second of two classes.
 */

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
