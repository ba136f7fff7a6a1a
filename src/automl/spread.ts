/**
 * How far a score on a sample of rows is from that on all rows there could be.
 */
import { rng } from "../random.ts";
import type { Metric } from "./metrics/metrics.ts";
import { outputsOf, type Task } from "./task.ts";

/** So many samples, of so many rows at most. */
const SAMPLES = 50;
const MOST_ROWS = 5_000;

/**
 * The bootstrap's standard error of a score.
 *
 * @param y            truth, shape (rows)
 * @param predictions  shape (rows, outputs)
 * @see Efron 1979, "Bootstrap methods: another look at the jackknife"
 */
export function standardError(
  metric: Metric,
  y: Float64Array,
  predictions: Float64Array,
  task: Task,
  seed: number,
): number {
  const outputs = outputsOf(task);
  const size = Math.min(y.length, MOST_ROWS);
  const stream = rng(seed, "bootstrap");
  const scores: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const truth = new Float64Array(size);
    const drawn = new Float64Array(size * outputs);
    for (let i = 0; i < size; i++) {
      const row = stream.integer(y.length);
      truth[i] = y[row];
      for (let k = 0; k < outputs; k++) drawn[i * outputs + k] = predictions[row * outputs + k];
    }
    const score = metric.value(truth, drawn, task);
    if (Number.isFinite(score)) scores.push(score); // a sample may lack a class
  }
  if (scores.length < 2) return 0;
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
  return Math.sqrt((variance * size) / y.length);
}
