/**
 * One cell of the benchmark: one contender, one task, one seed.
 */
import type { Params } from "../../src/index.ts";
import type { Contender } from "./contenders.ts";
import { type AnyTask, hasSeveral, type Task } from "./task.ts";

/** A trial's loss, or one for each objective. */
export type Loss = number | readonly number[];

export interface Cell<L extends Loss = Loss> {
  readonly seed: number;
  /** Losses in the order in which trials ended; null where one failed. */
  readonly losses: readonly (L | null)[];
  /** Where there are limits on the outcome: by how much each trial missed the one that it missed most; feasible at ≤ 0. */
  readonly missed?: readonly number[];
  /** Where trials are told noisy values: the true loss of what the study would recommend after each trial. */
  readonly recommended?: readonly (number | null)[];
  /** CPU seconds an ask, tell included. */
  readonly cpu: number;
}

interface How {
  readonly seed: number;
  readonly trials: number;
  /** Trials at a time. */
  readonly workers: number;
}

/**
 * Runs a study; with several workers by a virtual clock, on which each trial takes the task's seconds.
 */
export function runCell(contender: Contender, task: Task, how: How): Promise<Cell<number>>;
export function runCell(contender: Contender, task: AnyTask, how: How): Promise<Cell>;
export async function runCell(
  contender: Contender,
  task: AnyTask,
  { seed, trials, workers }: How,
): Promise<Cell> {
  const run = await contender.start(task, seed, trials);
  const observe = hasSeveral(task) ? undefined : task.observe;
  const open: { readonly number: number; readonly params: Params; readonly ends: number }[] = [];
  const ended: { readonly number: number; readonly told: Loss; readonly loss: Loss | null }[] = [];
  const recommended: (number | null)[] = [];
  const limits = hasSeveral(task) ? task.limits : undefined;
  const missedBy: number[] = [];
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
    const loss = hasSeveral(task) ? task.losses(params) : task.loss(params);
    const told = observe?.(params, number) ?? loss;
    const missed = limits?.missed(params);
    await run.tell(number, told, missed);
    if (missed) missedBy.push(Number(Math.max(...missed).toPrecision(7)));
    ended.push({ number, told, loss: kept(loss) });
    if (observe === undefined) continue;
    const best = run.best?.() ?? lowest(ended);
    recommended.push((ended.find((one) => one.number === best)?.loss as number | null | undefined) ?? null);
  }
  await run.close();
  return {
    seed,
    losses: ended.map(({ loss }) => loss),
    ...(limits && { missed: missedBy }),
    ...(observe && { recommended }),
    cpu: Number((run.cpu() / trials).toPrecision(3)),
  };
}

/** A loss as it is written into a curve. */
function kept(loss: Loss): Loss | null {
  if (typeof loss !== "number")
    return loss.every(Number.isFinite) ? loss.map((one) => Number(one.toPrecision(7))) : null;
  return Number.isFinite(loss) ? Number(loss.toPrecision(7)) : null;
}

/** The number of the trial that was told the lowest value. */
function lowest(ended: readonly { readonly number: number; readonly told: Loss }[]): number {
  return ended.reduce((a, b) => (b.told < a.told || Number.isNaN(a.told) ? b : a)).number;
}
