/**
 * When a run of CMA-ES has ended, and how the next one begins: larger, or, between the large ones, small and local.
 */
import { exp, log } from "../../math/elementary.ts";
import type { Rng } from "../../random.ts";
import type { Coordinates } from "./coordinates.ts";
import { type Gaussian, spread } from "./gaussian.ts";

export type Restarts = "ipop" | "bipop" | "none";

/** What a run has seen, and how the runs before it went. */
export interface Course {
  /** The best and the median loss of each generation of this run. */
  readonly bests: number[];
  readonly medians: number[];
  readonly population: number;
  /** The step size that it began with. */
  readonly sigma: number;
  /** The regime of this run, and the most generations that it may take. */
  readonly small: boolean;
  readonly longest: number;
}

/** Evaluations in large and in small runs, and how often the population was doubled. */
export interface Spent {
  large: number;
  small: number;
  doublings: number;
}

/** Standard deviations of real coordinates below this are converged. */
const NARROWEST = 1e-10;
/** Losses that differ by less, relatively, are equal. */
const FLAT = 1e-9;
/** The square of the longest axis by the shortest. */
const WORST_CONDITION = 1e14;

/**
 * Whether a run has converged or is stuck.
 *
 * @param losses  of the last generation, the best first; shape (population)
 * @see Hansen 2016, "The CMA evolution strategy: a tutorial", §B.3
 */
export function hasEnded(
  course: Course,
  gaussian: Gaussian,
  { cells }: Coordinates,
  losses: readonly number[],
): boolean {
  const { n, eigen } = gaussian;
  const { bests, medians, population } = course;
  if (bests.length >= course.longest) return true;
  if (
    cells.includes(undefined) &&
    cells.every((cell, j) => cell !== undefined || spread(gaussian, j) < NARROWEST)
  )
    return true;
  if (n > 0 && eigen.values[n - 1] > WORST_CONDITION * eigen.values[0]) return true;
  const recent = 10 + Math.ceil((30 * n) / population);
  if (bests.length > recent && areEqual([...bests.slice(-recent), ...losses])) return true;
  const long = Math.max(120 + Math.floor((30 * n) / population), Math.floor(0.2 * bests.length));
  return bests.length > long && stagnates(bests.slice(-long)) && stagnates(medians.slice(-long));
}

/** Whether all losses that are finite are the same; failed trials say nothing. */
function areEqual(losses: readonly number[]): boolean {
  const finite = losses.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return finite.length === 0 || high - low <= FLAT * Math.max(Math.abs(low), Math.abs(high));
}

/** Whether the median of the last third is no better than that of the first. */
function stagnates(losses: readonly number[]): boolean {
  const third = Math.ceil(losses.length * 0.3);
  return median(losses.slice(-third)) >= median(losses.slice(0, third));
}

export function median(losses: readonly number[]): number {
  return [...losses].sort((a, b) => (a < b ? -1 : 1))[Math.floor(losses.length / 2)];
}

/**
 * The plan of the next run; `spent` is changed.
 *
 * @param base  population and step size of the first run
 * @see Auger and Hansen 2005, "A restart CMA evolution strategy with increasing population size" (IPOP); Hansen
 *   2009, "Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed" (BIPOP)
 */
export function nextRun(
  restarts: Restarts,
  spent: Spent,
  base: { readonly population: number; readonly sigma: number },
  rng: Rng,
): Course {
  const fresh = { bests: [], medians: [] };
  const doubled = base.population * 2 ** spent.doublings;
  if (restarts === "bipop" && spent.doublings > 0 && spent.small < spent.large) {
    const ratio = Math.max(1, 0.5 * (doubled / base.population));
    const u = rng.uniform();
    const population = Math.floor(base.population * exp(u * u * log(ratio)));
    const sigma = base.sigma * exp(-2 * Math.LN10 * rng.uniform());
    const longest = Math.ceil((0.5 * spent.large) / population);
    return { ...fresh, population, sigma, small: true, longest };
  }
  spent.doublings++;
  return {
    ...fresh,
    population: 2 * doubled,
    sigma: base.sigma,
    small: false,
    longest: Number.POSITIVE_INFINITY,
  };
}
