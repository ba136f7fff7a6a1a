/**
 * Grid search: every point of the product of the parameters' values, branches included, each once.
 */
import { didYouMean, InvalidInputError, UnsupportedError } from "../errors.ts";
import { given, refuseUnknown } from "../options.ts";
import type { Problem } from "../problem.ts";
import type { Sampler } from "../sampler.ts";
import type { Parameter, Params, Space } from "../space/types.ts";
import { fromUnit, type Lattice, problemWith, valuesOf } from "../space.ts";

import { settledPoints } from "./points.ts";
import { addKey, keysOfTrials } from "./seen.ts";

type Scalar = Params[string];

export interface GridOptions {
  /** Values of parameters, by path; needed for real ones unless `resolution` is given. */
  readonly points?: Readonly<Record<string, readonly Scalar[]>>;
  /** How many values a real parameter gets, evenly spaced on its scale from low to high. */
  readonly resolution?: number;
}

export interface GridState {
  readonly problem: Problem;
  /** Keys of the points that were told. */
  readonly keys: Set<string>;
  /** The lattices, by the values that were settled beforehand; and up to where each is told without a gap. */
  readonly lattices: Map<string, { readonly points: Lattice; first: number }>;
}

/** Values of one parameter that are still taken all, where none were given. */
const MOST_VALUES = 1000;
/** Items in an order: 9 have 362,880 orders. */
const MOST_ITEMS = 9;
/** Points of which constraints allow some: that many take a second or two. */
const MOST_LOOKED_AT = 1_000_000;

/**
 * Every point once, in a fixed order; whatever was tried already, well or not, is passed over.
 *
 * @throws {InvalidInputError} if an option cannot be meant; where a parameter has too many values and was given
 *                             none, `count` and `ask` throw it
 */
export function grid(options: GridOptions = {}): Sampler<GridState> {
  checkOptions(options);
  return {
    name: "grid",
    version: 1,
    ...given(options),
    init(problem) {
      checkPoints(problem.space, options);
      return { problem, keys: new Set(), lattices: new Map() };
    },
    tell(state, trial) {
      addKey(state.problem.space, trial.params, state.keys);
      return state;
    },
    ask(state, slot) {
      const { space } = state.problem;
      const place = latticeFor(state, options, slot.fixed ?? {});
      const { points } = place;
      while (place.first < points.count && state.keys.has(space.key(points.at(place.first)))) place.first++;
      const open = keysOfTrials(space, slot.open);
      for (let index = place.first; index < points.count; index++) {
        const params = points.at(index);
        const key = space.key(params);
        if (!state.keys.has(key) && !open.has(key)) return { params };
      }
      return "done";
    },
    count: (state, fixed = {}) => latticeFor(state, options, fixed).points.count,
  };
}

function latticeFor(state: GridState, options: GridOptions, fixed: Params) {
  const key = JSON.stringify(fixed);
  let found = state.lattices.get(key);
  if (found === undefined) {
    const { space } = state.problem;
    const points = settledPoints(space, fixed, (parameter) => gridValues(parameter, options));
    found = { points: allowedPoints(space, points), first: 0 };
    state.lattices.set(key, found);
  }
  return found;
}

/** The points that the constraints allow. @throws {UnsupportedError} if they are too many to look at */
function allowedPoints(space: Space, points: Lattice): Lattice {
  if (space.constraints.length === 0) return points;
  if (points.count > MOST_LOOKED_AT)
    throw new UnsupportedError(
      `grid: of ${points.count} points it would have to be seen which the constraints allow, and at most ${MOST_LOOKED_AT} are looked at; use random`,
    );
  const indices: number[] = [];
  for (let index = 0; index < points.count; index++) if (space.allows(points.at(index))) indices.push(index);
  return { count: indices.length, at: (index) => points.at(indices[index]) };
}

function checkOptions(options: GridOptions): void {
  refuseUnknown("grid", options, ["points", "resolution"]);
  const { points = {}, resolution = 1 } = options;
  if (!(Number.isInteger(resolution) && resolution >= 1))
    throw new InvalidInputError(`grid: resolution ${resolution} is not a whole number of at least 1`);
  for (const [path, values] of Object.entries(points))
    if (!Array.isArray(values) || values.length === 0)
      throw new InvalidInputError(`grid: points of ${path} are not a list of at least one value`);
}

function checkPoints(space: Space, { points = {} }: GridOptions): void {
  const paths = space.parameters.map(({ path }) => path);
  for (const [path, values] of Object.entries(points)) {
    const parameter = space.find(path);
    if (parameter === undefined)
      throw new InvalidInputError(
        `grid: points name ${path}, which is no parameter${didYouMean(path, paths)}`,
      );
    for (const value of values) {
      const wrong = problemWith(parameter, value);
      if (wrong !== undefined) throw new InvalidInputError(`grid: points of ${path}: ${wrong}`);
    }
  }
}

function gridValues(parameter: Parameter, { points, resolution }: GridOptions): readonly Scalar[] {
  const { path } = parameter;
  const given = points?.[path];
  if (given !== undefined) return [...new Set(given)];
  if (parameter.permutation !== undefined && parameter.permutation.length > MOST_ITEMS)
    throw new InvalidInputError(
      `grid: ${path} is the place of one of ${parameter.permutation.length} items, which have too many orders; grid takes at most ${MOST_ITEMS}: use random`,
    );
  if (parameter.domain === "choice" || (parameter.domain === "grid" && parameter.size <= MOST_VALUES))
    return valuesOf(parameter);
  if (resolution === undefined)
    throw new InvalidInputError(
      `grid: ${path} has too many values; list some instead of a range (-p ${path}=${example(parameter)}), or give it a step`,
    );
  const steps = Array.from({ length: resolution }, (_, k) =>
    fromUnit(parameter, resolution === 1 ? 0.5 : k / (resolution - 1)),
  );
  return [...new Set(steps)];
}

function example(parameter: Parameter): string {
  return [0, 0.5, 1].map((u) => Number((fromUnit(parameter, u) as number).toPrecision(2))).join(",");
}
