/**
 * Cholesky factor, triangular solves and inverse, all from the micro-kernels. Matrices are row-major; strides and
 * addresses are in bytes here, in doubles at the border (index.ts).
 *
 * Element (i, j) is reduced in three steps, here and in the reference: by the columns before its panel, by those
 * of the panel before its tile, and one by one within its tile.
 */
import { subtractDot1x1, subtractDot1x4, subtractDot4x2 } from "./dot";

/** Columns whose rows stay in the second-level cache together. */
const PANEL: i32 = 48;
/** Columns that are finished one by one. */
const TILE: i32 = 2;

@inline
function at(base: usize, stride: usize, row: i32, column: i32): usize {
  return base + <usize>row * stride + (<usize>column << 3);
}

/** C −= A Bᵀ: shapes (m, n), (m, k), (n, k). */
export function subtractProduct(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cStride: usize,
): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let j = 0;
    for (; j + 2 <= n; j += 2)
      subtractDot4x2(at(a, aStride, i, 0), aStride, at(b, bStride, j, 0), bStride, k, at(c, cStride, i, j), cStride);
    for (; j < n; j++)
      for (let q = i; q < i + 4; q++)
        subtractDot1x1(at(a, aStride, q, 0), at(b, bStride, j, 0), k, at(c, cStride, q, j));
  }
  for (; i < m; i++) subtractRow(n, k, at(a, aStride, i, 0), b, bStride, at(c, cStride, i, 0));
}

/** One row of the same. */
function subtractRow(n: i32, k: i32, a: usize, b: usize, bStride: usize, c: usize): void {
  let j = 0;
  for (; j + 4 <= n; j += 4) subtractDot1x4(a, at(b, bStride, j, 0), bStride, k, at(c, 0, 0, j));
  for (; j < n; j++) subtractDot1x1(a, at(b, bStride, j, 0), k, at(c, 0, 0, j));
}

/** The same for the lower triangle of C −= A Aᵀ. */
function subtractSquare(n: i32, k: i32, a: usize, aStride: usize, c: usize, cStride: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let j = 0;
    for (; j < i; j += 2)
      subtractDot4x2(at(a, aStride, i, 0), aStride, at(a, aStride, j, 0), aStride, k, at(c, cStride, i, j), cStride);
    for (; j < i + 4; j++)
      for (let q = j; q < i + 4; q++)
        subtractDot1x1(at(a, aStride, q, 0), at(a, aStride, j, 0), k, at(c, cStride, q, j));
  }
  for (; i < n; i++) subtractRow(i + 1, k, at(a, aStride, i, 0), a, aStride, at(c, cStride, i, 0));
}

/** The tile of columns j and j + 1 of a row, its earlier columns being subtracted already. */
@inline
function finishTile(x: usize, l: usize, lStride: usize): void {
  const first = load<f64>(x) * (1 / load<f64>(l));
  store<f64>(x, first);
  const below = l + lStride;
  store<f64>(x, (load<f64>(x, 8) - first * load<f64>(below)) * (1 / load<f64>(below, 8)), 8);
}

/** Rows of B ← rows of B L⁻ᵀ within one panel: shapes (m, n) and (n, n). */
function solvePanel(m: i32, n: i32, l: usize, lStride: usize, b: usize, bStride: usize): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let j = 0;
    for (; j + TILE <= n; j += TILE) {
      if (j > 0)
        subtractDot4x2(at(b, bStride, i, 0), bStride, at(l, lStride, j, 0), lStride, j, at(b, bStride, i, j), bStride);
      const tile = at(l, lStride, j, j);
      for (let q = i; q < i + 4; q++) finishTile(at(b, bStride, q, j), tile, lStride);
    }
    if (j < n) for (let q = i; q < i + 4; q++) finishLast(at(b, bStride, q, 0), j, at(l, lStride, j, 0));
  }
  for (; i < m; i++) {
    const x = at(b, bStride, i, 0);
    let j = 0;
    for (; j + TILE <= n; j += TILE) {
      const row = at(l, lStride, j, 0);
      if (j > 0) {
        subtractDot1x1(x, row, j, at(x, 0, 0, j));
        subtractDot1x1(x, row + lStride, j, at(x, 0, 0, j + 1));
      }
      finishTile(at(x, 0, 0, j), at(l, lStride, j, j), lStride);
    }
    if (j < n) finishLast(x, j, at(l, lStride, j, 0));
  }
}

/** A last column that has no partner. */
@inline
function finishLast(x: usize, j: i32, row: usize): void {
  const place = at(x, 0, 0, j);
  if (j > 0) subtractDot1x1(x, row, j, place);
  store<f64>(place, load<f64>(place) * (1 / load<f64>(row + (<usize>j << 3))));
}

/** The factor of one panel's square, of at most PANEL columns. Returns 0, or 1 + the column that has no root. */
function factorPanel(n: i32, a: usize, stride: usize): i32 {
  for (let j = 0; j < n; j += TILE) {
    const width = min(TILE, n - j);
    const row = at(a, stride, j, 0);
    const tile = at(row, 0, 0, j);
    if (j > 0) subtractDot1x1(row, row, j, tile);
    if (!(load<f64>(tile) > 0)) return j + 1;
    store<f64>(tile, Math.sqrt(load<f64>(tile)));
    if (width < TILE) return 0;
    const second = row + stride;
    const below = tile + stride;
    if (j > 0) {
      subtractDot1x1(second, row, j, below);
      subtractDot1x1(second, second, j, below + 8);
    }
    const value = load<f64>(below) * (1 / load<f64>(tile));
    store<f64>(below, value);
    const pivot = load<f64>(below, 8) - value * value;
    if (!(pivot > 0)) return j + 2;
    store<f64>(below, Math.sqrt(pivot), 8);
    solveTile(n, j, a, stride);
  }
  return 0;
}

