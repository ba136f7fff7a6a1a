/**
 * The cubic and the inner loops of the models, compiled to WebAssembly with 128-bit instructions, or in plain
 * TypeScript where those are missing. Both give the same bits.
 *
 * All work is done in one memory of doubles; `place` is an index into it. Matrices are row-major with an even
 * stride; only lower triangles are read and written. Rooms for vectors are even: pairs are computed together, so
 * that an element past an odd end may be written.
 */
import { code } from "./generated.ts";
import { reference } from "./reference.ts";

export interface Kernels {
  /** Whether this is the compiled form. */
  readonly compiled: boolean;
  /** The memory: another array after `reserve`, so never kept across it. */
  readonly memory: Float64Array;
  /** Room for `count` doubles, zeroed or not; its place. */
  reserve(count: number): number;
  /** Gives up all room. */
  release(): void;

  /** A ← L with A = L Lᵀ. Returns 0, or 1 + the first column at which A is not positive definite. */
  cholesky(n: number, a: number, stride: number): number;
  /** Each of the m rows b of B ← L⁻¹ b. */
  solveRows(m: number, n: number, l: number, lStride: number, b: number, bStride: number): void;
  /** Each of the m rows b of B ← L⁻ᵀ b. */
  solveRowsTransposed(m: number, n: number, l: number, lStride: number, b: number, bStride: number): void;
  /** out ← (L Lᵀ)⁻¹, lower triangle; row i of `work` ← L⁻¹ eᵢ. All of shape (n, stride). */
  invert(n: number, l: number, work: number, out: number, stride: number): void;

  /**
   * Matérn covariances (ν = 5/2) a (1 + s + s²/3) e^−s, s = √5 r, of the point at `x` with n points; and, where
   * `slopes` is not 0, their derivatives by r². Coordinates: `numeric` ones, divided by their length scales, then
   * `nominal` ones, which add their weight to r² where they differ. `points` is stored by coordinate, shape
   * (numeric + nominal, stride).
   */
  maternRow(
    numeric: number,
    nominal: number,
    n: number,
    amplitude: number,
    x: number,
    weights: number,
    points: number,
    stride: number,
    out: number,
    slopes: number,
  ): void;
  /** The same for n points with themselves, lower triangle; `rows` holds them by point, shape (n, coordinates). */
  maternMatrix(
    numeric: number,
    nominal: number,
    n: number,
    amplitude: number,
    rows: number,
    weights: number,
    points: number,
    pointStride: number,
    out: number,
    slopes: number,
    stride: number,
  ): void;
  /**
   * out[f] ← Σ over pairs j < i of (αᵢ αⱼ − K⁻¹_ij) slopes_ij (x_if − x_jf)², or of the pairs that differ in a
   * nominal coordinate: the traces of the likelihood's gradient. `row` is room for n + 1.
   */
  gradientSums(
    numeric: number,
    nominal: number,
    n: number,
    points: number,
    pointStride: number,
    alpha: number,
    inverse: number,
    slopes: number,
    stride: number,
    row: number,
    out: number,
  ): void;
  /**
   * One more observation for `count` candidates: v gets the column (k − v · row) / pivot, the means grow by it
   * times z, the variances shrink by its square. v: shape (count, stride), n columns filled.
   */
  appendToPool(
    count: number,
    n: number,
    v: number,
    stride: number,
    row: number,
    pivot: number,
    covariances: number,
    z: number,
    mean: number,
    variance: number,
  ): void;
  /** out[c] ← v_c · z */
  dots(count: number, n: number, v: number, stride: number, z: number, out: number): void;
  /** out[c] ← v_c · v_c */
  squares(count: number, n: number, v: number, stride: number, out: number): void;

  /** exponents[k] −= ((x − centres[k]) scales[k])² */
  addSquares(n: number, x: number, centres: number, scales: number, exponents: number): void;
  /** exponents[k] += row[k] */
  addRow(n: number, row: number, exponents: number): void;
  /** The largest of n values; −∞ if there are none. */
  largest(n: number, values: number): number;
  /** Σ e^(exponents[k] − shift), for a shift of at least the largest; terms below e^−600 count as that. */
  sumExp(n: number, exponents: number, shift: number): number;
}

/** The exports of the compiled module. */
type Exports = Omit<Kernels, "compiled" | "memory" | "reserve" | "release"> & { memory: WebAssembly.Memory };

const PAGE_DOUBLES = 8192;
/** Place 0 means "none", and a pair of doubles is 16 bytes. */
const FIRST = 16;

let compiled: WebAssembly.Module | undefined | null;

/** Kernels with a memory of their own, which is given back with them. `plain` asks for the reference. */
export function createKernels(options: { readonly plain?: boolean } = {}): Kernels {
  const module = options.plain ? undefined : compile();
  if (module === undefined) return reference();
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  const { memory, ...functions } = exports;
  let next = FIRST;
  let view = new Float64Array(memory.buffer);
  return {
    ...functions,
    compiled: true,
    get memory() {
      return view;
    },
    reserve(count) {
      const place = next;
      next += (count + 1) & ~1;
      const missing = next - view.length;
      if (missing > 0) {
        memory.grow(Math.ceil(Math.max(missing, view.length) / PAGE_DOUBLES)); // doubled, so that it is rare
        view = new Float64Array(memory.buffer);
      }
      return place;
    },
    release() {
      next = FIRST;
    },
  };
}

/** The module, compiled once; undefined where the platform has no WebAssembly or no 128-bit instructions. */
function compile(): WebAssembly.Module | undefined {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(Uint8Array.from(atob(code), (character) => character.charCodeAt(0)));
    } catch {
      compiled = null;
    }
  }
  return compiled ?? undefined;
}
