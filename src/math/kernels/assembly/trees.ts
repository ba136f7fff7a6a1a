/**
 * The inner loops of decision trees: ../trees.ts says what each does. Places are addresses in bytes. A module of its
 * own, so that who tunes no tables does not load it.
 */
import { exp2 } from "./elementary";
import { promoted } from "./pairs";

export { cutClasses, cutSums, rankRange, sortByRank, walkClasses, walkSums } from "./forest";

/** Bits of a float, moved so that they sort as unsigned integers. */
@inline
function sortable(bits: u32): u32 {
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

@inline
function original(bits: u32): u32 {
  return bits ^ (bits & 0x80000000 ? 0x80000000 : 0xffffffff);
}

/** Radix sort by 11, 11 and 10 bits. */
export function sortFloats(n: i32, at: usize, work: usize): void {
  const other = work + 3 * 2048 * 4;
  memory.fill(work, 0, 3 * 2048 * 4);
  const end = at + (<usize>n << 2);
  for (let p = at; p < end; p += 4) {
    const key = sortable(load<u32>(p));
    store<u32>(p, key);
    const a = work + (<usize>(key & 2047) << 2);
    store<u32>(a, load<u32>(a) + 1);
    const b = work + 8192 + (<usize>((key >> 11) & 2047) << 2);
    store<u32>(b, load<u32>(b) + 1);
    const c = work + 16384 + (<usize>(key >> 22) << 2);
    store<u32>(c, load<u32>(c) + 1);
  }
  let from = at;
  let to = other;
  for (let pass = 0; pass < 3; pass++) {
    const counts = work + <usize>(pass << 13);
    const shift = <u32>(pass * 11);
    let sum: u32 = 0;
    for (let p = counts; p < counts + 8192; p += 4) {
      const count = load<u32>(p);
      store<u32>(p, sum);
      sum += count;
    }
    const last = from + (<usize>n << 2);
    for (let p = from; p < last; p += 4) {
      const key = load<u32>(p);
      const c = counts + (<usize>((key >> shift) & 2047) << 2);
      const place = load<u32>(c);
      store<u32>(c, place + 1);
      store<u32>(to + (<usize>place << 2), key);
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  for (let i: usize = 0; i < <usize>n << 2; i += 4) store<u32>(at + i, original(load<u32>(other + i)));
}

export function binColumn(
  n: i32,
  values: usize,
  edges: usize,
  step: i32,
  missing: i32,
  out: usize,
  width: i32,
): void {
  let o = out;
  for (let i = 0; i < n; i++) {
    const x = load<f32>(values + (<usize>i << 2));
    let bin = 0;
    for (let s = step; s > 0; s >>= 1) {
      const next = bin + s;
      bin = x > load<f32>(edges + (<usize>(next - 1) << 2)) ? next : bin;
    }
    store<u8>(o, x != x ? missing : bin);
    o += width;
  }
}

export function histogram(
  count: i32,
  columns: usize,
  rows: usize,
  from: i32,
  to: i32,
  pairs: usize,
  bins: usize,
  width: i32,
  out: usize,
  bytes: usize,
): void {
  memory.fill(out, 0, bytes);
  const end = columns + (<usize>count << 3);
  const last = rows + (<usize>to << 2);
  for (let r = rows + (<usize>from << 2); r < last; r += 4) {
    const row = <usize>load<u32>(r);
    const v = promoted(pairs + (row << 3));
    const b = bins + row * <usize>width;
    for (let c = columns; c < end; c += 8) {
      const at = out + <usize>load<u32>(c, 4) + (<usize>load<u8>(b + <usize>load<u32>(c)) << 4);
      v128.store(at, f64x2.add(v128.load(at), v));
    }
  }
}

export function subtract(from: usize, other: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(from + i, f64x2.sub(v128.load(from + i), v128.load(other + i)));
}

/** Whether both children are large enough and better than top / bottom; most cuts so cost no division. */
@inline
function betterThan(left: v128, right: v128, enough: v128, l1: v128, l2: v128, top: f64, bottom: f64): bool {
  const h = i64x2.shuffle(left, right, 1, 3);
  if (v128.any_true(f64x2.lt(h, enough))) return false;
  const g = i64x2.shuffle(left, right, 0, 2);
  const t = f64x2.max(f64x2.sub(f64x2.abs(g), l1), f64x2.splat(0));
  const d = f64x2.add(h, l2);
  const q = f64x2.mul(f64x2.mul(t, t), i64x2.shuffle(d, d, 1, 0));
  const numerator = f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
  const denominator = f64x2.extract_lane(d, 0) * f64x2.extract_lane(d, 1);
  if (!(numerator * bottom > top * denominator)) return false;
  foundTop = numerator;
  foundBottom = denominator;
  return true;
}

/** The value of the cut that was better, as a quotient. */
let foundTop: f64 = 0;
let foundBottom: f64 = 1;

export function bestCut(
  count: i32,
  columns: usize,
  histogram: usize,
  g: f64,
  h: f64,
  l1: f64,
  l2: f64,
  smallest: f64,
  floor: f64,
  out: usize,
): void {
  const total = f64x2.replace_lane(f64x2.splat(g), 1, h);
  const l1s = f64x2.splat(l1);
  const l2s = f64x2.splat(l2);
  const enough = f64x2.splat(smallest);
  let top = floor;
  let bottom: f64 = 1;
  let column = -1;
  let bin = 0;
  let side = 0;
  let kept = f64x2.splat(0);
  for (let c = 0; c < count; c++) {
    const entry = columns + (<usize>c << 4);
    const bins = load<i32>(entry, 4);
    const hasMissing = load<i32>(entry, 8) != 0;
    if (bins < 1) continue; // a category's
    let at = histogram + <usize>load<u32>(entry);
    const missing = hasMissing ? v128.load(at + (<usize>bins << 4)) : f64x2.splat(0);
    const there = f64x2.extract_lane(missing, 1) > 0;
    const cuts = there ? bins : bins - 1;
    let left = f64x2.splat(0);
    for (let b = 0; b < cuts; b++) {
      left = f64x2.add(left, v128.load(at));
      at += 16;
      if (betterThan(left, f64x2.sub(total, left), enough, l1s, l2s, top, bottom)) {
        top = foundTop;
        bottom = foundBottom;
        column = c;
        bin = b;
        side = 0;
        kept = left;
      }
      if (!there) continue;
      const more = f64x2.add(left, missing);
      if (betterThan(more, f64x2.sub(total, more), enough, l1s, l2s, top, bottom)) {
        top = foundTop;
        bottom = foundBottom;
        column = c;
        bin = b;
        side = 1;
        kept = more;
      }
    }
  }
  store<f64>(out, top / bottom);
  store<f64>(out, <f64>column, 8);
  store<f64>(out, <f64>bin, 16);
  store<f64>(out, <f64>side, 24);
  v128.store(out + 32, kept);
}

export function partition(
  rows: usize,
  from: i32,
  to: i32,
  bins: usize,
  width: i32,
  goesLeft: usize,
  work: usize,
): i32 {
  let l = rows + (<usize>from << 2);
  let q = work;
  const last = rows + (<usize>to << 2);
  for (let r = l; r < last; r += 4) {
    const row = load<u32>(r);
    const left = <usize>load<u8>(goesLeft + <usize>load<u8>(bins + <usize>row * <usize>width));
    store<u32>(l, row);
    store<u32>(q, row);
    l += left << 2;
    q += (1 - left) << 2;
  }
  memory.copy(l, work, q - work);
  return <i32>((l - rows) >> 2);
}

export function logisticGradients(n: i32, scores: usize, y: usize, weights: usize, out: usize): void {
  const one = f64x2.splat(1);
  for (let i = 0; i < n; i += 2) {
    const s = v128.load(scores + (<usize>i << 3));
    const e = exp2(f64x2.max(f64x2.neg(f64x2.abs(s)), f64x2.splat(-600)));
    const r = f64x2.div(one, f64x2.add(one, e));
    const q = f64x2.mul(e, r);
    const p = v128.bitselect(r, q, f64x2.ge(s, f64x2.splat(0)));
    let g = f64x2.sub(p, promoted(y + (<usize>i << 2)));
    let h = f64x2.max(f64x2.mul(r, q), f64x2.splat(1e-16));
    if (weights) {
      const w = promoted(weights + (<usize>i << 2));
      g = f64x2.mul(g, w);
      h = f64x2.mul(h, w);
    }
    const gs = f32x4.demote_f64x2_zero(g);
    const hs = f32x4.demote_f64x2_zero(h);
    v128.store(out + (<usize>i << 3), i32x4.shuffle(gs, hs, 0, 4, 1, 5));
  }
}

export function softmaxes(n: i32, classes: i32, stride: i32, scores: usize, out: usize): void {
  const step = <usize>stride << 3;
  const half = <usize>stride << 2;
  for (let i = 0; i < n; i += 2) {
    const s = scores + (<usize>i << 3);
    let top = v128.load(s);
    for (let k = 1; k < classes; k++) top = f64x2.max(top, v128.load(s + <usize>k * step));
    let sum = f64x2.splat(0);
    const o = out + (<usize>i << 2);
    for (let k = 0; k < classes; k++) {
      const e = exp2(f64x2.max(f64x2.sub(v128.load(s + <usize>k * step), top), f64x2.splat(-600)));
      sum = f64x2.add(sum, e);
      v128.store64_lane(o + <usize>k * half, f32x4.demote_f64x2_zero(e), 0);
    }
    for (let k = 0; k < classes; k++) {
      const p = o + <usize>k * half;
      v128.store64_lane(p, f32x4.demote_f64x2_zero(f64x2.div(promoted(p), sum)), 0);
    }
  }
}
