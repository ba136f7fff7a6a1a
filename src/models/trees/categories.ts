/**
 * Splits of a category's levels into two sets, from sums of gradients and hessians by level.
 */

/** Rules of LightGBM for categories (Ke et al. 2017, and its parameters of these names). */
export interface CategoryRules {
  /** Added to a level's hessian where levels are put in order: rare ones move to the middle. */
  readonly smoothing: number;
  /** Added to `l2` where more than one level is compared with the rest. */
  readonly l2: number;
}

export interface SetSplit {
  /** Σ G² / (H + l2) over both children, to be compared with that of other splits. */
  readonly value: number;
  /** Shape (256): 1 for the bins that go left. */
  readonly goesLeft: Uint8Array;
  readonly g: number;
  readonly h: number;
}

/** Up to so many levels each is compared with the rest; beyond, sets of levels are. */
const ONE_AGAINST_REST = 4;
/** Levels on the smaller side. */
const MOST_LEVELS = 32;

/**
 * The best split of the levels above `floor`, or undefined. Missing values are a level of their own. Levels in the order
 * of their mean gradient: the best of all sets is a prefix of it (Fisher 1958, "On grouping for maximum homogeneity").
 *
 * @param cells     sums of gradient and hessian by bin, shape (bins + 1, 2), the last for missing values if there are any
 * @param count     bins, with that of missing values
 * @param node      sums over the node
 * @param smallest  the least hessian of a child
 */
export function bestSet(
  cells: Float64Array,
  count: number,
  node: { readonly g: number; readonly h: number },
  penalties: { readonly l1: number; readonly l2: number },
  rules: CategoryRules,
  smallest: number,
  floor: number,
): SetSplit | undefined {
  const present: number[] = [];
  const negligible = 1e-12 * node.h; // what subtraction leaves of an empty bin
  for (let b = 0; b < count; b++) if (cells[2 * b + 1] > negligible) present.push(b);
  if (present.length < 2) return undefined;
  const single = present.length <= ONE_AGAINST_REST;
  const l2 = penalties.l2 + (single ? 0 : rules.l2);
  const { l1 } = penalties;
  const search: Search = { value: floor, first: 0, count: 0, step: 1, g: 0, h: 0 };
  const consider = (g: number, h: number, first: number, levels: number, step: number) => {
    if (h < smallest || node.h - h < smallest) return;
    const value = square(g, l1) / (h + l2) + square(node.g - g, l1) / (node.h - h + l2);
    if (value > search.value) Object.assign(search, { value, first, count: levels, step, g, h });
  };
  if (single)
    for (let i = 0; i < present.length; i++)
      consider(cells[2 * present[i]], cells[2 * present[i] + 1], i, 1, 1);
  else {
    // relative to the node's mean, so that levels of little weight come to stand in the middle
    const mean = node.g / node.h;
    const key = new Float64Array(count);
    for (const b of present)
      key[b] = (cells[2 * b] - mean * cells[2 * b + 1]) / (cells[2 * b + 1] + rules.smoothing);
    present.sort((a, b) => key[a] - key[b] || a - b);
    const most = Math.min(MOST_LEVELS, (present.length + 1) >> 1);
    for (const step of [1, -1]) {
      const first = step > 0 ? 0 : present.length - 1;
      let g = 0;
      let h = 0;
      for (let i = 0; i < most; i++) {
        const b = present[first + step * i];
        g += cells[2 * b];
        h += cells[2 * b + 1];
        consider(g, h, first, i + 1, step);
      }
    }
  }
  if (search.count === 0) return undefined;
  const goesLeft = new Uint8Array(256);
  for (let i = 0; i < search.count; i++) goesLeft[present[search.first + search.step * i]] = 1;
  return { value: search.value, goesLeft, g: search.g, h: search.h };
}

/** The best set so far: so many levels from a place in their order, upwards or downwards. */
interface Search {
  value: number;
  first: number;
  count: number;
  step: number;
  g: number;
  h: number;
}

function square(g: number, l1: number): number {
  const t = Math.max(Math.abs(g) - l1, 0);
  return t * t;
}

/** Bits of the codes whose bin goes left. */
export function setOfCodes(codes: Uint8Array, goesLeft: Uint8Array): Int32Array {
  const words = new Int32Array((codes.length + 31) >> 5);
  for (let c = 0; c < codes.length; c++) if (goesLeft[codes[c]] === 1) words[c >> 5] |= 1 << (c & 31);
  return words;
}
