/**
 * Greedy selection of an ensemble: models are added one by one, with replacement, each time the one with which the mean
 * prediction is best.
 *
 * @see Caruana et al. 2004, "Ensemble selection from libraries of models"
 */

export interface Candidate {
  /** Predictions, shape (rows, outputs). */
  readonly predictions: Float64Array;
}

/** So many are added at most, … */
const MOST_ADDED = 40;
/** … and the search ends when so many in a row brought nothing. */
const PATIENCE = 8;

/**
 * @param candidates  best first
 * @param loss        of predictions, shape (rows, outputs); minimised
 * @param stop        asked before each model: once true, those added so far are the ensemble
 * @returns           a weight for each candidate, adding up to 1; most are 0
 */
export function greedyEnsemble(
  candidates: readonly Candidate[],
  loss: (predictions: Float64Array) => number,
  stop: () => boolean = () => false,
): Float64Array {
  const weights = new Float64Array(candidates.length);
  if (candidates.length === 0) return weights;
  const size = candidates[0].predictions.length;
  const sum = new Float64Array(size);
  const mean = new Float64Array(size);
  const added: number[] = [];
  let bestLoss = Number.POSITIVE_INFINITY;
  let bestSize = 0;
  while (added.length < MOST_ADDED && added.length - bestSize < PATIENCE) {
    if (stop() && added.length > 0) break;
    let chosen = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, { predictions }] of candidates.entries()) {
      if (added.length > 0 && stop()) break;
      const share = 1 / (added.length + 1);
      for (let i = 0; i < size; i++) mean[i] = (sum[i] + predictions[i]) * share;
      const found = loss(mean);
      if (!(found < least)) continue;
      least = found;
      chosen = index;
    }
    if (chosen < 0) break;
    const { predictions } = candidates[chosen];
    for (let i = 0; i < size; i++) sum[i] += predictions[i];
    added.push(chosen);
    if (least < bestLoss) {
      bestLoss = least;
      bestSize = added.length;
    }
  }
  if (bestSize === 0) weights[0] = 1;
  for (const index of added.slice(0, bestSize)) weights[index] += 1 / bestSize;
  return weights;
}
