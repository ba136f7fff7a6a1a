/**
 * Probabilities from scores, as every model of classes makes them.
 */
import { exp } from "../math/elementary.ts";

/** Every row of scores, shape (rows, classes), becomes probabilities that add up to 1. In place. */
export function softmaxRows(scores: Float64Array, classes: number): void {
  for (let at = 0; at < scores.length; at += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, scores[at + k]);
    let total = 0;
    for (let k = 0; k < classes; k++) total += scores[at + k] = exp(scores[at + k] - most);
    for (let k = 0; k < classes; k++) scores[at + k] /= total;
  }
}
