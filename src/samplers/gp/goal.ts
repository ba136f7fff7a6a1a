/**
 * What an ask maximises: improvement of the objectives, times the probability that the limits hold.
 */
import { MOST_BOXED } from "../../analysis/boxes.ts";
import { sobolSequence } from "../../math/sobol.ts";
import { normalQuantile } from "../../math/special.ts";
import type { Posterior } from "../../models/gp/posterior.ts";
import { type Rng, rng } from "../../random.ts";
import type { Encoded } from "../../space/types.ts";
import { type Fantasies, improvement } from "./acquisition.ts";
import { feasibility } from "./feasibility.ts";
import type { Outcome, Outcomes } from "./outcomes.ts";
import { improvementOfSeveral, type Reach } from "./several.ts";
import { comparable, incumbentOf } from "./standing.ts";
import { type Acquisition, acquisitionOf, type Modelled, sumOf } from "./surface.ts";
import type { Ensemble } from "./transfer.ts";

/** So many open trials and more are imagined in so many ways (Snoek et al. 2012). */
const FEWEST_IMAGINED = 3;
const FANTASIES = 32;

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
    reach = "all",
  }: { readonly ensemble?: Ensemble; readonly imagines?: boolean; readonly reach?: Reach } = {},
): Acquisition | undefined {
  const { objectives, limits } = outcomes;
  const parts: Acquisition[] = [];
  if (places.length > 0 && objectives.length === 1) {
    const [{ posterior, features }] = objectives;
    const fantasies = imagines ? imagine(posterior, sizes[0], best, stream) : undefined;
    const surrogate = ensemble?.surrogate ?? posterior;
    parts.push(acquisitionOf([{ surrogate, features }], improvement(best, fantasies)));
  } else if (places.length > 0 && objectives.length > 1) {
    const rule = improvementOfSeveral(outcomes, places, sizes, {
      reach,
      stream: stream.stream("directions"),
    });
    if (rule !== undefined) parts.push(acquisitionOf(objectives.map(modelled), rule));
  }
  if (limits.length > 0)
    parts.push(acquisitionOf(limits.map(modelled), feasibility(limits.map(({ warp }) => warp.apply(0)))));
  return parts.length === 0 ? undefined : sumOf(parts);
}

const modelled = ({ posterior, features }: Outcome): Modelled => ({ surrogate: posterior, features });

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
