/**
 * Children of differential evolution in the unit cube of a mixed and conditional space.
 */
import type { Problem } from "../../problem.ts";
import { type Rng, rng } from "../../random.ts";
import type { Observation } from "../observed.ts";

/** F and CR of Awad et al. 2021. */
const SCALE = 0.5;
const CROSSOVER = 0.5;

/**
 * A mutant of three parents, crossed with the target: rand/1/bin. Coordinates outside of the cube are drawn anew.
 *
 * @param parents  at least three
 * @returns        shape (d)
 * @see Storn and Price 1997, "Differential evolution", eqs. 3 and 4
 */
export function childOf(
  problem: Problem,
  parents: readonly Observation[],
  target: Observation,
  stream: Rng,
): Float64Array {
  const [a, b, c] = threeOf(parents, stream).map((parent) => genesOf(problem, parent));
  const own = genesOf(problem, target);
  const sure = stream.integer(Math.max(1, own.length));
  return own.map((u, j) => {
    const isMutant = stream.uniform() < CROSSOVER || j === sure;
    const anew = stream.uniform(); // drawn whether it is needed or not, so that one coordinate changes no other
    if (!isMutant) return u;
    const v = a[j] + SCALE * (b[j] - c[j]);
    return v < 0 || v > 1 ? anew : v;
  });
}

function threeOf(parents: readonly Observation[], stream: Rng): Observation[] {
  const left = parents.slice();
  return Array.from({ length: 3 }, () => left.splice(stream.integer(left.length), 1)[0]);
}

/**
 * The coordinates of an observation; where it lacks a parameter, a number that is always the same for this trial: a
 * child may have that parameter, and must not find all its parents in the middle of the range.
 */
function genesOf({ seed }: Problem, { unit, active, trial }: Observation): Float64Array {
  const lacking = rng(seed, "dehb", "lacking", trial.number);
  return unit.map((u, j) => {
    const anywhere = lacking.uniform();
    return active[j] ? u : anywhere;
  });
}
