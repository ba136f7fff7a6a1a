/**
 * Predictions that may only rise, or only fall, with a feature: a leaf's value is kept within bounds, and a split on the
 * feature bounds both children at the middle of their values (the basic method of LightGBM and XGBoost).
 */
import type { BinnedColumn } from "./bins.ts";

interface Bounds {
  readonly g: number;
  readonly h: number;
  readonly low: number;
  readonly high: number;
}

/** − G / (H + l2), G shrunk by l1, within bounds. */
export function bounded(g: number, h: number, l1: number, l2: number, low: number, high: number): number {
  const t = Math.max(Math.abs(g) - l1, 0);
  const value = g > 0 ? -t / (h + l2) : t / (h + l2);
  return Math.min(high, Math.max(low, value));
}

/** Between what the values of both children must lie. */
export function childBounds(
  node: Bounds,
  split: { readonly leftG: number; readonly leftH: number },
  direction: number,
  l1: number,
  l2: number,
): readonly [readonly [number, number], readonly [number, number]] {
  const { low, high } = node;
  const own = [low, high] as const;
  if (direction === 0) return [own, own];
  const left = bounded(split.leftG, split.leftH, l1, l2, low, high);
  const right = bounded(node.g - split.leftG, node.h - split.leftH, l1, l2, low, high);
  const middle = (left + right) / 2;
  const below = [low, middle] as const;
  const above = [middle, high] as const;
  return direction > 0 ? [below, above] : [above, below];
}

/** The cut of most value above `floor` whose children keep the order and the bounds; undefined: there is none. */
export function bestConstrained(
  cells: Float64Array,
  { bins, missing }: BinnedColumn,
  direction: number,
  node: Bounds,
  { l1, l2 }: { readonly l1: number; readonly l2: number },
  smallest: number,
  floor: number,
) {
  const { low, high } = node;
  const missingG = missing ? cells[2 * bins] : 0;
  const missingH = missing ? cells[2 * bins + 1] : 0;
  let best = floor;
  let found:
    | {
        readonly value: number;
        readonly bin: number;
        readonly missingLeft: boolean;
        readonly g: number;
        readonly h: number;
      }
    | undefined;
  const consider = (bin: number, missingLeft: boolean, g: number, h: number) => {
    const otherG = node.g - g;
    const otherH = node.h - h;
    if (h < smallest || otherH < smallest) return;
    const left = bounded(g, h, l1, l2, low, high);
    const right = bounded(otherG, otherH, l1, l2, low, high);
    if (direction * (right - left) < 0) return;
    const value = fall(g, h, left, l1, l2) + fall(otherG, otherH, right, l1, l2);
    if (!(value > best)) return;
    best = value;
    found = { value, bin, missingLeft, g, h };
  };
  let g = 0;
  let h = 0;
  for (let b = 0; b < (missingH > 0 ? bins : bins - 1); b++) {
    g += cells[2 * b];
    h += cells[2 * b + 1];
    consider(b, false, g, h);
    if (missingH > 0) consider(b, true, g + missingG, h + missingH);
  }
  return found;
}

/** Twice what the loss falls by with this value: G² / (H + l2) where nothing bounds it. */
export function fall(g: number, h: number, value: number, l1: number, l2: number): number {
  return -(2 * g * value + (h + l2) * value * value + 2 * l1 * Math.abs(value));
}
