/**
 * The survival of NSGA-II: of the last front goes who is most crowded.
 */
import { scaledRows } from "./ranking.ts";
import { lastFront, membersOf, type Survival } from "./survival.ts";

/** @see Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II", §III.B */
export const crowding: Survival = ({ list, ranks }) => {
  const m = list.length === 0 ? 1 : list[0].losses.length;
  const room = new Float64Array(list.length);
  const last = lastFront(ranks);
  let goes = 0;
  for (let front = 0; front <= last; front++) {
    const members = membersOf(ranks, front);
    const rows = scaledRows(
      members.map((i) => list[i]),
      m,
    );
    const distances = crowdingDistances(rows, members.length, m);
    members.forEach((i, at) => {
      room[i] = distances[at];
      if (front === last && (at === 0 || distances[at] <= room[goes])) goes = i;
    });
  }
  return { goes, room };
};

/**
 * The crowding distance of each row: over objectives, the sum of the distances between both neighbours; Infinity at
 * the ends.
 *
 * @param rows  shape (n, m), scaled to comparable ranges
 * @returns     shape (n)
 */
export function crowdingDistances(rows: Float64Array, n: number, m: number): Float64Array {
  const distances = new Float64Array(n);
  for (let k = 0; k < m; k++) {
    const order = Array.from({ length: n }, (_, i) => i).sort(
      (a, b) => rows[a * m + k] - rows[b * m + k] || a - b,
    );
    order.forEach((i, place) => {
      const isEnd = place === 0 || place === n - 1;
      distances[i] += isEnd
        ? Number.POSITIVE_INFINITY
        : rows[order[place + 1] * m + k] - rows[order[place - 1] * m + k];
    });
  }
  return distances;
}
