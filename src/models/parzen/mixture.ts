/**
 * A Parzen estimator over a mixed and conditional space: one joint kernel per observation and branch, and a wide
 * prior component. Observations that lack a branch lend it the mixture of those that have it.
 *
 * @see Bergstra et al. 2011, "Algorithms for hyper-parameter optimization"; Falkner et al. 2018 for joint kernels
 */
import { exp, log } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import { normalCdf, normalQuantile } from "../../math/special.ts";
import type { Rng } from "../../random.ts";
import type { Encoded } from "../../space/types.ts";
import { ABSENT, buildJoint, type Joint, type Members } from "./joint.ts";
import type { Branch } from "./layout.ts";

/** Draws outside of the range before the quantile is computed. */
const REJECTIONS = 8;

export interface Mixture {
  /** ln of the density at a point, up to a term that is the same in every mixture over the same space. */
  logDensity(point: Encoded): number;
  /**
   * Draws a point: coordinates of inactive parameters stay as they are.
   * @param isActive  whether a parameter exists, given the coordinates before it
   */
  draw(unit: Float64Array, isActive: (index: number) => boolean, rng: Rng): void;
}

/** The mixture of the members and a prior component that is as wide as the range. */
export function mixture(kernels: Kernels, branches: readonly Branch[], members: Members): Mixture {
  const size = members.count + 1;
  const logWeights = kernels.reserve(size);
  const total = members.weights.reduce((sum, weight) => sum + weight, 0);
  const weights = members.weights.map((weight) => weight / total);
  for (let i = 0; i < size; i++) kernels.memory[logWeights + i] = log(weights[i]);
  const joints = branches.map((branch) => buildJoint(kernels, branch, members, weights));
  const exponents = kernels.reserve(size);
  const own = kernels.reserve(size);

  const logsOf = choiceLogsBySize(members.count);
  const add = ({ branch, centres, scales, codes }: Joint, { unit }: Encoded, to: number) => {
    branch.dimensions.forEach(({ index, choices }, d) => {
      if (choices === 0) {
        kernels.addSquares(size, unit[index], centres[d], scales[d], to);
        return;
      }
      const { memory } = kernels;
      const choice = Math.min(choices - 1, Math.floor(unit[index] * choices));
      const { hit, miss, unseen } = logsOf(choices);
      const seen = codes[d];
      for (let i = 0; i < members.count; i++)
        memory[to + i] += seen[i] === choice ? hit : seen[i] < 0 ? unseen : miss;
      memory[to + members.count] += members.prior?.choice(index)?.[choice] ?? unseen;
    });
  };

  return {
    logDensity(point) {
      const { memory } = kernels;
      memory.copyWithin(exponents, logWeights, logWeights + size);
      for (const joint of joints) {
        if (point.active[joint.branch.dimensions[0].index] === 0) continue;
        if (joint.everywhere) {
          kernels.addRow(size, joint.norms, exponents);
          add(joint, point, exponents);
          continue;
        }
        memory.copyWithin(own, joint.norms, joint.norms + size);
        add(joint, point, own);
        const lent = lend(kernels, size, own, logWeights) - joint.logWeight;
        for (let i = 0; i < size; i++)
          memory[exponents + i] += memory[joint.norms + i] <= ABSENT / 2 ? lent : memory[own + i];
      }
      const shift = kernels.largest(size, exponents);
      return shift + log(kernels.sumExp(size, exponents, shift));
    },
    draw(unit, isActive, rng) {
      const chosen = pick(weights, rng, () => true);
      for (const { branch, norms, centres, scales, codes } of joints) {
        if (!isActive(branch.dimensions[0].index)) continue;
        const has = (i: number) => kernels.memory[norms + i] > ABSENT / 2;
        const component = has(chosen) ? chosen : pick(weights, rng, has);
        branch.dimensions.forEach((dimension, d) => {
          const { memory } = kernels;
          unit[dimension.index] =
            component === members.count && members.prior !== undefined
              ? members.prior.quantile(dimension.index, rng.uniform())
              : dimension.choices > 0
                ? drawChoice(dimension.choices, codes[d][component], logsOf(dimension.choices).own, rng)
                : drawTruncated(
                    memory[centres[d] + component],
                    Math.SQRT1_2 / memory[scales[d] + component],
                    rng,
                  );
        });
      }
    },
  };
}

/** ln Σ w e^own over the components that are there. */
function lend(kernels: Kernels, size: number, own: number, logWeights: number): number {
  const { memory } = kernels;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < size; i++) most = Math.max(most, memory[own + i] + memory[logWeights + i]);
  let sum = 0;
  for (let i = 0; i < size; i++) sum += exp(memory[own + i] + memory[logWeights + i] - most);
  return most + log(sum);
}

/** ln of the probability of a component's own choice, and of another: one count more than a share 1/(m + 1) of each. */
function choiceLogs(count: number, choices: number): ChoiceLogs {
  const share = 1 / (count + 1);
  const total = 1 + choices * share;
  return {
    hit: log((1 + share) / total),
    miss: log(share / total),
    unseen: -log(choices),
    own: 1 / total,
  };
}

interface ChoiceLogs {
  readonly hit: number;
  readonly miss: number;
  /** Of the prior component, and of one that has not the parameter. */
  readonly unseen: number;
  /** Probability that a draw is the component's own choice, and not one of all. */
  readonly own: number;
}

/** The same, computed once for each number of choices. */
function choiceLogsBySize(count: number): (choices: number) => ChoiceLogs {
  const known = new Map<number, ChoiceLogs>();
  return (choices) => {
    let logs = known.get(choices);
    if (logs === undefined) known.set(choices, (logs = choiceLogs(count, choices)));
    return logs;
  };
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

function pick(weights: Float64Array, rng: Rng, may: (i: number) => boolean): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) if (may(i)) total += weights[i];
  let left = rng.uniform() * total;
  let last = weights.length - 1;
  for (let i = 0; i < weights.length; i++) {
    if (!may(i)) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}
