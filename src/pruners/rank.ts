/**
 * How a trial stands among others at the same step. With several objectives it is the number of trials that dominate
 * it that counts, so that all of a front stand equally well.
 */
import { dominates } from "../analysis/pareto.ts";

/** Whether losses say nothing good: one of them is NaN or infinitely bad. */
export function isHopeless(losses: readonly number[]): boolean {
  return losses.some((loss) => !(loss < Number.POSITIVE_INFINITY));
}

/**
 * How many of `others` are better than `losses`: lower, or, with several objectives, dominating it. NaN is worse than
 * everything else, and no better than NaN.
 */
export function betterThan(losses: readonly number[], others: Iterable<readonly number[]>): number {
  let count = 0;
  for (const other of others) if (isBetter(other, losses)) count++;
  return count;
}

/** Whether `a` is better than `b`; two of which neither is are equal, or incomparable. Shape (objectives). */
export function isBetter(a: readonly number[], b: readonly number[]): boolean {
  if (a.length === 1) return a[0] < b[0] || (Number.isNaN(b[0]) && !Number.isNaN(a[0]));
  return dominates(a.map(orWorst), b.map(orWorst));
}

/**
 * A number for each of several losses by which they are ordered, lower first: the loss itself, or the number of
 * others that dominate it. Shape (n)(objectives) to (n).
 */
export function standings(list: readonly (readonly number[])[]): readonly number[] {
  return list.map((losses) => (losses.length === 1 ? orWorst(losses[0]) : betterThan(losses, list)));
}

/** The loss, or infinity where it is no number. */
export function orWorst(loss: number): number {
  return Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss;
}
