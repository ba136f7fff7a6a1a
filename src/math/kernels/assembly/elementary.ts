/**
 * e^x for two x at a time: the same operations in the same order as `exp` in math/elementary.ts, so the same bits.
 */

/** e^x in each lane, for −600 ≤ x ≤ 0: no denormals, no overflow. */
@inline
export function exp2(x: v128): v128 {
  const k = f64x2.floor(f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), f64x2.splat(0.5)));
  const high = f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.6931471803691238)));
  const low = f64x2.mul(k, f64x2.splat(1.9082149292705877e-10));
  const r = f64x2.sub(high, low);
  let tail = f64x2.splat(1.0 / 6227020800.0);
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 479001600.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 39916800.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 3628800.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 362880.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 40320.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 5040.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 720.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 120.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 24.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(1.0 / 6.0));
  tail = f64x2.add(f64x2.mul(tail, r), f64x2.splat(0.5));
  const rest = f64x2.sub(f64x2.sub(high, r), low);
  const value = f64x2.add(f64x2.splat(1), f64x2.add(r, f64x2.add(f64x2.mul(f64x2.mul(r, r), tail), rest)));
  // k sits in the low bits of k + 1.5 · 2^52; moved to the exponent it makes 2^k
  const bits = f64x2.add(k, f64x2.splat(6755399441055744.0));
  const power = i64x2.add(i64x2.shl(bits, 52), i64x2.splat(0x3ff0000000000000));
  return f64x2.mul(value, power);
}
