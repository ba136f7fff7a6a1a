/**
 * What pruning costs and saves where the number of trials is limited instead of the time.
 */
import { rng } from "../../src/random.ts";
import { CONTENDERS } from "./contenders.ts";
import { meanRegret, regret } from "./score.ts";
import { type CurveTask, shuffled } from "./tasks.ts";

const NAMES = ["none", "auto, no limit", "median", "successiveHalving", "hyperband", "curve"];

/** Prints regret, and how many full trainings it took, of studies of so many trials. */
export function byTrials(tasks: readonly CurveTask[], trials: number, seeds: number, workers: number): void {
  console.log(`Studies of ${trials} trials, ${tasks.length} tasks × ${seeds} seeds, ${workers} workers\n`);
  console.log("| pruner | regret | full trainings' worth of steps | complete trials |\n|---|--:|--:|--:|");
  for (const name of NAMES) {
    let [spent, complete] = [0, 0];
    const regrets = tasks.map((task) =>
      Array.from({ length: seeds }, (_, seed) => {
        const order = shuffled(task.configurations, rng(seed, "order", task.name));
        const ran = CONTENDERS[name]({ task, order, budget: trials, trials, workers });
        spent += ran.steps / task.full / tasks.length / seeds;
        complete += ran.complete / tasks.length / seeds;
        return regret(task, ran.loss);
      }),
    );
    const cells = [meanRegret(regrets, tasks).toFixed(2), spent.toFixed(1), complete.toFixed(1)];
    console.log(`| ${name.replace(/,.*/, "")} | ${cells.join(" | ")} |`);
  }
}
