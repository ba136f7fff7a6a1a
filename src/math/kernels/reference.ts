/**
 * The kernels in plain TypeScript: the fallback, and what the compiled ones are tested against. The order of every
 * sum is that of assembly/: even and odd terms apart, panels of 48 columns, tiles of 2.
 */
import { exp } from "../elementary.ts";
import type { Kernels } from "./kernels.ts";
import { parzenReference } from "./reference-parzen.ts";

const PANEL = 48;
const TILE = 2;
const ROOT5 = 2.23606797749979;
const FARTHEST = 600;
const FIRST = 16;

/** Kernels on a growing array. */
export function reference(): Kernels {
  let memory = new Float64Array(8192);
  let next = FIRST;

  const dot = (a: number, b: number, k: number): number => {
    let even = 0;
    let odd = 0;
    const pairs = k & ~1;
    for (let p = 0; p < pairs; p += 2) {
      even += memory[a + p] * memory[b + p];
      odd += memory[a + p + 1] * memory[b + p + 1];
    }
    const total = even + odd;
    return k & 1 ? total + memory[a + k - 1] * memory[b + k - 1] : total;
  };

  /** Element b of one row of B ← B L⁻ᵀ before its division: columns first … j − 1 are taken off. */
  const reduce = (x: number, row: number, first: number, j: number): number => {
    let value = memory[x + j];
    const panel = j - ((j - first) % PANEL);
    const tile = j - ((j - panel) % TILE);
    if (panel > first) value -= dot(x + first, row + first, panel - first);
    if (tile > panel) value -= dot(x + panel, row + panel, tile - panel);
    for (let p = tile; p < j; p++) value -= memory[x + p] * memory[row + p];
    return value;
  };

  const solveFrom = (
    m: number,
    n: number,
    first: number,
    l: number,
    lStride: number,
    b: number,
    bStride: number,
  ) => {
    for (let i = 0; i < m; i++) {
      const x = b + i * bStride;
      for (let j = first; j < n; j++) {
        const row = l + j * lStride;
        memory[x + j] = reduce(x, row, first, j) * (1 / memory[row + j]);
      }
    }
  };

  const maternRow: Kernels["maternRow"] = (
    numeric,
    nominal,
    n,
    amplitude,
    x,
    weights,
    points,
    stride,
    out,
    slopes,
  ) => {
    for (let i = 0; i < n; i++) {
      let r2 = 0;
      for (let f = 0; f < numeric; f++) {
        const difference = memory[x + f] - memory[points + f * stride + i];
        r2 += difference * difference;
      }
      for (let f = 0; f < nominal; f++)
        if (memory[x + numeric + f] !== memory[points + (numeric + f) * stride + i])
          r2 += memory[weights + f];
      const s = ROOT5 * Math.sqrt(r2);
      const decay = amplitude * exp(-Math.min(s, FARTHEST));
      const linear = 1 + s;
      memory[out + i] = (linear + s * s * (1 / 3)) * decay;
      if (slopes !== 0) memory[slopes + i] = linear * decay * (-5 / 6);
    }
  };

  return {
    compiled: false,
    get memory() {
      return memory;
    },
    get integers() {
      return new Int32Array(memory.buffer);
    },
    reserve(count) {
      const place = next;
      next += (count + 1) & ~1;
      if (next > memory.length) {
        const larger = new Float64Array(Math.max(next, 2 * memory.length));
        larger.set(memory);
        memory = larger;
      }
      return place;
    },
    release() {
      next = FIRST;
    },

    cholesky(n, a, stride) {
      for (let i = 0; i < n; i++) {
        const x = a + i * stride;
        for (let j = 0; j < i; j++) {
          const row = a + j * stride;
          memory[x + j] = reduce(x, row, 0, j) * (1 / memory[row + j]);
        }
        const pivot = reduce(x, x, 0, i);
        if (!(pivot > 0)) return i + 1;
        memory[x + i] = Math.sqrt(pivot);
      }
      return 0;
    },
    solveRows(m, n, l, lStride, b, bStride) {
      solveFrom(m, n, 0, l, lStride, b, bStride);
    },
    solveRowsTransposed(m, n, l, lStride, b, bStride) {
      for (let i = 0; i < m; i++) {
        const x = b + i * bStride;
        for (let j = n - 1; j >= 0; j--) {
          const row = l + j * lStride;
          const value = memory[x + j] * (1 / memory[row + j]);
          memory[x + j] = value;
          for (let p = 0; p < j; p++) memory[x + p] -= value * memory[row + p];
        }
      }
    },
    invert(n, l, work, out, stride) {
      memory.fill(0, work, work + n * stride);
      for (let i = 0; i < n; i++) {
        memory[work + i * stride + i] = 1;
        solveFrom(1, n, i - (i % PANEL), l, stride, work + i * stride, stride);
      }
      for (let i = 0; i < n; i++) {
        const first = i - (i % PANEL);
        for (let j = 0; j <= i; j++)
          memory[out + i * stride + j] = -(
            0 - dot(work + i * stride + first, work + j * stride + first, n - first)
          );
      }
    },

    maternRow,
    maternMatrix(numeric, nominal, n, amplitude, rows, weights, points, pointStride, out, slopes, stride) {
      const width = numeric + nominal;
      for (let i = 0; i < n; i++)
        maternRow(
          numeric,
          nominal,
          i + 1,
          amplitude,
          rows + i * width,
          weights,
          points,
          pointStride,
          out + i * stride,
          slopes === 0 ? 0 : slopes + i * stride,
        );
    },
    gradientSums(numeric, nominal, n, points, pointStride, alpha, inverse, slopes, stride, row, out) {
      memory.fill(0, out, out + numeric + nominal);
      for (let i = 1; i < n; i++) {
        for (let j = 0; j < i; j++) {
          const w = memory[alpha + i] * memory[alpha + j] - memory[inverse + i * stride + j];
          memory[row + j] = w * memory[slopes + i * stride + j];
        }
        for (let f = 0; f < numeric + nominal; f++) {
          const place = points + f * pointStride;
          const lanes = [0, 0];
          for (let j = 0; j < i; j++) {
            const difference = memory[place + i] - memory[place + j];
            if (f < numeric) lanes[j & 1] += difference * memory[row + j] * difference;
            else if (difference !== 0) lanes[j & 1] += memory[row + j];
          }
          memory[out + f] += lanes[0] + lanes[1];
        }
      }
    },
    appendToPool(count, n, v, stride, row, pivot, covariances, z, mean, variance) {
      const inverse = 1 / pivot;
      for (let c = 0; c < count; c++) {
        const own = v + c * stride;
        const value = (memory[covariances + c] - dot(own, row, n)) * inverse;
        memory[own + n] = value;
        memory[mean + c] += value * z;
        memory[variance + c] -= value * value;
      }
    },
    dots(count, n, v, stride, z, out) {
      for (let c = 0; c < count; c++) memory[out + c] = dot(v + c * stride, z, n);
    },
    squares(count, n, v, stride, out) {
      for (let c = 0; c < count; c++) memory[out + c] = dot(v + c * stride, v + c * stride, n);
    },

    addRow(n, row, exponents) {
      for (let k = 0; k < n; k++) memory[exponents + k] += memory[row + k];
    },
    ...parzenReference(() => memory),
  };
}
