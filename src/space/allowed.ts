/**
 * Points of the unit cube to allowed points: solved for where that is possible, else moved towards the nearest of some
 * allowed points that were found by chance.
 */
import { InvalidInputError, UnsupportedError } from "../errors.ts";
import { rng } from "../random.ts";
import { type Constraints, constraintsOf } from "./constraint.ts";
import { problemWith, toUnit, valuesOf } from "./domain.ts";
import { type Lattice, lattice } from "./lattice.ts";
import type { Scalar } from "./parameter.ts";
import { clashIn, placeAround } from "./permutation.ts";
import { settled } from "./settle.ts";
import type { Encoded, InputConstraint, Parameter, Params, Space } from "./types.ts";

/** Draws before a region counts as empty. */
const MOST_DRAWS = 10_000;
/** Allowed points that are kept, to move others towards. */
const ANCHORS = 32;
/** Halvings between a point and an allowed one. */
const HALVINGS = 10;
/** How often what depends on a value that was solved for is looked at anew. */
const ROUNDS = 4;
/** Settled values for which allowed points are kept: each point that was enqueued in part has its own. */
const MOST_KEPT = 64;
/** Points of a finite space that are looked at one by one. */
const MOST_LISTED = 100_000;

interface Anchor extends Encoded {
  readonly params: Params;
}

/** What is known of a space's allowed points. */
interface Region {
  readonly constraints: Constraints;
  readonly anchors: Map<string, readonly Anchor[]>;
  /** The parameters that others depend on. */
  readonly deciding: ReadonlySet<number>;
}

const regions = new WeakMap<Space, Region>();

function regionOf(space: Space): Region {
  let region = regions.get(space);
  if (region === undefined) {
    const deciding = new Set(
      space.parameters.flatMap(({ conditions }) => conditions.map(({ parameter }) => parameter)),
    );
    const constraints = constraintsOf(space.constraints, space.parameters);
    region = { constraints, anchors: new Map(), deciding };
    regions.set(space, region);
  }
  return region;
}

/** The params at a point with some values settled, constraints not looked at. */
export function placed(space: Space, unit: Float64Array, fixed: Params): Params {
  const paths = Object.keys(fixed);
  if (paths.length === 0) return space.decode(unit);
  const encoded = space.encode(fixed).unit;
  for (const path of paths) {
    const parameter = space.find(path);
    if (parameter !== undefined) unit[parameter.index] = encoded[parameter.index];
  }
  const params: Record<string, Scalar> = { ...space.decode(unit) };
  for (const path of paths) if (path in params) params[path] = fixed[path]; // to the bit, not by way of the unit cube
  placeAround(space.parameters, params, (path) => path in fixed);
  return params;
}

/**
 * The allowed point at a point of the unit cube, or where sums and orders are put right; undefined if that is not
 * allowed either.
 */
export function allowedAt(space: Space, unit: Float64Array, fixed: Params = {}): Params | undefined {
  return solvedAt(space, regionOf(space), unit, fixed, false);
}

function solvedAt(
  space: Space,
  { constraints, deciding }: Pick<Region, "constraints" | "deciding">,
  unit: Float64Array,
  fixed: Params,
  limited: boolean,
): Params | undefined {
  let params = placed(space, unit, fixed);
  const { list, equalities, limits, orders } = constraints;
  const isAllowed = () => list.every((constraint) => constraint.holds(params));
  if (isAllowed()) return params;
  const isSolvable = equalities.length > 0 || orders.length > 0 || (limited && limits.length > 0);
  if (!isSolvable) return undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const moved = settled(constraints, space.find, params, (path) => path in fixed, limited);
    const paths = Object.keys(moved);
    if (paths.length === 0) break;
    const next: Record<string, Scalar> = { ...params, ...moved };
    params = next;
    if (!paths.every((path) => isProper(space, path, next))) return undefined;
    if (!paths.some((path) => deciding.has(space.find(path)?.index ?? -1))) break;
    params = redecided(space, unit, next, fixed);
  }
  return isAllowed() ? params : undefined;
}

