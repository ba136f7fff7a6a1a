/**
 * Micro-kernels: c −= a · b for tiles of rows. Every element is summed in the same order whatever the tile: even
 * and odd terms apart, then the two sums, then a last odd term. So tiles of any shape, and the reference in plain
 * TypeScript, give the same bits.
 */

/** Four rows of `a` by two of `b`: eight sums in registers. Strides in bytes. */
export function subtractDot4x2(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  k: i32,
  c: usize,
  cStride: usize,
): void {
  let a0 = a;
  let a1 = a + aStride;
  let a2 = a1 + aStride;
  let a3 = a2 + aStride;
  let b0 = b;
  let b1 = b + bStride;
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  let left = k;
  for (; left >= 4; left -= 4) {
    let y0 = v128.load(b0);
    let y1 = v128.load(b1);
    let x = v128.load(a0);
    s00 = f64x2.add(s00, f64x2.mul(x, y0));
    s01 = f64x2.add(s01, f64x2.mul(x, y1));
    x = v128.load(a1);
    s10 = f64x2.add(s10, f64x2.mul(x, y0));
    s11 = f64x2.add(s11, f64x2.mul(x, y1));
    x = v128.load(a2);
    s20 = f64x2.add(s20, f64x2.mul(x, y0));
    s21 = f64x2.add(s21, f64x2.mul(x, y1));
    x = v128.load(a3);
    s30 = f64x2.add(s30, f64x2.mul(x, y0));
    s31 = f64x2.add(s31, f64x2.mul(x, y1));
    y0 = v128.load(b0, 16);
    y1 = v128.load(b1, 16);
    x = v128.load(a0, 16);
    s00 = f64x2.add(s00, f64x2.mul(x, y0));
    s01 = f64x2.add(s01, f64x2.mul(x, y1));
    x = v128.load(a1, 16);
    s10 = f64x2.add(s10, f64x2.mul(x, y0));
    s11 = f64x2.add(s11, f64x2.mul(x, y1));
    x = v128.load(a2, 16);
    s20 = f64x2.add(s20, f64x2.mul(x, y0));
    s21 = f64x2.add(s21, f64x2.mul(x, y1));
    x = v128.load(a3, 16);
    s30 = f64x2.add(s30, f64x2.mul(x, y0));
    s31 = f64x2.add(s31, f64x2.mul(x, y1));
    a0 += 32;
    a1 += 32;
    a2 += 32;
    a3 += 32;
    b0 += 32;
    b1 += 32;
  }
  if (left >= 2) {
    const y0 = v128.load(b0);
    const y1 = v128.load(b1);
    let x = v128.load(a0);
    s00 = f64x2.add(s00, f64x2.mul(x, y0));
    s01 = f64x2.add(s01, f64x2.mul(x, y1));
    x = v128.load(a1);
    s10 = f64x2.add(s10, f64x2.mul(x, y0));
    s11 = f64x2.add(s11, f64x2.mul(x, y1));
    x = v128.load(a2);
    s20 = f64x2.add(s20, f64x2.mul(x, y0));
    s21 = f64x2.add(s21, f64x2.mul(x, y1));
    x = v128.load(a3);
    s30 = f64x2.add(s30, f64x2.mul(x, y0));
    s31 = f64x2.add(s31, f64x2.mul(x, y1));
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    b0 += 16;
    b1 += 16;
  }
  const odd = (k & 1) !== 0;
  finish(c, s00, odd, a0, b0);
  finish(c + 8, s01, odd, a0, b1);
  finish(c + cStride, s10, odd, a1, b0);
  finish(c + cStride + 8, s11, odd, a1, b1);
  finish(c + 2 * cStride, s20, odd, a2, b0);
  finish(c + 2 * cStride + 8, s21, odd, a2, b1);
  finish(c + 3 * cStride, s30, odd, a3, b0);
  finish(c + 3 * cStride + 8, s31, odd, a3, b1);
}

/** One row of `a` by four of `b`: for a single right-hand side. */
export function subtractDot1x4(a: usize, b: usize, bStride: usize, k: i32, c: usize): void {
  let a0 = a;
  let b0 = b;
  let b1 = b + bStride;
  let b2 = b1 + bStride;
  let b3 = b2 + bStride;
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let left = k; left >= 2; left -= 2) {
    const x = v128.load(a0);
    s0 = f64x2.add(s0, f64x2.mul(x, v128.load(b0)));
    s1 = f64x2.add(s1, f64x2.mul(x, v128.load(b1)));
    s2 = f64x2.add(s2, f64x2.mul(x, v128.load(b2)));
    s3 = f64x2.add(s3, f64x2.mul(x, v128.load(b3)));
    a0 += 16;
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  const odd = (k & 1) !== 0;
  finish(c, s0, odd, a0, b0);
  finish(c + 8, s1, odd, a0, b1);
  finish(c + 16, s2, odd, a0, b2);
  finish(c + 24, s3, odd, a0, b3);
}

/** One row by one. */
export function subtractDot1x1(a: usize, b: usize, k: i32, c: usize): void {
  let s = f64x2.splat(0);
  let a0 = a;
  let b0 = b;
  for (let left = k; left >= 2; left -= 2) {
    s = f64x2.add(s, f64x2.mul(v128.load(a0), v128.load(b0)));
    a0 += 16;
    b0 += 16;
  }
  finish(c, s, (k & 1) !== 0, a0, b0);
}

/** The sum of products itself. */
export function dot(a: usize, b: usize, k: i32): f64 {
  let s = f64x2.splat(0);
  let a0 = a;
  let b0 = b;
  for (let left = k; left >= 2; left -= 2) {
    s = f64x2.add(s, f64x2.mul(v128.load(a0), v128.load(b0)));
    a0 += 16;
    b0 += 16;
  }
  let total = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  if (k & 1) total += load<f64>(a0) * load<f64>(b0);
  return total;
}

@inline
function finish(c: usize, s: v128, odd: bool, a: usize, b: usize): void {
  let total = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  if (odd) total += load<f64>(a) * load<f64>(b);
  store<f64>(c, load<f64>(c) - total);
}
