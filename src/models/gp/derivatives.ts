/**
 * Derivatives of the modelled function as observations of a Gaussian process, beside its values.
 *
 * Rows of derivatives come before those of values. They are by coordinates divided by their length scales, p = x/ℓ:
 * with ρ = |p − p′|² the Matérn kernel k(ρ) then has, by δ = p − p′ and the derivatives k′ and k″ by ρ,
 * cov(f, ∂g f′) = −2 k′ δg, cov(∂f f, f′) = 2 k′ δf and cov(∂f f, ∂g f′) = −2 k′ [f = g] − 4 k″ δf δg.
 *
 * @see Rasmussen and Williams 2006, section 9.4; Wu et al. 2017, "Bayesian optimization with gradients"
 */
import { exp } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import type { Data, Room } from "./likelihood.ts";

/** Derivatives at points of a process's data, grouped by point. */
export interface Derivatives {
  /** How many there are. */
  readonly count: number;
  /** Those of point i are `from[i]` up to `from[i + 1]`; shape (n + 1). */
  readonly from: Int32Array;
  /** The numeric coordinate that each is by, ascending within a point; shape (count). */
  readonly coordinate: Int32Array;
  /** Standardised values per unit of the coordinate, shape (count). */
  readonly value: Float64Array;
}

/** Variance of a derivative by p beforehand, as a share of the signal's: −2 k′(0). */
const OF_SIGNAL = 5 / 3;
/** Added to the diagonal where a matrix is not positive definite, and how often it is made tenfold. */
const JITTER = 1e-8;
const JITTERS = 7;

/** k″ and k‴, Matérn with ν = 5/2; k‴ is taken as 0 at ρ = 0, where it is only used times ρ and more. */
export function curvatures(
  rho: number,
  amplitude: number,
): { readonly second: number; readonly third: number } {
  const s = Math.sqrt(5 * rho);
  const decay = amplitude * exp(-s);
  return { second: (25 / 12) * decay, third: s < 1e-9 ? 0 : (-125 / 24) * (decay / s) };
}

/** The length scale's index of each derivative. */
export function scaleOfRow(
  { features: { scaleOf } }: Data,
  { coordinate }: Derivatives,
  row: number,
): number {
  return scaleOf[coordinate[row]];
}

/** ρ between two points, given the places of their scaled coordinates. */
export function squaredDistance(
  { memory }: Kernels,
  { numeric, nominal }: Data["features"],
  { weights }: Room,
  a: number,
  b: number,
): number {
  let rho = 0;
  for (let f = 0; f < numeric; f++) rho += (memory[a + f] - memory[b + f]) * (memory[a + f] - memory[b + f]);
  for (let c = 0; c < nominal; c++)
    if (memory[a + numeric + c] !== memory[b + numeric + c]) rho += memory[weights + c];
  return rho;
}

/** Observations by row, values behind derivatives, as the covariance has them: shape (derivatives + n). */
export function writeObserved(
  { memory }: Kernels,
  data: Data,
  derivatives: Derivatives,
  theta: ArrayLike<number>,
  place: number,
): void {
  for (let r = 0; r < derivatives.count; r++)
    memory[place + r] = derivatives.value[r] * exp(theta[scaleOfRow(data, derivatives, r)]);
  memory.set(data.y, place + derivatives.count);
}

/** The noise of a derivative's row: θ has, behind the noise of values, ln of its share of the variance beforehand. */
export function derivativeNoise({ scales }: Data, theta: ArrayLike<number>): number {
  return OF_SIGNAL * exp(theta[scales]) * exp(theta[scales + 2]);
}

/**
 * Writes the covariance of derivatives and values, noise included, and factors it. The points' scaled coordinates are
 * there. Returns the diagonal's addition that it took, or NaN if none sufficed.
 *
 * @param slopes  room for k and its derivative by ρ of a point with all: each of the room's stride
 */
