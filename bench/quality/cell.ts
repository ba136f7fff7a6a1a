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
  const losses: (number | null)[] = [];
  let now = 0;
  let next = 0;
  while (losses.length < trials) {
    while (open.length < workers && next < trials) {
      const params = await run.ask(next);
      open.push({ number: next++, params, ends: now + (task.seconds?.(params) ?? 1) });
    }
    open.sort((a, b) => a.ends - b.ends || a.number - b.number);
    const ended = open.shift() as (typeof open)[number];
    now = ended.ends;
    const loss = task.loss(ended.params);
    losses.push(Number.isFinite(loss) ? Number(loss.toPrecision(7)) : null);
    await run.tell(ended.number, loss);
  }
  await run.close();
  return { seed, losses, cpu: Number((run.cpu() / trials).toPrecision(3)) };
}
