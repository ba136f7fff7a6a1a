/**
 * One cell of the benchmark: one contender, one task, one seed.
 */
import type { Params } from "../../src/index.ts";
import type { Contender } from "./contenders.ts";
import type { Task } from "./task.ts";

export interface Cell {
  readonly seed: number;
  /** Losses in the order in which trials ended; null where one failed. */
  readonly losses: readonly (number | null)[];
  /** Where trials are told noisy values: the true loss of what the study would recommend after each trial. */
  readonly recommended?: readonly (number | null)[];
  /** CPU seconds an ask, tell included. */
  readonly cpu: number;
}

/**
 * Runs a study; with several workers by a virtual clock, on which each trial takes the task's seconds.
 */
export async function runCell(
  contender: Contender,
  task: Task,
  { seed, trials, workers }: { readonly seed: number; readonly trials: number; readonly workers: number },
): Promise<Cell> {
  const run = await contender.start(task, seed, trials);
  const open: { readonly number: number; readonly params: Params; readonly ends: number }[] = [];
  const ended: { readonly number: number; readonly told: number; readonly loss: number | null }[] = [];
  const recommended: (number | null)[] = [];
  let now = 0;
  let next = 0;
  while (ended.length < trials) {
    while (open.length < workers && next < trials) {
      const params = await run.ask(next);
      open.push({ number: next++, params, ends: now + (task.seconds?.(params) ?? 1) });
    }
    open.sort((a, b) => a.ends - b.ends || a.number - b.number);
    const { number, params, ends } = open.shift() as (typeof open)[number];
    now = ends;
    const loss = task.loss(params);
    const told = task.observe?.(params, number) ?? loss;
    await run.tell(number, told);
    ended.push({ number, told, loss: Number.isFinite(loss) ? Number(loss.toPrecision(7)) : null });
    if (task.observe === undefined) continue;
    const best = run.best?.() ?? lowest(ended);
    recommended.push(ended.find((one) => one.number === best)?.loss ?? null);
  }
  await run.close();
  return {
    seed,
    losses: ended.map(({ loss }) => loss),
    ...(task.observe && { recommended }),
    cpu: Number((run.cpu() / trials).toPrecision(3)),
  };
}

/** The number of the trial that was told the lowest value. */
function lowest(ended: readonly { readonly number: number; readonly told: number }[]): number {
  return ended.reduce((a, b) => (b.told < a.told || Number.isNaN(a.told) ? b : a)).number;
}
