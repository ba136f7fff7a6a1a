/**
 * The inner loops of decision trees: ../trees.ts says what each does. Places are addresses in bytes. A module of its
 * own, so that who tunes no tables does not load it.
 */
import { exp2 } from "./elementary";

@inline
function promoted(pair: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(pair));
}

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

/** Σ max(|g| − l1, 0)² / (h + l2) over two children, whose (g, h) are `left` and `right`. */
@inline
function quality(left: v128, right: v128, l1: v128, l2: v128): f64 {
  const g = i64x2.shuffle(left, right, 0, 2);
  const h = i64x2.shuffle(left, right, 1, 3);
  const t = f64x2.max(f64x2.sub(f64x2.abs(g), l1), f64x2.splat(0));
  const q = f64x2.div(f64x2.mul(t, t), f64x2.add(h, l2));
  return f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
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

export function sortByRank(
  rows: usize,
  from: i32,
  to: i32,
  bins: usize,
  width: i32,
  ranks: usize,
  pairs: usize,
  sorted: usize,
  sortedPairs: usize,
  counts: usize,
): void {
  const n = to - from;
  const first = rows + (<usize>from << 2);
  if (n <= 20) {
    for (let i = 0; i < n; i++) {
      const row = <usize>load<u32>(first + (<usize>i << 2));
      const rank = load<u8>(ranks + <usize>load<u8>(bins + row * <usize>width));
      const pair = load<u64>(pairs + (row << 3));
      let j = i;
      while (j > 0 && load<u8>(sorted + <usize>(j - 1)) > rank) {
        store<u8>(sorted + <usize>j, load<u8>(sorted + <usize>(j - 1)));
        store<u64>(sortedPairs + (<usize>j << 3), load<u64>(sortedPairs + (<usize>(j - 1) << 3)));
        j--;
      }
      store<u8>(sorted + <usize>j, rank);
      store<u64>(sortedPairs + (<usize>j << 3), pair);
    }
    return;
  }
  memory.fill(counts, 0, 1024);
  for (let i = 0; i < n; i++) {
    const row = <usize>load<u32>(first + (<usize>i << 2));
    const c = counts + (<usize>load<u8>(ranks + <usize>load<u8>(bins + row * <usize>width)) << 2);
    store<u32>(c, load<u32>(c) + 1);
  }
  let sum: u32 = 0;
  for (let c: usize = 0; c < 1024; c += 4) {
    const count = load<u32>(counts + c);
    store<u32>(counts + c, sum);
    sum += count;
  }
  for (let i = 0; i < n; i++) {
    const row = <usize>load<u32>(first + (<usize>i << 2));
    const rank = load<u8>(ranks + <usize>load<u8>(bins + row * <usize>width));
    const c = counts + (<usize>rank << 2);
    const place = <usize>load<u32>(c);
    store<u32>(c, <u32>place + 1);
    store<u8>(sorted + place, rank);
    store<u64>(sortedPairs + (place << 3), load<u64>(pairs + (row << 3)));
  }
}

export function walkSums(
  n: i32,
  sorted: usize,
  sortedPairs: usize,
  missing: i32,
  smallest: f64,
  floor: f64,
  out: usize,
): void {
  let valued = n;
  let total = f64x2.splat(0);
  for (let i = 0; i < n; i++) total = f64x2.add(total, promoted(sortedPairs + (<usize>i << 3)));
  while (valued > 0 && load<u8>(sorted + <usize>(valued - 1)) == <u8>missing && missing >= 0) valued--;
  let best = floor;
  store<f64>(out, floor);
  store<f64>(out, -1, 8);
  const enough = f64x2.splat(smallest);
  const none = f64x2.splat(0);
  for (let side = 0; side < (valued < n ? 2 : 1); side++) {
    let left = f64x2.splat(0);
    if (side) for (let i = valued; i < n; i++) left = f64x2.add(left, promoted(sortedPairs + (<usize>i << 3)));
    const last = side || valued == n ? valued - 1 : valued;
    for (let i = 0; i < last; i++) {
      left = f64x2.add(left, promoted(sortedPairs + (<usize>i << 3)));
      const rank = load<u8>(sorted + <usize>i);
      const next = i + 1 < valued ? load<u8>(sorted + <usize>(i + 1)) : <u8>missing;
      if (rank == next) continue;
      const right = f64x2.sub(total, left);
      if (v128.any_true(i64x2.shuffle(f64x2.lt(left, enough), f64x2.lt(right, enough), 1, 3))) continue;
      const value = quality(left, right, none, none);
      if (value > best) {
        best = value;
        store<f64>(out, value);
        store<f64>(out, <f64>(i + 1 < valued ? (<i32>rank + <i32>next - 1) >> 1 : <i32>rank), 8);
        store<f64>(out, <f64>side, 16);
      }
    }
  }
}

/** Σ over the classes of the squared weights, at `sums`, which is `classes` doubles; returns it. */
@inline
function addClass(sums: usize, pair: usize, squares: f64, sign: f64): f64 {
  const at = sums + (<usize>load<f32>(pair) << 3);
  const w = sign * <f64>load<f32>(pair, 4);
  const old = load<f64>(at);
  store<f64>(at, old + w);
  return squares + w * (2 * old + w);
}

export function walkClasses(
  n: i32,
  sorted: usize,
  sortedPairs: usize,
  missing: i32,
  classes: i32,
  smallest: f64,
  floor: f64,
  sums: usize,
  out: usize,
): void {
  const right = sums + (<usize>classes << 3);
  let valued = n;
  while (valued > 0 && load<u8>(sorted + <usize>(valued - 1)) == <u8>missing && missing >= 0) valued--;
  let best = floor;
  store<f64>(out, floor);
  store<f64>(out, -1, 8);
  for (let side = 0; side < (valued < n ? 2 : 1); side++) {
    memory.fill(sums, 0, <usize>classes << 4);
    let leftSquares: f64 = 0;
    let rightSquares: f64 = 0;
    let leftWeight: f64 = 0;
    let rightWeight: f64 = 0;
    for (let i = 0; i < n; i++) {
      const pair = sortedPairs + (<usize>i << 3);
      if (side && i >= valued) {
        leftSquares = addClass(sums, pair, leftSquares, 1);
        leftWeight += <f64>load<f32>(pair, 4);
      } else {
        rightSquares = addClass(right, pair, rightSquares, 1);
        rightWeight += <f64>load<f32>(pair, 4);
      }
    }
    const last = side || valued == n ? valued - 1 : valued;
    for (let i = 0; i < last; i++) {
      const pair = sortedPairs + (<usize>i << 3);
      leftSquares = addClass(sums, pair, leftSquares, 1);
      rightSquares = addClass(right, pair, rightSquares, -1);
      leftWeight += <f64>load<f32>(pair, 4);
      rightWeight -= <f64>load<f32>(pair, 4);
      const rank = load<u8>(sorted + <usize>i);
      const next = i + 1 < valued ? load<u8>(sorted + <usize>(i + 1)) : <u8>missing;
      if (rank == next) continue;
      if (leftWeight < smallest || rightWeight < smallest) continue;
      const value = leftSquares / leftWeight + rightSquares / rightWeight;
      if (value > best) {
        best = value;
        store<f64>(out, value);
        store<f64>(out, <f64>(i + 1 < valued ? (<i32>rank + <i32>next - 1) >> 1 : <i32>rank), 8);
        store<f64>(out, <f64>side, 16);
      }
    }
  }
}

export function rankRange(
  rows: usize,
  from: i32,
  to: i32,
  bins: usize,
  width: i32,
  ranks: usize,
  missing: i32,
  out: usize,
): void {
  let low: u32 = 256;
  let high: u32 = 0;
  let count = 0;
  const last = rows + (<usize>to << 2);
  for (let r = rows + (<usize>from << 2); r < last; r += 4) {
    const rank = <u32>load<u8>(ranks + <usize>load<u8>(bins + <usize>load<u32>(r) * <usize>width));
    if (<i32>rank == missing) {
      count++;
      continue;
    }
    low = min(low, rank);
    high = max(high, rank);
  }
  store<f64>(out, <f64>low);
  store<f64>(out, <f64>high, 8);
  store<f64>(out, <f64>count, 16);
}

export function cutSums(
  rows: usize,
  from: i32,
  to: i32,
  bins: usize,
  width: i32,
  ranks: usize,
  missing: i32,
  cut: i32,
  pairs: usize,
  smallest: f64,
  floor: f64,
  out: usize,
): void {
  let left = f64x2.splat(0);
  let right = left;
  let lost = left;
  const last = rows + (<usize>to << 2);
  for (let r = rows + (<usize>from << 2); r < last; r += 4) {
    const row = <usize>load<u32>(r);
    const rank = <i32>load<u8>(ranks + <usize>load<u8>(bins + row * <usize>width));
    const pair = promoted(pairs + (row << 3));
    if (rank == missing) lost = f64x2.add(lost, pair);
    else if (rank <= cut) left = f64x2.add(left, pair);
    else right = f64x2.add(right, pair);
  }
  let best = floor;
  store<f64>(out, floor);
  store<f64>(out, -1, 8);
  const enough = f64x2.splat(smallest);
  const none = f64x2.splat(0);
  for (let side = 0; side < (f64x2.extract_lane(lost, 1) > 0 ? 2 : 1); side++) {
    const a = side ? f64x2.add(left, lost) : left;
    const b = side ? right : f64x2.add(right, lost);
    if (v128.any_true(i64x2.shuffle(f64x2.lt(a, enough), f64x2.lt(b, enough), 1, 3))) continue;
    const value = quality(a, b, none, none);
    if (value > best) {
      best = value;
      store<f64>(out, value);
      store<f64>(out, <f64>cut, 8);
      store<f64>(out, <f64>side, 16);
    }
  }
}

export function cutClasses(
  rows: usize,
  from: i32,
  to: i32,
  bins: usize,
  width: i32,
  ranks: usize,
  missing: i32,
  cut: i32,
  pairs: usize,
  classes: i32,
  smallest: f64,
  floor: f64,
  sums: usize,
  out: usize,
): void {
  const room = <usize>classes << 3;
  memory.fill(sums, 0, 3 * room);
  const last = rows + (<usize>to << 2);
  for (let r = rows + (<usize>from << 2); r < last; r += 4) {
    const row = <usize>load<u32>(r);
    const rank = <i32>load<u8>(ranks + <usize>load<u8>(bins + row * <usize>width));
    const pair = pairs + (row << 3);
    const at = sums + (rank == missing ? 2 * room : rank <= cut ? 0 : room) + (<usize>load<f32>(pair) << 3);
    store<f64>(at, load<f64>(at) + <f64>load<f32>(pair, 4));
  }
  let best = floor;
  store<f64>(out, floor);
  store<f64>(out, -1, 8);
  let lost: f64 = 0;
  for (let k: usize = 0; k < room; k += 8) lost += load<f64>(sums + 2 * room + k);
  for (let side = 0; side < (lost > 0 ? 2 : 1); side++) {
    let leftSquares: f64 = 0;
    let rightSquares: f64 = 0;
    let leftWeight: f64 = 0;
    let rightWeight: f64 = 0;
    for (let k: usize = 0; k < room; k += 8) {
      const m = load<f64>(sums + 2 * room + k);
      const a = load<f64>(sums + k) + (side ? m : 0);
      const b = load<f64>(sums + room + k) + (side ? 0 : m);
      leftSquares += a * a;
      rightSquares += b * b;
      leftWeight += a;
      rightWeight += b;
    }
    if (leftWeight < smallest || rightWeight < smallest) continue;
    const value = leftSquares / leftWeight + rightSquares / rightWeight;
    if (value > best) {
      best = value;
      store<f64>(out, value);
      store<f64>(out, <f64>cut, 8);
      store<f64>(out, <f64>side, 16);
    }
  }
}
