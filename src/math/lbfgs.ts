/**
 * Limited-memory BFGS within bounds (Nocedal and Wright 2006, algorithm 7.4; projection of Bertsekas 1982): steps
 * are taken on the coordinates that are not held at a bound, and projected.
 */

export interface Evaluation {
  readonly value: number;
  /** Shape (d). */
  readonly gradient: Float64Array;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly evaluations: number;
}

export interface LbfgsOptions {
  /** Shape (d), or the same for every coordinate. */
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** Largest entry of the projected gradient at which it ends. @default 1e-3 */
  readonly tolerance?: number;
  /** @default 60 */
  readonly evaluations?: number;
  /** Longest first step in any coordinate. @default 1 */
  readonly step?: number;
}

const MEMORY = 10;
/** Sufficient decrease (Armijo). */
const DECREASE = 1e-4;
/** By how much a step that is too long is shortened. */
const SHORTER = 0.4;
const SHORTENINGS = 12;
/** Relative decrease below which nothing more is expected. */
const STALL = 1e-10;

/**
 * The minimiser as a conversation: yields points and is given their evaluations. So several run in step, or one
 * asks a function. Points that it yields are its own: they are not to be changed, nor kept.
 */
export function* lbfgs(
  start: ArrayLike<number>,
  { lower, upper, tolerance = 1e-3, evaluations = 60, step = 1 }: LbfgsOptions,
): Generator<Float64Array, Minimum, Evaluation> {
  const d = start.length;
  const project = (x: Float64Array<ArrayBuffer>) => {
    for (let j = 0; j < d; j++) x[j] = Math.min(upper[j], Math.max(lower[j], x[j]));
    return x;
  };
  let x: Float64Array = project(Float64Array.from(start));
  let { value, gradient }: Evaluation = copy(yield x);
  let used = 1;
  const pairs: { s: Float64Array; y: Float64Array; sy: number }[] = [];
  while (used < evaluations && Number.isFinite(value)) {
    const free = Array.from(
      x,
      (v, j) => !((v <= lower[j] && gradient[j] > 0) || (v >= upper[j] && gradient[j] < 0)),
    );
    const steepest = Float64Array.from(gradient, (g, j) => (free[j] ? g : 0));
    if (largest(steepest) < tolerance) break;
    let direction: Float64Array = inverseHessianTimes(pairs, steepest);
    for (let j = 0; j < d; j++) if (!free[j]) direction[j] = 0;
    let slope = dot(direction, gradient);
    if (!(slope > 0)) {
      pairs.length = 0;
      direction = steepest;
      slope = dot(direction, gradient);
    }
    let length = Math.min(1, (pairs.length === 0 ? step : 4 * step) / largest(direction));
    let found: { x: Float64Array; value: number; gradient: Float64Array } | undefined;
    for (let shortened = 0; shortened < SHORTENINGS && used < evaluations; shortened++, length *= SHORTER) {
      const trial = project(x.map((v, j) => v - length * direction[j]) as Float64Array<ArrayBuffer>);
      const at = copy(yield trial);
      used++;
      if (at.value <= value - DECREASE * length * slope) {
        found = { x: trial, ...at };
        break;
      }
    }
    if (found === undefined) break;
    const s = found.x.map((v, j) => v - x[j]);
    const y = found.gradient.map((g, j) => g - gradient[j]);
    const sy = dot(s, y);
    if (sy > 1e-10 * dot(y, y)) pairs.push({ s, y, sy });
    if (pairs.length > MEMORY) pairs.shift();
    const decrease = value - found.value;
    ({ x, value, gradient } = found);
    if (decrease <= STALL * Math.max(1, Math.abs(value))) break;
  }
  return { x, value, evaluations: used };
}

/** Runs the conversation with a function. */
export function minimise(
  f: (x: Float64Array) => Evaluation,
  start: ArrayLike<number>,
  options: LbfgsOptions,
): Minimum {
  const steps = lbfgs(start, options);
  let next = steps.next();
  while (!next.done) next = steps.next(f(next.value));
  return next.value;
}

/** The two-loop recursion: an estimate of the inverse Hessian, times a gradient. */
export function inverseHessianTimes(
  pairs: readonly { s: Float64Array; y: Float64Array; sy: number }[],
  gradient: Float64Array,
): Float64Array<ArrayBuffer> {
  const q = Float64Array.from(gradient);
  const shares: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, sy } = pairs[i];
    shares[i] = dot(s, q) / sy;
    addScaled(q, -shares[i], y);
  }
  const last = pairs.at(-1);
  if (last !== undefined) scale(q, last.sy / dot(last.y, last.y));
  for (let i = 0; i < pairs.length; i++) {
    const { s, y, sy } = pairs[i];
    addScaled(q, shares[i] - dot(y, q) / sy, s);
  }
  return q;
}

const copy = ({ value, gradient }: Evaluation) => ({ value, gradient: Float64Array.from(gradient) });

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

function addScaled(a: Float64Array, factor: number, b: Float64Array): void {
  for (let j = 0; j < a.length; j++) a[j] += factor * b[j];
}

function scale(a: Float64Array, factor: number): void {
  for (let j = 0; j < a.length; j++) a[j] *= factor;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const v of a) most = Math.max(most, Math.abs(v));
  return most;
}
