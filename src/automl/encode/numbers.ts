/**
 * How a column of numbers is scaled for models that compare distances or multiply by weights.
 */
import type { NumberColumn } from "../table.ts";
import { curve } from "./apply.ts";
import type { NumberStep, ScaleStep, Step } from "./step.ts";

/** Rows that quantiles are taken from. */
const MOST_ROWS = 50_000;
/** Values are clipped at so many robust standard deviations from the median, and bent towards ± so many before that. */
const FENCE = 8;
const BEND = 3; // Holzmüller et al. 2024, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", §3
/** A robust standard deviation is at least this share of the plain one: where it is less, most values are nearly the same. */
const LEAST_ROBUST = 1 / 3;
/** A tail of more robust standard deviations is tried on a logarithmic scale. */
const HEAVY = 8;
/** Standard deviations between the quartiles of a normal distribution. */
const WITHIN_QUARTILES = 1.349;
/** Where most values are the same, the others reach over at most so many. */
const RANGE = 4;
/** Of the logarithmic curve, so that what it divides stays finite. */
const SMALLEST_UNIT = 1e-30;
/** Indicators of fewer missing cells say nothing. */
const FEWEST_MISSING = 3;

/** For trees: as it is; undefined if it is the same in all rows. */
export function numberStep(column: NumberColumn, at: number, rows: Int32Array): NumberStep | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let missing = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = column.values[rows[i]];
    if (Number.isNaN(value)) missing++;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (missing === rows.length || (low === high && missing === 0)) return undefined;
  return { kind: "number", column: at, centre: centreOf(low, high) };
}

/** 0, but the least value where single precision would tell too few of them apart. */
function centreOf(low: number, high: number): number {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 0;
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size > 2 ** 16 && high - low < size / 4 ? Math.floor(low) : 0;
}

/** For the dense view: scaled, and whether it is missing where enough are. Nothing of a column that is all the same. */
export function scaleSteps(column: NumberColumn, at: number, rows: Int32Array): readonly Step[] {
  const every = Math.max(1, rows.length / MOST_ROWS);
  let missing = 0;
  for (let i = 0; i < rows.length; i++) if (Number.isNaN(column.values[rows[i]])) missing++;
  const sample = new Float64Array(Math.ceil(rows.length / every));
  let sampled = 0;
  for (let i = 0; i < rows.length; i += every) {
    const value = column.values[rows[Math.floor(i)]];
    if (Number.isFinite(value)) sample[sampled++] = value;
  }
  const sorted = sample.subarray(0, sampled).sort();
  const indicator: readonly Step[] =
    missing >= FEWEST_MISSING && missing < rows.length ? [{ kind: "missing", column: at }] : [];
  const scale = sorted.length === 0 ? undefined : scaleStep(sorted, at, column.values, rows);
  return scale === undefined ? indicator : [scale, ...indicator];
}

function scaleStep(
  sorted: Float64Array,
  column: number,
  values: Float64Array,
  rows: Int32Array,
): ScaleStep | undefined {
  const fill = quantile(sorted, 0.5);
  const plain = shapeOf(sorted, undefined);
  const unit = plain.tail > HEAVY ? unitOf(sorted) : undefined;
  const curved = unit === undefined ? undefined : shapeOf(sorted, unit);
  const better = curved !== undefined && curved.tail < plain.tail / 2;
  const { low, high } = better ? curved : plain;
  const kept = better ? unit : undefined;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    const z = curve(Number.isNaN(value) ? fill : value, kept);
    const clipped = z < low ? low : Math.min(z, high);
    const step = clipped - mean;
    mean += step / (i + 1); // Welford 1962: exact enough for large numbers of small spread
    squares += step * (clipped - mean);
  }
  const deviation = Math.sqrt(squares / rows.length);
  if (!(deviation > 1e-12 * Math.max(1e-12, Math.abs(mean)))) return undefined;
  const at = (share: number) => curve(quantile(sorted, share), kept);
  const robust = (at(0.75) - at(0.25)) / WITHIN_QUARTILES;
  return {
    ...{ kind: "scale", column, fill },
    ...(kept !== undefined && { unit: kept }),
    ...{ low, high },
    centre: at(0.5),
    scale:
      robust > 0 ? Math.max(robust, LEAST_ROBUST * deviation) : Math.max(deviation, (high - low) / RANGE),
    bend: BEND,
  };
}

/** Where the curved values are clipped, and how far they reach in robust standard deviations. */
function shapeOf(
  sorted: Float64Array,
  unit: number | undefined,
): { low: number; high: number; tail: number } {
  const at = (share: number) => curve(quantile(sorted, share), unit);
  const [least, middle, most] = [at(0), at(0.5), at(1)];
  let spread = (at(0.75) - at(0.25)) / WITHIN_QUARTILES;
  const whole = spread > 0;
  if (!whole) spread = (at(0.95) - at(0.05)) / 3.29;
  if (!(spread > 0)) return { low: least, high: most, tail: Number.POSITIVE_INFINITY };
  const tail = Math.max(most - middle, middle - least) / spread;
  if (!whole) return { low: least, high: most, tail };
  return {
    low: Math.max(least, middle - FENCE * spread),
    high: Math.min(most, middle + FENCE * spread),
    tail,
  };
}

/** A small size of what is not zero, so that the logarithm acts on all that is larger; undefined if there is none. */
function unitOf(sorted: Float64Array): number | undefined {
  const sizes = sorted
    .filter((value) => value !== 0)
    .map(Math.abs)
    .sort();
  return sizes.length === 0 ? undefined : Math.max(SMALLEST_UNIT, quantile(sizes, 0.1));
}

/** Between the two nearest of sorted values. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const rest = place - below;
  return rest === 0 ? sorted[below] : sorted[below] + rest * (sorted[below + 1] - sorted[below]);
}
