/**
 * What other studies found: their best points come first, and their trials inform the models of this one.
 */
import type { Problem } from "../problem.ts";
import { adoptEncoded } from "../space/adopt.ts";
import type { Encoded } from "../space/types.ts";
import { effectiveParams } from "../trial.ts";

/** A trial of another study as a point of this one. */
export interface SourcePoint extends Encoded {
  /** Of the first objective, minimised; in the other study's units. NaN if it failed. */
  readonly loss: number;
}

/** Most points of other studies that are tried first. */
const MOST_WINNERS = 5;
/** So many studies make a box of their best points … */
const FEWEST_BOXED = 3;
/** … which is made so much wider on each side, as a share of itself. */
const MARGIN = 0.1;
/** The least width of a side, so that studies that agree leave room. */
const THINNEST = 0.05;

/** The finished trials of each source that are points of this space, by loss, failed ones last. */
export function sourcePoints({ space, sources = [] }: Problem): readonly (readonly SourcePoint[])[] {
  return sources.map(({ trials }) =>
    trials
      .flatMap((trial): SourcePoint[] => {
        const end = trial.tuned && adoptEncoded(space, effectiveParams(trial));
        const point = end ?? adoptEncoded(space, trial.params);
        if (point === undefined) return [];
        const loss = trial.state === "failed" ? Number.NaN : (trial.losses?.[0] ?? Number.NaN);
        return [{ ...point, loss }];
      })
      .sort((a, b) => rank(a.loss) - rank(b.loss)),
  );
}

const rank = (loss: number) => (Number.isNaN(loss) ? Number.MAX_VALUE : loss);

/** The best point of each source, all different, within the cube. */
export function winners(problem: Problem): readonly Float64Array[] {
  const points = new Map<string, Float64Array>();
  for (const [best] of sourcePoints(problem)) {
    if (best === undefined || Number.isNaN(best.loss)) continue;
    const unit = best.unit.map((u) => Math.min(1, Math.max(0, u)));
    points.set(unit.join(), unit);
  }
  return [...points.values()].slice(0, MOST_WINNERS);
}

export interface Box {
  /** A point of the cube, shrunk into the box. */
  into(unit: Float64Array): Float64Array;
}

/**
 * The bounding box of the best points of other studies, where there are several.
 *
 * @see Perrone et al. 2019, "Learning search spaces for Bayesian optimization"
 */
export function boxOf(problem: Problem): Box | undefined {
  const bests = sourcePoints(problem).flatMap(([best]) =>
    best === undefined || Number.isNaN(best.loss) ? [] : [best],
  );
  if (bests.length < FEWEST_BOXED) return undefined;
  const sides = problem.space.parameters.map((parameter) => {
    const own = bests
      .filter(({ active }) => active[parameter.index])
      .map(({ unit }) => unit[parameter.index]);
    if (own.length < FEWEST_BOXED || (parameter.domain === "choice" && !parameter.ordered)) return [0, 1];
    const [low, high] = [Math.min(...own), Math.max(...own)];
    const margin = Math.max(THINNEST, MARGIN * (high - low));
    return [Math.max(0, low - margin), Math.min(1, high + margin)];
  });
  return { into: (unit) => unit.map((u, j) => sides[j][0] + u * (sides[j][1] - sides[j][0])) };
}
