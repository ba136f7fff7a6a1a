/**
 * The kernels of one branch of a Parzen estimator: one joint kernel for each observation that has the branch.
 */
import { log } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import { normalCdfTable } from "../../math/special.ts";
import type { SpacePrior } from "../prior.ts";
import type { Branch } from "./layout.ts";

/** Kernels are at least 1/(m + 2) wide, or this share of the range. */
const NARROWEST = 1 / 100;
/** The prior component of a number of which nothing is expected. */
const UNINFORMED = { centre: 0.5, sigma: 1 };
/** The norm of a kernel that is not there. */
const ABSENT = -1e6;
/** Doubles of a block of two components and two dimensions, and of one dimension's half. */
const BLOCK = 8;
const HALF = 4;
/** How far after its centre a component's 1/(√2 σ) stands. */
export const WIDTH = 2;
/** Doubles of a candidate's coordinate. */
const QUERY = 6;
/** Candidates that are looked at together. */
export const MOST_QUERIES = 32;

/** Places of observations in the order of one of their coordinates. The first `size` entries are valid. */
export interface Order {
  readonly places: Int32Array;
  readonly values: Float64Array;
  readonly size: number;
}

/** What mixtures over the same observations share, in the kernels' memory. */
export interface Shared {
  /** For each parameter: where the places of the observations that have it stand, ascending by coordinate. */
  readonly orders: readonly { readonly places: number; readonly values: number; readonly size: number }[];
  /** Where the table of Φ stands. */
  readonly table: number;
  /** For each parameter: where its cells stand, if it has few. */
  readonly cells: ReadonlyMap<number, number>;
}

export interface Members {
  readonly shared: Shared;
  /** Which observations are members: the component of each, or −1. Shape (observations). */
  readonly component: Int32Array;
  /** How many are. */
  readonly count: number;
  /** Weight of each component, the prior's last, shape (count + 1); any sum. */
  readonly weights: Float64Array;
  /** What the prior component is, where the user expects something; as wide as the range otherwise. */
  readonly prior?: SpacePrior;
}

/** Writes to memory what the mixtures to come share. */
export function share(kernels: Kernels, branches: readonly Branch[], orders: readonly Order[]): Shared {
  const write = (values: Float64Array) => {
    const place = kernels.reserve(values.length);
    kernels.memory.set(values, place);
    return place;
  };
  const table = write(normalCdfTable());
  const cells = new Map<number, number>();
  for (const { dimensions } of branches)
    for (const { index, cells: own } of dimensions) if (own !== undefined) cells.set(index, write(own));
  return {
    table,
    cells,
    orders: orders.map(({ places, values, size }) => ({
      places: writeIntegers(kernels, places.subarray(0, size)),
      values: write(values.subarray(0, size)),
      size,
    })),
  };
}

/** Writes integers to memory, two in a double's room. */
export function writeIntegers(kernels: Kernels, values: Int32Array): number {
  const place = kernels.reserve((values.length + 1) >> 1);
  kernels.integers.set(values, 2 * place);
  return place;
}

/** Places of one branch's kernels in memory. */
export interface Joint {
  readonly branch: Branch;
  /** Index of the parameter that says whether a point has the branch. */
  readonly first: number;
  /** Normalising terms, far below 0 where a component lacks the branch. */
  readonly norms: number;
  /** The same and ln of the weights, where every component has the branch. */
  readonly base: number;
  readonly everywhere: boolean;
  /** ln of the weights of those that have the branch. */
  readonly logWeight: number;
  /** Blocks of centres and widths. */
  readonly at: number;
  /** How far the blocks of the next two dimensions stand from those. */
  readonly group: number;
  /** Candidates' coordinates. */
  readonly query: number;
}

