/**
 * The region that no point of a front dominates, as disjoint boxes: so that expectations over it are sums of products.
 */
import { UnsupportedError } from "../errors.ts";

/** Disjoint boxes: half-open, closed below. */
export interface Boxes {
  readonly count: number;
  /** Shape (count, objectives); −∞ where a box has no lower end. */
  readonly lower: Float64Array;
  /** Shape (count, objectives); at most the reference point. */
  readonly upper: Float64Array;
}

/** Most objectives that are done: the number of boxes grows with the power ⌊objectives / 2⌋ of the points. */
export const MOST_BOXED = 3;

/** A column of the staircase: from `from` to the next column's, everything below `top`. */
interface Column {
  readonly from: number;
  readonly top: number;
  /** The third coordinate from which on it is so. */
  readonly since: number;
}

/**
 * Boxes whose union is everything below the reference point that no point dominates (nowhere better and somewhere
 * worse, or equal): 1 + n of n points in two objectives, at most 1 + 2n in three. A sweep over the third coordinate
 * keeps the staircase of the first two; a point closes the columns that it cuts, as in Yang et al. 2019.
 *
 * @param points     shape (n, objectives), minimised; dominated ones, and such as are not below the reference point in
 *                   every objective, change nothing
 * @param reference  shape (objectives)
 * @throws {UnsupportedError} for more than three objectives
 * @see Yang et al. 2019, "Efficient computation of expected hypervolume improvement using box decomposition
 *      algorithms"
 */
export function nondominatedBoxes(points: readonly ArrayLike<number>[], reference: ArrayLike<number>): Boxes {
  const objectives = reference.length;
  if (objectives < 1 || objectives > MOST_BOXED)
    throw new UnsupportedError(`boxes are made of 1 to ${MOST_BOXED} objectives, not of ${objectives}`);
  const below = points.filter((point) => {
    for (let k = 0; k < objectives; k++) if (!(point[k] < reference[k])) return false;
    return true;
  });
  const lower: number[] = [];
  const upper: number[] = [];
  const emit = ({ from, top, since }: Column, to: number, until: number) => {
    if (!(since < until)) return;
    const [low, high] = [
      [from, Number.NEGATIVE_INFINITY, since],
      [to, top, until],
    ];
    lower.push(...low.slice(0, objectives));
    upper.push(...high.slice(0, objectives));
  };
  // where there is no second coordinate all points lie below everything, and where there is no third at one height
  const at = (point: ArrayLike<number>, k: number) => (k < objectives ? point[k] : Number.NEGATIVE_INFINITY);
  const end = Array.from({ length: 3 }, (_, k) => (k < objectives ? reference[k] : 0));
  let columns: readonly Column[] = [
    { from: Number.NEGATIVE_INFINITY, top: end[1], since: Number.NEGATIVE_INFINITY },
  ];
  const byHeight = (a: ArrayLike<number>, b: ArrayLike<number>) => (objectives < 3 ? 0 : a[2] - b[2]);
  for (const point of [...below].sort(byHeight))
    columns = cut(columns, point[0], at(point, 1), at(point, 2), end[0], emit);
  columns.forEach((column, c) => {
    if (column.top > Number.NEGATIVE_INFINITY) emit(column, columns[c + 1]?.from ?? end[0], end[2]);
  });
  return {
    count: upper.length / objectives,
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
  };
}

/** The staircase after a point at (x, y): columns from x on that are higher than y come to their end at `height`. */
function cut(
  columns: readonly Column[],
  x: number,
  y: number,
  height: number,
  end: number,
  emit: (column: Column, to: number, until: number) => void,
): readonly Column[] {
  const kept: Column[] = [];
  let isCut = false;
  columns.forEach((column, c) => {
    const to = columns[c + 1]?.from ?? end;
    if (to <= x || column.top <= y) {
      kept.push(column);
      return;
    }
    emit(column, to, height);
    if (column.from < x) kept.push({ ...column, since: height });
    if (!isCut) kept.push({ from: Math.max(x, column.from), top: y, since: height });
    isCut = true;
  });
  return kept;
}
