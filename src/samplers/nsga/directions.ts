/**
 * Directions spread evenly over the trade-offs between objectives.
 */

/** How far the inner layer is drawn towards the middle. */
const INNER = 0.5;

/**
 * Points on the plane Σ w = 1, w ≥ 0: all with coordinates that are multiples of 1 / p, with the largest p of which
 * there are at most `most`. Where p is less than `m`, all of them lie on the border of the plane: a second layer,
 * drawn halfway to the middle, follows where there is room for one.
 *
 * @returns shape (directions)(m); the middle alone where there is no room for the corners
 * @see Das and Dennis 1998, "Normal-boundary intersection"; Deb and Jain 2014, "An evolutionary many-objective
 *   optimization algorithm using reference-point-based nondominated sorting approach, part I", §IV.B and V
 */
export function directions(m: number, most: number): readonly Float64Array[] {
  const outer = divisionsFor(m, most);
  if (outer === 0) return [new Float64Array(m).fill(1 / m)];
  const points = dasDennis(m, outer);
  const inner = outer < m ? divisionsFor(m, most - points.length) : 0;
  if (inner === 0) return points;
  const drawn = dasDennis(m, inner).map((point) => point.map((w) => INNER * w + (1 - INNER) / m));
  return [...points, ...drawn];
}

/** The largest number of divisions that gives at most so many points; 0 if even the corners are too many. */
function divisionsFor(m: number, most: number): number {
  if (m === 1) return most >= 1 ? 1 : 0; // one point, however it is divided
  let divisions = 0;
  let count = 1;
  for (;;) {
    const next = (count * (divisions + m)) / (divisions + 1); // (p + m − 1 choose p)
    if (next > most) return divisions;
    count = next;
    divisions++;
  }
}

/** All points with coordinates k / p that sum to 1. */
function dasDennis(m: number, p: number): Float64Array[] {
  const points: Float64Array[] = [];
  const point = new Float64Array(m);
  const fill = (k: number, left: number) => {
    if (k === m - 1) {
      point[k] = left / p;
      points.push(point.slice());
      return;
    }
    for (let part = left; part >= 0; part--) {
      point[k] = part / p;
      fill(k + 1, left - part);
    }
  };
  fill(0, p);
  return points;
}
