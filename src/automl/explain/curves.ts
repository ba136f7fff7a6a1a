/**
 * What every threshold of two classes would do: curves over all of them.
 */

export type Point = readonly [x: number, y: number];

/** Points that a picture has room for. */
const MOST = 200;

/**
 * The receiver operating characteristic: share of the others that are taken for the class, against the share of the class
 * that is found; from (0, 0) to (1, 1).
 *
 * @param isClass        1 for rows of the class, otherwise 0, shape (rows); both occur
 * @param probabilities  of the class, shape (rows)
 */
export function operatingCurve(isClass: ArrayLike<number>, probabilities: ArrayLike<number>): Point[] {
  const steps = stepsOf(isClass, probabilities);
  const { found, wrong } = steps[steps.length - 1];
  return thinned(steps.map((step): Point => [step.wrong / wrong, step.found / found]));
}

/** Recall against precision, by falling threshold; from the highest probability to recall 1. */
export function precisionCurve(isClass: ArrayLike<number>, probabilities: ArrayLike<number>): Point[] {
  const steps = stepsOf(isClass, probabilities);
  const { found } = steps[steps.length - 1];
  return thinned(
    steps.slice(1).map((step): Point => [step.found / found, step.found / (step.found + step.wrong)]),
  );
}

/** How many of the class and of the others are above each probability that occurs, from the highest on. */
function stepsOf(isClass: ArrayLike<number>, probabilities: ArrayLike<number>) {
  const order = Uint32Array.from(probabilities, (_, row) => row).sort(
    (a, b) => probabilities[b] - probabilities[a] || a - b,
  );
  let [found, wrong] = [0, 0];
  const steps = [{ found, wrong }];
  for (const [i, row] of order.entries()) {
    if (isClass[row] === 1) found++;
    else wrong++;
    const isTied = i + 1 < order.length && probabilities[order[i + 1]] === probabilities[row];
    if (!isTied) steps.push({ found, wrong });
  }
  return steps;
}

/** Some of the points, the first and the last among them. */
function thinned(points: readonly Point[]): Point[] {
  if (points.length <= MOST) return [...points];
  return Array.from({ length: MOST }, (_, i) => points[Math.round((i * (points.length - 1)) / (MOST - 1))]);
}
