/**
 * The strategy parameters of CMA-ES: functions of the number of coordinates and of the size of a generation.
 */
import { log } from "../../math/elementary.ts";

export interface Constants {
  /** By rank, the best first: the better half's sum to 1; shape (population). */
  readonly weights: Float64Array;
  /** How many weights are above 0. */
  readonly parents: number;
  /** Variance effective selection mass μ_eff of those. */
  readonly mass: number;
  /** Learning rates of the two evolution paths, of the rank-one and the rank-μ update. */
  readonly cSigma: number;
  readonly cPath: number;
  readonly cOne: number;
  readonly cMu: number;
  /** Damping of the step size. */
  readonly dSigma: number;
  /** The expected length of a standard normal vector. */
  readonly chi: number;
}

/** The size of a generation in `n` dimensions: 4 + ⌊3 ln n⌋. */
export function populationOf(n: number): number {
  return 4 + Math.floor(3 * log(Math.max(1, n)));
}

/**
 * @param n         coordinates, at least 1
 * @param negative  whether the worse half repels: its weights are negative, else 0
 * @see Hansen 2016, "The CMA evolution strategy: a tutorial", table 1 and eqs. 49 to 58
 */
export function constantsOf(n: number, population: number, negative: boolean): Constants {
  const raw = Float64Array.from({ length: population }, (_, i) => log((population + 1) / 2) - log(i + 1));
  const parents = Math.floor(population / 2);
  const [sum, mass] = sumAndMass(raw.subarray(0, parents));
  const [below, repelling] = sumAndMass(raw.subarray(parents));
  const cOne = 2 / ((n + 1.3) ** 2 + mass);
  const cMu = Math.min(1 - cOne, (2 * (0.25 + mass + 1 / mass - 2)) / ((n + 2) ** 2 + mass));
  const share = Math.min(
    1 + cOne / cMu,
    1 + (2 * repelling) / (mass + 2),
    (1 - cOne - cMu) / (n * cMu), // keeps the covariance positive definite
  );
  const cSigma = (mass + 2) / (n + mass + 5);
  return {
    weights: raw.map((weight, i) => (i < parents ? weight / sum : negative ? (-share * weight) / below : 0)),
    parents,
    mass,
    cSigma,
    cPath: (4 + mass / n) / (n + 4 + (2 * mass) / n),
    cOne,
    cMu,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((mass - 1) / (n + 1)) - 1) + cSigma,
    chi: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

/** Σ w, and (Σ w)² / Σ w². */
function sumAndMass(weights: Float64Array): readonly [number, number] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return [sum, sum ** 2 / weights.reduce((a, b) => a + b * b, 0)];
}
