/**
 * The point up to which hypervolumes are measured.
 */

/** How far beyond the worst value it lies, as a share of the range. */
const MARGIN = 0.1;

/**
 * worst + 0.1 (worst − best) in each objective, over the rows without an infinity or NaN; undefined if there are none.
 * Where all values of an objective are equal, a tenth of their size (at least of 1) takes the place of the range: any
 * number above 0 serves, as it scales all volumes alike.
 *
 * @param losses  shape (n, m), row-major, minimised
 * @returns       shape (m)
 */
export function referencePoint(losses: Float64Array, n: number, m: number): Float64Array | undefined {
  const best = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  const worst = new Float64Array(m).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    const row = losses.subarray(i * m, (i + 1) * m);
    if (!row.every(Number.isFinite)) continue;
    for (let k = 0; k < m; k++) {
      best[k] = Math.min(best[k], row[k]);
      worst[k] = Math.max(worst[k], row[k]);
    }
  }
  if (best[0] === Number.POSITIVE_INFINITY) return undefined;
  return worst.map((value, k) => {
    const range = value > best[k] ? value - best[k] : Math.max(1, Math.abs(value));
    return Math.min(Number.MAX_VALUE, value + MARGIN * range);
  });
}