/** Whether a value that was solved for is one that the parameter may have. */
function isProper(space: Space, path: string, params: Params): boolean {
  const parameter = space.find(path);
  return (
    parameter !== undefined &&
    problemWith(parameter, params[path]) === undefined &&
    clashIn(space.parameters, parameter, params) === undefined
  );
}

/** What exists once other values decide. */
function redecided(space: Space, unit: Float64Array, params: Params, fixed: Params): Params {
  const at = Float64Array.from(unit);
  for (const [path, value] of Object.entries(params)) {
    const parameter = space.find(path);
    if (parameter !== undefined) at[parameter.index] = toUnit(parameter, value);
  }
  const next: Record<string, Scalar> = { ...space.decode(at) };
  for (const path of Object.keys(next))
    if (path in fixed) next[path] = fixed[path];
    else if (path in params) next[path] = params[path];
  return next;
}

/**
 * The allowed point for a point of the unit cube, a function of both only: the point itself if it is allowed; else
 * with sums and orders put right; else with sums made as large as they may be; else on the way to the nearest of some
 * allowed points.
 *
 * @param unit   settled coordinates are written to it
 * @param fixed  values that are settled; where they allow no point at all, they win over the constraints
 * @throws {InvalidInputError} saying which constraints contradict, where nothing is settled and no point is found
 */
export function allowedNear(space: Space, unit: Float64Array, fixed: Params = {}): Params {
  const region = regionOf(space);
  const at = (point: Float64Array) =>
    solvedAt(space, region, point, fixed, false) ??
    (region.constraints.limits.length > 0 ? solvedAt(space, region, point, fixed, true) : undefined);
  const first = at(unit);
  if (first !== undefined) return first;
  const anchor = nearest(space, unit, anchorsOf(space, fixed));
  if (anchor === undefined) {
    if (Object.keys(fixed).length === 0) throw contradiction(space, fixed);
    return placed(space, unit, fixed);
  }
  const from = Float64Array.from(unit);
  for (const { domain, index } of space.parameters) if (domain === "choice") from[index] = anchor.unit[index];
  const changed = at(Float64Array.from(from));
  if (changed !== undefined) return changed;
  let found = anchor.params;
  let [refused, allowed] = [0, 1];
  for (let n = 0; n < HALVINGS; n++) {
    const share = (refused + allowed) / 2;
    const between = from.map((u, j) => u + share * (anchor.unit[j] - u));
    const params = at(between);
    if (params === undefined) refused = share;
    else {
      allowed = share;
      found = params;
    }
  }
  return found;
}

/** Allowed points with these settled values; none if none was found. */
function anchorsOf(space: Space, fixed: Params): readonly Anchor[] {
  const region = regionOf(space);
  const key = JSON.stringify(fixed);
  let anchors = region.anchors.get(key);
  if (anchors === undefined) {
    if (region.anchors.size >= MOST_KEPT) region.anchors.clear(); // all of it can be found again
    anchors = findAllowed(space, region, fixed, ANCHORS).map((params) => ({
      params,
      ...space.encode(params),
    }));
    region.anchors.set(key, anchors);
  }
  return anchors;
}

/** Some allowed points: drawn by chance, and listed where that finds none and they are few. */
function findAllowed(
  space: Space,
  region: Pick<Region, "constraints" | "deciding">,
  fixed: Params,
  most: number,
): readonly Params[] {
  const stream = rng(1, "allowed");
  const found: Params[] = [];
  for (let n = 0; n < MOST_DRAWS && found.length < most; n++) {
    const unit = Float64Array.from(space.parameters, () => stream.uniform());
    const params = solvedAt(space, region, unit, fixed, false) ?? solvedAt(space, region, unit, fixed, true);
    if (params !== undefined) found.push(params);
  }
  if (found.length > 0) return found;
  const points = allPoints(space, fixed);
  for (let index = 0; index < (points?.count ?? 0) && found.length < most; index++) {
    const params = (points as Lattice).at(index);
    if (region.constraints.list.every((constraint) => constraint.holds(params))) found.push(params);
  }
  return found;
}

