/**
 * Grid search: every point of the product of the parameters' values, branches included, each once.
 */
import { InvalidInputError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import type { Sampler } from "../sampler.ts";
import type { Parameter, Params } from "../space/types.ts";
import { fromUnit, type Lattice, lattice, problemWith, valuesOf } from "../space.ts";
import type { Json } from "../trial.ts";

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

/** Every point once, in a fixed order; whatever was tried already is passed over. */
export function grid(options: GridOptions = {}): Sampler<GridState> {
  return {
    name: "grid",
    version: 1,
    ...(Object.keys(options).length > 0 && { options: options as Json }),
    init(problem) {
      for (const path of Object.keys(options.points ?? {}))
        if (problem.space.find(path) === undefined)
          throw new InvalidInputError(`grid: points name ${path}, which is no parameter`);
      const state: GridState = { problem, keys: new Set(), lattices: new Map() };
      latticeFor(state, options, {});
      return state;
    },
    tell(state, trial) {
      state.keys.add(state.problem.space.key(trial.params));
      return state;
    },
    ask(state, slot) {
      const { space } = state.problem;
      const place = latticeFor(state, options, slot.fixed ?? {});
      const { points } = place;
      while (place.first < points.count && state.keys.has(space.key(points.at(place.first)))) place.first++;
      const open = new Set(slot.open.map((trial) => space.key(trial.params)));
      for (let index = place.first; index < points.count; index++) {
        const params = points.at(index);
        const key = space.key(params);
        if (!state.keys.has(key) && !open.has(key)) return { params };
      }
      return "done";
    },
    count: (state) => latticeFor(state, options, {}).points.count,
  };
}

function latticeFor(state: GridState, options: GridOptions, fixed: Params) {
  const key = JSON.stringify(fixed);
  let found = state.lattices.get(key);
  if (found === undefined) {
    const { parameters } = state.problem.space;
    const values = parameters.map((parameter) =>
      fixed[parameter.path] === undefined ? gridValues(parameter, options) : [fixed[parameter.path]],
    );
    found = { points: lattice(parameters, values), first: 0 };
    state.lattices.set(key, found);
  }
  return found;
}

function gridValues(parameter: Parameter, { points, resolution }: GridOptions): readonly Scalar[] {
  const { path } = parameter;
  const given = points?.[path];
  if (given !== undefined) {
    for (const value of given) {
      const wrong = problemWith(parameter, value);
      if (wrong !== undefined) throw new InvalidInputError(`grid: points of ${path}: ${wrong}`);
    }
    if (given.length === 0) throw new InvalidInputError(`grid: points of ${path} are empty`);
    return [...new Set(given)];
  }
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
