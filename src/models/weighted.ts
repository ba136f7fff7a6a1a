/**
 * Statistics of values that weigh more or less.
 */

/** Both of shape (n); the weights add up to more than 0. */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i] * values[i];
    total += weights[i];
  }
  return sum / total;
}

/** The smallest value with at least this share of the weight at or below it. */
export function weightedQuantile(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  level: number,
): number {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += weights[i];
  let sum = 0;
  for (const i of order) {
    sum += weights[i];
    if (sum >= level * total) return values[i];
  }
  return values[order[order.length - 1]];
}

/**
 * Share of the weight of each class, shape (classes). A class that does not occur is counted as half a row.
 *
 * @param y  classes of rows, shape (n)
 */
export function classShares(y: ArrayLike<number>, weights: ArrayLike<number>, classes: number): Float64Array {
  const shares = new Float64Array(classes);
  for (let i = 0; i < y.length; i++) shares[y[i]] += weights[i];
  let total = 0;
  for (let c = 0; c < classes; c++) total += shares[c] = Math.max(0.5, shares[c]);
  return shares.map((share) => share / total);
}
