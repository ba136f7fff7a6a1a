/**
 * Fitting hyperparameters as a task that may run in a thread: plain numbers in and out.
 */
import type { Compute, ComputeArguments, ComputeTask } from "../../compute.ts";
import { createKernels } from "../../math/kernels/kernels.ts";
import { type Fit, fitHyperparameters } from "./fit.ts";
import type { Data } from "./likelihood.ts";

const task: ComputeTask = { module: import.meta.url, name: "runFit", run: runFit };
/** Below so many observations a fit is done sooner than it is sent. */
const FEWEST_SENT = 150;
const inline: Compute = { run: async ({ run }, args) => run(args) };

/** θ, and the warp if one helps, of the largest posterior density, computed where `compute` says. */
export async function fitTask(
  compute: Compute,
  data: Data,
  warpable: Int32Array = new Int32Array(0),
): Promise<Pick<Fit, "theta" | "warp">> {
  const { features, n, scales, within } = data;
  const { theta, warp } = await (n < FEWEST_SENT ? inline : compute).run(task, {
    ...{ n, scales, within, numeric: features.numeric, nominal: features.nominal },
    scaleOf: Float64Array.from(features.scaleOf),
    warpable: Float64Array.from(warpable),
    x: data.x,
    y: data.y,
    repeats: data.repeats,
  });
  return { theta: theta as Float64Array, warp: warp as Float64Array };
}

/** What the thread calls. */
export function runFit(args: ComputeArguments): ComputeArguments {
  const { n, scales, within, numeric, nominal } = args as Record<string, number>;
  const { scaleOf, warpable, x, y, repeats } = args as Record<string, Float64Array>;
  const features = { numeric, nominal, scaleOf: Int32Array.from(scaleOf) };
  const { theta, warp } = fitHyperparameters(
    createKernels(),
    { n, features, scales, x, y, repeats, within },
    { warpable: Int32Array.from(warpable) },
  );
  return { theta, warp };
}