/** Every point with these settled values; undefined if they are too many to look at. */
function allPoints(space: Space, fixed: Params): Lattice | undefined {
  const isFew = (one: Parameter) => one.path in fixed || (one.domain !== "real" && one.size <= MOST_LISTED);
  if (!space.parameters.every(isFew)) return undefined;
  try {
    const values = space.parameters.map((one) => (one.path in fixed ? [fixed[one.path]] : valuesOf(one)));
    const points = lattice(space.parameters, values);
    return points.count > MOST_LISTED ? undefined : points;
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

function nearest(space: Space, unit: ArrayLike<number>, anchors: readonly Anchor[]): Anchor | undefined {
  let best: Anchor | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const anchor of anchors) {
    let distance = 0;
    for (const { index, domain } of space.parameters) {
      if (anchor.active[index] === 0) continue;
      const gap = anchor.unit[index] - Math.min(1, Math.max(0, unit[index]));
      distance += domain === "choice" ? (Math.abs(gap) < 1e-12 ? 0 : 0.25) : gap * gap;
    }
    if (distance < least) [best, least] = [anchor, distance];
  }
  return best;
}

/**
 * Makes sure that the constraints allow some point.
 *
 * @param fixed  values that are settled
 * @throws {InvalidInputError} naming the fewest constraints that contradict each other, as far as could be found
 */
export function requireAllowed(space: Space, fixed: Params = {}): void {
  if (space.constraints.length === 0 || anchorsOf(space, fixed).length > 0) return;
  throw contradiction(space, fixed);
}

function contradiction(space: Space, fixed: Params): InvalidInputError {
  const { deciding } = regionOf(space);
  const isPossible = (list: readonly InputConstraint[]) =>
    findAllowed(space, { constraints: constraintsOf(list, space.parameters), deciding }, fixed, 1).length > 0;
  const names = culprits(space.constraints, isPossible).map(({ name }) => JSON.stringify(name));
  const settledText = Object.entries(fixed).map(([path, value]) => `${path} = ${JSON.stringify(value)}`);
  const given = settledText.length > 0 ? ` with ${settledText.join(", ")}` : "";
  const what =
    names.length === 1
      ? names[0]
      : names.length === 2
        ? `both ${names.join(" and ")}`
        : `all of ${names.join(", ")}`;
  const drawn = allPoints(space, fixed) === undefined ? " of 10,000" : "";
  return new InvalidInputError(
    `where: no point${drawn}${given} satisfies ${what}; loosen ${names.length === 1 ? "it" : "one of them"}, or widen the ranges`,
  );
}

/** The fewest of them that nothing satisfies: one alone, else two, else what is left when all that can go went. */
function culprits(
  all: readonly InputConstraint[],
  isPossible: (list: readonly InputConstraint[]) => boolean,
): readonly InputConstraint[] {
  for (const one of all) if (!isPossible([one])) return [one];
  for (let i = 0; i < all.length; i++)
    for (let j = i + 1; j < all.length; j++) if (!isPossible([all[i], all[j]])) return [all[i], all[j]];
  return all.reduce<readonly InputConstraint[]>((left, one) => {
    const others = left.filter((other) => other !== one);
    return isPossible(others) ? left : others;
  }, all);
}

/** @throws {UnsupportedError} naming a constraint whose function this process does not have */
export function requireKnown({ constraints }: Space): void {
  const missing = constraints.find(({ known }) => !known);
  if (missing !== undefined)
    throw new UnsupportedError(
      `where ${JSON.stringify(missing.name)} is a function, which only the program that made the space has: ask there, or open the study with that space`,
    );
}
