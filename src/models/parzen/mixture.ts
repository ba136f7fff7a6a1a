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
import type { SpacePrior } from "../prior.ts";
import type { Branch, Dimension } from "./layout.ts";

/** Kernels are at least 1/(m + 2) wide, or this share of the range. */
const NARROWEST = 1 / 100;
/** Beyond so many standard deviations the ends of the range cut nothing off. */
const NO_TAIL = 6;
/** The prior component of a number of which nothing is expected. */
const UNINFORMED = { centre: 0.5, sigma: 1 };
/** Stands for a kernel that is not there. */
const ABSENT = -1e6;

export interface Members {
  /** Points of all observations. */
  readonly points: readonly Encoded[];
  /** Which of them are members: the component of each, or −1. Shape (observations). */
  readonly component: Int32Array;
  /** How many are. */
  readonly count: number;
  /** Weight of each component, the prior's last, shape (count + 1); any sum. */
  readonly weights: Float64Array;
  /** For each parameter: the places of the observations that have it, ascending by coordinate. */
  readonly orders: readonly Int32Array[];
  /** What the prior component is, where the user expects something; as wide as the range otherwise. */
  readonly prior?: SpacePrior;
}

export interface Mixture {
  /** ln of the density at a point, up to a term that is the same in every mixture over the same space. */
  logDensity(point: Encoded): number;
  /**
   * Draws a point: coordinates of inactive parameters stay as they are.
   * @param isActive  whether a parameter exists, given the coordinates before it
   */
  draw(unit: Float64Array, isActive: (index: number) => boolean, rng: Rng): void;
}

/** Places of one branch's kernels in memory. */
interface Joint {
  readonly branch: Branch;
  /** Normalising terms, ABSENT where a component lacks the branch. */
  readonly norms: number;
  /** By dimension: centres and 1/(√2 σ), or the choice. */
  readonly centres: readonly number[];
  readonly scales: readonly number[];
  /** Whether every component has the branch, and ln of the weights of those that have it. */
  readonly everywhere: boolean;
  readonly logWeight: number;
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

