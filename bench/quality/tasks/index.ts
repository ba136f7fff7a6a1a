/**
 * All tasks that can be had here.
 */
import type { SeveralTask, Task } from "../task.ts";
import { formulas } from "./formulas.ts";
import { severalFormulas } from "./several.ts";
import { tabular } from "./tabular.ts";
import { yahpo, yahpoSeveral } from "./yahpo.ts";

/** Where benchmarks.md's data lies, if anywhere. */
const folder = process.env.FETTLE_BENCH_DATA;

export function allTasks(): Task[] {
  return folder === undefined ? formulas() : [...tabular(folder), ...yahpo(folder), ...formulas()];
}

/** Those with several objectives. */
export function severalTasks(): SeveralTask[] {
  return folder === undefined ? severalFormulas() : [...severalFormulas(), ...yahpoSeveral(folder)];
}
