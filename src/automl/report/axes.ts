/**
 * Where numbers stand in a picture.
 */
import { exp, log } from "../../math/elementary.ts";
import { short } from "../../terminal/text.ts";
import { html, type Markup } from "./html.ts";

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The plot's size and the room around it, in units of the picture. */
export const FRAME = { width: 400, height: 270, left: 60, right: 14, top: 12, bottom: 46 } as const;

export interface Axes {
  readonly x: Range;
  readonly y: Range;
  readonly xLabel: string;
  readonly yLabel: string;
  /** How numbers of the x axis are written. @default with four digits */
  readonly xText?: (value: number) => string;
}

/** The range of finite values, a little wider; of one value, a range around it. */
export function rangeOf(values: Iterable<number>, margin = 0.04): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return { low: 0, high: 1 };
  const room = high > low ? margin * (high - low) : Math.max(Math.abs(low) * 0.1, 0.5);
  return { low: low - room, high: high + room };
}

/** Where a number stands from left to right, … */
export function across(value: number, { low, high }: Range): number {
  const { width, left, right } = FRAME;
  return round(left + ((value - low) / (high - low)) * (width - left - right));
}

/** … and from top to bottom. */
export function down(value: number, { low, high }: Range): number {
  const { height, top, bottom } = FRAME;
  return round(height - bottom - ((value - low) / (high - low)) * (height - top - bottom));
}

/** A coordinate, short. */
export function round(value: number): number {
  return Math.round(10 * value) / 10;
}

/** About so many round numbers in a range. */
export function ticks({ low, high }: Range, count = 5): number[] {
  const raw = (high - low) / count;
  if (!(raw > 0) || !Number.isFinite(raw)) return [low];
  const power = exp(Math.floor(log(raw) / Math.LN10) * Math.LN10);
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw * 0.999) ?? raw;
  const found: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high && found.length < 20; k++)
    found.push(Number((k * step).toPrecision(6)));
  return found;
}

/** A picture with axes; `label` says to who cannot see it what it shows. */
export function plot(label: string, axes: Axes, drawn: readonly Markup[]): Markup {
  const { x, y, xLabel, yLabel, xText = (value) => short(value) } = axes;
  const { width, height, left, right, top, bottom } = FRAME;
  const middle = (left + width - right) / 2;
  const centre = (top + height - bottom) / 2;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
${ticks(y).map(
  (value) =>
    html`<path class="grid" d="M${left} ${down(value, y)}H${width - right}"/><text class="end" x="${left - 6}" y="${down(value, y) + 4}">${short(value)}</text>`,
)}
${ticks(x).map(
  (value) =>
    html`<path class="grid" d="M${across(value, x)} ${top}V${height - bottom}"/><text class="mid" x="${across(value, x)}" y="${height - bottom + 16}">${xText(value)}</text>`,
)}
${drawn}
<text class="mid" x="${middle}" y="${height - 8}">${xLabel}</text><text class="mid" transform="translate(13 ${centre}) rotate(-90)">${yLabel}</text></svg>`;
}
