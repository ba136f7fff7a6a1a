/**
 * Gradients inside a study: a trial is one start (and one setting of whatever has no gradient), each outer step is a
 * report, and what was tuned becomes the trial's effective parameters.
 */
import type { RunningTrial } from "../objective.ts";
import type { HyperValues } from "./hyper.ts";
import type { Bilevel } from "./problem.ts";
import { type TuneOptions, tune } from "./tune.ts";

/** What descent needs of a running trial with one objective, whatever its name. */
export type DescentTrial = Pick<RunningTrial<"value">, "report" | "note" | "signal">;

/**
 * An objective that tunes by gradients within each trial.
 *
 * Params whose names are hyperparameters of the problem (single numbers) are where descent starts; each report
 * carries their tuned values and the gradient, so that pruners may end a trial and models learn from where it ended,
 * not from where it began.
 *
 * @param build  the problem for a trial's params: the choice of layers, activations and the like
 * @example
 * ```ts
 * const study = await tune(space({ lr: float(1e-4, 1, { log: true }), units: int(8, 64) }),
 *   descent(({ units }) => bilevel({ … })), { trials: 10 });
 * ```
 */
export function descent<P extends object>(
  build: (params: P) => Bilevel | Promise<Bilevel>,
  options: Omit<TuneOptions, "start" | "onStep" | "signal"> = {},
): (params: P, trial: DescentTrial) => Promise<number> {
  return async (params, trial) => {
    const problem = await build(params);
    const own = Object.entries(params).filter(
      (entry): entry is [string, number] =>
        typeof entry[1] === "number" &&
        problem.hypers[entry[0]] !== undefined &&
        problem.hypers[entry[0]].shape === undefined &&
        problem.hypers[entry[0]].windows === undefined &&
        problem.hypers[entry[0]].like === undefined,
    );
    const start: HyperValues = Object.fromEntries(
      own.map(([name, value]) => [name, inside(problem, name, value)]),
    );
    const result = await tune(problem, {
      ...options,
      start,
      signal: trial.signal,
      async onStep({ step, value, hypers, gradient = {} }) {
        const mine = <T>(of: Readonly<Record<string, T>>) =>
          Object.fromEntries(own.flatMap(([name]) => (of[name] === undefined ? [] : [[name, of[name]]])));
        const verdict = await trial.report(step + 1, value, {
          gradient: mine(gradient) as Record<string, number>,
          params: mine(hypers) as Record<string, number>,
        });
        return verdict === "continue" ? undefined : "stop";
      },
    });
    trial.note("method", result.why);
    if (result.warnings.length > 0) trial.note("warnings", [...result.warnings]);
    return result.value;
  };
}

/** A start at or beyond a bound, where a logit would be infinite, moved a little inside. */
function inside(problem: Bilevel, name: string, value: number): number {
  const { transform, low, high } = problem.hypers[name];
  const margin = transform === "logit" ? 1e-3 * (high - low) : 0;
  return Math.min(high - margin, Math.max(low + margin, value));
}