  const add = ({ branch, centres, scales }: Joint, { unit }: Encoded, to: number) => {
    branch.dimensions.forEach(({ index, choices }, d) => {
      if (choices === 0) {
        kernels.addSquares(size, unit[index], centres[d], scales[d], to);
        return;
      }
      const { memory } = kernels;
      const choice = Math.min(choices - 1, Math.floor(unit[index] * choices));
      const { hit, miss } = choiceLogs(members.count, choices);
      const unseen = -log(choices);
      for (let i = 0; i < members.count; i++) {
        const seen = memory[centres[d] + i];
        memory[to + i] += seen < 0 ? unseen : seen === choice ? hit : miss;
      }
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
      for (const { branch, norms, centres, scales } of joints) {
        if (!isActive(branch.dimensions[0].index)) continue;
        const has = (i: number) => kernels.memory[norms + i] > ABSENT / 2;
        const component = has(chosen) ? chosen : pick(weights, rng, has);
        branch.dimensions.forEach((dimension, d) => {
          const { memory } = kernels;
          const centre = memory[centres[d] + component];
          unit[dimension.index] =
            component === members.count && members.prior !== undefined
              ? members.prior.quantile(dimension.index, rng.uniform())
              : dimension.choices > 0
                ? drawChoice(dimension.choices, centre, members.count, rng)
                : drawTruncated(centre, Math.SQRT1_2 / memory[scales[d] + component], rng);
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

function buildJoint(kernels: Kernels, branch: Branch, members: Members, weights: Float64Array): Joint {
  const size = members.count + 1;
  const norms = kernels.reserve(size);
  const centres = branch.dimensions.map(() => kernels.reserve(size));
  const scales = branch.dimensions.map(({ choices }) => (choices > 0 ? 0 : kernels.reserve(size)));
  const { memory } = kernels;
  const first = branch.dimensions[0].index;
  memory.fill(ABSENT, norms, norms + size);
  memory[norms + members.count] = 0;
  let present = 1;
  let weight = weights[members.count];
  for (const place of members.orders[first]) {
    const component = members.component[place];
    if (component < 0) continue;
    memory[norms + component] = 0;
    weight += weights[component];
    present++;
  }
  branch.dimensions.forEach((dimension, d) => {
    if (dimension.choices > 0) writeChoices(kernels, dimension, members, centres[d]);
    else writeNumbers(kernels, dimension, members, present - 1, centres[d], scales[d], norms);
  });
  return { branch, norms, centres, scales, everywhere: present === size, logWeight: log(weight) };
}

function writeChoices(kernels: Kernels, { index, choices }: Dimension, members: Members, centres: number) {
  const { memory } = kernels;
  memory.fill(-1, centres, centres + members.count + 1);
  for (const place of members.orders[index]) {
    const component = members.component[place];
    if (component >= 0)
      memory[centres + component] = Math.min(
        choices - 1,
        Math.floor(members.points[place].unit[index] * choices),
      );
  }
}

/**
 * Centres and widths: a kernel reaches to the farther of its neighbours; the first and the last to the one that
 * they have (Bergstra et al. 2011, with the ends of the range left out).
 */
function writeNumbers(
  kernels: Kernels,
  dimension: Dimension,
  { points, component, orders, count, prior }: Members,
  present: number,
  centres: number,
  scales: number,
  norms: number,
): void {
  const { memory } = kernels;
  const narrowest = Math.max(NARROWEST, 1 / (present + 2));
  const write = (i: number, centre: number, width: number) => {
    const sigma = Math.min(1, Math.max(narrowest, width));
    memory[centres + i] = centre;
    memory[scales + i] = Math.SQRT1_2 / sigma;
    memory[norms + i] -= logNormaliser(dimension, centre, sigma);
  };
  memory.fill(0.5, centres, centres + count + 1);
  memory.fill(Math.SQRT1_2, scales, scales + count + 1);
  let before = -1;
  let at = -1;
  const coordinate = (place: number) => points[place].unit[dimension.index];
  for (const next of orders[dimension.index]) {
    if (component[next] < 0) continue;
    if (at >= 0) {
      const own = coordinate(at);
      const right = coordinate(next) - own;
      write(component[at], own, before < 0 ? right : Math.max(own - coordinate(before), right));
    }
    before = at;
    at = next;
  }
  if (at >= 0) {
    const own = coordinate(at);
    write(component[at], own, before < 0 ? Math.max(own, 1 - own) : own - coordinate(before));
  }
  const { centre, sigma } = prior?.number(dimension.index) ?? UNINFORMED;
  write(count, centre, sigma);
}

/** ln of a kernel's integral over the range, or of its sum over the cells; √(2π) and the cells' width left out. */
function logNormaliser({ cells }: Dimension, centre: number, sigma: number): number {
  if (cells === undefined) {
    const left = centre / sigma;
    const right = (1 - centre) / sigma;
    if (left > NO_TAIL && right > NO_TAIL) return log(sigma);
    return log(sigma * (normalCdf(right) - normalCdf(-left)));
  }
  let sum = 0;
  for (const cell of cells) {
    const z = (cell - centre) / sigma;
    sum += exp(-0.5 * z * z);
  }
  return log(sum);
}

/** ln of the probability of a component's own choice, and of another: one count more than a share 1/(m + 1) of each. */
function choiceLogs(count: number, choices: number) {
  const share = 1 / (count + 1);
  const total = log(1 + choices * share);
  return { hit: log(1 + share) - total, miss: log(share) - total };
}

function drawChoice(choices: number, seen: number, count: number, rng: Rng): number {
  const { hit } = choiceLogs(count, choices);
  const choice = seen >= 0 && rng.uniform() < exp(hit) ? seen : rng.integer(choices);
  return (choice + 0.5) / choices;
}

function drawTruncated(centre: number, sigma: number, rng: Rng): number {
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
