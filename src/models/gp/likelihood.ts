/**
 * The posterior density of a Gaussian process's hyperparameters, and its maximum.
 *
 * θ = (ln ℓ per length scale, ln a, ln ν): length scales in units of the cube, signal and noise variance in units of
 * the standardised values.
 */
import { exp, log } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import type { Evaluation } from "../../math/lbfgs.ts";
import type { Features } from "./features.ts";
import { warpsOf } from "./warped-data.ts";

/** Observations of a process. */
export interface Data {
  /** Distinct points. */
  readonly n: number;
  readonly features: Pick<Features, "numeric" | "nominal" | "scaleOf">;
  /** Length scales there are. */
  readonly scales: number;
  /** Coordinates, shape (n, numeric + nominal). */
  readonly x: Float64Array;
  /** Standardised values, means over repeats, shape (n). */
  readonly y: Float64Array;
  /** How often each point was observed, shape (n): the noise of its mean is that of one divided by this. */
  readonly repeats: Float64Array;
  /** Sum of squares of the repeats about their means, … */
  readonly within: number;
  /** … and its degrees of freedom. */
  readonly degrees: number;
}

/** Smallest noise, as a share of the values' variance. */
export const LEAST_NOISE = 1e-6;
/** Added to the diagonal where a matrix is not positive definite, and how often it is made tenfold. */
const JITTER = 1e-8;
const JITTERS = 7;

/**
 * −ln p(ℓ) = 0.1 ℓ² + 0.1 / ℓ²: towards length scales of the cube's own size. On our tasks this found more with
 * fewer trials than the prior that grows with the dimension (Hvarfner et al. 2024).
 */
const LONG = 0.1;
const SHORT = 0.1;
/** Gamma priors of the signal's and the noise's variance. */
const AMPLITUDE = { shape: 2, rate: 1 };
const NOISE = { shape: 1.1, rate: 30 };
/** Places of a likelihood's matrices in the kernels' memory. */
export interface Room {
  readonly stride: number;
  /** Coordinates divided by length scales, by point and by coordinate. */
  readonly rows: number;
  readonly points: number;
  readonly weights: number;
  readonly factor: number;
  readonly alpha: number;
}

/** Room for up to `capacity` points. */
export function reserveRoom(kernels: Kernels, data: Data, capacity: number): Room {
  const width = data.features.numeric + data.features.nominal;
  const stride = (capacity + 3) & ~1;
  return {
    stride,
    rows: kernels.reserve(capacity * width),
    points: kernels.reserve(width * stride),
    weights: kernels.reserve(Math.max(1, data.features.nominal)),
    factor: kernels.reserve(capacity * stride),
    alpha: kernels.reserve(stride),
  };
}

/** Divides coordinates by their length scales; nominal ones get the weight 1/ℓ². */
export function writeScaled(kernels: Kernels, data: Data, room: Room, theta: ArrayLike<number>): void {
  const { numeric, nominal, scaleOf } = data.features;
  const { memory } = kernels;
  const width = numeric + nominal;
  for (let f = 0; f < width; f++) {
    const inverse = exp(-theta[scaleOf[f]]);
    if (f >= numeric) memory[room.weights + f - numeric] = inverse * inverse;
    const factor = f < numeric ? inverse : 1;
    for (let i = 0; i < data.n; i++) {
      const value = data.x[i * width + f] * factor;
      memory[room.rows + i * width + f] = value;
      memory[room.points + f * room.stride + i] = value;
    }
  }
}

/**
 * Writes K + noise and factors it. Returns the diagonal's addition that it took, or NaN if none sufficed.
 *
 * @param slopes  place for the kernel's derivatives, or 0
 */
export function factorise(
  kernels: Kernels,
  data: Data,
  room: Room,
  theta: ArrayLike<number>,
  slopes: number,
): number {
  const { numeric, nominal } = data.features;
  const amplitude = exp(theta[data.scales]);
  const noise = exp(theta[data.scales + 1]);
  let jitter = 0;
  for (let tries = 0; tries <= JITTERS; tries++) {
    kernels.maternMatrix(
      numeric,
      nominal,
      data.n,
      amplitude,
      room.rows,
      room.weights,
      room.points,
      room.stride,
      room.factor,
      slopes,
      room.stride,
    );
    const { memory } = kernels;
    for (let i = 0; i < data.n; i++)
      memory[room.factor + i * room.stride + i] += noise / data.repeats[i] + jitter;
    if (kernels.cholesky(data.n, room.factor, room.stride) === 0) return jitter;
    jitter = jitter === 0 ? JITTER * amplitude : 10 * jitter;
  }
  return Number.NaN;
}

