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
  let best = floor;
  let found: { readonly bins: readonly number[]; readonly g: number; readonly h: number } | undefined;
  const consider = (bins: () => readonly number[], g: number, h: number) => {
    if (h < smallest || node.h - h < smallest) return;
    const value = square(g, l1) / (h + l2) + square(node.g - g, l1) / (node.h - h + l2);
    if (!(value > best)) return;
    best = value;
    found = { bins: bins(), g, h };
  };
  if (single) for (const b of present) consider(() => [b], cells[2 * b], cells[2 * b + 1]);
  else {
    // levels of little weight say nothing: they stay with the rest
    const mean = node.g / node.h;
    const key = new Map(
      present.map((b) => [
        b,
        (cells[2 * b] - mean * cells[2 * b + 1]) / (cells[2 * b + 1] + rules.smoothing),
      ]),
    );
    const order = present.sort((a, b) => key.get(a)! - key.get(b)! || a - b);
    const most = Math.min(MOST_LEVELS, (order.length + 1) >> 1);
    for (const sequence of [order, order.toReversed()]) {
      let g = 0;
      let h = 0;
      for (let i = 0; i < most; i++) {
        g += cells[2 * sequence[i]];
        h += cells[2 * sequence[i] + 1];
        consider(() => sequence.slice(0, i + 1), g, h);
      }
    }
  }
  if (found === undefined) return undefined;
  const goesLeft = new Uint8Array(256);
  for (const b of found.bins) goesLeft[b] = 1;
  return { value: best, goesLeft, g: found.g, h: found.h };
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
