/**
 * The trials that no other beats in everything.
 */
import { isFeasible } from "../history.ts";
import type { Trial } from "../trial.ts";
import { nondominated } from "./fronts.ts";

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
  const ranked = trials.filter(isRanked);
  const { losses, m } = lossTable(ranked);
  const mask = nondominated(losses, ranked.length, m);
  return ranked.filter((_, i) => mask[i]).sort((a, b) => a.number - b.number);
}

/** A trial with losses, complete and feasible: what the analysis of several objectives looks at. */
export type Ranked = Trial & { readonly losses: readonly number[] };

export function isRanked(trial: Trial): trial is Ranked {
  return trial.state === "complete" && trial.losses !== undefined && isFeasible(trial);
}

/** Losses of trials, shape (trials, m), row-major. */
export function lossTable(trials: readonly Ranked[]): { readonly losses: Float64Array; readonly m: number } {
  const m = trials.length === 0 ? 1 : trials[0].losses.length;
  const losses = new Float64Array(trials.length * m);
  trials.forEach((trial, i) => {
    losses.set(trial.losses, i * m);
  });
  return { losses, m };
}
