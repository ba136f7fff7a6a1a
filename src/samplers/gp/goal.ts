/**
 * What an ask maximises: improvement of the objectives, times the probability that the limits hold.
 */
import { MOST_BOXED, nondominatedBoxes } from "../../analysis/boxes.ts";
import { sobolSequence } from "../../math/sobol.ts";
import { normalQuantile } from "../../math/special.ts";
import type { Posterior } from "../../models/gp/posterior.ts";
import { type Rng, rng } from "../../random.ts";
import type { Encoded } from "../../space/types.ts";
import { type Fantasies, improvement } from "./acquisition.ts";
import { hypervolumeImprovement } from "./ehvi.ts";
import { feasibility } from "./feasibility.ts";
import type { Outcome, Outcomes } from "./outcomes.ts";
import { scalarisations, scalarisedImprovement } from "./scalarised.ts";
import { comparable, incumbentOf, standingsOf } from "./standing.ts";
import { type Acquisition, acquisitionOf, type Modelled, type Rule, sumOf } from "./surface.ts";
import type { Ensemble } from "./transfer.ts";

/** So many open trials and more are imagined in so many ways (Snoek et al. 2012). */
const FEWEST_IMAGINED = 3;
const FANTASIES = 32;
/** By how much the reference point is worse than the worst point that counts, as a share of the points' range. */
const BEYOND = 0.1;
const SCALARISATIONS = 3;

/** Where improvement is counted from; taken before pending trials are believed. */
export interface Origin {
  /** The places of the observations that may be the best known. */
  readonly places: readonly number[];
  /** The incumbent, where there is one objective. */
  readonly best: number;
  /** The size of each objective's posterior without pending trials. */
  readonly sizes: readonly number[];
}

export function originOf({ objectives }: Outcomes, places: readonly number[], ensemble?: Ensemble): Origin {
  const sizes = objectives.map(({ posterior }) => posterior.size);
  const best =
    objectives.length === 1 && places.length > 0
      ? (ensemble?.best ?? incumbentOf(objectives[0], places))
      : Number.POSITIVE_INFINITY;
  return { places, best, sizes };
}

/** The acquisition, pending trials believed; undefined where nothing is known that could be looked for. */
export function goalOf(
  outcomes: Outcomes,
  { places, best, sizes }: Origin,
  stream: Rng,
  {
    ensemble,
    imagines = ensemble === undefined,
  }: { readonly ensemble?: Ensemble; readonly imagines?: boolean } = {},
): Acquisition | undefined {
  const { objectives, limits } = outcomes;
  const parts: Acquisition[] = [];
  if (places.length > 0 && objectives.length === 1) {
    const [{ posterior, features }] = objectives;
    const fantasies = imagines ? imagine(posterior, sizes[0], best, stream) : undefined;
    const surrogate = ensemble?.surrogate ?? posterior;
    parts.push(acquisitionOf([{ surrogate, features }], improvement(best, fantasies)));
  } else if (places.length > 0 && objectives.length > 1) {
    const known = standingsOf(outcomes, places).map(({ mean }) => mean);
    const rule = severalOf(objectives, known, sizes, stream);
    if (rule !== undefined) parts.push(acquisitionOf(objectives.map(modelled), rule));
  }
  if (limits.length > 0)
    parts.push(acquisitionOf(limits.map(modelled), feasibility(limits.map(({ warp }) => warp.apply(0)))));
  return parts.length === 0 ? undefined : sumOf(parts);
}

const modelled = ({ posterior, features }: Outcome): Modelled => ({ surrogate: posterior, features });

/** Improvement of several objectives over these points and over what pending trials are believed to come out as. */
function severalOf(
  objectives: readonly Outcome[],
  known: readonly Float64Array[],
  sizes: readonly number[],
  stream: Rng,
): Rule | undefined {
  if (known.length === 0) return undefined;
  const all = objectives.map(({ posterior }) => posterior.means());
  const pending = Array.from({ length: all[0].length - sizes[0] }, (_, p) =>
    Float64Array.from(all, (means, k) => means[sizes[k] + p]),
  );
  const points = [...known, ...pending];
  if (objectives.length > MOST_BOXED)
    return scalarisedImprovement(scalarisations(points, SCALARISATIONS, stream.stream("directions")));
  return hypervolumeImprovement(nondominatedBoxes(points, referenceOf(known)));
}

/** The point that hypervolume is measured from: worse than all of these points. */
function referenceOf(points: readonly Float64Array[]): Float64Array {
  const best = points.reduce((a, b) => a.map((one, k) => Math.min(one, b[k])));
  const worst = points.reduce((a, b) => a.map((one, k) => Math.max(one, b[k])));
  return worst.map((one, k) => one + Math.max(BEYOND * (one - best[k]), 1e-6));
}

/** What the pending trials may come out as, where they are many: few are believed to come out as predicted. */
function imagine(posterior: Posterior, observed: number, best: number, stream: Rng): Fantasies | undefined {
  const pending = posterior.size - observed;
  if (pending < FEWEST_IMAGINED) return undefined;
  const sequence = sobolSequence(pending, stream.stream("fantasies"));
  const draws = new Float64Array(FANTASIES * pending);
  for (let s = 0; s < FANTASIES; s++)
    sequence.point(s).forEach((u, p) => {
      draws[s * pending + p] = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, u)));
    });
  const values = posterior.imagine(draws);
  const bests = Float64Array.from({ length: FANTASIES }, (_, s) =>
    values.subarray(s * pending, (s + 1) * pending).reduce((a, b) => Math.min(a, b), best),
  );
  return { draws, bests };
}

/** The acquisition at a point with nothing open, where there is one. */
export function acquisitionAt(outcomes: Outcomes, point: Encoded): { readonly acquisition?: number } {
  // random directions are drawn anew by each ask
  if (outcomes.objectives.length > MOST_BOXED) return {};
  const origin = originOf(outcomes, comparable(outcomes));
  const goal = goalOf(outcomes, origin, rng(0, "explain"));
  return goal === undefined ? {} : { acquisition: goal.at([point])[0] };
}
