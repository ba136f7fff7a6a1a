/**
 * Matérn covariance with ν = 5/2 and its sums. A point has `numeric` coordinates divided by their length scales,
 * and `nominal` ones that add a weight to the squared distance where they differ. Points are stored by coordinate:
 * shape (numeric + nominal, stride), so that two points go through one instruction.
 */
import { exp2 } from "./elementary";

const ROOT5: f64 = 2.23606797749979;
/** Beyond this distance the covariance is below 1e-250; it is held there, for denormals are slow. */
const FARTHEST: f64 = 600;

/** Squared distances of x to points i and i + 1. */
@inline
function squaredDistance(numeric: i32, nominal: i32, x: usize, weights: usize, points: usize, stride: usize): v128 {
  let sum = f64x2.splat(0);
  let place = points;
  let coordinate = x;
  for (let f = 0; f < numeric; f++) {
    const difference = f64x2.sub(v128.load64_splat(coordinate), v128.load(place));
    sum = f64x2.add(sum, f64x2.mul(difference, difference));
    place += stride;
    coordinate += 8;
  }
  for (let f = 0; f < nominal; f++) {
    const differs = f64x2.ne(v128.load64_splat(coordinate), v128.load(place));
    sum = f64x2.add(sum, v128.and(differs, v128.load64_splat(weights + (<usize>f << 3))));
    place += stride;
    coordinate += 8;
  }
  return sum;
}

/**
 * Covariances a (1 + s + s²/3) e^−s, s = √5 r, of x with n points; and, where `slopes` is not 0, their derivatives
 * −(5/6) a (1 + s) e^−s by r².
 */
export function maternRow(
  numeric: i32,
  nominal: i32,
  n: i32,
  amplitude: f64,
  x: usize,
  weights: usize,
  points: usize,
  stride: usize,
  out: usize,
  slopes: usize,
): void {
  const one = f64x2.splat(1);
  for (let i: usize = 0; i < <usize>n << 3; i += 16) {
    const r2 = squaredDistance(numeric, nominal, x, weights, points + i, stride);
    const s = f64x2.mul(f64x2.splat(ROOT5), f64x2.sqrt(r2));
    const decay = f64x2.mul(f64x2.splat(amplitude), exp2(f64x2.sub(f64x2.splat(0), f64x2.pmin(s, f64x2.splat(FARTHEST)))));
    const linear = f64x2.add(one, s);
    const shape = f64x2.add(linear, f64x2.mul(f64x2.mul(s, s), f64x2.splat(1.0 / 3.0)));
    v128.store(out + i, f64x2.mul(shape, decay));
    if (slopes !== 0) v128.store(slopes + i, f64x2.mul(f64x2.mul(linear, decay), f64x2.splat(-5.0 / 6.0)));
  }
}

/**
 * Σ over pairs j < i of w_ij times the squared difference in each coordinate, w_ij = (αᵢ αⱼ − K⁻¹_ij) slopes_ij:
 * half the trace that the likelihood's gradient needs. `row` is room for n.
 */
export function gradientSums(
  numeric: i32,
  nominal: i32,
  n: i32,
  points: usize,
  pointStride: usize,
  alpha: usize,
  inverse: usize,
  slopes: usize,
  stride: usize,
  row: usize,
  out: usize,
): void {
  memory.fill(out, 0, <usize>(numeric + nominal) << 3);
  for (let i = 1; i < n; i++) {
    const end = <usize>i << 3;
    const own = f64x2.splat(load<f64>(alpha + end));
    const inverses = inverse + <usize>i * stride;
    const derivatives = slopes + <usize>i * stride;
    for (let j: usize = 0; j < end; j += 16) {
      const w = f64x2.sub(f64x2.mul(own, v128.load(alpha + j)), v128.load(inverses + j));
      v128.store(row + j, f64x2.mul(w, v128.load(derivatives + j)));
    }
    if (i & 1) store<f64>(row + end, 0);
    for (let f = 0; f < numeric + nominal; f++) {
      const place = points + <usize>f * pointStride;
      const x = v128.load64_splat(place + end);
      let sum = f64x2.splat(0);
      if (f < numeric)
        for (let j: usize = 0; j < end; j += 16) {
          const difference = f64x2.sub(x, v128.load(place + j));
          sum = f64x2.add(sum, f64x2.mul(f64x2.mul(difference, v128.load(row + j)), difference));
        }
      else
        for (let j: usize = 0; j < end; j += 16)
          sum = f64x2.add(sum, v128.and(f64x2.ne(x, v128.load(place + j)), v128.load(row + j)));
      const total = out + (<usize>f << 3);
      store<f64>(total, load<f64>(total) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
    }
  }
}
