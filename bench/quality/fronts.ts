/**
 * Volumes of fronts that are known as a function: what a set of trials can reach at most.
 */

/** Cells along each axis; the error goes with the square of their width. */
const CELLS = 2000;

/**
 * The volume between a front and a reference point.
 *
 * @param front  the least last objective there is where the others are these, each from 0 to 1; one or two others
 * @param point  shape (objectives)
 */
export function volumeBeyond(front: (...others: number[]) => number, point: readonly number[]): number {
  return point.length === 2 ? area(front, point) : volume(front, point);
}

/** Midpoints of cells from 0 to `end`; what lies beyond 1 is as good as at 1. */
function midpoints(end: number): Float64Array {
  return Float64Array.from({ length: CELLS }, (_, i) => Math.min(1, ((i + 0.5) / CELLS) * end));
}

function area(front: (a: number) => number, [a, b]: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (const x of midpoints(a)) {
    least = Math.min(least, front(x));
    sum += Math.max(0, b - least);
  }
  return (sum * a) / CELLS;
}

function volume(front: (a: number, b: number) => number, [a, b, c]: readonly number[]): number {
  const others = midpoints(b);
  /** The least of all rows so far, and of all columns up to this one. */
  const least = new Float64Array(CELLS).fill(Number.POSITIVE_INFINITY);
  let sum = 0;
  for (const x of midpoints(a)) {
    let before = Number.POSITIVE_INFINITY;
    for (let j = 0; j < CELLS; j++) {
      before = least[j] = Math.min(before, least[j], front(x, others[j]));
      sum += Math.max(0, c - before);
    }
  }
  return (sum * a * b) / CELLS ** 2;
}
