/**
 * A Parzen estimator over a mixed and conditional space: one joint kernel per observation and branch, and a wide
 * prior component. Observations that lack a branch lend it the mixture of those that have it.
 *
 * @see Bergstra et al. 2011, "Algorithms for hyper-parameter optimization"; Falkner et al. 2018 for joint kernels
 */
import type { Kernels } from "../../math/kernels/kernels.ts";
import { normalCdf, normalQuantile } from "../../math/special.ts";
import type { Rng } from "../../random.ts";
import type { Encoded } from "../../space/types.ts";
import {
  buildJoint,
  hasBranch,
  type Joint,
  type Members,
  MOST_QUERIES,
  ownShare,
  placeOf,
  WIDTH,
  writeIntegers,
  writeQuery,
} from "./joint.ts";
import type { Branch } from "./layout.ts";

/** Draws outside of the range before the quantile is computed. */
const REJECTIONS = 8;

export interface Mixture {
  /** ln of the density at points, up to a term that is the same in every mixture over the same space. */
  logDensities(points: readonly Encoded[]): Float64Array;
  /**
   * Draws a point: coordinates of inactive parameters stay as they are.
   * @param isActive   whether a parameter exists, given the coordinates before it
   * @param component  whose kernel it is drawn from, as `pick` gives it; by default one is picked
   */
  draw(unit: Float64Array, isActive: (index: number) => boolean, rng: Rng, component?: number): void;
  /** A component, by weight. */
  pick(rng: Rng): number;
}

/** The mixture of the members and a prior component that is as wide as the range. */
export function mixture(kernels: Kernels, branches: readonly Branch[], members: Members): Mixture {
  const { count } = members;
  const size = count + 1;
  const weights = normalised(members.weights);
  const logWeights = kernels.reserve(size);
  kernels.memory.set(weights, logWeights);
  kernels.logs(size, logWeights);
  const component = writeIntegers(kernels, members.component);
  const joints = branches.map((branch) =>
    buildJoint(kernels, branch, members, component, weights, logWeights),
  );
  const exponents = kernels.reserve(size);
  const own = kernels.reserve(size);
  // parameters that are always there make one branch
  const isSimple = branches.length === 1 && joints[0].everywhere && branches[0].always;

  /** to ← base + the exponents of a branch */
  const evaluate = (joint: Joint, base: number, unit: Float64Array, to: number) => {
    const query = writeQuery(kernels, joint, unit, members, 0);
    kernels.parzenExponents(size, base, joint.at, joint.branch.dimensions.length, query, to);
  };

  /** Where there is one branch, and everywhere: ln of the density at some of the points. */
  const sums = kernels.reserve(MOST_QUERIES);
  const evaluateTogether = (points: readonly Encoded[], from: number, count: number, to: Float64Array) => {
    const [joint] = joints;
    for (let n = 0; n < count; n++) writeQuery(kernels, joint, points[from + n].unit, members, n);
    const { base, at, query, branch } = joint;
    kernels.parzenLogDensities(count, size, base, at, branch.dimensions.length, query, exponents, sums);
    for (let n = 0; n < count; n++) to[from + n] = kernels.memory[sums + n];
  };

  const logDensity = ({ unit, active }: Encoded): number => {
    const { memory } = kernels;
    memory.copyWithin(exponents, logWeights, logWeights + size);
    for (const joint of joints) {
      if (active[joint.first] === 0) continue;
      if (joint.everywhere) {
        kernels.addRow(size, joint.norms, exponents);
        evaluate(joint, exponents, unit, exponents);
        continue;
      }
      evaluate(joint, joint.norms, unit, own);
      const lent = kernels.parzenLent(size, own, logWeights) - joint.logWeight;
      kernels.addOwnOrLent(size, joint.norms, own, lent, exponents);
    }
    return kernels.logSumExp(size, exponents);
  };

  return {
    logDensities(points) {
      const logs = new Float64Array(points.length);
      if (!isSimple) for (let n = 0; n < points.length; n++) logs[n] = logDensity(points[n]);
      else
        for (let n = 0; n < points.length; n += MOST_QUERIES)
          evaluateTogether(points, n, Math.min(MOST_QUERIES, points.length - n), logs);
      return logs;
    },
    pick: (rng) => pick(weights, rng, undefined),
    draw(unit, isActive, rng, chosen = pick(weights, rng, undefined)) {
      const { memory } = kernels;
      for (const joint of joints) {
        if (!isActive(joint.first)) continue;
        const has = (i: number) => hasBranch(kernels, joint, i);
        const component = joint.everywhere || has(chosen) ? chosen : pick(weights, rng, has);
        const expected = component === count ? members.prior : undefined;
        const { dimensions } = joint.branch;
        for (let d = 0; d < dimensions.length; d++) {
          const { index, choices } = dimensions[d];
          const place = placeOf(joint, d, component);
          if (expected !== undefined) unit[index] = expected.quantile(index, rng.uniform());
          else if (choices > 0)
            unit[index] = drawChoice(choices, memory[place], ownShare(count, choices), rng);
          else unit[index] = drawTruncated(memory[place], Math.SQRT1_2 / memory[place + WIDTH], rng);
        }
      }
    },
  };
}

/** Weights of sum 1. */
function normalised(weights: Float64Array): Float64Array {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  const shares = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) shares[i] = weights[i] / total;
  return shares;
}

function drawChoice(choices: number, seen: number, own: number, rng: Rng): number {
  const choice = seen >= 0 && rng.uniform() < own ? seen : rng.integer(choices);
  return (choice + 0.5) / choices;
}

/** A normal number within [0, 1]: drawn until it is; the rare one that never is, by the quantile. */
function drawTruncated(centre: number, sigma: number, rng: Rng): number {
  for (let n = 0; n < REJECTIONS; n++) {
    const u = centre + sigma * rng.normal();
    if (u >= 0 && u <= 1) return u;
  }
  const low = normalCdf(-centre / sigma);
  const high = normalCdf((1 - centre) / sigma);
  const u = centre + sigma * normalQuantile(low + rng.uniform() * (high - low));
  return Math.min(1, Math.max(0, u));
}

/** A component by weight, among those that may be. */
function pick(weights: Float64Array, rng: Rng, may: ((i: number) => boolean) | undefined): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) if (may === undefined || may(i)) total += weights[i];
  let left = rng.uniform() * total;
  let last = weights.length - 1;
  for (let i = 0; i < weights.length; i++) {
    if (may !== undefined && !may(i)) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}
