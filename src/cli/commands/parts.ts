/**
 * What the descriptions of commands have in common.
 */
import { Option } from "commander";

type Action = (...args: never[]) => Promise<number | undefined>;

/** An action whose module is loaded when it is needed. */
export function lazy(load: () => Promise<{ action: Action }>) {
  return async (...args: unknown[]) => {
    const { action } = await load();
    const code = await (action as (...args: unknown[]) => Promise<number | undefined>)(...args);
    if (code !== undefined) process.exitCode = code;
  };
}

/** What the registry has, so that help needs not load it; a test compares. */
export const NAMES = {
  samplers:
    "auto, bohb, catcma, cmaes, dehb, eci, forest, gp, gradient, grid, halton, nsga2, nsga3, pb2, pbt, priorband, random, sobol, tpe, turbo",
  pruners:
    "auto, curve, hyperband, median, none, pasha, patient, percentile, successive-halving, threshold, wilcoxon",
  terminators: "expected-model-regret, no-improvement, none, regret-bound",
};

/** For options that may be given again. */
export const collect = (value: string, previous: string[] = []) => [...previous, value];
export const storage = () => new Option("--storage <path>", "the study file").default("fettle.db");
export const study = () => new Option("--study <name>", "the study, where several are in the file");
