/**
 * Candidates drawn about the good points, by the ratio of the densities.
 */
import { exp, log } from "../../math/elementary.ts";
import type { Rng } from "../../random.ts";
import type { Slot } from "../../sampler.ts";
import type { Snap } from "../../space/snap.ts";
import type { Encoded, Parameter, Space } from "../../space/types.ts";
import { settler } from "../settler.ts";
import type { BudgetDensities } from "./model.ts";

/** All of Falkner et al. 2018: candidates, how much wider than the density they are drawn, and the least width. */
const DRAWS = 64;
const WIDER = 3;
const NARROWEST = 1e-3;
/** The normal reference rule: σ̂ · 1.06 · m^(−1/(4 + d)) (Silverman 1986). */
const REFERENCE = 1.06;

export interface Candidate extends Encoded {
  /** ln l(x) − ln g(x). */
  readonly acquisition: number;
}

/** Candidates, best first. */
export function proposals(
  space: Space,
  snap: Snap,
  { goodPoints, good, bad }: BudgetDensities,
  { rng, fixed }: Pick<Slot, "rng" | "fixed">,
): readonly Candidate[] {
  const settle = settler(space, fixed);
  const stream = rng.stream("candidates");
  const widths = space.parameters.map((_, j) => WIDER * bandwidth(goodPoints, j));
  const points = Array.from({ length: DRAWS }, (): Encoded => {
    const unit = about(space.parameters, goodPoints, widths, stream);
    const active = new Uint8Array(unit.length);
    settle(unit);
    snap(unit, active);
    return { unit, active };
  });
  const [better, worse] = [good.logDensities(points), bad.logDensities(points)];
  return points
    .map((point, n) => ({ ...point, acquisition: better[n] - worse[n] }))
    .sort((a, b) => b.acquisition - a.acquisition);
}

/** The normal reference width of the good points in one coordinate; of those that have it. */
function bandwidth(points: readonly Encoded[], j: number): number {
  const values = points.filter(({ active }) => active[j]).map(({ unit }) => unit[j]);
  const m = values.length;
  if (m < 2) return NARROWEST;
  const mean = values.reduce((sum, u) => sum + u, 0) / m;
  const variance = values.reduce((sum, u) => sum + (u - mean) * (u - mean), 0) / (m - 1);
  const d = points[0].unit.length;
  return Math.max(NARROWEST, REFERENCE * Math.sqrt(variance) * exp(-log(m) / (4 + d)));
}

/** A draw about one of the good points; coordinates that it lacks are drawn about those of another. */
function about(
  parameters: readonly Parameter[],
  points: readonly Encoded[],
  widths: readonly number[],
  rng: Rng,
): Float64Array {
  const centre = points[rng.integer(points.length)];
  return Float64Array.from(parameters, (parameter, j) => {
    const having = centre.active[j] ? [centre] : points.filter(({ active }) => active[j]);
    if (having.length === 0) return rng.uniform();
    const u = having[rng.integer(having.length)].unit[j];
    if (parameter.domain === "choice" && !parameter.ordered) {
      const other = parameter.size / (points.length + parameter.size); // one count more of each choice
      return rng.uniform() < other ? rng.uniform() : u;
    }
    const cell = parameter.domain === "real" ? 0 : 0.5 / parameter.size;
    return truncatedNormal(u, Math.max(widths[j], cell), rng);
  });
}

/** Draws until one is within the cube; after many, the nearest end. */
function truncatedNormal(centre: number, sigma: number, rng: Rng): number {
  let u = centre;
  for (let n = 0; n < 16; n++) {
    u = centre + sigma * rng.normal();
    if (u >= 0 && u <= 1) return u;
  }
  return Math.min(1, Math.max(0, u));
}
