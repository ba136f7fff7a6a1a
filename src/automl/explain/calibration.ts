/**
 * Whether probabilities are what they say.
 */

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
