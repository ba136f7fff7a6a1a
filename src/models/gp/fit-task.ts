/**
 * Fitting hyperparameters as a task that may run in a thread: plain numbers in and out.
 */
import type { Compute, ComputeArguments, ComputeTask } from "../../compute.ts";
import { createKernels } from "../../math/kernels/kernels.ts";
import { type Data, fitHyperparameters } from "./likelihood.ts";

const task: ComputeTask = { module: import.meta.url, name: "runFit", run: runFit };

/** θ of the largest posterior density, computed where `compute` says. */
export async function fitTask(compute: Compute, data: Data): Promise<Float64Array> {
  const { features, n, scales, within } = data;
  const { theta } = await compute.run(task, {
    ...{ n, scales, within, numeric: features.numeric, nominal: features.nominal },
    scaleOf: Float64Array.from(features.scaleOf),
    x: data.x,
    y: data.y,
    repeats: data.repeats,
  });
  return theta as Float64Array;
}

/** What the thread calls. */
export function runFit(args: ComputeArguments): ComputeArguments {
  const { n, scales, within, numeric, nominal } = args as Record<string, number>;
  const { scaleOf, x, y, repeats } = args as Record<string, Float64Array>;
  const features = { numeric, nominal, scaleOf: Int32Array.from(scaleOf) };
  const { theta } = fitHyperparameters(createKernels(), { n, features, scales, x, y, repeats, within });
  return { theta };
}
