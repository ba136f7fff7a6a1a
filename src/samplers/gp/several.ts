/**
 * Improvement of several objectives: over the front of what was observed and of what is believed of pending trials.
 */
import { MOST_BOXED, nondominatedBoxes } from "../../analysis/boxes.ts";
import type { Rng } from "../../random.ts";
import { hypervolumeImprovement } from "./ehvi.ts";
import type { Outcomes } from "./outcomes.ts";
import { scalarisations, scalarisedImprovement } from "./scalarised.ts";
import { frontOf, standingsOf } from "./standing.ts";
import type { Rule } from "./surface.ts";

/** By how much the reference point is worse than the worst point that counts, as a share of the points' range. */
const BEYOND = 0.1;
const SCALARISATIONS = 3;
/** By how much the models' standard deviations count less where one stays near the front. */
const TRUST = 0.5;

/**
 * Which points the reference point of hypervolumes lies beyond: all of them, or those of the front. From the first one
 * sees trade-offs that no point of the front has. From the second the ends of the front are worth no more than its
 * middle; there the models are trusted more than they ask for, as corners of the cube, of which little is known, promise
 * the most otherwise. By turns they found more than either alone on ZDT1 to ZDT3 and DTLZ2.
 */
export type Reach = "all" | "front";

/**
 * Expected improvement of the hypervolume, or of random scalarisations where there are more than three objectives;
 * undefined where no point is known in all of them.
 *
 * @param places  of the observations that may be the best known
 * @param sizes   the size of each objective's posterior without pending trials
 * @param stream  of random directions
 */
export function improvementOfSeveral(
  outcomes: Outcomes,
  places: readonly number[],
  sizes: readonly number[],
  { reach, stream }: { readonly reach: Reach; readonly stream: Rng },
): Rule | undefined {
  const { objectives } = outcomes;
  const standings = standingsOf(outcomes, places);
  if (standings.length === 0) return undefined;
  const means = objectives.map(({ posterior }) => posterior.means());
  const pending = Array.from({ length: means[0].length - sizes[0] }, (_, p) =>
    Float64Array.from(means, (all, k) => all[sizes[k] + p]),
  );
  const known = standings.map(({ mean }) => mean);
  const points = [...known, ...pending];
  if (objectives.length > MOST_BOXED)
    return scalarisedImprovement(scalarisations(points, SCALARISATIONS, stream));
  if (reach === "all") return hypervolumeImprovement(nondominatedBoxes(points, beyond(known, known)));
  const front = frontOf(standings).map(({ mean }) => mean);
  return trusted(hypervolumeImprovement(nondominatedBoxes(points, beyond(front, known))));
}

/** The rule where the models know more than they say. */
export function trusted({ at, slope }: Rule): Rule {
  return {
    at: (predictions) =>
      at(predictions.map(({ mean, std }) => ({ mean, std: std.map((one) => TRUST * one) }))),
    slope(mean, std) {
      const { value, byMean, byStd } = slope(
        mean,
        Float64Array.from(std, (one) => TRUST * one),
      );
      return { value, byMean: Float64Array.from(byMean, (by) => by / TRUST), byStd }; // in units of the whole σ
    },
  };
}

/** A point that is worse than all of `points`, by a share of the range from the best of all that is known. */
function beyond(points: readonly Float64Array[], known: readonly Float64Array[]): Float64Array {
  const best = known.reduce((a, b) => a.map((one, k) => Math.min(one, b[k])));
  const worst = points.reduce((a, b) => a.map((one, k) => Math.max(one, b[k])));
  return worst.map((one, k) => one + Math.max(BEYOND * (one - best[k]), 1e-6));
}
