/**
 * The volume of a union of boxes that all begin at the origin: what every hypervolume comes down to.
 */

/**
 * Rooms for boxes of every dimension, so that the recursion allocates nothing. A row of `boxes[k]` is the far corner
 * of a box in k dimensions.
 */
export interface Room {
  readonly boxes: readonly Float64Array[];
  /** Of the rows of `boxes[k]`, those that are kept, by descending coordinate k − 2. */
  readonly kept: readonly Int32Array[];
  /** The staircase of the sweep in three dimensions: ascending x, descending y. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

/** Room for `n` boxes in up to `m` dimensions. */
export function reserveRoom(n: number, m: number): Room {
  return {
    boxes: Array.from({ length: m + 1 }, (_, k) => new Float64Array(n * k)),
    kept: Array.from({ length: m + 1 }, () => new Int32Array(n)),
    xs: new Float64Array(n),
    ys: new Float64Array(n),
  };
}

/**
 * The volume of the union of the first `n` rows of `room.boxes[k]`, which are ordered by descending last coordinate.
 *
 * Each box adds, at its height in the last dimension, what it covers in the others beyond the boxes before it, which
 * are all at least as high: a recursion over dimensions, with a sweep at three. What boxes before it cover of a box is
 * again a union of boxes: their minima with it. Minima keep the order, so that nothing is sorted twice; of the boxes
 * before, those are dropped that the new one covers: nothing after it sees them.
 *
 * @see While et al. 2012, "A fast way of calculating exact hypervolumes" (WFG, with slicing)
 */
export function unionVolume(room: Room, k: number, n: number): number {
  if (n === 0) return 0;
  const rows = room.boxes[k];
  if (n === 1) return boxVolume(rows, 0, k);
  if (k === 1) return rows[0];
  if (k === 2) return sweepPlane(rows, n);
  if (k === 3) return sweepSpace(room, rows, n);
  const kept = room.kept[k];
  const limits = room.boxes[k - 1];
  let count = 0;
  let volume = 0;
  for (let i = 0; i < n; i++) {
    const at = i * k;
    if (isCovered(rows, at, kept, count, k)) continue;
    for (let j = 0; j < count; j++) {
      const other = kept[j] * k;
      const to = j * (k - 1);
      for (let c = 0; c < k - 1; c++) limits[to + c] = Math.min(rows[other + c], rows[at + c]);
    }
    const added = boxVolume(rows, at, k - 1) - unionVolume(room, k - 1, count);
    volume += Math.max(0, added) * rows[at + k - 1];
    count = dropCovered(rows, at, kept, count, k);
    let place = count++;
    for (; place > 0 && rows[kept[place - 1] * k + k - 2] < rows[at + k - 2]; place--)
      kept[place] = kept[place - 1];
    kept[place] = i;
  }
  return volume;
}

/** The product of the first `k` coordinates from `at` on. */
export function boxVolume(rows: Float64Array, at: number, k: number): number {
  let volume = rows[at];
  for (let c = 1; c < k; c++) volume *= rows[at + c];
  return volume;
}

/** Whether a kept row is at least as far in all but the last dimension. */
function isCovered(rows: Float64Array, at: number, kept: Int32Array, count: number, k: number): boolean {
  for (let j = 0; j < count; j++) {
    const other = kept[j] * k;
    let c = 0;
    while (c < k - 1 && rows[other + c] >= rows[at + c]) c++;
    if (c === k - 1) return true;
  }
  return false;
}

/** Drops the kept rows that are nowhere farther than the one at `at`; returns how many are left. */
function dropCovered(rows: Float64Array, at: number, kept: Int32Array, count: number, k: number): number {
  let left = 0;
  for (let j = 0; j < count; j++) {
    const other = kept[j] * k;
    let c = 0;
    while (c < k - 1 && rows[other + c] <= rows[at + c]) c++;
    if (c < k - 1) kept[left++] = kept[j];
  }
  return left;
}

/** Rows (x, y) by descending y. */
function sweepPlane(rows: Float64Array, n: number): number {
  let area = 0;
  let reached = 0;
  for (let i = 0; i < n; i++) {
    const x = rows[2 * i];
    if (x <= reached) continue;
    area += (x - reached) * rows[2 * i + 1];
    reached = x;
  }
  return area;
}

/** Rows (x, y, z) by descending z: each adds at its height what it covers beyond the staircase of those before. */
function sweepSpace({ xs, ys }: Room, rows: Float64Array, n: number): number {
  let steps = 0;
  let volume = 0;
  for (let i = 0; i < n; i++) {
    const [x, y, z] = [rows[3 * i], rows[3 * i + 1], rows[3 * i + 2]];
    let [low, high] = [0, steps]; // the first step that reaches as far as x
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (xs[middle] < x) low = middle + 1;
      else high = middle;
    }
    const step = low;
    let height = step < steps ? ys[step] : 0;
    if (height >= y) continue;
    let area = 0;
    let until = x;
    let from = step;
    for (; from > 0 && ys[from - 1] <= y; from--) {
      area += (until - xs[from - 1]) * (y - height);
      until = xs[from - 1];
      height = ys[from - 1];
    }
    area += (until - (from > 0 ? xs[from - 1] : 0)) * (y - height);
    volume += area * z;
    const to = step < steps && xs[step] === x ? step + 1 : step;
    xs.copyWithin(from + 1, to, steps);
    ys.copyWithin(from + 1, to, steps);
    xs[from] = x;
    ys[from] = y;
    steps += 1 - (to - from);
  }
  return volume;
}
