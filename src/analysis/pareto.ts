/**
 * The trials that no other beats in everything.
 */
import { isFeasible } from "../history.ts";
import type { Trial } from "../trial.ts";

/** Whether losses `a` are nowhere worse than `b` and somewhere better. Both of shape (objectives), minimised. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (let k = 0; k < a.length; k++) {
    if (a[k] > b[k]) return false;
    if (a[k] < b[k]) better = true;
  }
  return better;
}

/** The complete, feasible trials that no other dominates, by number; of equal ones, all. */
export function paretoFront(trials: readonly Trial[]): readonly Trial[] {
  const ranked = trials.filter(
    (trial) => trial.state === "complete" && trial.losses !== undefined && isFeasible(trial),
  );
  // Sorted by the first loss, a trial can only be dominated by one before it, or by an equal neighbour.
  const sorted = [...ranked].sort((a, b) => lexicographic(a.losses as number[], b.losses as number[]));
  const front: Trial[] = [];
  for (const trial of sorted)
    if (!front.some((other) => dominates(other.losses as number[], trial.losses as number[])))
      front.push(trial);
  return front.sort((a, b) => a.number - b.number);
}

function lexicographic(a: readonly number[], b: readonly number[]): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k] < b[k] ? -1 : 1;
  return 0;
}
