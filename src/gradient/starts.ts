/**
 * Settings to descend from.
 */
import { NumericalError } from "../errors.ts";
import { sobolSequence } from "../math/sobol.ts";
import { rng } from "../random.ts";
import { evaluate } from "./evaluate.ts";
import type { Prepared } from "./prepare.ts";

/** Where a scale has no end, starts are drawn that near to the given one: a logit from 0.02 to 0.98 around one half. */
const NEAR: Readonly<Record<string, number>> = { logit: 4, mix: 2 };
const FAR = 2;

/**
 * Trains at scrambled Sobol points of the hyperparameters' ranges and at the given setting: they cover a few ranges more
 * evenly than independent draws, though what descent came to was not measurably better (bench/RESULTS.md).
 *
 * @param given   the setting to start from, on the scale of change, shape (layout.size)
 * @param starts  how many trainings, that at the given setting among them
 * @returns       the settings, that of the lowest outer loss first; those that are not finite are left out
 */
export async function sortedStarts(
  p: Prepared,
  given: Float64Array,
  starts: number,
): Promise<Float64Array[]> {
  if (starts <= 1) return [given];
  const { leaves } = p.layout;
  // One number for each array: independent ones would average out to the middle.
  const design = sobolSequence(leaves.length, rng(p.problem.seed, "starts"));
  const found: { u: Float64Array; value: number }[] = [];
  for (let k = 0; k < starts; k++) {
    const u = given.slice();
    if (k > 0) {
      const point = design.point(k - 1);
      for (const [i, { hyper, offset, size }] of leaves.entries()) {
        const [low, high] = rangeOf(p, hyper, offset, given[offset]);
        u.fill(low + (high - low) * point[i], offset, offset + size);
      }
    }
    try {
      const at = await evaluate(p, u, { method: "reverse", truncate: 1 });
      at.dispose();
      if (Number.isFinite(at.value)) found.push({ u, value: at.value });
    } catch (error) {
      if (!(error instanceof NumericalError)) throw error;
    }
  }
  found.sort((a, b) => a.value - b.value);
  return found.length > 0 ? found.map(({ u }) => u) : [given];
}

/** Where the starts of a hyperparameter lie, on the scale of change. */
function rangeOf(p: Prepared, hyper: string, offset: number, given: number): readonly [number, number] {
  const { lower, upper } = p.layout;
  const { transform } = p.problem.hypers[hyper];
  if (NEAR[transform] === undefined && Number.isFinite(upper[offset] - lower[offset]))
    return [lower[offset], upper[offset]];
  const reach = NEAR[transform] ?? FAR;
  return [given - reach, given + reach];
}
