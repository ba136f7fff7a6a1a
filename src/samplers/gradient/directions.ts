/**
 * Ways downhill from a point: with the curvature that past gradients tell of, and without.
 */
import { inverseHessianTimes } from "../../math/lbfgs.ts";

/** Running means of gradients and of their squares, and of how many. */
export interface Moments {
  readonly count: number;
  readonly mean?: Float64Array;
  readonly square?: Float64Array;
}

/** A step and what became of the gradient on it, both of shape (d). */
export interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

export interface Direction {
  readonly by: "adam" | "curvature";
  /** Shape (d), zero where coordinates stay. */
  readonly step: Float64Array;
}

/**
 * Decay of the means (Kingma and Ba 2015, "Adam", algorithm 1). The squares are forgotten sooner than there: a chain
 * has some tens of steps, not thousands.
 */
const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.99;
/** Gradients below this share of the largest are no reason for a full step. */
const SMALL = 1e-8;
/** The least share of y·y that s·y must be for a pair to tell of a curvature (Nocedal and Wright 2006, section 7.2). */
const CURVED = 1e-10;

export const noMoments: Moments = { count: 0 };

export function momentsWith({ count, mean, square }: Moments, gradient: Float64Array): Moments {
  return {
    count: count + 1,
    mean: gradient.map((g, j) => MEAN_DECAY * (mean?.[j] ?? 0) + (1 - MEAN_DECAY) * g),
    square: gradient.map((g, j) => SQUARE_DECAY * (square?.[j] ?? 0) + (1 - SQUARE_DECAY) * g * g),
  };
}

/** What one point says of the curvature, seen from another; undefined if the points are the same. */
export function pairOf(
  from: Float64Array,
  gradientFrom: Float64Array,
  to: Float64Array,
  gradientTo: Float64Array,
): Pair | undefined {
  const step = to.map((u, j) => u - from[j]);
  if (step.every((s) => s === 0)) return undefined;
  return { step, change: gradientTo.map((g, j) => g - gradientFrom[j]) };
}

/**
 * The ways to go, what is tried first before what is tried last: the quasi-Newton step (L-BFGS) of the coordinates
 * that are open where curvature is known, and Adam's.
 *
 * @param steepest  the gradient, zero where coordinates are not open; shape (d)
 * @param radius    the length of Adam's step in a coordinate whose gradient keeps its sign
 */
export function directions(
  steepest: Float64Array,
  open: Uint8Array,
  { count, mean, square }: Moments,
  pairs: readonly Pair[],
  radius: number,
): readonly Direction[] {
  const within = (a: Float64Array) => a.map((v, j) => (open[j] ? v : 0));
  const curved = pairs.flatMap(({ step, change }) => {
    const [s, y] = [within(step), within(change)];
    const sy = dot(s, y);
    return sy > CURVED * dot(y, y) ? [{ s, y, sy }] : [];
  });
  const found: Direction[] = [];
  if (curved.length > 0)
    found.push({
      by: "curvature",
      step: inverseHessianTimes(curved, steepest).map((v, j) => (open[j] ? -v : 0)),
    });
  found.push({ by: "adam", step: adam(steepest, open, { count, mean, square }, radius) });
  return found;
}

function adam(
  steepest: Float64Array,
  open: Uint8Array,
  { count, mean, square }: Moments,
  radius: number,
): Float64Array {
  const [unbiased, unbiasedSquare] = [1 - power(MEAN_DECAY, count), 1 - power(SQUARE_DECAY, count)];
  const floor = SMALL * Math.max(...steepest.map(Math.abs));
  const step = steepest.map((g, j) => {
    if (!open[j]) return 0;
    const m = (mean?.[j] ?? g) / unbiased;
    return (-radius * m) / (Math.sqrt((square?.[j] ?? g * g) / unbiasedSquare) + floor);
  });
  if (step.some((s) => s !== 0)) return step;
  return steepest.map((g) => -radius * Math.sign(g)); // what was seen before cancels out to nothing
}

/** A whole power, to the same bits everywhere. */
function power(base: number, exponent: number): number {
  let product = 1;
  for (let k = 0; k < exponent; k++) product *= base;
  return product;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}
