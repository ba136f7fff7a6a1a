/**
 * From a point of the unit cube to params, with some values settled beforehand.
 */
import type { Params, Space } from "./types.ts";

/** The params at `unit` (changed in place), but with the values of `fixed` where those parameters are active. */
export function place(space: Space, unit: Float64Array, fixed: Params = {}): Params {
  const settled = Object.keys(fixed);
  if (settled.length === 0) return space.decode(unit);
  const encoded = space.encode(fixed).unit;
  for (const path of settled) {
    const parameter = space.find(path);
    if (parameter !== undefined) unit[parameter.index] = encoded[parameter.index];
  }
  const params = { ...space.decode(unit) };
  for (const path of settled) if (path in params) params[path] = fixed[path]; // to the bit, not by way of the unit cube
  return params;
}