/**
 * −ln p(y, θ) up to a constant, and its gradient by θ; ∞ where the matrix cannot be factored.
 *
 * @param warped  coordinates that are warped: θ then goes on with their ln a and ln b
 */
export function negativeLogPosterior(
  kernels: Kernels,
  data: Data,
  warped: Int32Array = new Int32Array(0),
): (theta: Float64Array) => Evaluation {
  const { n, features, scales } = data;
  const { numeric, nominal, scaleOf } = features;
  const room = reserveRoom(kernels, data, n);
  const { stride } = room;
  const slopes = kernels.reserve(n * stride);
  const work = kernels.reserve(n * stride);
  const inverse = kernels.reserve(n * stride);
  const row = kernels.reserve(stride);
  const sums = kernels.reserve(numeric + nominal);
  const gradient = new Float64Array(scales + 2 + 2 * warped.length);
  const warps = warpsOf(data, warped);
  return (theta) => {
    warps.write(theta);
    writeScaled(kernels, warps.data, room, theta);
    if (Number.isNaN(factorise(kernels, data, room, theta, slopes)))
      return { value: Number.POSITIVE_INFINITY, gradient };
    const { memory } = kernels;
    memory.set(data.y, room.alpha);
    kernels.solveRows(1, n, room.factor, stride, room.alpha, stride);
    let value = 0;
    for (let i = 0; i < n; i++)
      value +=
        0.5 * memory[room.alpha + i] * memory[room.alpha + i] + log(memory[room.factor + i * stride + i]);
    kernels.solveRowsTransposed(1, n, room.factor, stride, room.alpha, stride);
    kernels.invert(n, room.factor, work, inverse, stride);
    kernels.gradientSums(
      numeric,
      nominal,
      n,
      room.points,
      stride,
      room.alpha,
      inverse,
      slopes,
      stride,
      row,
      sums,
    );

    gradient.fill(0);
    for (let f = 0; f < numeric + nominal; f++)
      gradient[scaleOf[f]] += 2 * memory[sums + f] * (f < numeric ? 1 : memory[room.weights + f - numeric]);
    const noise = exp(theta[scales + 1]);
    let fit = 0;
    let byNoise = 0;
    for (let i = 0; i < n; i++) {
      const alpha = memory[room.alpha + i];
      fit += data.y[i] * alpha;
      byNoise += (noise / data.repeats[i]) * (alpha * alpha - memory[inverse + i * stride + i]);
    }
    gradient[scales] = -0.5 * (fit - byNoise - n);
    gradient[scales + 1] = -0.5 * byNoise + 0.5 * data.degrees - data.within / (2 * noise);
    value += 0.5 * data.degrees * theta[scales + 1] + data.within / (2 * noise);
    value += warps.addGradient(kernels, { room, inverse, slopes, row }, theta, gradient);
    return { value: value + addPrior(theta, data, gradient), gradient };
  };
}

/** −ln p(θ), added to the gradient too. */
export function addPrior(theta: Float64Array, { scales }: Data, gradient: Float64Array): number {
  let value = 0;
  for (let s = 0; s < scales; s++) {
    const square = exp(2 * theta[s]);
    value += LONG * square + SHORT / square;
    gradient[s] += 2 * LONG * square - (2 * SHORT) / square;
  }
  const gamma = (index: number, shape: number, rate: number) => {
    const variance = exp(theta[index]);
    value += rate * variance - (shape - 1) * theta[index];
    gradient[index] += rate * variance - (shape - 1);
  };
  gamma(scales, AMPLITUDE.shape, AMPLITUDE.rate);
  gamma(scales + 1, NOISE.shape, NOISE.rate);
  return value;
}
