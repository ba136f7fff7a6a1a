/**
 * Settings to descend from: spread ones first, then those that a model of their losses suggests.
 */
import { NumericalError } from "../errors.ts";
import { sobolSequence } from "../math/sobol.ts";
import { rng } from "../random.ts";
import { gp } from "../samplers/gp.ts";
import { float, space } from "../space.ts";
import { createStudy } from "../tune.ts";
import { evaluate } from "./evaluate.ts";
import type { Prepared } from "./prepare.ts";

/** Where a scale has no end, starts are drawn that near to the given one: a logit from 0.02 to 0.98 around one half. */
const NEAR: Readonly<Record<string, number>> = { logit: 4, mix: 2 };
const FAR = 2;
/** So many scrambled Sobol points before there is a model: one in each eighth of each range. */
const SPREAD = 8;
/** Of the later starts every third is the next Sobol point: a model of a few rough losses may cling to a corner. */
const EVERY = 3;
/** With more coordinates than these a model of some tens of losses says little. */
const MOST_MODELLED = 10;
/** Starts nearer than that in every number, in units of the scale, lead to the same valley. */
const APART = 0.5;

interface Start {
  readonly u: Float64Array;
  /** The outer loss after training; NaN where training is not finite. */
  readonly value: number;
}

/**
 * Trains at the given setting, at eight scrambled Sobol points of the hyperparameters' ranges and then, where there are
 * at most ten coordinates, twice where a Gaussian process of the losses so far expects the most improvement and once at
 * the next Sobol point, in turn. No start needs a gradient. An array is one coordinate: independent numbers would average
 * out to the middle.
 *
 * @param given   the setting to start from, on the scale of change, shape (layout.size)
 * @param starts  how many trainings, that at the given setting among them
 * @param signal  ends it before the next training
 * @returns       how often it trained, and the settings, that of the lowest outer loss first; those that are not finite and
 *                those that are all but equal to a better one are left out
 * @see Jones et al. 1998, "Efficient Global Optimization of Expensive Black-Box Functions"
 */
export async function sortedStarts(
  p: Prepared,
  given: Float64Array,
  starts: number,
  signal?: AbortSignal,
): Promise<{ readonly order: readonly Float64Array[]; readonly trainings: number }> {
  if (starts <= 1) return { order: [given], trainings: 0 };
  const { leaves } = p.layout;
  const isModelled = leaves.length <= MOST_MODELLED;
  const ranges = leaves.map(({ hyper, offset }) => rangeOf(p, hyper, offset, given[offset]));
  const design = sobolSequence(leaves.length, rng(p.problem.seed, "starts"));
  const model = isModelled && starts > SPREAD + 1 ? await suggestions(p, ranges) : undefined;
  const found: Start[] = [];
  let spread = 0;
  for (let k = 0; k < starts && !signal?.aborted; k++) {
    if (model !== undefined && k > SPREAD && k % EVERY !== EVERY - 1) {
      found.push(await model.next());
      continue;
    }
    const u =
      k === 0
        ? given
        : settingOf(
            p,
            Array.from(design.point(spread++), (v, i) => ranges[i][0] + (ranges[i][1] - ranges[i][0]) * v),
          );
    const start = await trained(p, u);
    found.push(start);
    await model?.learn(start);
  }
  const finite = found.filter(({ value }) => Number.isFinite(value)).toSorted((a, b) => a.value - b.value);
  const order = distinct(
    p,
    finite.map(({ u }) => u),
  );
  return { order: order.length > 0 ? order : [given], trainings: found.length };
}

/** A study of the starts: `next` trains where a Gaussian process suggests, `learn` tells it of a start of other origin. */
async function suggestions(p: Prepared, ranges: readonly (readonly [number, number])[]) {
  const names = ranges.map((_, i) => `coordinate${i}`);
  const coordinates = space(Object.fromEntries(ranges.map(([low, high], i) => [names[i], float(low, high)])));
  const study = await createStudy(coordinates, { sampler: gp(), seed: p.problem.seed });
  return {
    async next(): Promise<Start> {
      const trial = (await study.ask())!; // there is always another point: the study has no limit, its ranges no steps
      const start = await trained(
        p,
        settingOf(
          p,
          names.map((name) => trial.params[name]),
        ),
      );
      await (Number.isFinite(start.value) ? trial.tell(start.value) : trial.fail("training is not finite"));
      return start;
    },
    async learn({ u, value }: Start): Promise<void> {
      const at = p.layout.leaves.map(({ offset }, i) =>
        Math.min(ranges[i][1], Math.max(ranges[i][0], u[offset])),
      );
      const params = Object.fromEntries(names.map((name, i) => [name, at[i]]));
      await study.add(Number.isFinite(value) ? { params, values: value } : { params, state: "failed" });
    },
  };
}

/** Each array filled with its coordinate. */
function settingOf({ layout }: Prepared, coordinates: readonly number[]): Float64Array {
  const u = new Float64Array(layout.size);
  for (const [i, { offset, size }] of layout.leaves.entries()) u.fill(coordinates[i], offset, offset + size);
  return u;
}

async function trained(p: Prepared, u: Float64Array): Promise<Start> {
  try {
    const at = await evaluate(p, u, { method: "reverse", truncate: 1 });
    at.dispose();
    return { u, value: at.value };
  } catch (error) {
    if (!(error instanceof NumericalError)) throw error;
    return { u, value: Number.NaN };
  }
}

/** Those that are not all but equal to an earlier one: a model suggests many around the best. */
function distinct({ layout: { unit } }: Prepared, order: readonly Float64Array[]): Float64Array[] {
  const kept: Float64Array[] = [];
  for (const u of order)
    if (kept.every((other) => u.some((v, i) => Math.abs(v - other[i]) > APART * unit[i]))) kept.push(u);
  return kept;
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
