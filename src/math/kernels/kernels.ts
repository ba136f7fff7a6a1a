/**
 * The cubic and the inner loops of the models, compiled to WebAssembly with 128-bit instructions, or in plain
 * TypeScript where those are missing. Both give the same bits.
 *
 * All work is done in one memory of doubles; `place` is an index into it. Matrices are row-major with an even
 * stride; only lower triangles are read and written. Rooms for vectors are even: pairs are computed together, so
 * that an element past an odd end may be written.
 */
import { compiler } from "./compiler.ts";
import { code } from "./generated.ts";
import { reference } from "./reference.ts";

export interface Kernels {
  /** Whether this is the compiled form. */
  readonly compiled: boolean;
  /** The memory: another array after `reserve`, so never kept across it. */
  readonly memory: Float64Array;
  /** The same memory as integers of 32 bits, two in the room of a double. */
  readonly integers: Int32Array;
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

  /** values[k] += row[k] */
  addRow(n: number, row: number, values: number): void;
  /** values[k] ← ln values[k], for positive numbers that are no denormals. */
  logs(n: number, values: number): void;
  /** values[k] −= ln products[k] */
  subtractLogs(n: number, products: number, values: number): void;
  /** ln Σ e^values[k]; terms below e^−64 of the largest may be left out. */
  logSumExp(n: number, values: number): number;

  /**
   * Centres and widths of one dimension of a Parzen estimator's kernels, and their masses: a kernel reaches to the
   * farther of its neighbours; the first and the last to the one that they have.
   *
   * @param size         components, the prior's last
   * @param having       observations that have the dimension: their indices, ascending by `values`, stand at `places`
   * @param component    of each observation: its component, or −1; as indices, integers of 32 bits
   * @param cells        unit coordinates of the values there are, where masses are sums; none: integrals
   * @param table        the table of Φ, as `quickNormalCdf` reads it
   * @param at           blocks of two components, 8 apart: first both centres, then both 1/(√2 σ)
   * @param products     is multiplied by the masses, and before it vanishes its logarithm is taken off `norms`
   */
  parzenNumbers(
    size: number,
    having: number,
    places: number,
    values: number,
    component: number,
    narrowest: number,
    priorCentre: number,
    priorSigma: number,
    cells: number,
    cellCount: number,
    table: number,
    at: number,
    products: number,
    norms: number,
  ): void;
  /** The same of a dimension of unordered choices: their codes; −1 for components without one, −2 for the prior's. */
  parzenCodes(
    size: number,
    having: number,
    places: number,
    values: number,
    component: number,
    choices: number,
    at: number,
  ): void;
  /** norms[component] ← 0 for each of these observations that has one. Returns how many have. */
  parzenMembers(having: number, places: number, component: number, norms: number): number;
  /**
   * out ← base + ln of each component's kernel at a candidate. A block holds two dimensions, 4 apart; those of the
   * next two stand after all blocks of these.
   *
   * @param query    six numbers by dimension: the coordinate and 0; or the choice and 1, then ln of the probability
   *                 of a component of the same choice, of another, of one without, and of the prior's
   */
  parzenExponents(n: number, base: number, at: number, dimensions: number, query: number, out: number): void;
  /**
   * out[c] ← ln Σ of e to the same at candidate c, whose coordinates are the c-th of `queries`; terms below e^−64 of
   * the last, or of the largest, may be left out. `work` is room for n.
   */
  parzenLogDensities(
    count: number,
    n: number,
    base: number,
    at: number,
    dimensions: number,
    queries: number,
    work: number,
    out: number,
  ): void;
  /** ln Σ e^(own[k] + logWeights[k]) */
  parzenLent(n: number, own: number, logWeights: number): number;
  /** values[k] += own[k], or `lent` where norms[k] says that the component is not there. */
  addOwnOrLent(n: number, norms: number, own: number, lent: number, values: number): void;
}

/** The exports of the compiled module. */
type Exports = Omit<Kernels, "compiled" | "memory" | "integers" | "reserve" | "release"> & {
  memory: WebAssembly.Memory;
};

const PAGE_DOUBLES = 8192;
/** Place 0 means "none", and a pair of doubles is 16 bytes. */
const FIRST = 16;

const compile = compiler(code);

/** Kernels with a memory of their own, which is given back with them. `plain` asks for the reference. */
export function createKernels(options: { readonly plain?: boolean } = {}): Kernels {
  const module = options.plain ? undefined : compile();
  if (module === undefined) return reference();
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  const { memory, ...functions } = exports;
  let next = FIRST;
  let view = new Float64Array(memory.buffer);
  let integers = new Int32Array(memory.buffer);
  return {
    ...functions,
    compiled: true,
    get memory() {
      return view;
    },
    get integers() {
      return integers;
    },
    reserve(count) {
      const place = next;
      next += (count + 1) & ~1;
      const missing = next - view.length;
      if (missing > 0) {
        memory.grow(Math.ceil(Math.max(missing, view.length) / PAGE_DOUBLES)); // doubled, so that it is rare
        view = new Float64Array(memory.buffer);
        integers = new Int32Array(memory.buffer);
      }
      return place;
    },
    release() {
      next = FIRST;
    },
  };
}
