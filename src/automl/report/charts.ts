/**
 * Pictures of numbers as SVG: pure functions, no script.
 */
import type { Bin } from "../explain/calibration.ts";
import type { Point } from "../explain/curves.ts";
import { type Axes, across, down, FRAME, plot, rangeOf, round } from "./axes.ts";
import { cut, html, type Markup } from "./html.ts";

const WHOLE = { low: 0, high: 1 };
const BAR = 24;
const LABEL = 132;
const LABEL_LETTERS = 18;

/** A bar and how far it may be off. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly error: number;
}

/** Bars from zero to the right (or left), with error bars. */
export function bars(label: string, list: readonly Bar[]): Markup {
  const ends = list.flatMap(({ value, error }) => [value - (error || 0), value + (error || 0)]);
  const range = rangeOf([0, ...ends], 0.02);
  const width = FRAME.width;
  const at = (value: number) =>
    round(LABEL + ((value - range.low) / (range.high - range.low)) * (width - LABEL - 10));
  return html`<svg viewBox="0 0 ${width} ${BAR * list.length + 8}" role="img" aria-label="${label}">
<path class="axis" d="M${at(0)} 0V${BAR * list.length + 8}"/>
${list.map(({ name, value, error }, i) => {
  const y = BAR * i + 4;
  const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))];
  const whisker = Number.isFinite(error)
    ? html`<path class="error" d="M${at(value - error)} ${y + 9}H${at(value + error)}"/>`
    : undefined;
  return html`<text class="end" x="${LABEL - 8}" y="${y + 13}">${cut(name, LABEL_LETTERS)}</text><rect class="bar" x="${from}" y="${y}" width="${round(Math.max(0.5, to - from))}" height="18"/>${whisker}\n`;
})}</svg>`;
}

/** One of several curves. */
export interface Curve {
  readonly points: readonly Point[];
  /** How far each point may be off, the same length; absent: no band. */
  readonly spreads?: readonly number[];
}

/** Curves, the first with a band. */
export function curves(
  label: string,
  axes: Omit<Axes, "x" | "y"> & Partial<Axes>,
  list: readonly Curve[],
): Markup {
  const x =
    axes.x ??
    rangeOf(
      list.flatMap(({ points }) => points.map(([value]) => value)),
      0.02,
    );
  const y =
    axes.y ??
    rangeOf(
      list.flatMap(({ points, spreads }) =>
        points.flatMap(([, value], i) => [value - (spreads?.[i] ?? 0), value + (spreads?.[i] ?? 0)]),
      ),
    );
  const drawn = list.map(({ points, spreads }, k) => {
    const at = points.map(([px, py]) => `${across(px, x)} ${down(py, y)}`);
    const upper = points.map(([px, py], i) => `${across(px, x)} ${down(py + (spreads?.[i] ?? 0), y)}`);
    const lower = points.map(([px, py], i) => `${across(px, x)} ${down(py - (spreads?.[i] ?? 0), y)}`);
    const band =
      spreads && list.length === 1
        ? html`<path class="band" d="M${[...upper, ...lower.reverse()].join("L")}Z"/>`
        : undefined;
    return html`${band}<path class="line c${k % 6}" d="M${at.join("L")}"/>`;
  });
  return plot(label, { ...axes, x, y }, drawn);
}

/** The receiver operating characteristic, or precision over recall: a curve in the unit square. */
export function unitCurve(
  label: string,
  xLabel: string,
  yLabel: string,
  points: readonly Point[],
  diagonal: boolean,
): Markup {
  const curve = html`<path class="line c0" d="M${points.map(([x, y]) => `${across(x, WHOLE)} ${down(y, WHOLE)}`).join("L")}"/>`;
  return plot(
    label,
    { x: WHOLE, y: WHOLE, xLabel, yLabel },
    diagonal ? [diagonalOf(WHOLE, WHOLE), curve] : [curve],
  );
}

/** Observed shares over predicted probabilities, with their intervals. */
export function calibrationChart(label: string, bins: readonly Bin[]): Markup {
  const drawn = bins.map(({ predicted, observed, low, high }) => {
    const [x, y] = [across(predicted, WHOLE), down(observed, WHOLE)];
    return html`<path class="error" d="M${x} ${down(low, WHOLE)}V${down(high, WHOLE)}"/><circle class="dot" cx="${x}" cy="${y}" r="4"/>`;
  });
  const axes = { x: WHOLE, y: WHOLE, xLabel: "predicted probability", yLabel: "observed share" };
  return plot(label, axes, [diagonalOf(WHOLE, WHOLE), ...drawn]);
}

/** Points about the diagonal on which predictions are right. */
export function scatter(label: string, xLabel: string, yLabel: string, points: readonly Point[]): Markup {
  const range = rangeOf(points.flat());
  return plot(label, { x: range, y: range, xLabel, yLabel }, [
    diagonalOf(range, range),
    ...points.map(
      ([x, y]) => html`<circle class="dot faint" cx="${across(x, range)}" cy="${down(y, range)}" r="3"/>`,
    ),
  ]);
}

/** Counts in bins of equal width. */
export function histogram(
  label: string,
  xLabel: string,
  { low, high, counts }: { readonly low: number; readonly high: number; readonly counts: readonly number[] },
): Markup {
  const x = high > low ? { low, high } : rangeOf([low]);
  const y = { low: 0, high: Math.max(1, ...counts) * 1.05 };
  const width = (x.high - x.low) / counts.length;
  const drawn = counts.map((count, i) => {
    const [from, to] = [across(x.low + i * width, x), across(x.low + (i + 1) * width, x)];
    return html`<rect class="bar" x="${from}" y="${down(count, y)}" width="${round(Math.max(0.5, to - from - 1))}" height="${round(down(0, y) - down(count, y))}"/>`;
  });
  return plot(label, { x, y, xLabel, yLabel: "rows" }, drawn);
}

function diagonalOf(x: { low: number; high: number }, y: { low: number; high: number }): Markup {
  return html`<path class="axis dash" d="M${across(x.low, x)} ${down(y.low, y)}L${across(x.high, x)} ${down(y.high, y)}"/>`;
}
