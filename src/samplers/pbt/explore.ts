/**
 * Params of a member that goes on from another's checkpoint.
 */
import type { Rng } from "../../random.ts";
import { gridIndex, gridValue } from "../../space/domain.ts";
import type { Parameter, Params, Space } from "../../space/types.ts";
import { adopt, place, toUnit } from "../../space.ts";

type Scalar = Params[string];

/** A number is multiplied by one of these, in the user's scale (Jaderberg et al. 2017, section 4). */
const FACTORS = [0.8, 1.2] as const;
/** Any parameter is drawn anew with this probability instead. */
const ANEW = 0.25;

/**
 * The point near these params, shape (d): numbers are multiplied by 0.8 or 1.2, by a step of theirs at least, ordered
 * choices move by one, others stay; any is drawn anew with probability ¼, and so is what the params lack.
 */
export function perturbed(space: Space, params: Params, rng: Rng): Float64Array {
  const known = adopt(space, params) ?? {};
  return Float64Array.from(space.parameters, (parameter) => {
    const own = rng.stream(parameter.path);
    const anew = own.uniform();
    if (own.uniform() < ANEW || !(parameter.path in known)) return anew;
    const value = moved(parameter, known[parameter.path], own.integer(2));
    return value === undefined ? anew : toUnit(parameter, value);
  });
}

/** A value moved down (0) or up (1); undefined where it has no direction: 0 cannot be multiplied. */
function moved(parameter: Parameter, value: Scalar, way: number): Scalar | undefined {
  if (parameter.domain === "choice") {
    if (!parameter.ordered) return value;
    const k = parameter.choices.indexOf(value) + (way === 0 ? -1 : 1);
    return parameter.choices[Math.min(parameter.size - 1, Math.max(0, k))];
  }
  if (value === 0) return undefined;
  const { low, high } = parameter;
  const scaled = (value as number) * FACTORS[way];
  if (parameter.domain === "real") return Math.min(high, Math.max(low, scaled));
  const from = gridIndex(parameter, value as number);
  const to = gridIndex(parameter, scaled);
  return gridValue(parameter, to === from ? from + (scaled > (value as number) ? 1 : -1) : to);
}

/** Rounding on the way into the unit cube and out again. */
const ROUNDING = 1e-9;

/**
 * The same params to the bit, if they may go on as they are; else the nearest that may, where values are settled
 * otherwise or the space has changed since. Undefined if they have no place in the space.
 */
export function carriedOn(space: Space, params: Params, fixed: Params = {}): Params | undefined {
  const known = adopt(space, params);
  if (known === undefined) return undefined;
  const near = place(space, space.encode(known).unit.map(inside), fixed);
  const paths = Object.keys(near);
  const isSame =
    paths.length === Object.keys(known).length &&
    paths.every((path) => path in known && areClose(near[path], known[path]));
  return isSame ? known : near;
}

function areClose(a: Scalar, b: Scalar): boolean {
  if (a === b) return true;
  if (typeof a !== "number" || typeof b !== "number") return false;
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}

const inside = (u: number) => Math.min(1, Math.max(0, u));
