/**
 * Regret of what is recommended, its means, and what may be said about the difference of two contenders.
 */
import { rng } from "../../src/random.ts";
import type { CurveTask } from "./tasks.ts";

/** Worst regret that counts. */
const WORST = 2;
const DRAWS = 2000;

/** (loss when trained fully − lowest) / (random's best of ten − lowest), within 0 and 2. */
export function regret({ best, random }: CurveTask, loss: number): number {
  return Number.isFinite(loss) ? Math.min(WORST, Math.max(0, (loss - best) / (random - best))) : WORST;
}

/** Regrets of one contender at one budget: a row of seeds for each task. */
export type Regrets = readonly (readonly number[])[];

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function strata(tasks: readonly Pick<CurveTask, "family">[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  tasks.forEach(({ family }, t) => {
    groups.set(family, [...(groups.get(family) ?? []), t]);
  });
  return [...groups.values()];
}

/** Mean over seeds, then tasks, then families: each family weighs the same. */
export function meanRegret(regrets: Regrets, tasks: readonly CurveTask[]): number {
  return mean(byFamily(regrets, tasks));
}

/** Mean over seeds, then tasks, of each family, in the order in which tasks name them. */
export function byFamily(regrets: Regrets, tasks: readonly CurveTask[]): readonly number[] {
  return strata(tasks).map((group) => mean(group.map((t) => mean(regrets[t]))));
}

/**
 * The mean difference a − b with its 95 % interval: tasks are drawn again within their families, then seeds, the same
 * ones for both: they share the order of configurations.
 */
export function difference(a: Regrets, b: Regrets, tasks: readonly CurveTask[]) {
  const stream = rng(1, "bootstrap");
  const groups = strata(tasks);
  const gaps = a.map((seeds, t) => seeds.map((value, seed) => value - b[t][seed]));
  const drawn = Array.from({ length: DRAWS }, () =>
    mean(
      groups.map((group) =>
        mean(
          group.map(() => {
            const row = gaps[group[stream.integer(group.length)]];
            return mean(row.map(() => row[stream.integer(row.length)]));
          }),
        ),
      ),
    ),
  ).sort((x, y) => x - y);
  return {
    mean: meanRegret(gaps, tasks),
    low: drawn[Math.floor(0.025 * DRAWS)],
    high: drawn[Math.ceil(0.975 * DRAWS) - 1],
  };
}
