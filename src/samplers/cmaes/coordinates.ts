/**
 * The parameters as CMA-ES sees them: numbers and ordered values are coordinates of one normal distribution,
 * unordered choices are categories.
 */
import { UnsupportedError } from "../../errors.ts";
import { toUnit } from "../../space/domain.ts";
import type { Parameter, Params, Space } from "../../space/types.ts";
import { fromUnit } from "../../space.ts";
import type { Json, Trial } from "../../trial.ts";

/** The ends of a cell; infinite at the ends of the range, as everything beyond them counts as the last value. */
export interface Cell {
  readonly low: number;
  readonly high: number;
}

export interface Coordinates {
  readonly space: Space;
  /** The parameter of each coordinate, shape (n). */
  readonly numeric: readonly Parameter[];
  /** The cell around a coordinate; undefined for real intervals. Shape (n). */
  readonly cells: readonly (((u: number) => Cell) | undefined)[];
  /** The parameter of each category, shape (m). */
  readonly nominal: readonly Extract<Parameter, { readonly domain: "choice" }>[];
}

/** A point: its coordinates before rounding, shape (n), and indices of choices, shape (m). */
export interface Point {
  readonly x: Float64Array;
  readonly choices: readonly number[];
}

/** What a suggestion remembers: the generation that it belongs to, and its coordinates before rounding. */
export interface Origin {
  readonly generation: number;
  readonly x: readonly number[];
}

/** How far a value may be from its coordinate, in unit coordinates: logarithms and back round. */
const ROUNDING = 1e-9;

/**
 * @param categories  whether there may be unordered choices between more than two values; then all unordered
 *                    choices are categories, otherwise those between two are coordinates
 * @throws {UnsupportedError} if the space has conditions, or choices that the sampler cannot do
 */
export function coordinatesOf(sampler: string, space: Space, categories: boolean): Coordinates {
  const numeric: Parameter[] = [];
  const nominal: Coordinates["nominal"][number][] = [];
  for (const parameter of space.parameters) {
    if (parameter.conditions.length > 0)
      throw new UnsupportedError(
        `${sampler}: ${parameter.path} exists under a condition only, which one normal distribution cannot express; ` +
          "use auto or tpe",
      );
    if (parameter.domain === "real") numeric.push(parameter);
    else if (parameter.size === 1) continue;
    else if (parameter.domain === "grid" || parameter.ordered) numeric.push(parameter);
    else if (categories) nominal.push(parameter);
    else if (parameter.size === 2) numeric.push(parameter);
    else
      throw new UnsupportedError(
        `${sampler}: ${parameter.path} is a choice between ${parameter.size} values without an order; use catcma`,
      );
  }
  return { space, numeric, cells: numeric.map(cellsOf), nominal };
}

function cellsOf(parameter: Parameter): ((u: number) => Cell) | undefined {
  if (parameter.domain === "real") return undefined;
  const { size } = parameter;
  if (parameter.domain === "grid" && parameter.log) {
    const { low, high } = parameter;
    return (u) => {
      const value = fromUnit(parameter, u) as number;
      return {
        low: value === low ? Number.NEGATIVE_INFINITY : toUnit(parameter, value - 0.5),
        high: value === high ? Number.POSITIVE_INFINITY : toUnit(parameter, value + 0.5),
      };
    };
  }
  return (u) => {
    const k = Math.min(size - 1, Math.max(0, Math.floor(u * size)));
    return {
      low: k === 0 ? Number.NEGATIVE_INFINITY : k / size,
      high: k === size - 1 ? Number.POSITIVE_INFINITY : (k + 1) / size,
    };
  };
}

/** A point in the unit cube of the space, shape (parameters). */
export function unitOf({ space, numeric, nominal }: Coordinates, { x, choices }: Point): Float64Array {
  const unit = new Float64Array(space.parameters.length).fill(0.5);
  numeric.forEach(({ index }, j) => {
    unit[index] = x[j];
  });
  nominal.forEach(({ index, size }, i) => {
    unit[index] = (choices[i] + 0.5) / size;
  });
  return unit;
}

/** The other way round, from unit coordinates. */
export function pointOf({ numeric, nominal }: Coordinates, unit: ArrayLike<number>): Point {
  return {
    x: Float64Array.from(numeric, ({ index }) => unit[index]),
    choices: nominal.map(({ index, size }) =>
      Math.min(size - 1, Math.max(0, Math.floor(unit[index] * size))),
    ),
  };
}

/** Whether rounding `x` gives these params. */
export function rounds({ numeric }: Coordinates, x: ArrayLike<number>, params: Params): boolean {
  return numeric.every((parameter, j) => {
    const value = params[parameter.path];
    if (value === undefined) return false;
    if (parameter.domain !== "real") return fromUnit(parameter, x[j]) === value;
    return typeof value === "number" && Math.abs(toUnit(parameter, value) - x[j]) <= ROUNDING;
  });
}

/**
 * A trial as a member of a generation; undefined if it came from elsewhere: enqueued, from another sampler, or
 * from before the space changed, when other values stood for its coordinates.
 */
export function memberOf(
  coordinates: Coordinates,
  { origin, params }: Trial,
): (Point & { readonly generation: number }) | undefined {
  if (!isOrigin(origin) || origin.x.length !== coordinates.numeric.length) return undefined;
  if (!rounds(coordinates, origin.x, params)) return undefined;
  const choices = coordinates.nominal.map((parameter) => parameter.choices.indexOf(params[parameter.path]));
  if (choices.includes(-1)) return undefined;
  return { generation: origin.generation, x: Float64Array.from(origin.x), choices };
}

function isOrigin(origin: Json | undefined): origin is Json & Origin {
  if (typeof origin !== "object" || origin === null || Array.isArray(origin)) return false;
  const { generation, x } = origin as Readonly<Record<string, Json>>;
  return Number.isInteger(generation) && Array.isArray(x) && x.every(Number.isFinite);
}
