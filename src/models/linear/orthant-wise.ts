/**
 * Minimises a smooth function plus Σ penalties[j] · |x[j]|, with exact zeros.
 *
 * @see Andrew and Gao 2007, "Scalable training of L1-regularized log-linear models"
 */
import { type Evaluation, inverseHessianTimes } from "../../math/lbfgs.ts";

const MEMORY = 10;
/** Sufficient decrease (Armijo). */
const DECREASE = 1e-4;
const SHORTER = 0.4;
const SHORTENINGS = 20;
/** Relative decrease below which nothing more is expected. */
const STALL = 1e-10;

export interface OrthantWiseOptions {
  /** Shape (d), ≥ 0; all 0 is plain L-BFGS. */
  readonly penalties: Float64Array;
  /** Largest entry of the pseudo-gradient at which it ends. */
  readonly tolerance: number;
  /** Most evaluations. */
  readonly evaluations: number;
  /** Asked between steps: once true, the best point so far is returned. */
  readonly stop: () => boolean;
}

export function minimiseOrthantWise(
  f: (x: Float64Array) => Evaluation,
  start: Float64Array,
  { penalties, tolerance, evaluations, stop }: OrthantWiseOptions,
): { x: Float64Array; evaluations: number } {
  const d = start.length;
  const evaluate = (x: Float64Array) => {
    const { value, gradient } = f(x);
    let total = value;
    for (let j = 0; j < d; j++) total += penalties[j] * Math.abs(x[j]);
    return { value: total, gradient: Float64Array.from(gradient) };
  };
  let x = Float64Array.from(start);
  let { value, gradient } = evaluate(x);
  let used = 1;
  const pairs: { s: Float64Array; y: Float64Array; sy: number }[] = [];
  while (used < evaluations && !stop()) {
    const pseudo = x.map((at, j) => pseudoGradient(at, gradient[j], penalties[j]));
    let most = 0;
    let norm = 0;
    for (const slope of pseudo) {
      most = Math.max(most, Math.abs(slope));
      norm += slope * slope;
    }
    if (!(most > tolerance)) break;
    const towards = inverseHessianTimes(pairs, pseudo).map((step, j) =>
      penalties[j] > 0 && step * pseudo[j] <= 0 ? 0 : -step,
    );
    const orthant = x.map((at, j) => (at === 0 ? -pseudo[j] : at));
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(norm)) : 1;
    let found:
      | { x: Float64Array<ArrayBuffer>; value: number; gradient: Float64Array<ArrayBuffer> }
      | undefined;
    for (let tries = 0; tries < SHORTENINGS && used < evaluations; tries++, length *= SHORTER) {
      const next = x.map((at, j) => {
        const moved = at + length * towards[j];
        return penalties[j] > 0 && moved * orthant[j] <= 0 ? 0 : moved;
      });
      const at = evaluate(next);
      used++;
      let slope = 0;
      for (let j = 0; j < d; j++) slope += pseudo[j] * (next[j] - x[j]);
      if (at.value <= value + DECREASE * slope) {
        found = { x: next, ...at };
        break;
      }
    }
    if (found === undefined) {
      if (pairs.length === 0) break;
      pairs.length = 0; // once more, straight down
      continue;
    }
    remember(pairs, x, gradient, found);
    const decrease = value - found.value;
    ({ x, value, gradient } = found);
    if (decrease <= STALL * Math.max(1e-3, Math.abs(value))) break;
  }
  return { x, evaluations: used };
}

/** The slope of steepest descent where |x| has a corner at 0 (eq. 4). */
function pseudoGradient(x: number, gradient: number, penalty: number): number {
  if (x > 0) return gradient + penalty;
  if (x < 0) return gradient - penalty;
  if (gradient + penalty < 0) return gradient + penalty;
  return Math.max(0, gradient - penalty);
}

function remember(
  pairs: { s: Float64Array; y: Float64Array; sy: number }[],
  x: Float64Array,
  gradient: Float64Array,
  found: { x: Float64Array; gradient: Float64Array },
): void {
  const s = found.x.map((at, j) => at - x[j]);
  const y = found.gradient.map((slope, j) => slope - gradient[j]);
  let sy = 0;
  let yy = 0;
  for (let j = 0; j < s.length; j++) {
    sy += s[j] * y[j];
    yy += y[j] * y[j];
  }
  if (sy > 1e-10 * yy) pairs.push({ s, y, sy });
  if (pairs.length > MEMORY) pairs.shift();
}
