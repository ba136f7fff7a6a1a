/**
 * Fitting hyperparameters to values and derivatives, as a task that may run in a thread.
 */
import type { Compute, ComputeArguments, ComputeTask } from "../../compute.ts";
import { log } from "../../math/elementary.ts";
import { createKernels, type Kernels } from "../../math/kernels/kernels.ts";
import { type Minimum, minimise } from "../../math/lbfgs.ts";
import type { Derivatives } from "./derivatives.ts";
import { boundsOf, defaultStarts } from "./fit.ts";
import { dataArguments, dataOf, FEWEST_SENT } from "./fit-task.ts";
import { jointNegativeLogPosterior } from "./joint-likelihood.ts";
import type { Data } from "./likelihood.ts";

const task: ComputeTask = { module: import.meta.url, name: "runJointFit", run: runJointFit };
const EVALUATIONS = 40;
const TOLERANCE = 1e-2;
/** Noise of derivatives, as a share of their variance beforehand: at first, and within bounds. */
const FIRST_NOISE = 1e-3;
const NOISES = { least: 1e-6, most: 1e3 };

/** θ of the largest posterior density given values and derivatives, their noise last. */
export function fitJointly(kernels: Kernels, data: Data, derivatives: Derivatives): Float64Array {
  kernels.release();
  const f = jointNegativeLogPosterior(kernels, data, derivatives);
  const { lower, upper } = boundsOf(data);
  let best: Minimum | undefined;
  for (const start of defaultStarts(data)) {
    const found = minimise(f, [...start, log(FIRST_NOISE)], {
      lower: [...lower, log(NOISES.least)],
      upper: [...upper, log(NOISES.most)],
      tolerance: TOLERANCE,
      evaluations: EVALUATIONS,
    });
    if (best === undefined || found.value < best.value) best = found;
  }
  return (best as Minimum).x;
}

/** The same, computed where `compute` says. */
export async function jointFitTask(
  compute: Compute,
  data: Data,
  derivatives: Derivatives,
): Promise<Float64Array> {
  if (data.n + derivatives.count < FEWEST_SENT) return jointFitHere(data, derivatives);
  return (await compute.run(task, argumentsOf(data, derivatives))).theta as Float64Array;
}

/** The same, computed here and now. */
export function jointFitHere(data: Data, derivatives: Derivatives): Float64Array {
  return fitJointly(createKernels(), data, derivatives);
}

function argumentsOf(data: Data, { count, from, coordinate, value }: Derivatives): ComputeArguments {
  return {
    ...dataArguments(data),
    ...{ count, value, from: Float64Array.from(from), coordinate: Float64Array.from(coordinate) },
  };
}

/** What the thread calls. */
export function runJointFit(args: ComputeArguments): ComputeArguments {
  const { from, coordinate, value } = args as Record<string, Float64Array>;
  const derivatives = {
    count: args.count as number,
    from: Int32Array.from(from),
    coordinate: Int32Array.from(coordinate),
    value,
  };
  return { theta: fitJointly(createKernels(), dataOf(args), derivatives) };
}
