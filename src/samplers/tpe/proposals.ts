/**
 * Candidates of the good density, and neighbours of the incumbent, by the ratio of the densities.
 */
import type { Slot } from "../../sampler.ts";
import type { Snap } from "../../space/snap.ts";
import type { Space } from "../../space/types.ts";
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

/** Candidates, best first. */
export function proposals(
  space: Space,
  snap: Snap,
  incumbent: Float64Array | undefined,
  { good, bad }: Densities,
  { rng, fixed }: Pick<Slot, "rng" | "fixed">,
): readonly Proposal[] {
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
    snap(snapped, active);
    return active[index] === 1;
  };
  const units: Float64Array[] = [];
  for (let n = 0; n < DRAWS; n++) {
    unit = new Float64Array(size).fill(0.5);
    settle(unit);
    good.draw(unit, isActive, stream);
    units.push(unit);
  }
  if (incumbent !== undefined)
    for (let n = 0; n < JITTERED; n++) units.push(mutate(parameters, incumbent, 1 / size, JITTER, stream));
  const points = units.map((unit) => {
    const active = new Uint8Array(size);
    settle(unit);
    snap(unit, active);
    return { unit, active };
  });
  const [better, worse] = [good.logDensities(points), bad.logDensities(points)];
  const found = points.map(({ unit, active }, n) => ({ unit, active, acquisition: better[n] - worse[n] }));
  return found.sort((a, b) => b.acquisition - a.acquisition);
}
