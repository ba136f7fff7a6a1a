/**
 * The kernels of one branch of a Parzen estimator: one joint kernel for each observation that has the branch.
 */
import { exp, log } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import { quickNormalCdf } from "../../math/special.ts";
import type { SpacePrior } from "../prior.ts";
import type { Branch, Dimension } from "./layout.ts";

/** Kernels are at least 1/(m + 2) wide, or this share of the range. */
const NARROWEST = 1 / 100;
/** Beyond so many standard deviations the ends of the range cut nothing off. */
const NO_TAIL = 6;
/** The prior component of a number of which nothing is expected. */
const UNINFORMED = { centre: 0.5, sigma: 1 };
/** A product of masses of at least a hundredth each is taken down before it could vanish. */
const SMALL = 1e-200;
const NO_CODES = new Int32Array(0);
/** Stands for a kernel that is not there. */
export const ABSENT = -1e6;

/** The first `size` entries are valid. */
export interface Order {
  readonly places: Int32Array;
  readonly values: Float64Array;
  readonly size: number;
}

export interface Members {
  /** Which observations are members: the component of each, or −1. Shape (observations). */
  readonly component: Int32Array;
  /** How many are. */
  readonly count: number;
  /** Weight of each component, the prior's last, shape (count + 1); any sum. */
  readonly weights: Float64Array;
  /** For each parameter: the places of the observations that have it, ascending by coordinate, and those. */
  readonly orders: readonly Order[];
  /** What the prior component is, where the user expects something; as wide as the range otherwise. */
  readonly prior?: SpacePrior;
}

/** Places of one branch's kernels in memory. */
export interface Joint {
  readonly branch: Branch;
  /** Normalising terms, ABSENT where a component lacks the branch. */
  readonly norms: number;
  /** By dimension, of numbers: centres and 1/(√2 σ). */
  readonly centres: readonly number[];
  readonly scales: readonly number[];
  /** By dimension, of choices: that of each component, −1 for the prior's. */
  readonly codes: readonly Int32Array[];
  /** Whether every component has the branch, and ln of the weights of those that have it. */
  readonly everywhere: boolean;
  readonly logWeight: number;
}

/** Writes a branch's kernels to memory. */
export function buildJoint(kernels: Kernels, branch: Branch, members: Members, weights: Float64Array): Joint {
  const size = members.count + 1;
  const norms = kernels.reserve(size);
  const centres = branch.dimensions.map(({ choices }) => (choices > 0 ? 0 : kernels.reserve(size)));
  const scales = branch.dimensions.map(({ choices }) => (choices > 0 ? 0 : kernels.reserve(size)));
  const { memory } = kernels;
  const first = branch.dimensions[0].index;
  memory.fill(ABSENT, norms, norms + size);
  memory[norms + members.count] = 0;
  let present = 1;
  let weight = weights[members.count];
  const { places, size: having } = members.orders[first];
  for (let k = 0; k < having; k++) {
    const component = members.component[places[k]];
    if (component < 0) continue;
    memory[norms + component] = 0;
    weight += weights[component];
    present++;
  }
  const masses = massesOf(kernels, norms, size);
  branch.dimensions.forEach((dimension, d) => {
    if (dimension.choices === 0)
      writeNumbers(kernels, dimension, members, present - 1, centres[d], scales[d], masses.times);
  });
  masses.close();
  const codes = branch.dimensions.map((dimension) => codesOf(dimension, members));
  return { branch, norms, centres, scales, codes, everywhere: present === size, logWeight: log(weight) };
}

function codesOf({ index, choices }: Dimension, { component, count, orders }: Members): Int32Array {
  if (choices === 0) return NO_CODES;
  const codes = new Int32Array(count + 1).fill(-1);
  const { places, values, size } = orders[index];
  for (let k = 0; k < size; k++) {
    const i = component[places[k]];
    if (i >= 0) codes[i] = Math.min(choices - 1, Math.floor(values[k] * choices));
  }
  return codes;
}

/**
 * Centres and widths: a kernel reaches to the farther of its neighbours; the first and the last to the one that
 * they have (Bergstra et al. 2011, with the ends of the range left out).
 */
function writeNumbers(
  kernels: Kernels,
  dimension: Dimension,
  { component, orders, count, prior }: Members,
  present: number,
  centres: number,
  scales: number,
  times: (component: number, mass: number) => void,
): void {
  const { memory } = kernels;
  const narrowest = Math.max(NARROWEST, 1 / (present + 2));
  let [lastCentre, lastSigma, mass] = [Number.NaN, Number.NaN, 1];
  const write = (i: number, centre: number, width: number) => {
    const sigma = Math.min(1, Math.max(narrowest, width));
    memory[centres + i] = centre;
    memory[scales + i] = Math.SQRT1_2 / sigma;
    if (centre !== lastCentre || sigma !== lastSigma) mass = massOf(dimension, centre, sigma); // cells hold many
    [lastCentre, lastSigma] = [centre, sigma];
    times(i, mass);
  };
  memory.fill(0.5, centres, centres + count + 1);
  memory.fill(Math.SQRT1_2, scales, scales + count + 1);
  const { places, values, size } = orders[dimension.index];
  let before = -1;
  let at = -1;
  for (let next = 0; next < size; next++) {
    if (component[places[next]] < 0) continue;
    if (at >= 0) {
      const right = values[next] - values[at];
      write(
        component[places[at]],
        values[at],
        before < 0 ? right : Math.max(values[at] - values[before], right),
      );
    }
    before = at;
    at = next;
  }
  if (at >= 0) {
    const own = values[at];
    write(component[places[at]], own, before < 0 ? Math.max(own, 1 - own) : own - values[before]);
  }
  const { centre, sigma } = prior?.number(dimension.index) ?? UNINFORMED;
  write(count, centre, sigma);
}

/** Products of masses by component, so that one logarithm is taken for all dimensions of a branch. */
function massesOf(kernels: Kernels, norms: number, size: number) {
  const { memory } = kernels;
  const products = new Float64Array(size).fill(1);
  return {
    times(component: number, mass: number) {
      products[component] *= mass;
      if (products[component] > SMALL) return;
      memory[norms + component] -= log(products[component]);
      products[component] = 1;
    },
    close() {
      for (let i = 0; i < size; i++) if (products[i] !== 1) memory[norms + i] -= log(products[i]);
    },
  };
}

/** A kernel's integral over the range, or its sum over the cells; √(2π) and the cells' width left out. */
function massOf({ cells }: Dimension, centre: number, sigma: number): number {
  if (cells === undefined) {
    const left = centre / sigma;
    const right = (1 - centre) / sigma;
    if (left > NO_TAIL && right > NO_TAIL) return sigma;
    return sigma * (quickNormalCdf(right) - quickNormalCdf(-left));
  }
  let sum = 0;
  for (const cell of cells) {
    const z = (cell - centre) / sigma;
    sum += exp(-0.5 * z * z);
  }
  return sum;
}
