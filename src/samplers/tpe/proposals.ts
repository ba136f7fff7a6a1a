/**
 * Candidates of the good density, and neighbours of the incumbent, by the ratio of the densities.
 */
import type { Slot } from "../../sampler.ts";
import type { Snap } from "../../space/snap.ts";
import type { Space } from "../../space/types.ts";
import { mutate } from "../neighbours.ts";
import type { Observed } from "../observed.ts";
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
  { list }: Observed,
  { good, bad }: Densities,
  { rng, fixed }: Pick<Slot, "rng" | "fixed">,
): readonly Proposal[] {
  const { parameters } = space;
  const settle = settler(space, fixed);
  const stream = rng.stream("candidates");
  const units = Array.from({ length: DRAWS }, (): Float64Array => {
    const unit: Float64Array = new Float64Array(parameters.length).fill(0.5);
    settle(unit);
    // a branch is drawn once all that it depends on is
    good.draw(
      unit,
      (index) => {
        const active = new Uint8Array(unit.length);
        const snapped = Float64Array.from(unit);
        settle(snapped);
        snap(snapped, active);
        return active[index] === 1;
      },
      stream,
    );
    return unit;
  });
  const incumbent = incumbentOf(list);
  if (incumbent !== undefined)
    for (let n = 0; n < JITTERED; n++)
      units.push(mutate(parameters, incumbent, 1 / parameters.length, JITTER, stream));
  return units
    .map((unit) => {
      const active = new Uint8Array(unit.length);
      settle(unit);
      snap(unit, active);
      const point = { unit, active };
      return { ...point, acquisition: good.logDensity(point) - bad.logDensity(point) };
    })
    .sort((a, b) => b.acquisition - a.acquisition);
}

function incumbentOf(list: Observed["list"]): Float64Array | undefined {
  let best: Observed["list"][number] | undefined;
  for (const observation of list)
    if (!Number.isNaN(observation.loss) && (best === undefined || observation.loss < best.loss))
      best = observation;
  return best?.unit;
}
