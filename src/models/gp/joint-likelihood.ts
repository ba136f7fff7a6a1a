/**
 * The posterior density of a Gaussian process's hyperparameters given values and derivatives.
 *
 * θ = (ln ℓ per length scale, ln a, ln ν, ln ν′): as without derivatives, and behind it the noise of derivatives as a
 * share of their variance beforehand.
 */
import { exp, log } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import type { Evaluation } from "../../math/lbfgs.ts";
import {
  curvatures,
  type Derivatives,
  derivativeNoise,
  factoriseJointly,
  scaleOfRow,
  squaredDistance,
  writeObserved,
} from "./derivatives.ts";
import { addPrior, type Data, type Room, reserveRoom, writeScaled } from "./likelihood.ts";

/** ln ν′ beforehand: derivatives are mostly exact, but whoever reports rubbish must not be believed at any price. */
const EXPECTED = log(1e-4);
const VARIANCE = 9;

/** −ln p(y, g, θ) up to a constant, and its gradient by θ; ∞ where the matrix cannot be factored. */
export function jointNegativeLogPosterior(
  kernels: Kernels,
  data: Data,
  derivatives: Derivatives,
): (theta: Float64Array) => Evaluation {
  const { n, scales } = data;
  const { count } = derivatives;
  const rows = count + n;
  const room = reserveRoom(kernels, data, rows);
  const { stride } = room;
  const work = kernels.reserve(rows * stride);
  const inverse = kernels.reserve(rows * stride);
  const slopes = { value: kernels.reserve(stride), first: kernels.reserve(stride) };
  const observed = kernels.reserve(stride);
  const gradient = new Float64Array(scales + 3);
  return (theta) => {
    writeScaled(kernels, data, room, theta);
    if (Number.isNaN(factoriseJointly(kernels, data, derivatives, room, theta, slopes)))
      return { value: Number.POSITIVE_INFINITY, gradient };
    const { memory } = kernels;
    writeObserved(kernels, data, derivatives, theta, observed);
    memory.copyWithin(room.alpha, observed, observed + rows);
    kernels.solveRows(1, rows, room.factor, stride, room.alpha, stride);
    let value = 0;
    for (let r = 0; r < rows; r++)
      value +=
        0.5 * memory[room.alpha + r] * memory[room.alpha + r] + log(memory[room.factor + r * stride + r]);
    kernels.solveRowsTransposed(1, rows, room.factor, stride, room.alpha, stride);
    kernels.invert(rows, room.factor, work, inverse, stride);

    gradient.fill(0);
    const noise = exp(theta[scales + 1]);
    let fit = 0;
    let byNoise = 0;
    let byOwnNoise = 0;
    for (let r = 0; r < rows; r++) {
      const alpha = memory[room.alpha + r];
      const surprise = alpha * alpha - memory[inverse + r * stride + r];
      fit += memory[observed + r] * alpha;
      if (r < count) byOwnNoise += derivativeNoise(data, theta) * surprise;
      else byNoise += (noise / data.repeats[r - count]) * surprise;
    }
    for (let r = 0; r < count; r++) {
      // what is observed is ℓ times the derivative: the density is one of that
      const scale = scaleOfRow(data, derivatives, r);
      value -= theta[scale];
      gradient[scale] += memory[room.alpha + r] * memory[observed + r] - 1;
    }
    gradient[scales] = -0.5 * (fit - byNoise - rows);
    gradient[scales + 1] = -0.5 * byNoise + 0.5 * data.degrees - data.within / (2 * noise);
    gradient[scales + 2] = -0.5 * byOwnNoise;
    value += 0.5 * data.degrees * theta[scales + 1] + data.within / (2 * noise);
    addDistances(kernels, data, derivatives, { room, inverse, slopes }, exp(theta[scales]), gradient);
    const off = theta[scales + 2] - EXPECTED;
    value += (off * off) / (2 * VARIANCE);
    gradient[scales + 2] += off / VARIANCE;
    return { value: value + addPrior(theta, data, gradient), gradient };
  };
}

interface Places {
  readonly room: Room;
  readonly inverse: number;
  readonly slopes: { readonly value: number; readonly first: number };
}

/** What the length scales change of the distances between points: −½ Σ (ααᵀ − K⁻¹) ∂K, added to the gradient. */
function addDistances(
  kernels: Kernels,
  { n, features }: Data,
  { count, from, coordinate }: Derivatives,
  { room, inverse, slopes: { value, first } }: Places,
  amplitude: number,
  gradient: Float64Array,
): void {
  const { numeric, nominal, scaleOf } = features;
  const { memory } = kernels;
  const { stride, alpha } = room;
  const width = numeric + nominal;
  const delta = new Float64Array(numeric);
  const single = new Float64Array(numeric);
  const across = new Float64Array(numeric);
  /** ααᵀ − K⁻¹, its lower triangle. */
  const share = (row: number, column: number) =>
    memory[alpha + row] * memory[alpha + column] - memory[inverse + row * stride + column];
  for (let i = 1; i < n; i++) {
    const here = room.rows + i * width;
    kernels.maternRow(
      ...([numeric, nominal, i, amplitude, here, room.weights, room.points, stride, value, first] as const),
    );
    for (let j = 0; j < i; j++) {
      const there = room.rows + j * width;
      for (let f = 0; f < numeric; f++) delta[f] = memory[here + f] - memory[there + f];
      const slope = memory[first + j];
      const both = share(count + i, count + j);
      if (from[i] === from[i + 1] && from[j] === from[j + 1]) {
        for (let f = 0; f < numeric; f++) gradient[scaleOf[f]] += 2 * both * slope * delta[f] * delta[f];
        for (let c = numeric; c < width; c++)
          if (memory[here + c] !== memory[there + c])
            gradient[scaleOf[c]] += 2 * memory[room.weights + c - numeric] * both * slope;
        continue;
      }
      single.fill(0);
      across.fill(0);
      let along = 0; // Σ of the shares of a value and a derivative, times δ
      let trace = 0;
      let bent = 0; // Σ of the shares of two derivatives, times both δ
      for (let t = from[j]; t < from[j + 1]; t++) {
        const g = coordinate[t];
        const own = share(count + i, t);
        single[g] -= own;
        along -= own * delta[g];
      }
      for (let r = from[i]; r < from[i + 1]; r++) {
        const f = coordinate[r];
        const own = share(count + j, r);
        single[f] += own;
        along += own * delta[f];
        for (let t = from[j]; t < from[j + 1]; t++) {
          const g = coordinate[t];
          const pair = share(r, t);
          if (f === g) trace += pair;
          bent += pair * delta[f] * delta[g];
          across[f] += pair * delta[g];
          across[g] += pair * delta[f];
        }
      }
      const { second, third } = curvatures(squaredDistance(kernels, features, room, here, there), amplitude);
      const byRho = both * slope + 2 * second * (along - trace) - 4 * third * bent;
      for (let f = 0; f < numeric; f++)
        gradient[scaleOf[f]] +=
          delta[f] * (2 * byRho * delta[f] + 2 * slope * single[f] - 4 * second * across[f]);
      for (let c = numeric; c < width; c++)
        if (memory[here + c] !== memory[there + c])
          gradient[scaleOf[c]] += 2 * memory[room.weights + c - numeric] * byRho;
    }
  }
}
