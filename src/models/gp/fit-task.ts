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
  const { features, n, scales, within, degrees } = data;
  return {
    ...{ n, scales, within, degrees, numeric: features.numeric, nominal: features.nominal },
    scaleOf: Float64Array.from(features.scaleOf),
    warpable: Float64Array.from(warpable),
    x: data.x,
    y: data.y,
    repeats: data.repeats,
  };
}

/** What the thread calls. */
export function runFit(args: ComputeArguments): ComputeArguments {
  const { n, scales, within, degrees, numeric, nominal } = args as Record<string, number>;
  const { scaleOf, warpable, x, y, repeats } = args as Record<string, Float64Array>;
  const features = { numeric, nominal, scaleOf: Int32Array.from(scaleOf) };
  const { theta, warp } = fitHyperparameters(
    createKernels(),
    { n, features, scales, x, y, repeats, within, degrees },
    { warpable: Int32Array.from(warpable) },
  );
  return { theta, warp };
}
