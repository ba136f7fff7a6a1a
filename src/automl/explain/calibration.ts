/**
 * Whether probabilities are what they say, and how to make them so.
 */
import { exp, log } from "../../math/elementary.ts";

/** Rows of about the same probability. */
export interface Bin {
  /** Mean probability. */
  readonly predicted: number;
  /** Share of the rows that are of the class, … */
  readonly observed: number;
  /** … and where it lies with a probability of 95 % (Wilson 1927). */
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

export interface CalibrationCurve {
  /** By ascending probability. */
  readonly bins: readonly Bin[];
  /** Mean distance of predicted and observed, by rows. */
  readonly error: number;
}

const Z = 1.959963984540054;

/**
 * Bins of equally many rows; equal probabilities are never parted.
 *
 * @param isClass        1 for rows of the class, otherwise 0, shape (rows)
 * @param probabilities  of the class, shape (rows)
 * @param bins           how many, at most. @default 10
 */
export function calibrationCurve(
  isClass: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  bins = 10,
): CalibrationCurve {
  const n = probabilities.length;
  const order = Uint32Array.from(probabilities, (_, r) => r).sort(
    (a, b) => probabilities[a] - probabilities[b] || a - b,
  );
  const found: Bin[] = [];
  let error = 0;
  for (let from = 0, b = 1; from < n; b++) {
    let to = Math.max(from + 1, Math.round((b * n) / bins));
    while (to < n && probabilities[order[to]] === probabilities[order[to - 1]]) to++;
    let [predicted, observed] = [0, 0];
    for (let i = from; i < to; i++) {
      predicted += probabilities[order[i]];
      observed += isClass[order[i]];
    }
    const rows = to - from;
    predicted /= rows;
    observed /= rows;
    error += (rows / n) * Math.abs(predicted - observed);
    found.push({ predicted, observed, ...wilson(observed, rows), rows });
    from = to;
  }
  return { bins: found, error };
}

function wilson(share: number, n: number): { low: number; high: number } {
  const middle = (share + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z / (1 + (Z * Z) / n)) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Probabilities below this are taken for it, so that their logarithm is finite. */
const SMALLEST = 1e-15;
const LOWEST = -3;
const HIGHEST = 3;
const ROUNDS = 60;
const GOLDEN = 0.6180339887498949;

/**
 * The temperature at which probabilities^(1 / temperature) have the least log loss; above 1 they were too sure. Rows must
 * not be those that the model learned from.
 *
 * @param y              classes, shape (rows)
 * @param probabilities  shape (rows, classes), row-major
 * @returns              from e⁻³ to e³
 * @see Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks", §4.2
 */
export function fitTemperature(y: ArrayLike<number>, probabilities: Float64Array, classes: number): number {
  const logits = probabilities.map((probability) => log(Math.max(SMALLEST, probability)));
  const loss = (logTemperature: number): number => {
    const inverse = exp(-logTemperature);
    let total = 0;
    for (let r = 0; r < y.length; r++) {
      const at = r * classes;
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) most = Math.max(most, logits[at + k]);
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += exp(inverse * (logits[at + k] - most));
      total += log(sum) - inverse * (logits[at + y[r]] - most);
    }
    return total;
  };
  // Convex in 1 / temperature, so that there is one valley.
  let [low, high] = [LOWEST, HIGHEST];
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let [atLeft, atRight] = [loss(left), loss(right)];
  for (let round = 0; round < ROUNDS; round++) {
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = loss(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = loss(right);
    }
  }
  return exp((low + high) / 2);
}

/** Probabilities at another temperature: shape (rows, classes), row-major. */
export function atTemperature(
  probabilities: Float64Array,
  classes: number,
  temperature: number,
): Float64Array {
  const out = new Float64Array(probabilities.length);
  for (let at = 0; at < out.length; at += classes) {
    let most = 0;
    for (let k = 0; k < classes; k++) most = Math.max(most, probabilities[at + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++)
      sum += out[at + k] = exp(log(Math.max(SMALLEST, probabilities[at + k]) / most) / temperature);
    for (let k = 0; k < classes; k++) out[at + k] /= sum;
  }
  return out;
}
