/**
 * Where CMA-ES begins: near what was best so far or in other studies, where the user expects good values, or in
 * the middle of the cube.
 */

import { symmetricEigen } from "../../math/eigen.ts";
import { exp, log } from "../../math/elementary.ts";
import { priorOf } from "../../models/prior.ts";
import type { Problem } from "../../problem.ts";
import { toUnit } from "../../space.ts";
import { byRank, type Observation } from "../observed.ts";
import { sourcePoints } from "../sources.ts";
import { type Coordinates, pointOf } from "./coordinates.ts";
import { addOuter, type Start } from "./gaussian.ts";

/** A start of both distributions. */
export interface Beginning extends Start {
  /** Probabilities of the values of each choice, shape (m)(size). */
  readonly probabilities: readonly Float64Array[];
  /** What is tried first, in the unit cube, where something is known. */
  readonly first?: Float64Array;
}

/** So many trials from elsewhere show a shape, not only a place: a tenth of them, … */
const FEWEST = 20;
const SHARE = 0.1;
/** … each with a normal distribution of this standard deviation around it: α of WS-CMA-ES. */
const WIDTH = 0.1;

/** The beginning of the first run; `elsewhere` are this study's trials that are in no generation. */
export function beginning(
  problem: Problem,
  coordinates: Coordinates,
  elsewhere: readonly Observation[],
  sigma: number,
): Beginning {
  const known = knownPoints(problem, elsewhere);
  const expected = expectedStart(problem, coordinates, sigma);
  if (known.length === 0) return expected;
  const best = clipped(known[0]);
  const first = elsewhere.length === 0 ? { first: best } : {};
  if (known.length < SHARE * FEWEST) return { ...expected, mean: pointOf(coordinates, best).x, ...first };
  return { ...promising(coordinates, known.map(clipped)), ...first };
}

/** A run that starts anywhere, with no expectations. */
export function anywhere({ numeric, nominal }: Coordinates, mean: Float64Array, sigma: number): Beginning {
  const n = numeric.length;
  const covariance = new Float64Array(n * n);
  for (let j = 0; j < n; j++) covariance[j * n + j] = 1;
  return {
    mean,
    sigma,
    covariance,
    probabilities: nominal.map(({ size }) => new Float64Array(size).fill(1 / size)),
  };
}

/** The best tenth of the trials that were good elsewhere, the best first; of few trials, the best one. */
function knownPoints(problem: Problem, elsewhere: readonly Observation[]): readonly Float64Array[] {
  const own = [...elsewhere].sort(byRank).filter(({ loss }) => !Number.isNaN(loss));
  const lists =
    own.length > 0
      ? [own]
      : sourcePoints(problem).map((points) => points.filter(({ loss }) => !Number.isNaN(loss)));
  return lists.flatMap((list) =>
    list.slice(0, list.length < FEWEST ? 1 : Math.ceil(SHARE * list.length)).map(({ unit }) => unit),
  );
}

const clipped = (unit: Float64Array) => unit.map((u) => Math.min(1, Math.max(0, u)));

/**
 * The normal distribution that is nearest to a mixture of narrow ones at these points.
 *
 * @see Nomura et al. 2021, "Warm starting CMA-ES for hyperparameter optimization", eqs. 9 to 13
 */
function promising(coordinates: Coordinates, units: readonly Float64Array[]): Beginning {
  const points = units.map((unit) => pointOf(coordinates, unit));
  const n = coordinates.numeric.length;
  const mean = new Float64Array(n);
  for (const { x } of points) for (let j = 0; j < n; j++) mean[j] += x[j] / points.length;
  const covariance = new Float64Array(n * n);
  for (let j = 0; j < n; j++) covariance[j * n + j] = WIDTH ** 2;
  for (const { x } of points)
    addOuter(
      covariance,
      x.map((value, j) => value - mean[j]),
      1 / points.length,
    );
  const logs = symmetricEigen(covariance, n).values.reduce((sum, value) => sum + log(value), 0);
  const sigma = exp(logs / (2 * Math.max(1, n)));
  return {
    mean,
    sigma,
    covariance: covariance.map((value) => value / sigma ** 2),
    probabilities: coordinates.nominal.map(({ size }, i) => {
      const row = new Float64Array(size).fill(1 / (points.length + size));
      for (const { choices } of points) row[choices[i]] += 1 / (points.length + size);
      return row;
    }),
  };
}

/** At what the user expects, or uses today; narrower where that is sure. */
function expectedStart(problem: Problem, coordinates: Coordinates, sigma: number): Beginning {
  const { numeric, nominal } = coordinates;
  const prior = priorOf(problem.space);
  const plain = anywhere(coordinates, new Float64Array(numeric.length).fill(0.5), sigma);
  const unit = new Float64Array(problem.space.parameters.length).fill(0.5);
  let isKnown = false;
  for (const parameter of problem.space.parameters) {
    const value = parameter.prior?.value ?? parameter.default;
    if (value === undefined) continue;
    unit[parameter.index] = toUnit(parameter, value);
    isKnown = true;
  }
  numeric.forEach(({ index }, j) => {
    plain.mean[j] = unit[index];
    const width = Math.min(1, (prior?.number(index)?.sigma ?? sigma) / sigma);
    plain.covariance[j * numeric.length + j] = width ** 2;
  });
  const probabilities = nominal.map(
    ({ index }, i) => prior?.choice(index)?.map(exp) ?? plain.probabilities[i],
  );
  return { ...plain, probabilities, ...(isKnown && { first: unit }) };
}