/** Writes a branch's kernels to memory. `component` and `logWeights` are places. */
export function buildJoint(
  kernels: Kernels,
  branch: Branch,
  members: Members,
  component: number,
  weights: Float64Array,
  logWeights: number,
): Joint {
  const { shared, count, prior } = members;
  const { dimensions } = branch;
  const size = count + 1;
  const group = BLOCK * ((size + 1) >> 1);
  const norms = kernels.reserve(size);
  const products = kernels.reserve(size);
  const base = kernels.reserve(size);
  const at = kernels.reserve(group * ((dimensions.length + 1) >> 1));
  const query = kernels.reserve(QUERY * dimensions.length * MOST_QUERIES);
  const { memory } = kernels;
  const [{ index: first }] = dimensions;
  const having = shared.orders[first];
  memory.fill(ABSENT, norms, norms + size);
  memory.fill(1, products, products + size);
  memory[norms + count] = 0;
  const present = kernels.parzenMembers(having.size, having.places, component, norms);
  const everywhere = present === count;
  if (!everywhere) memory.fill(0, at, query); // what is not there must be a number
  const narrowest = Math.max(NARROWEST, 1 / (present + 2));
  for (let d = 0; d < dimensions.length; d++) {
    const { index, choices, cells } = dimensions[d];
    const order = shared.orders[index];
    const block = at + group * (d >> 1) + HALF * (d & 1);
    const place = query + QUERY * d;
    memory[place + 1] = 0;
    if (choices > 0) {
      kernels.parzenCodes(size, order.size, order.places, order.values, component, choices, block);
      memory.set([1, ...choiceLogs(count, choices)], place + 1);
      continue;
    }
    const { centre, sigma } = prior?.number(index) ?? UNINFORMED;
    const cellsAt = shared.cells.get(index) ?? 0;
    const cellCount = cells?.length ?? 0;
    // biome-ignore format: one line of places, one of numbers
    kernels.parzenNumbers(
      size, order.size, order.places, order.values, component, narrowest, centre, sigma,
      cellsAt, cellCount, shared.table, block, products, norms,
    );
  }
  kernels.subtractLogs(size, products, norms);
  memory.copyWithin(base, logWeights, logWeights + size);
  kernels.addRow(size, norms, base);
  if (size & 1) memory[base + size] = Number.NEGATIVE_INFINITY; // what stands past an odd end counts for nothing
  const logWeight = everywhere ? 0 : log(weightOfThose(kernels, members, weights, having));
  return { branch, first, norms, base, everywhere, logWeight, at, group, query };
}

/** Sum of the weights of the components that have the branch: the prior's, then in the order of the coordinate. */
function weightOfThose(
  { integers }: Kernels,
  { component, count }: Members,
  weights: Float64Array,
  { places, size }: Shared["orders"][number],
): number {
  let weight = weights[count];
  for (let k = 0; k < size; k++) {
    const i = component[integers[2 * places + k]];
    if (i >= 0) weight += weights[i];
  }
  return weight;
}

/** Writes the coordinates of the n-th candidate: unit ones of numbers, indices of choices. Returns their place. */
export function writeQuery(
  { memory }: Kernels,
  { branch, query }: Joint,
  unit: Float64Array,
  { prior }: Members,
  n: number,
): number {
  const { dimensions } = branch;
  const length = QUERY * dimensions.length;
  const own = query + n * length;
  if (n > 0) memory.copyWithin(own, query, query + length);
  for (let d = 0; d < dimensions.length; d++) {
    const { index, choices } = dimensions[d];
    const place = own + QUERY * d;
    if (choices === 0) {
      memory[place] = unit[index];
      continue;
    }
    const choice = Math.min(choices - 1, Math.floor(unit[index] * choices));
    memory[place] = choice;
    if (prior !== undefined) memory[place + 5] = prior.choice(index)?.[choice] ?? memory[place + 4];
  }
  return own;
}

/** Where a component's centre stands (or the code of its choice, below 0 where it has none); see `WIDTH`. */
export function placeOf({ at, group }: Joint, d: number, component: number): number {
  return at + group * (d >> 1) + BLOCK * (component >> 1) + HALF * (d & 1) + (component & 1);
}

/** Whether a component has the branch. */
export function hasBranch({ memory }: Kernels, { norms }: Joint, component: number): boolean {
  return memory[norms + component] > ABSENT / 2;
}

/**
 * ln of the probability of a component's own choice, of another, of any in a component without one, and in the
 * prior: one count more than a share 1/(m + 1) of each.
 */
function choiceLogs(count: number, choices: number): readonly [number, number, number, number] {
  const share = 1 / (count + 1);
  const total = 1 + choices * share;
  const unseen = -log(choices);
  return [log((1 + share) / total), log(share / total), unseen, unseen];
}

/** The probability that a draw is the component's own choice, and not one of all. */
export function ownShare(count: number, choices: number): number {
  return 1 / (1 + choices * (1 / (count + 1)));
}