/** Columns j and j + 1 of the rows after them. */
function solveTile(n: i32, j: i32, a: usize, stride: usize): void {
  const row = at(a, stride, j, 0);
  const tile = at(row, 0, 0, j);
  let i = j + TILE;
  for (; i + 4 <= n; i += 4) {
    const block = at(a, stride, i, j);
    if (j > 0) subtractDot4x2(at(a, stride, i, 0), stride, row, stride, j, block, stride);
    for (let q: usize = 0; q < 4; q++) finishTile(block + q * stride, tile, stride);
  }
  for (; i < n; i++) {
    const x = at(a, stride, i, 0);
    const place = at(x, 0, 0, j);
    if (j > 0) {
      subtractDot1x1(x, row, j, place);
      subtractDot1x1(x, row + stride, j, place + 8);
    }
    finishTile(place, tile, stride);
  }
}

/** A ← L with A = L Lᵀ, lower triangle. Returns 0, or 1 + the column at which A is not positive definite. */
export function factor(n: i32, a: usize, stride: usize): i32 {
  for (let j = 0; j < n; j += PANEL) {
    const width = min(PANEL, n - j);
    const square = at(a, stride, j, j);
    if (j > 0) subtractSquare(width, j, at(a, stride, j, 0), stride, square, stride);
    const failed = factorPanel(width, square, stride);
    if (failed > 0) return j + failed;
    const below = n - j - width;
    if (below > 0) {
      const rows = at(a, stride, j + width, 0);
      const panel = at(rows, 0, 0, j);
      if (j > 0) subtractProduct(below, width, j, rows, stride, at(a, stride, j, 0), stride, panel, stride);
      solvePanel(below, width, square, stride, panel, stride);
    }
  }
  return 0;
}

/** Each row b of B ← L⁻¹ b, from column `first` on (those before are zero); `first` is a multiple of PANEL. */
export function solveRows(
  m: i32,
  n: i32,
  first: i32,
  l: usize,
  lStride: usize,
  b: usize,
  bStride: usize,
): void {
  for (let j = first; j < n; j += PANEL) {
    const width = min(PANEL, n - j);
    const block = at(b, 0, 0, j);
    if (j > first)
      subtractProduct(m, width, j - first, at(b, 0, 0, first), bStride, at(l, lStride, j, first), lStride, block, bStride);
    solvePanel(m, width, at(l, lStride, j, j), lStride, block, bStride);
  }
}

/** Each row b of B ← L⁻ᵀ b: columns from the last to the first, each taken off all that come before it. */
export function solveRowsTransposed(m: i32, n: i32, l: usize, lStride: usize, b: usize, bStride: usize): void {
  for (let j = n - 1; j >= 0; j--) {
    const row = at(l, lStride, j, 0);
    const inverse = 1 / load<f64>(at(row, 0, 0, j));
    for (let i = 0; i < m; i++) {
      const x = at(b, bStride, i, 0);
      const value = load<f64>(at(x, 0, 0, j)) * inverse;
      store<f64>(at(x, 0, 0, j), value);
      subtractScaled(j, value, row, x);
    }
  }
}

/** y −= scale · x */
@inline
function subtractScaled(n: i32, scale: f64, x: usize, y: usize): void {
  const scales = f64x2.splat(scale);
  let p: usize = 0;
  const end = <usize>(n & ~1) << 3;
  for (; p < end; p += 16)
    v128.store(y + p, f64x2.sub(v128.load(y + p), f64x2.mul(scales, v128.load(x + p))));
  if (n & 1) store<f64>(y + p, load<f64>(y + p) - scale * load<f64>(x + p));
}

/**
 * The lower triangle of (L Lᵀ)⁻¹. `work`, of the same shape, receives the rows L⁻¹ eᵢ: row i is zero before i.
 */
export function invert(n: i32, l: usize, lStride: usize, work: usize, workStride: usize, out: usize, outStride: usize): void {
  memory.fill(work, 0, <usize>n * workStride);
  for (let i = 0; i < n; i++) store<f64>(at(work, workStride, i, i), 1);
  for (let i = 0; i < n; i += PANEL)
    solveRows(min(PANEL, n - i), n, i, l, lStride, at(work, workStride, i, 0), workStride);
  for (let i = 0; i < n; i += PANEL) {
    const height = min(PANEL, n - i);
    const rows = at(work, workStride, i, i);
    for (let q = 0; q < height; q++) memory.fill(at(out, outStride, i + q, 0), 0, <usize>(i + q + 1) << 3);
    if (i > 0)
      subtractProduct(height, i, n - i, rows, workStride, at(work, workStride, 0, i), workStride, at(out, outStride, i, 0), outStride);
    subtractSquare(height, n - i, rows, workStride, at(out, outStride, i, i), outStride);
    for (let q = i; q < i + height; q++) negate(q + 1, at(out, outStride, q, 0));
  }
}

function negate(n: i32, x: usize): void {
  for (let j = 0; j < n; j++) store<f64>(at(x, 0, 0, j), -load<f64>(at(x, 0, 0, j)));
}
