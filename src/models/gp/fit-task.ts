/**
 * Fitting hyperparameters as a task that may run in a thread: plain numbers in and out.
 */
import type { Compute, ComputeArguments, ComputeTask } from "../../compute.ts";
import { createKernels } from "../../math/kernels/kernels.ts";
import { type Fit, fitHyperparameters } from "./fit.ts";
import type { Data } from "./likelihood.ts";

const task: ComputeTask = { module: import.meta.url, name: "runFit", run: runFit };
/** Below so many observations a fit is done sooner than it is sent. */
export const FEWEST_SENT = 150;

type Fitted = Pick<Fit, "theta" | "warp">;
const none = new Int32Array(0);

/** θ, and the warp if one helps, of the largest posterior density, computed where `compute` says. */
export async function fitTask(compute: Compute, data: Data, warpable: Int32Array = none): Promise<Fitted> {
  if (data.n < FEWEST_SENT) return fitHere(data, warpable);
  return (await compute.run(task, argumentsOf(data, warpable))) as unknown as Fitted;
}

/** The same, computed here and now. */
export function fitHere(data: Data, warpable: Int32Array = none): Fitted {
  return runFit(argumentsOf(data, warpable)) as unknown as Fitted;
}

function argumentsOf(data: Data, warpable: Int32Array): ComputeArguments {
  return { ...dataArguments(data), warpable: Float64Array.from(warpable) };
}

/** Data as arguments of a task, … */
export function dataArguments({
  features,
  n,
  scales,
  within,
  degrees,
  x,
  y,
  repeats,
}: Data): ComputeArguments {
  return {
    ...{ n, scales, within, degrees, numeric: features.numeric, nominal: features.nominal },
    scaleOf: Float64Array.from(features.scaleOf),
    ...{ x, y, repeats },
  };
}

/** … and back. */
export function dataOf(args: ComputeArguments): Data {
  const { n, scales, within, degrees, numeric, nominal } = args as Record<string, number>;
  const { scaleOf, x, y, repeats } = args as Record<string, Float64Array>;
  const features = { numeric, nominal, scaleOf: Int32Array.from(scaleOf) };
  return { n, features, scales, x, y, repeats, within, degrees };
}

/** What the thread calls. */
export function runFit(args: ComputeArguments): ComputeArguments {
  const warpable = Int32Array.from(args.warpable as Float64Array);
  const { theta, warp } = fitHyperparameters(createKernels(), dataOf(args), { warpable });
  return { theta, warp };
}
