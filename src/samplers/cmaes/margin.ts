/**
 * The margin: coordinates with cells keep a chance to leave the cell that the mean is in, so that they never freeze.
 */
import { normalCdf, normalQuantile } from "../../math/special.ts";
import type { Coordinates } from "./coordinates.ts";
import { type Gaussian, spread } from "./gaussian.ts";

/**
 * Corrects mean and scale of each such coordinate, in place: beyond each edge of the mean's cell lies a probability
 * of at least α/2, or of α where there is only one edge.
 *
 * @param alpha  the margin α, in (0, ½)
 * @see Hamano et al. 2022, "CMA-ES with margin", §4.2 and §4.3
 */
export function keepMargin(gaussian: Gaussian, { cells }: Coordinates, alpha: number): void {
  const { mean, scale } = gaussian;
  const widest = normalQuantile(1 - alpha);
  cells.forEach((cellAt, j) => {
    if (cellAt === undefined) return;
    const deviation = spread(gaussian, j);
    const { low, high } = cellAt(mean[j]);
    if (low === Number.NEGATIVE_INFINITY) mean[j] = Math.max(mean[j], high - widest * deviation);
    else if (high === Number.POSITIVE_INFINITY) mean[j] = Math.min(mean[j], low + widest * deviation);
    else {
      const below = normalCdf((low - mean[j]) / deviation);
      const above = normalCdf((mean[j] - high) / deviation);
      if (below >= alpha / 2 && above >= alpha / 2) return;
      const [p, q] = corrected(below, above, alpha / 2);
      const [left, right] = [normalQuantile(1 - p), normalQuantile(1 - q)];
      mean[j] = (low * right + high * left) / (left + right);
      scale[j] *= (high - low) / (left + right) / deviation;
    }
  });
}

/** Eqs. 17 to 20: both at least `least`; what that adds is taken from what exceeds it. */
function corrected(below: number, above: number, least: number): readonly [number, number] {
  const inside = 1 - below - above;
  const p = Math.max(least, below);
  const q = Math.max(least, above);
  const excess = (1 - p - q - inside) / (p + q + inside - 3 * least);
  return [p + excess * (p - least), q + excess * (q - least)];
}
