/**
 * The hypervolume: how much of the space of objectives is dominated, up to a reference point.
 */
import { InvalidInputError } from "../errors.ts";
import { boxVolume, type Room, reserveRoom, unionVolume } from "./volume.ts";

/**
 * The volume that the rows dominate, bounded by the reference point. Exact; a sweep in two and three objectives,
 * O(n²) sweeps' steps in four, a recursion beyond.
 *
 * Rows that are not better than the reference in every objective dominate no volume, nor do rows with a NaN. The
 * volume is Infinity where one that does is −Infinity somewhere, or the reference is Infinity.
 *
 * @param losses     shape (n, m), row-major, minimised
 * @param reference  shape (m)
 * @throws {InvalidInputError} if the reference has another length, or a NaN
 * @example
 * hypervolume(Float64Array.of(1, 3, 2, 2, 3, 1), 3, 2, [4, 4]); // 6
 */
export function hypervolume(
  losses: Float64Array,
  n: number,
  m: number,
  reference: ArrayLike<number>,
): number {
  const boxes = cornersOf(losses, n, m, reference);
  if (boxes.isInfinite) return Number.POSITIVE_INFINITY;
  const room = reserveRoom(boxes.count, m);
  room.boxes[m].set(boxes.rows);
  return unionVolume(room, m, boxes.count);
}

/**
 * By how much the hypervolume would shrink without each row; 0 for equal ones, as the other is still there.
 *
 * @param losses     shape (n, m), row-major, minimised
 * @param reference  shape (m)
 * @returns          shape (n); NaN where both volumes are infinite
 * @throws {InvalidInputError} as `hypervolume`
 */
export function hypervolumeContributions(
  losses: Float64Array,
  n: number,
  m: number,
  reference: ArrayLike<number>,
): Float64Array {
  const contributions = new Float64Array(n);
  const boxes = cornersOf(losses, n, m, reference);
  const { rows, count, order } = boxes;
  if (boxes.isInfinite) return infiniteContributions(contributions, losses, n, m, reference);
  const room = reserveRoom(count, m);
  for (let i = 0; i < count; i++) contributions[order[i]] = beyond(room, rows, count, m, rows, i * m, i);
  return contributions;
}

/**
 * By how much a point would enlarge the hypervolume of some rows.
 *
 * @param point      shape (m)
 * @param losses     shape (n, m), row-major, minimised
 * @param reference  shape (m)
 * @returns          NaN where both volumes are infinite
 * @throws {InvalidInputError} as `hypervolume`
 */
export function hypervolumeImprovement(
  point: ArrayLike<number>,
  losses: Float64Array,
  n: number,
  m: number,
  reference: ArrayLike<number>,
): number {
  const own = cornersOf(Float64Array.from(point), 1, m, reference);
  if (own.count === 0) return 0;
  const boxes = cornersOf(losses, n, m, reference);
  if (boxes.isInfinite) return Number.NaN;
  if (own.isInfinite) return Number.POSITIVE_INFINITY;
  return beyond(reserveRoom(boxes.count, m), boxes.rows, boxes.count, m, own.rows, 0);
}

/**
 * The volume of a box beyond those of other rows, which are ordered by descending last coordinate.
 *
 * @param own   holds the box from `at` on
 * @param skip  a row that does not count
 */
export function beyond(
  room: Room,
  rows: Float64Array,
  count: number,
  m: number,
  own: Float64Array,
  at: number,
  skip = -1,
): number {
  const limits = room.boxes[m];
  let to = 0;
  for (let j = 0; j < count; j++) {
    if (j === skip) continue;
    for (let c = 0; c < m; c++) limits[to++] = Math.min(rows[j * m + c], own[at + c]);
  }
  return Math.max(0, boxVolume(own, at, m) - unionVolume(room, m, to / m));
}

/** Rows as boxes that begin at the reference point. */
export interface Corners {
  /** Far corners, reference − loss > 0, by descending last coordinate; shape (count, m). */
  readonly rows: Float64Array;
  readonly count: number;
  /** Which row of the losses each is. */
  readonly order: Uint32Array;
  readonly isInfinite: boolean;
}

/** The rows that dominate a volume. @throws {InvalidInputError} as `hypervolume` */
export function cornersOf(losses: Float64Array, n: number, m: number, reference: ArrayLike<number>): Corners {
  if (reference.length !== m || Array.from(reference).some(Number.isNaN))
    throw new InvalidInputError(
      `the reference point [${Array.from(reference).join(", ")}] is not ${m} ${m === 1 ? "number" : "numbers"}, one for each objective`,
    );
  const kept = new Uint32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    let k = 0;
    while (k < m && losses[i * m + k] < reference[k]) k++;
    if (k === m) kept[count++] = i;
  }
  const order = kept.subarray(0, count).sort((a, b) => {
    const [left, right] = [losses[a * m + m - 1], losses[b * m + m - 1]];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const rows = new Float64Array(count * m);
  let isInfinite = false;
  for (let i = 0; i < count; i++)
    for (let k = 0; k < m; k++) {
      rows[i * m + k] = reference[k] - losses[order[i] * m + k];
      isInfinite ||= rows[i * m + k] === Number.POSITIVE_INFINITY;
    }
  return { rows, count, order, isInfinite };
}

/** Whoever alone makes the volume infinite contributes Infinity; beside an infinite volume no other can be measured. */
function infiniteContributions(
  contributions: Float64Array,
  losses: Float64Array,
  n: number,
  m: number,
  reference: ArrayLike<number>,
): Float64Array {
  const { rows, count, order } = cornersOf(losses, n, m, reference);
  const infinite = Array.from({ length: count }, (_, i) => i).filter((i) =>
    rows.subarray(i * m, (i + 1) * m).includes(Number.POSITIVE_INFINITY),
  );
  for (let i = 0; i < count; i++) contributions[order[i]] = Number.NaN;
  if (infinite.length === 1) contributions[order[infinite[0]]] = Number.POSITIVE_INFINITY;
  return contributions;
}
