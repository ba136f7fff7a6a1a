/**
 * Fitting hyperparameters to values and derivatives, as a task that may run in a thread.
 */
import type { Compute, ComputeArguments, ComputeTask } from "../../compute.ts";
import { log } from "../../math/elementary.ts";
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { minimise } from "../../math/lbfgs.ts";
import type { Derivatives } from "./derivatives.ts";
import { boundsOf, defaultStarts } from "./fit.ts";
import { dataArguments, dataOf, FEWEST_SENT } from "./fit-task.ts";
import { jointNegativeLogPosterior } from "./joint-likelihood.ts";
import type { Data } from "./likelihood.ts";

const task: ComputeTask = { module: import.meta.url, name: "runJointFit", run: runJointFit };
const EVALUATIONS = 40;
const TOLERANCE = 1e-2;
/** Noise of derivatives, as a share of their variance beforehand: where a search begins, and its bounds. */
const EXACT = 1e-3;
const ROUGH = 1;
const NOISES = { least: 1e-6, most: 1e3 };

/**
 * Maxima of θ's posterior density given values and derivatives, their noise last: the one from long length scales and
 * exact derivatives on, and the one from where values alone led. Derivatives of a wavy function are many, and know
 * short length scales; which of the two foretells more is for the caller to find out.
 *
 * @param own  θ of values alone
 */
export function fitJointly(
  kernels: Kernels,
  data: Data,
  derivatives: Derivatives,
  own: ArrayLike<number>,
): readonly Float64Array[] {
  kernels.release();
  const f = jointNegativeLogPosterior(kernels, data, derivatives);
  const { lower, upper } = boundsOf(data);
  const starts = [
    [...defaultStarts(data)[0], log(EXACT)],
    [...Array.from(own), log(ROUGH)],
  ];
  return starts.map((start) => {
    const { x } = minimise(f, start, {
      lower: [...lower, log(NOISES.least)],
      upper: [...upper, log(NOISES.most)],
      tolerance: TOLERANCE,
      evaluations: EVALUATIONS,
    });
    return x;
  });
}

/** The same, computed where `compute` says. */
export async function jointFitTask(
  compute: Compute,
  data: Data,
  derivatives: Derivatives,
  own: Float64Array,
): Promise<readonly Float64Array[]> {
  if (data.n + derivatives.count < FEWEST_SENT) return jointFitHere(data, derivatives, own);
  const { exact, rough } = await compute.run(task, argumentsOf(data, derivatives, own));
  return [exact as Float64Array, rough as Float64Array];
}

/** The same, computed here and now. */
export function jointFitHere(
  data: Data,
  derivatives: Derivatives,
  own: Float64Array,
): readonly Float64Array[] {
  return fitJointly(createKernels(), data, derivatives, own);
}

function argumentsOf(
  data: Data,
  { count, from, coordinate, value }: Derivatives,
  own: Float64Array,
): ComputeArguments {
  return {
    ...dataArguments(data),
    ...{ count, value, own, from: Float64Array.from(from), coordinate: Float64Array.from(coordinate) },
  };
}

/** What the thread calls. */
export function runJointFit(args: ComputeArguments): ComputeArguments {
  const { from, coordinate, value, own } = args as Record<string, Float64Array>;
  const derivatives = {
    count: args.count as number,
    from: Int32Array.from(from),
    coordinate: Int32Array.from(coordinate),
    value,
  };
  const [exact, rough] = fitJointly(createKernels(), dataOf(args), derivatives, own);
  return { exact, rough };
}