export function factoriseJointly(
  kernels: Kernels,
  data: Data,
  derivatives: Derivatives,
  room: Room,
  theta: ArrayLike<number>,
  slopes: { readonly value: number; readonly first: number },
): number {
  const amplitude = exp(theta[data.scales]);
  const noise = exp(theta[data.scales + 1]);
  const rows = derivatives.count + data.n;
  let jitter = 0;
  for (let tries = 0; tries <= JITTERS; tries++) {
    writeCovariance(kernels, data, derivatives, room, amplitude, slopes);
    const { memory } = kernels;
    const add = (row: number, what: number) => {
      memory[room.factor + row * room.stride + row] += what + jitter;
    };
    const own = derivativeNoise(data, theta);
    for (let r = 0; r < derivatives.count; r++) add(r, own);
    for (let i = 0; i < data.n; i++) add(derivatives.count + i, noise / data.repeats[i]);
    if (kernels.cholesky(rows, room.factor, room.stride) === 0) return jitter;
    jitter = jitter === 0 ? JITTER * amplitude : 10 * jitter;
  }
  return Number.NaN;
}

function writeCovariance(
  kernels: Kernels,
  data: Data,
  { count, from, coordinate }: Derivatives,
  room: Room,
  amplitude: number,
  slopes: { readonly value: number; readonly first: number },
): void {
  const { n, features } = data;
  const { numeric, nominal } = features;
  const { stride, factor } = room;
  const width = numeric + nominal;
  const { memory } = kernels;
  for (let i = 0; i < n; i++) {
    const here = room.rows + i * width;
    const { value, first } = slopes;
    kernels.maternRow(
      ...([
        numeric,
        nominal,
        i + 1,
        amplitude,
        here,
        room.weights,
        room.points,
        stride,
        value,
        first,
      ] as const),
    );
    const valueRow = factor + (count + i) * stride;
    for (let j = 0; j <= i; j++) {
      const there = room.rows + j * width;
      const by = 2 * memory[first + j];
      memory[valueRow + count + j] = memory[value + j];
      for (let t = from[j]; t < from[j + 1]; t++)
        memory[valueRow + t] = -by * (memory[here + coordinate[t]] - memory[there + coordinate[t]]);
      if (from[i] === from[i + 1]) continue;
      for (let r = from[i]; r < from[i + 1]; r++)
        memory[factor + (count + j) * stride + r] =
          by * (memory[here + coordinate[r]] - memory[there + coordinate[r]]);
      if (from[j] === from[j + 1]) continue;
      const { second } = curvatures(squaredDistance(kernels, features, room, here, there), amplitude);
      for (let r = from[i]; r < from[i + 1]; r++) {
        const f = coordinate[r];
        const row = factor + r * stride;
        const scaled = -4 * second * (memory[here + f] - memory[there + f]);
        for (let t = from[j]; t < from[j + 1]; t++) {
          const g = coordinate[t];
          memory[row + t] = scaled * (memory[here + g] - memory[there + g]) - (f === g ? by : 0);
        }
      }
    }
  }
}

/**
 * Covariances of the function at a point with the rows of derivatives.
 *
 * @param x       place of its scaled coordinates
 * @param slopes  place of k′ with each point
 * @param out     shape (count)
 */
export function writeCross(
  { memory }: Kernels,
  { from, coordinate }: Derivatives,
  room: Room,
  x: number,
  slopes: number,
  out: number,
): void {
  for (let i = 0; i + 1 < from.length; i++) {
    const by = -2 * memory[slopes + i];
    for (let r = from[i]; r < from[i + 1]; r++)
      memory[out + r] =
        by * (memory[x + coordinate[r]] - memory[room.points + coordinate[r] * room.stride + i]);
  }
}

/**
 * Derivatives by p of the sum of those covariances, weighed: shape (numeric).
 *
 * @param amplitude  the signal's variance
 * @param weights    place of the weights, shape (count)
 */
export function crossSlope(
  kernels: Kernels,
  features: Data["features"],
  { from, coordinate }: Derivatives,
  room: Room,
  { x, slopes, amplitude, weights }: { x: number; slopes: number; amplitude: number; weights: number },
): Float64Array {
  const { memory } = kernels;
  const width = features.numeric + features.nominal;
  const sums = new Float64Array(features.numeric);
  for (let i = 0; i + 1 < from.length; i++) {
    if (from[i] === from[i + 1]) continue;
    const there = room.rows + i * width;
    let along = 0;
    for (let r = from[i]; r < from[i + 1]; r++) {
      const f = coordinate[r];
      along += memory[weights + r] * (memory[x + f] - memory[there + f]);
      sums[f] -= 2 * memory[slopes + i] * memory[weights + r];
    }
    const { second } = curvatures(squaredDistance(kernels, features, room, x, there), amplitude);
    for (let f = 0; f < features.numeric; f++)
      sums[f] -= 4 * second * along * (memory[x + f] - memory[there + f]);
  }
  return sums;
}
