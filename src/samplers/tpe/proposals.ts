/**
 * Candidates of the good density, and neighbours of the incumbent, by the ratio of the densities.
 */
import type { Rng } from "../../random.ts";
import type { Slot } from "../../sampler.ts";
import type { Snap } from "../../space/snap.ts";
import type { Encoded, Space } from "../../space/types.ts";
import { mutate } from "../neighbours.ts";
import { settler } from "../settler.ts";
import type { Densities } from "./densities.ts";

/** With 64 the mean regret of 350 runs was the same, at twice the cost. */
const DRAWS = 24;
/** Neighbours of the best point. */
const JITTERED = 8;
const JITTER = 0.05;

export interface Proposal {
  readonly unit: Float64Array;
  readonly active: Uint8Array;
  /** ln l(x) − ln g(x). */
  readonly acquisition: number;
}

/** How to look for a point. */
export interface Search {
  readonly space: Space;
  readonly snap: Snap;
  readonly densities: Densities;
  readonly slot: Pick<Slot, "rng" | "fixed">;
}

/**
 * Candidates, best first: draws of the good density, and neighbours of the best point.
 *
 * @param single  whether all are drawn from one good component and no neighbours are added. With several objectives
 *                the best ratio of all is where good points lie densest, again and again: a part of the front. So the
 *                component is chosen first, by weight, and the ratio decides only among points like it
 */
export function proposals(
  { space, snap, densities, slot: { rng, fixed } }: Search,
  { single = false }: { readonly single?: boolean } = {},
): readonly Proposal[] {
  const { good, bad, leader } = densities;
  const { parameters } = space;
  const size = parameters.length;
  const settle = settler(space, fixed);
  const stream = rng.stream("candidates");
  let unit = new Float64Array(size);
  // a branch is drawn once all that it depends on is
  const isActive = (index: number) => {
    if (parameters[index].conditions.length === 0) return true;
    const active = new Uint8Array(size);
    const snapped = Float64Array.from(unit);
    settle(snapped);
    snap.cells(snapped, active);
    return active[index] === 1;
  };
  const component = single ? good.joint.pick(stream) : undefined;
  const units: Float64Array[] = [];
  for (let n = 0; n < DRAWS; n++) {
    unit = new Float64Array(size).fill(0.5);
    settle(unit);
    good.joint.draw(unit, isActive, stream, component);
    units.push(unit);
  }
  if (!single && leader !== undefined)
    for (let n = 0; n < JITTERED; n++) units.push(mutate(parameters, leader.unit, 1 / size, JITTER, stream));
  const points = units.map((unit) => {
    const active = new Uint8Array(size);
    settle(unit);
    snap(unit, active);
    return { unit, active };
  });
  const [better, worse] = [good.joint.logDensities(points), bad.joint.logDensities(points)];
  const found = points.map(({ unit, active }, n) => ({ unit, active, acquisition: better[n] - worse[n] }));
  return found.sort((a, b) => b.acquisition - a.acquisition);
}

/**
 * A point of which each coordinate is the best of several draws by itself, parents before children: so it may join
 * what was good about different points.
 */
export function recombined({ space, snap, densities, slot }: Search, stream: Rng): Float64Array {
  const { good, bad } = densities;
  const { parameters } = space;
  const settle = settler(space, slot.fixed);
  const unit = new Float64Array(parameters.length).fill(0.5);
  settle(unit);
  good.marginals.forEach(({ index, mixture }, place) => {
    const { path, permutation } = parameters[index];
    if (slot.fixed !== undefined && path in slot.fixed) return;
    const points: Encoded[] = [];
    for (let n = 0; n < DRAWS; n++) {
      const drawn = Float64Array.from(unit);
      mixture.draw(drawn, () => true, stream);
      const { [index]: own } = drawn;
      const active = new Uint8Array(unit.length);
      snap.cells(drawn, active);
      if (active[index] === 0) return;
      if (permutation !== undefined) drawn[index] = own; // it has a place only among the others
      points.push({ unit: drawn, active });
    }
    const better = mixture.logDensities(points);
    const worse = bad.marginals[place].mixture.logDensities(points);
    let best = 0;
    for (let n = 1; n < DRAWS; n++) if (better[n] - worse[n] > better[best] - worse[best]) best = n;
    unit[index] = points[best].unit[index];
  });
  snap(unit, new Uint8Array(unit.length));
  return unit;
}
