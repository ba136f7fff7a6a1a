/**
 * From a point of the unit cube to params that are allowed, with some values settled beforehand: the way out of every
 * sampler.
 */
import { allowedNear, placed } from "./allowed.ts";
import type { Params, Space } from "./types.ts";

/**
 * The params at `unit`, but with the values of `fixed` where those parameters are active, and moved to where the
 * space's constraints hold.
 *
 * @param unit  settled coordinates are written to it
 * @throws {InvalidInputError} if the constraints allow no point
 */
export function place(space: Space, unit: Float64Array, fixed: Params = {}): Params {
  return space.constraints.length === 0 ? placed(space, unit, fixed) : allowedNear(space, unit, fixed);
}
