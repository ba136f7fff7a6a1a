/**
 * Promotion: which paused trial goes on to the next rung.
 */
import { type Curve, type Curves, isExhausted } from "./curves.ts";
import { standings } from "./rank.ts";
import { type Comparison, recordAt } from "./rungs.ts";

/** A paused trial that goes on, and up to which step. */
export interface Promotion {
  readonly trial: number;
  readonly budget: number;
}

interface Ladder {
  readonly rungs: readonly number[];
  /** The step that the last rung leads to. */
  readonly end: number;
  readonly factor: number;
  readonly comparison: Comparison;
}

/** Nothing is promoted from a rung before so many trials came to it. */
const FEWEST = 3;

/**
 * The best paused trial among the best ⌊m/η⌋ of the highest rung that has one. Once no new trial may begin, the best
 * of each rung counts even where that is none, so that something is trained to its end.
 *
 * @see Li et al. 2020, algorithm 2, `get_job`
 */
export function promotion(
  curves: Curves,
  taken: ReadonlySet<number>,
  { rungs, end, factor, comparison }: Ladder,
): Promotion | undefined {
  const isLast = isExhausted(curves);
  for (let k = rungs.length - 1; k >= 0; k--) {
    const all = recorded(curves, rungs[k], comparison);
    const few = all.length < FEWEST ? 0 : Math.floor(all.length / factor);
    const best = all.slice(0, isLast ? Math.max(1, few) : few);
    const next = rungs[k + 1] ?? end;
    const found = best.find((curve) => isWaiting(curve, next) && !taken.has(curve.number));
    if (found !== undefined) return { trial: found.number, budget: next };
  }
  return undefined;
}

/** Whether a trial waits below `next`. */
function isWaiting({ state, reached }: Curve, next: number): boolean {
  return state === "paused" && reached < next;
}

/** The trials that came to a rung, best first; of equal ones the one that was told first. */
export function recorded(curves: Curves, rung: number, comparison: Comparison): readonly Curve[] {
  const { among } = comparison;
  return ordered(curves, (curve) => (among && !among(curve) ? undefined : recordAt(curve, rung, comparison)));
}

/**
 * The trials of which `lossesOf` says something, best first: the feasible ones, then by how far they are off; of equal
 * ones the one that was told first.
 */
export function ordered(
  { list }: Curves,
  lossesOf: (curve: Curve) => readonly number[] | undefined,
): readonly Curve[] {
  const came: { curve: Curve; losses: readonly number[] }[] = [];
  for (const curve of list) {
    const losses = lossesOf(curve);
    if (losses !== undefined) came.push({ curve, losses });
  }
  const standing = standings(came.map(({ losses }) => losses));
  const order = came.map((_, i) => i);
  order.sort((a, b) => {
    const [x, y] = [came[a].curve.violation, came[b].curve.violation];
    if (x !== y) return x < y ? -1 : 1;
    return standing[a] === standing[b] ? a - b : standing[a] < standing[b] ? -1 : 1;
  });
  return order.map((i) => came[i].curve);
}
