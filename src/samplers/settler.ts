/**
 * Settled values in the unit cube.
 */
import type { Params, Space } from "../space/types.ts";

/** Writes settled values over a point's coordinates. */
export function settler(space: Space, fixed: Params = {}): (unit: Float64Array) => void {
  const paths = Object.keys(fixed);
  if (paths.length === 0) return () => {};
  const { unit: settled } = space.encode(fixed);
  const indices = paths.flatMap((path) => space.find(path)?.index ?? []);
  return (unit) => {
    for (const j of indices) unit[j] = settled[j];
  };
}
