/**
 * The posterior of a Gaussian process with fixed hyperparameters: observations are appended one by one, predictions
 * asked in batches, and a pool of candidates is kept up to date at the cost of one product each.
 */
import { exp } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import { crossSlope, type Derivatives, factoriseJointly, writeCross, writeObserved } from "./derivatives.ts";
import { type Data, factorise, LEAST_NOISE, reserveRoom, writeScaled } from "./likelihood.ts";

/** Smallest variance, as a share of the signal's. */
const LEAST_VARIANCE = 1e-12;

/** Predictions at points, each of shape (count). */
export interface Predictions {
  readonly mean: Float64Array;
  readonly std: Float64Array;
  /** How the mean follows each pending point, in standard deviations of it: shape (count, pending); absent without. */
  readonly byPending?: Float64Array;
}

export interface Posterior {
  /** Observations and pending points so far. */
  readonly size: number;
  readonly noise: number;
  readonly amplitude: number;
  /** ℓ by length scale. */
  readonly scales: Float64Array;
  /** How often a pivot had to be held up: many say that the hyperparameters are to be fitted anew. */
  readonly clamped: number;
  /**
   * One more observation; without a value a pending one, which is believed to come out as predicted.
   *
   * @param repeats  over how many evaluations `y` is the mean
   */
  append(x: ArrayLike<number>, y?: number, repeats?: number): void;
  /**
   * Values of the pending points as drawn from the posterior, one after the other.
   *
   * @param draws  standard normal numbers, shape (samples, pending); the mean of a sample elsewhere is then the
   *               predicted one plus `byPending` times its draws
   * @returns      shape (samples, pending)
   */
  imagine(draws: Float64Array): Float64Array;
  /** Keeps what the pool says now, for `truncate` to come back to this size. */
  hold(): void;
  /** Forgets all but the first `size` observations; the pool too, unless it was held at this size. */
  truncate(size: number): void;
  /** Posterior means at the observed and pending points, noise taken off: shape (size). */
  means(): Float64Array;
  /** The smallest of them among the observed points, or among those of these rows: the incumbent. */
  incumbent(rows?: Iterable<number>): number;
  /** Mean and standard deviation of the function, noise not included. x: coordinates, shape (count, width). */
  predict(x: ArrayLike<number>, count: number): Predictions;
  /** What all others say of each observation, noise included (Rasmussen and Williams 2006, eq. 5.12). */
  leaveOneOut(): Predictions;
  /** Makes these the pool. */
  setPool(x: ArrayLike<number>, count: number): void;
  /** Predictions at the pool. */
  pool(): Predictions;
  /** Mean, standard deviation and their derivatives by the numeric coordinates, each of shape (numeric). */
  slope(x: ArrayLike<number>): {
    readonly mean: number;
    readonly std: number;
    readonly meanBy: Float64Array;
    readonly stdBy: Float64Array;
  };
}

interface Extent {
  readonly capacity: number;
  readonly batch: number;
  readonly derivatives?: Derivatives;
}

/**
 * The posterior given `data` at θ, with room for more.
 *
 * @param capacity     observations and pending points in all
 * @param batch        most points of one `predict` or pool
 * @param derivatives  what else is known at the points of `data`; θ then has their noise too. They are no observations
 *                     by themselves: `size`, means and the like are of values
 */
