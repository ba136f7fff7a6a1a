/**
 * Small changes of a point.
 */
import type { Rng } from "../random.ts";
import type { Parameter } from "../space/types.ts";

/** The least step of a number that has cells, in cells. */
const LEAST_CELLS = 0.6;

/**
 * A neighbour, inside of the cube: each coordinate changes with probability `share`, one at least. Numbers move by a normal step of
 * that width, by about a cell at least; choices without order are drawn anew.
 */
export function mutate(
  parameters: readonly Parameter[],
  parent: Float64Array,
  share: number,
  step: number,
  rng: Rng,
): Float64Array {
  const unit = parent.map(inside);
  const sure = rng.integer(parameters.length);
  for (let j = 0; j < parameters.length; j++) {
    if (j !== sure && rng.uniform() >= share) continue;
    const parameter = parameters[j];
    if (parameter.domain === "choice" && !parameter.ordered) {
      unit[j] = rng.uniform();
      continue;
    }
    const width = parameter.domain === "real" ? step : Math.max(step, LEAST_CELLS / parameter.size);
    unit[j] = reflect(unit[j] + width * rng.normal());
  }
  return unit;
}

function reflect(u: number): number {
  const v = u < 0 ? -u : u > 1 ? 2 - u : u;
  return inside(v);
}

function inside(u: number): number {
  return Math.min(1, Math.max(0, u));
}
