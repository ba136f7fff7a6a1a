/**
 * Trials by how good they are.
 */
import type { Trial } from "../trial.ts";

/** The best first; of equally good ones the earlier. */
export function ranked(trials: readonly Trial[]): Trial[] {
  return [...trials].sort((a, b) => lossOf(a) - lossOf(b) || a.number - b.number);
}

/** What the search minimises; infinite where there is no value. */
export function lossOf({ losses }: Trial): number {
  return losses?.[0] ?? Number.POSITIVE_INFINITY;
}