export function posterior(
  kernels: Kernels,
  data: Data,
  theta: ArrayLike<number>,
  { capacity, batch, derivatives }: Extent,
): Posterior | undefined {
  kernels.release();
  const { numeric, nominal, scaleOf } = data.features;
  const width = numeric + nominal;
  const amplitude = exp(theta[data.scales]);
  const noise = Math.max(LEAST_NOISE, exp(theta[data.scales + 1]));
  const scales = Float64Array.from({ length: data.scales }, (_, s) => exp(theta[s]));
  const inverseScale = Float64Array.from({ length: width }, (_, f) =>
    f < numeric ? exp(-theta[scaleOf[f]]) : 1,
  );

  /** Rows of derivatives, which come before those of values. */
  const given = derivatives?.count ?? 0;
  const room = reserveRoom(kernels, data, given + capacity);
  const { stride } = room;
  const z = kernels.reserve(stride);
  const mean = kernels.reserve(batch);
  const variance = kernels.reserve(batch);
  const v = kernels.reserve(batch * stride);
  const points = kernels.reserve(batch * width);
  const poolPoints = kernels.reserve(width * (batch + 2));
  const poolV = kernels.reserve(batch * stride);
  const poolMean = kernels.reserve(batch);
  const poolVariance = kernels.reserve(batch);
  const covariances = kernels.reserve(batch);
  const single = kernels.reserve(width);
  const slopes = kernels.reserve(stride);

  writeScaled(kernels, data, room, theta);
  const jitter =
    derivatives === undefined
      ? factorise(kernels, data, room, theta, 0)
      : factoriseJointly(kernels, data, derivatives, room, theta, { value: z, first: slopes });
  if (Number.isNaN(jitter)) return undefined;
  if (derivatives === undefined) kernels.memory.set(data.y, z);
  else writeObserved(kernels, data, derivatives, theta, z);
  kernels.solveRows(1, given + data.n, room.factor, stride, z, stride);

  const noises = Float64Array.from(
    { length: capacity },
    (_, i) => (i < data.n ? noise / data.repeats[i] : noise) + jitter,
  );
  const values = new Float64Array(capacity);
  values.set(data.y);
  let size = data.n;
  let observed = data.n;
  let poolSize = 0;
  let clamped = 0;
  let alphaFor = -1;
  /** The pool without pending points, by how many observations it has. */
  let kept: { size: number; mean: Float64Array; variance: Float64Array } | undefined;

  const writePoint = (x: ArrayLike<number>, from: number, place: number) => {
    const { memory } = kernels;
    for (let f = 0; f < width; f++) memory[place + f] = x[from + f] * inverseScale[f];
  };
  const covariance = (x: number, out: number, slopesOut: number) => {
    kernels.maternRow(
      numeric,
      nominal,
      size,
      amplitude,
      x,
      room.weights,
      room.points,
      stride,
      out + given,
      slopesOut,
    );
    if (derivatives !== undefined) writeCross(kernels, derivatives, room, x, slopesOut, out);
  };
  /** Where slopes go that nobody asked for; those with derivatives are made of them. */
  const unasked = derivatives === undefined ? 0 : slopes;
  const readPredictions = (count: number, meanAt: number, varianceAt: number, vAt: number): Predictions => {
    const { memory } = kernels;
    const pending = size - observed;
    const byPending = new Float64Array(count * pending);
    for (let c = 0; c < count && pending > 0; c++)
      byPending.set(
        memory.subarray(vAt + c * stride + given + observed, vAt + c * stride + given + size),
        c * pending,
      );
    return {
      mean: memory.slice(meanAt, meanAt + count),
      std: Float64Array.from({ length: count }, (_, c) =>
        Math.sqrt(Math.max(memory[varianceAt + c], LEAST_VARIANCE * amplitude)),
      ),
      ...(pending > 0 && { byPending }),
    };
  };
  /** V, means and variances of `count` points whose scaled coordinates lie at `from`. */
  const solve = (count: number, from: number, vAt: number, meanAt: number, varianceAt: number) => {
    for (let c = 0; c < count; c++) covariance(from + c * width, vAt + c * stride, unasked);
    const rows = given + size;
    kernels.solveRows(count, rows, room.factor, stride, vAt, stride);
    kernels.dots(count, rows, vAt, stride, z, meanAt);
    kernels.squares(count, rows, vAt, stride, varianceAt);
    const { memory } = kernels;
    for (let c = 0; c < count; c++) memory[varianceAt + c] = amplitude - memory[varianceAt + c];
  };
  const updateAlpha = () => {
    if (alphaFor === size) return;
    const { memory } = kernels;
    memory.copyWithin(room.alpha, z, z + given + size);
    kernels.solveRowsTransposed(1, given + size, room.factor, stride, room.alpha, stride);
    alphaFor = size;
  };
  const keepPool = () => {
    const { memory } = kernels;
    kept = {
      size,
      mean: memory.slice(poolMean, poolMean + poolSize),
      variance: memory.slice(poolVariance, poolVariance + poolSize),
    };
  };
  const means = () => {
    updateAlpha();
    const { memory } = kernels;
    return Float64Array.from(
      { length: size },
      (_, i) => values[i] - noises[i] * memory[room.alpha + given + i],
    );
  };

  return {
    noise,
    amplitude,
    scales,
    get size() {
      return size;
    },
    get clamped() {
      return clamped;
    },
    append(x, y, repeats = 1) {
      noises[size] = noise / repeats + jitter;
      const { memory } = kernels;
      const rows = given + size;
      const row = room.factor + rows * stride;
      writePoint(x, 0, single);
      covariance(single, row, unasked);
      kernels.solveRows(1, rows, room.factor, stride, row, stride);
      kernels.squares(1, rows, row, stride, mean);
      kernels.dots(1, rows, row, stride, z, mean + 1);
      let pivot = amplitude + noises[size] - memory[mean];
      if (!(pivot > 0.5 * noises[size])) {
        pivot = 0.5 * noises[size];
        clamped++;
      }
      const root = Math.sqrt(pivot);
      const next = y === undefined ? 0 : (y - memory[mean + 1]) / root;
      if (poolSize > 0) {
        kernels.maternRow(
          numeric,
          nominal,
          poolSize,
          amplitude,
          single,
          room.weights,
          poolPoints,
          batch + (batch & 1),
          covariances,
          0,
        );
        kernels.appendToPool(
          poolSize,
          rows,
          poolV,
          stride,
          row,
          root,
          covariances,
          next,
          poolMean,
          poolVariance,
        );
      }
      memory[row + rows] = root;
      memory[z + rows] = next;
      for (let f = 0; f < width; f++) {
        memory[room.rows + size * width + f] = memory[single + f];
        memory[room.points + f * stride + size] = memory[single + f];
      }
      values[size] = y ?? memory[mean + 1];
      size++;
      if (y !== undefined && observed === size - 1) observed = size;
    },
    hold() {
      if (poolSize > 0) keepPool();
    },
    imagine(draws) {
      const pending = size - observed;
      const { memory } = kernels;
      const imagined = new Float64Array(draws.length);
      for (let s = 0; s < draws.length; s += pending)
        for (let p = 0; p < pending; p++) {
          const first = given + observed;
          const row = room.factor + (first + p) * stride;
          const pivot = memory[row + first + p];
          let value =
            values[observed + p] +
            Math.sqrt(Math.max(0, pivot * pivot - noises[observed + p])) * draws[s + p];
          for (let q = 0; q < p; q++) value += memory[row + first + q] * draws[s + q];
          imagined[s + p] = value;
        }
      return imagined;
    },
    truncate(to) {
      size = Math.min(size, to);
      observed = Math.min(observed, size);
      alphaFor = -1;
      if (poolSize > 0 && kept?.size === size) {
        kernels.memory.set(kept.mean, poolMean);
        kernels.memory.set(kept.variance, poolVariance);
      } else poolSize = 0;
    },
    means,
    incumbent(rows) {
      const all = means();
      let best = Number.POSITIVE_INFINITY;
      for (const i of rows ?? all.keys()) if (i < observed) best = Math.min(best, all[i]);
      return best;
    },
    predict(x, count) {
      for (let c = 0; c < count; c++) writePoint(x, c * width, points + c * width);
      solve(count, points, v, mean, variance);
      return readPredictions(count, mean, variance, v);
    },
    leaveOneOut() {
      updateAlpha();
      const { memory } = kernels;
      const mean = new Float64Array(size);
      const std = new Float64Array(size);
      const rows = given + size;
      for (let i = 0; i < size; i++) {
        memory.fill(0, v, v + rows);
        memory[v + given + i] = 1;
        kernels.solveRows(1, rows, room.factor, stride, v, stride);
        kernels.squares(1, rows, v, stride, variance);
        const precision = memory[variance];
        mean[i] = values[i] - memory[room.alpha + given + i] / precision;
        std[i] = Math.sqrt(1 / precision);
      }
      return { mean, std };
    },
    setPool(x, count) {
      const { memory } = kernels;
      poolSize = count;
      for (let c = 0; c < count; c++) {
        writePoint(x, c * width, points + c * width);
        for (let f = 0; f < width; f++)
          memory[poolPoints + f * (batch + (batch & 1)) + c] = memory[points + c * width + f];
      }
      solve(count, points, poolV, poolMean, poolVariance);
      kept = undefined;
    },
    pool: () => readPredictions(poolSize, poolMean, poolVariance, poolV),
    slope(x) {
      updateAlpha();
      writePoint(x, 0, single);
      covariance(single, v, slopes);
      const rows = given + size;
      kernels.solveRows(1, rows, room.factor, stride, v, stride);
      kernels.dots(1, rows, v, stride, z, mean);
      kernels.squares(1, rows, v, stride, variance);
      kernels.solveRowsTransposed(1, rows, room.factor, stride, v, stride);
      const { memory } = kernels;
      const std = Math.sqrt(Math.max(amplitude - memory[variance], LEAST_VARIANCE * amplitude));
      const meanBy = new Float64Array(numeric);
      const stdBy = new Float64Array(numeric);
      for (let f = 0; f < numeric; f++) {
        const own = memory[single + f];
        const column = room.points + f * stride;
        let byMean = 0;
        let byVariance = 0;
        for (let i = 0; i < size; i++) {
          const change = memory[slopes + i] * (own - memory[column + i]);
          byMean += memory[room.alpha + given + i] * change;
          byVariance += memory[v + given + i] * change;
        }
        meanBy[f] = 2 * byMean * inverseScale[f];
        stdBy[f] = (-2 * byVariance * inverseScale[f]) / std; // ∂σ = ∂σ² / 2σ, ∂σ² = −2 · 2 Σ w s (x − xᵢ)
      }
      if (derivatives !== undefined) {
        const weighed = (weights: number) =>
          crossSlope(kernels, data.features, derivatives, room, { x: single, slopes, amplitude, weights });
        const [byAlpha, byV] = [weighed(room.alpha), weighed(v)];
        for (let f = 0; f < numeric; f++) {
          meanBy[f] += byAlpha[f] * inverseScale[f];
          stdBy[f] -= (byV[f] * inverseScale[f]) / std;
        }
      }
      return { mean: memory[mean], std, meanBy, stdBy };
    },
  };
}
