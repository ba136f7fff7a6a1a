/**
 * The cuts of forests: ../trees.ts says what each does. Places are addresses in bytes.
 */
import { promoted } from "./pairs";

/** Σ max(|g| − l1, 0)² / (h + l2) over two children, whose (g, h) are `left` and `right`. */
@inline
function quality(left: v128, right: v128, l1: v128, l2: v128): f64 {
  const g = i64x2.shuffle(left, right, 0, 2);
  const h = i64x2.shuffle(left, right, 1, 3);
  const t = f64x2.max(f64x2.sub(f64x2.abs(g), l1), f64x2.splat(0));
  const q = f64x2.div(f64x2.mul(t, t), f64x2.add(h, l2));
  return f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
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
