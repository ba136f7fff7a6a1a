/**
 * What is to be predicted.
 */

/**
 * - classification: the class of a row; predictions are a probability for each class
 * - regression: a number; predictions are its expectation
 * - quantiles: a number; predictions are its quantiles at these levels, ascending
 */
export type Task =
  | { readonly kind: "classification"; readonly classes: readonly string[] }
  | { readonly kind: "regression" }
  | { readonly kind: "quantiles"; readonly levels: readonly number[] };

/** Numbers that a prediction of one row consists of. */
export function outputsOf(task: Task): number {
  if (task.kind === "classification") return task.classes.length;
  return task.kind === "quantiles" ? task.levels.length : 1;
}
