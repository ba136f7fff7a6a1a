/**
 * Where a learning curve will end: an ensemble of shapes, each fitted by least squares, weighed by how well it fits.
 */
import { exp, log } from "../../math/elementary.ts";
import { normalCdf } from "../../math/special.ts";

/** A falling shape over the share of the training that is done, t in (0, 1]: losses are a + b·g(t) with b ≥ 0. */
type Shape = (t: number) => number;

const power =
  (rate: number): Shape =>
  (t) =>
    exp(-rate * log(t));
const logPower =
  (middle: number, rate: number): Shape =>
  (t) =>
    1 / (1 + exp(rate * log(t / middle)));
const exponential =
  (scale: number): Shape =>
  (t) =>
    exp(-t / scale);

/**
 * Power laws, logarithmic power laws, exponentials and a line. What is not linear in a and b is on a grid.
 *
 * @see Domhan et al. 2015, "Speeding Up Automatic Hyperparameter Optimization of Deep Neural Networks by
 * Extrapolation of Learning Curves", table 1
 */
const SHAPES: readonly Shape[] = [
  ...[0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3].map(power),
  ...[0.05, 0.15, 0.4].flatMap((middle) => [1.5, 3].map((rate) => logPower(middle, rate))),
  ...[0.03, 0.08, 0.2, 0.5, 1].map(exponential),
  (t) => 1 - t, // what still falls steadily may go on so
];

/** Longer curves are thinned out to so many points, the last ones first of all. */
const MOST_POINTS = 60;
/** A line through fewer says nothing about its spread. */
const FEWEST_POINTS = 4;
/** Neighbouring errors are alike: so many points count as one, in weighing shapes and in spreads. */
const POINTS_PER_DEGREE = 2;
/** Spread of what no curve tells, as a share of its range: keeps perfect fits from being certain. */
const FLOOR = 0.003;

/** A mixture of Student t distributions. */
export interface Extrapolation {
  readonly parts: readonly { readonly weight: number; readonly mean: number; readonly std: number }[];
  readonly degrees: number;
}

/**
 * The loss at step `full`, as far as the reports so far tell; undefined where they are too few.
 *
 * @param steps   ascending, shape (n); those below or at 0 are left out
 * @param losses  shape (n); those that are not finite are left out
 */
export function extrapolate(
  steps: readonly number[],
  losses: readonly number[],
  full: number,
): Extrapolation | undefined {
  const points = pointsOf(steps, losses, full);
  const n = points.length;
  if (n < FEWEST_POINTS) return undefined;
  const values = points.map(({ y }) => y);
  const range = Math.max(...values) - Math.min(...values);
  const floor = (FLOOR * range) ** 2;
  const degrees = Math.max(1, n / POINTS_PER_DEGREE - 2);
  const fits = SHAPES.map((shape) => fitted(points, shape, floor, degrees));
  const least = Math.min(...fits.map(({ error }) => error));
  if (range === 0 || !(least < Number.POSITIVE_INFINITY))
    return { parts: [{ weight: 1, mean: values[n - 1], std: 0 }], degrees };
  const weights = fits.map(({ error }) => exp((-degrees / 2) * log(error / least)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = fits.map(({ mean, std }, j) => ({ weight: weights[j] / total, mean, std }));
  return { parts, degrees };
}

/** The probability that the loss is below `value`. */
export function probabilityBelow({ parts, degrees }: Extrapolation, value: number): number {
  return parts.reduce((sum, { weight, mean, std }) => {
    if (std === 0) return sum + (mean < value ? weight : 0);
    const t = (value - mean) / std;
    // Student's t as a normal (Wallace 1959), within 0.01 from two degrees on
    const z = (t * (1 - 1 / (4 * Math.max(1, degrees)))) / Math.sqrt(1 + (t * t) / (2 * degrees));
    return sum + weight * normalCdf(z);
  }, 0);
}

interface Point {
  readonly t: number;
  readonly y: number;
}

function pointsOf(steps: readonly number[], losses: readonly number[], full: number): readonly Point[] {
  const all: Point[] = [];
  steps.forEach((step, i) => {
    if (step > 0 && Number.isFinite(losses[i])) all.push({ t: step / full, y: losses[i] });
  });
  if (all.length <= MOST_POINTS) return all;
  const gap = (all.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => all[Math.round(i * gap)]);
}

/** Weighted least squares of y = a + b·g(t), b ≥ 0; later points, which are nearer to the end, weigh more. */
function fitted(points: readonly Point[], shape: Shape, floor: number, degrees: number) {
  let [w, g, gg, y, gy] = [0, 0, 0, 0, 0];
  const last = points[points.length - 1].t;
  const heights = points.map(({ t }) => shape(t));
  points.forEach((point, i) => {
    const weight = point.t / last;
    w += weight;
    g += weight * heights[i];
    gg += weight * heights[i] * heights[i];
    y += weight * point.y;
    gy += weight * heights[i] * point.y;
  });
  const spread = gg - (g * g) / w;
  const b = spread > 0 ? Math.max(0, (gy - (g * y) / w) / spread) : 0;
  const a = (y - b * g) / w;
  let error = 0;
  points.forEach((point, i) => {
    const gap = point.y - a - b * heights[i];
    error += (point.t / last) * gap * gap;
  });
  const variance = (error / w) * (points.length / POINTS_PER_DEGREE / degrees) + floor;
  const end = shape(1);
  const reach = spread > 0 ? (end - g / w) ** 2 / (spread / POINTS_PER_DEGREE) : 0;
  return {
    error: error / w + floor,
    mean: a + b * end,
    std: Math.sqrt(variance * (1 + POINTS_PER_DEGREE / w + reach)),
  };
}
