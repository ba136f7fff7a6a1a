/**
 * Who is better, among trials that may be infeasible, unfinished or failed.
 */
import { nondominatedRanks } from "../../analysis/fronts.ts";
import { incumbentStep, type Observation } from "../observed.ts";

/**
 * Fronts of a pool, 0 for the first. Feasible trials that came as far as others are ranked by their losses; then those
 * that did not, whose losses are not comparable; then infeasible ones by how far they are off; failed ones last.
 *
 * @returns shape (pool)
 * @see Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II", §VI (constraint-domination)
 */
export function rankPool(pool: readonly Observation[], m: number): Int32Array {
  const step = incumbentStep(pool);
  const tierOf = ({ loss, violation, step: own }: Observation) =>
    Number.isNaN(loss) || violation > 0 ? 2 : own < step ? 1 : 0;
  const ranks = new Int32Array(pool.length);
  let next = 0;
  for (let tier = 0; tier <= 2; tier++) {
    const members = pool.flatMap((one, i) => (tierOf(one) === tier ? [i] : []));
    const losses = lossRows(
      members.map((i) => pool[i]),
      m,
    );
    const violations = members.map((i) => pool[i].violation);
    const own = nondominatedRanks(losses, members.length, m, violations);
    own.forEach((rank, place) => {
      ranks[members[place]] = next + rank;
    });
    next += own.reduce((most, rank) => Math.max(most, rank + 1), 0);
  }
  return ranks;
}

/** Losses of observations, shape (n, m), row-major. */
export function lossRows(list: readonly Pick<Observation, "losses">[], m: number): Float64Array {
  const rows = new Float64Array(list.length * m);
  list.forEach(({ losses }, i) => {
    rows.set(losses, i * m);
  });
  return rows;
}

/**
 * The same scaled to 0 at the least and 1 at the largest finite value of each objective; 0 where all are equal, and
 * infinities at the ends. What is NaN is at 1.
 */
export function scaledRows(list: readonly Pick<Observation, "losses">[], m: number): Float64Array {
  const rows = lossRows(list, m);
  for (let k = 0; k < m; k++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = k; at < rows.length; at += m)
      if (Number.isFinite(rows[at])) [low, high] = [Math.min(low, rows[at]), Math.max(high, rows[at])];
    // halves first: the range of large numbers must not overflow
    const range = high / 2 - low / 2;
    for (let at = k; at < rows.length; at += m) {
      const value = rows[at];
      if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) rows[at] = 1;
      else rows[at] = range > 0 ? Math.max(0, (value / 2 - low / 2) / range) : 0;
    }
  }
  return rows;
}
