/**
 * The objective, in a worker thread: trains on the fitting part, reports the validation error of every epoch.
 */
import { workerData } from "node:worker_threads";
import type { RunningTrial } from "fettle";
import { type Digits, part } from "./data.ts";
import { train } from "./network.ts";
import type { Params } from "./space.ts";

const digits = (workerData as { data: Digits }).data;
const fit = part(digits, "fit");
const validation = part(digits, "validation");

export default async function objective(params: Params, trial: RunningTrial<"error">): Promise<number> {
  let error = 1;
  await train(params, fit, trial.seed, async (epoch, network) => {
    error = await network.errorOn(validation);
    return (await trial.report(epoch, error)) === "continue" ? "continue" : "stop";
  });
  return error;
}
