/**
 * Exponential and logarithm that give the same bits on every engine and processor: only +, −, ×, ÷ and the bits
 * of a double, which IEEE 754 fixes. `Math.exp` and `Math.log` are free to differ in the last place.
 */

const LN2_HIGH = 0.6931471803691238; // the leading 33 bits of ln 2, so that k · LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = Math.LOG2E;

const view = new DataView(new ArrayBuffer(8));

/** 2^k for an integer k in the normal range −1022 … 1023, exactly. */
function powerOfTwo(k: number): number {
  view.setUint32(0, (k + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

/** e^x, within one unit in the last place; 0 below −745.2 and ∞ above 709.8. */
export function exp(x: number): number {
  if (!(x < 709.782712893384)) return Number.isNaN(x) ? Number.NaN : Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * INVERSE_LN2 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low; // |r| ≤ ln 2 / 2; the Taylor series needs 13 terms for 1e-17
  let tail = 1 / 6227020800;
  tail = tail * r + 1 / 479001600;
  tail = tail * r + 1 / 39916800;
  tail = tail * r + 1 / 3628800;
  tail = tail * r + 1 / 362880;
  tail = tail * r + 1 / 40320;
  tail = tail * r + 1 / 5040;
  tail = tail * r + 1 / 720;
  tail = tail * r + 1 / 120;
  tail = tail * r + 1 / 24;
  tail = tail * r + 1 / 6;
  tail = tail * r + 0.5;
  const value = 1 + (r + (r * r * tail + (high - r - low)));
  if (k > 1023) return value * 2 * powerOfTwo(k - 1);
  if (k < -1022) return value * powerOfTwo(k + 64) * powerOfTwo(-64);
  return value * powerOfTwo(k);
}

/** The natural logarithm, within one unit in the last place; −∞ at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  let y = x;
  if (y < 2.2250738585072014e-308) {
    y *= 18014398509481984; // 2^54: out of the denormals first
    k = -54;
  }
  view.setFloat64(0, y);
  const top = view.getUint32(0);
  k += (top >>> 20) - 1023;
  view.setUint32(0, (top & 0xfffff) | 0x3ff00000);
  let m = view.getFloat64(0); // in [1, 2)
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  // ln m = 2 artanh(s), s = (m − 1) / (m + 1), |s| ≤ 0.1716: eleven terms for 1e-17
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  let series = 1 / 23;
  series = series * z + 1 / 21;
  series = series * z + 1 / 19;
  series = series * z + 1 / 17;
  series = series * z + 1 / 15;
  series = series * z + 1 / 13;
  series = series * z + 1 / 11;
  series = series * z + 1 / 9;
  series = series * z + 1 / 7;
  series = series * z + 1 / 5;
  series = series * z + 1 / 3;
  // 2s = f − s·f: keeps the bits of f that 2s alone would round away
  const tail = s * (f - 2 * z * series);
  return k * LN2_HIGH + (f - (tail - k * LN2_LOW));
}
