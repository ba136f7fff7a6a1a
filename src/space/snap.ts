/**
 * Points of the unit cube as the space has them: coordinates in the middle of their cells, and which are active.
 */
import { fromUnit, toUnit } from "./domain.ts";
import { placesOf } from "./permutation.ts";
import { place } from "./place.ts";
import type { Parameter, Space } from "./types.ts";

/** Log grids of at most so many values have their cells listed. */
const MOST_LISTED = 10_000;

/** Snaps `unit` in place, and fills `active`: the same as placing and encoding again, without the params. */
export interface Snap {
  (unit: Float64Array, active: Uint8Array): void;
  /** The same, but constraints are not looked at: for points of which only a part is known. */
  readonly cells: (unit: Float64Array, active: Uint8Array) => void;
}

/** The snapping of a space, shapes (d). Coordinates of inactive parameters become ½. */
export function snapOf(space: Space): Snap {
  const cells = cellsOf(space);
  const snap = (unit: Float64Array, active: Uint8Array) => {
    cells(unit, active);
    if (space.constraints.length === 0) return;
    const params = space.decode(unit);
    if (space.allows(params)) return;
    const allowed = space.encode(place(space, unit));
    unit.set(allowed.unit);
    active.set(allowed.active);
  };
  return Object.assign(snap, { cells });
}

function cellsOf(space: Space): Snap["cells"] {
  const cells = space.parameters.map(cellOf);
  const conditions = space.parameters.map((parameter) => conditionsOf(space, parameter));
  const orders = space.parameters.flatMap(({ permutation, index }) =>
    permutation !== undefined && permutation[0] === index ? [permutation] : [],
  );
  return (unit, active) => {
    const places = orders.map((members) => placesOf(members, unit));
    for (let j = 0; j < cells.length; j++) {
      let holds = 1;
      for (const { parameter, holdsAt } of conditions[j])
        if (active[parameter] === 0 || !holdsAt(unit[parameter])) holds = 0;
      active[j] = holds;
      unit[j] = holds ? cells[j](Math.min(1, Math.max(0, unit[j]))) : 0.5;
    }
    orders.forEach((members, o) => {
      members.forEach((j, k) => {
        if (active[j] === 1) unit[j] = (places[o][k] + 0.5) / members.length;
      });
    });
  };
}

/** A coordinate in [0, 1] to the middle of its cell. */
function cellOf(parameter: Parameter): (u: number) => number {
  if (parameter.domain === "real") return (u) => u;
  const { size } = parameter;
  if (size === 1) return () => 0.5;
  if (parameter.domain === "choice" || !parameter.log)
    return (u) => (Math.min(size - 1, Math.floor(u * size)) + 0.5) / size;
  if (size > MOST_LISTED) return (u) => toUnit(parameter, fromUnit(parameter, u));
  const middles = new Map<number, number>();
  return (u) => {
    const value = fromUnit(parameter, u) as number;
    let middle = middles.get(value);
    if (middle === undefined) middles.set(value, (middle = toUnit(parameter, value)));
    return middle;
  };
}

function conditionsOf(space: Space, { conditions }: Parameter) {
  return conditions.map(({ parameter, values, atLeast }) => {
    const other = space.parameters[parameter];
    return {
      parameter,
      holdsAt: (u: number) => {
        const value = fromUnit(other, u);
        return values !== undefined ? values.includes(value) : (value as number) >= (atLeast as number);
      },
    };
  });
}
