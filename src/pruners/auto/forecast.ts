/**
 * Where the first steps of a learning curve lead to.
 */
import { type Curve, placeOf } from "../curves.ts";

/** The slope is that of the last quarter of the first steps. */
const SLOPE_FROM = 0.75;
/** Straight on for so many more of them: measured, see docs/pruners.md. */
const AHEAD = 2 / 3;

/**
 * The losses at `grace`, moved on along the slope that they have there; as they are where there is one report only.
 * Undefined if the trial did not come so far. Shape (objectives).
 */
export function forecast(curve: Curve, grace: number): readonly number[] | undefined {
  const { steps, losses } = curve;
  const at = placeOf(curve, grace);
  if (at >= losses.length) return undefined;
  let from = at - 1;
  while (from > 0 && steps[from] > SLOPE_FROM * grace) from--;
  if (from < 0) return losses[at];
  const ahead = (AHEAD * grace) / (steps[at] - steps[from]);
  return losses[at].map((loss, k) => {
    const moved = loss + ahead * (loss - losses[from][k]);
    return Number.isFinite(moved) ? moved : loss;
  });
}
