/**
 * Logarithm of expected hypervolume improvement: the acquisition for two or three objectives.
 *
 * With independent outcomes it is exact: over a box (l, u) of the region that is not dominated, the expected product of
 * the lengths min(u, ·) − max(l, y) is the product of their expectations ψ(u) − ψ(l), where ψ(a) = E[(a − y)⁺] = σ h(z).
 */
import type { Boxes } from "../../analysis/boxes.ts";
import { exp, log } from "../../math/elementary.ts";
import { logDiffExp, logH, logSumExp, normalLogCdf } from "../../math/special.ts";
import type { Predictions } from "../../models/gp/posterior.ts";
import type { ByMoments, Rule } from "./surface.ts";
import { quickH } from "./tables.ts";

const LOG_SQRT_2PI = 0.9189385332046728;
/** Sums of products above this are told from 0 to enough digits; below, they are added as logarithms. */
const TINY = 1e-200;

/** Boxes by the places of their ends among the levels that there are in each objective. */
interface Cells {
  readonly count: number;
  readonly objectives: number;
  /** Sorted, by objective. */
  readonly levels: readonly Float64Array[];
  /** Shape (count, objectives); −1 for −∞. */
  readonly lower: Int32Array;
  readonly upper: Int32Array;
}

/**
 * ln EHVI as a rule of the outcomes that the boxes are of.
 *
 * @see Yang et al. 2019, "Multi-objective Bayesian global optimization using expected hypervolume improvement
 *      gradient", eq. 11; Ament et al. 2023 for why its logarithm
 */
export function hypervolumeImprovement(boxes: Boxes): Rule {
  const cells = cellsOf(boxes);
  return {
    at(predictions) {
      const room = cells.levels.map(({ length }) => new Float64Array(length));
      return predictions[0].mean.map((_, c) => logImprovement(cells, predictions, c, room));
    },
    slope: (mean, std) => logSlope(cells, mean, std),
  };
}

function cellsOf({ count, lower, upper }: Boxes): Cells {
  const objectives = upper.length / count;
  const levels = Array.from({ length: objectives }, (_, k) => {
    const own = new Set<number>();
    for (let b = 0; b < count; b++)
      for (const end of [lower[b * objectives + k], upper[b * objectives + k]])
        if (end !== Number.NEGATIVE_INFINITY) own.add(end);
    return Float64Array.from(own).sort();
  });
  const placeOf = levels.map((own) => new Map(Array.from(own, (level, place) => [level, place])));
  const places = (ends: Float64Array) =>
    Int32Array.from(ends, (end, i) => placeOf[i % objectives].get(end) ?? -1);
  return { count, objectives, levels, lower: places(lower), upper: places(upper) };
}

/** ln EHVI at candidate `c`; `room` has a number for each level. */
function logImprovement(
  cells: Cells,
  predictions: readonly Predictions[],
  c: number,
  room: readonly Float64Array[],
): number {
  const { count, objectives, levels, lower, upper } = cells;
  for (let k = 0; k < objectives; k++) {
    const [mean, std] = [predictions[k].mean[c], predictions[k].std[c]];
    const own = room[k];
    for (let i = 0; i < own.length; i++) own[i] = std * quickH((levels[k][i] - mean) / std);
  }
  let sum = 0;
  for (let b = 0, place = 0; b < count; b++) {
    let product = 1;
    for (let k = 0; k < objectives; k++, place++)
      product *= room[k][upper[place]] - (lower[place] < 0 ? 0 : room[k][lower[place]]);
    sum += product;
  }
  if (sum > TINY) return log(sum);
  const [mean, std] = [predictions.map((one) => one.mean[c]), predictions.map((one) => one.std[c])];
  return logSumExp(logVolumes(cells, logLengths(cells, mean, std)));
}

/** ln ψ at each level, by objective. */
function logLengths({ levels }: Cells, mean: ArrayLike<number>, std: ArrayLike<number>): Float64Array[] {
  return levels.map((own, k) => own.map((level) => log(std[k]) + logH((level - mean[k]) / std[k])));
}

/** ln(ψ(u) − ψ(l)) of a box in one objective. */
function logSide(lengths: Float64Array, lower: number, upper: number): number {
  if (lower < 0) return lengths[upper];
  return logDiffExp(lengths[upper], Math.min(lengths[upper], lengths[lower]));
}

/** ln of each box's expected volume, shape (count). */
function logVolumes(
  { count, objectives, lower, upper }: Cells,
  lengths: readonly Float64Array[],
): Float64Array {
  return Float64Array.from({ length: count }, (_, b) => {
    let sum = 0;
    for (let k = 0; k < objectives; k++) {
      const place = b * objectives + k;
      sum += logSide(lengths[k], lower[place], upper[place]);
    }
    return sum;
  });
}

function logSlope(cells: Cells, mean: ArrayLike<number>, std: ArrayLike<number>): ByMoments {
  const { count, objectives, levels, lower, upper } = cells;
  const lengths = logLengths(cells, mean, std);
  const volumes = logVolumes(cells, lengths);
  const value = logSumExp(volumes);
  const byMean = new Float64Array(objectives);
  const byStd = new Float64Array(objectives);
  for (let k = 0; k < objectives; k++) {
    const z = levels[k].map((level) => (level - mean[k]) / std[k]);
    const logCdf = z.map(normalLogCdf);
    const logPdf = z.map((one) => -0.5 * one * one - LOG_SQRT_2PI);
    for (let b = 0; b < count; b++) {
      const [l, u] = [lower[b * objectives + k], upper[b * objectives + k]];
      // how much of the whole a relative change of this box's side is: the side in the denominator
      const share = volumes[b] - value - logSide(lengths[k], l, u) + log(std[k]);
      if (!(share > Number.NEGATIVE_INFINITY)) continue;
      const mass = l < 0 ? logCdf[u] : logDiffExp(logCdf[u], Math.min(logCdf[u], logCdf[l]));
      byMean[k] -= exp(share + mass); // ∂ψ(a)/∂μ = −Φ(z)
      byStd[k] += exp(share + logPdf[u]) - (l < 0 ? 0 : exp(share + logPdf[l])); // ∂ψ(a)/∂σ = φ(z)
    }
  }
  return { value, byMean, byStd };
}
