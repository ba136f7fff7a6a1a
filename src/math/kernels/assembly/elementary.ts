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

/** ln x in each lane, for positive numbers that are no denormals: the same bits as `log` in math/elementary.ts. */
@inline
export function log2(x: v128): v128 {
  // the exponent's bits in the low bits of 2^52 make it a number
  const exponent = v128.or(i64x2.shr_u(x, 52), i64x2.splat(0x4330000000000000));
  const k = f64x2.sub(exponent, f64x2.splat(4503599627370496.0 + 1023.0));
  const m = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3ff0000000000000));
  const large = f64x2.gt(m, f64x2.splat(1.4142135623730951));
  const halved = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, large);
  const power = f64x2.add(k, v128.and(large, f64x2.splat(1)));
  const f = f64x2.sub(halved, f64x2.splat(1));
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const z = f64x2.mul(s, s);
  let series = f64x2.splat(1.0 / 23.0);
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 21.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 19.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 17.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 15.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 13.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 11.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 9.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 7.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 5.0));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 3.0));
  // (f − 2 z series) is f − ((2 z) series) there
  const inner = f64x2.sub(f, f64x2.mul(f64x2.mul(f64x2.splat(2), z), series));
  const tail = f64x2.mul(s, inner);
  const low = f64x2.mul(power, f64x2.splat(1.9082149292705877e-10));
  const high = f64x2.mul(power, f64x2.splat(0.6931471803691238));
  return f64x2.add(high, f64x2.sub(f, f64x2.sub(tail, low)));
}

/** ln x of one number. */
export function log(x: f64): f64 {
  return f64x2.extract_lane(log2(f64x2.splat(x)), 0);
}
