/**
 * The objective of the gradient-based way, in a worker thread: trains at the params that a sampler suggested; where the
 * pruner lets the trial go on, goes downhill from there along exact derivatives of the validation cross-entropy. All
 * that it reports are validation errors of whole trainings by the quickstart's own network, as of the other ways.
 */
import { workerData } from "node:worker_threads";
import type { RunningTrial } from "fettle";
import { type HyperValues, tune } from "fettle/gradient";
import { type Digits, part } from "../digits/data.ts";
import { train } from "../digits/network.ts";
import { digitsSpace, type Params } from "../digits/space.ts";
import { descending, OUTER_STEPS, problemOf } from "./hypergradients.ts";

const digits = (workerData as { data: Digits }).data;
const fit = part(digits, "fit");
const validation = part(digits, "validation");

export default async function objective(params: Params, trial: RunningTrial<"error">): Promise<void> {
  if (trial.reached === undefined) {
    const error = await errorOf(params, trial);
    if ((await trial.report(1, error)) !== "continue") return;
  }
  const along = descending(params);
  const start = Object.fromEntries(Object.entries(along).map(([name, { from }]) => [name, from]));
  const { warnings } = await tune(problemOf(params, fit, validation, trial.seed), {
    steps: OUTER_STEPS,
    start,
    signal: trial.signal,
    async onStep({ step, hypers }) {
      if (step === 0) return undefined;
      const tuned = flat(along, hypers);
      const error = await errorOf(digitsSpace.nest({ ...digitsSpace.flatten(params), ...tuned }), trial);
      const verdict = await trial.report(1 + step, error, { params: tuned });
      return verdict === "continue" ? undefined : "stop";
    },
  });
  if (warnings.length > 0) trial.note("warnings", [...warnings]);
}

/** Tuned values by the paths of the space. */
function flat(along: ReturnType<typeof descending>, hypers: HyperValues): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(along).map(([name, { path }]) => [path, hypers[name] as number]));
}

async function errorOf(params: Params, { seed, signal }: RunningTrial<"error">): Promise<number> {
  const network = await train(params, fit, seed, async () => (signal.aborted ? "stop" : "continue"));
  return network.errorOn(validation);
}
