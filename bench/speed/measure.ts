/**
 * One contender at one size, in a process of its own: prints what its asks cost. Started by ../speed.ts.
 *
 * A cycle is ask, evaluate, tell; its cost is the CPU time of ask and tell, all threads of the process counted.
 */
import { ours, peer, type Run } from "../quality/contenders.ts";
import type { Task } from "../quality/task.ts";
import { history, SPACES } from "./spaces.ts";

export interface Order {
  readonly name: string;
  readonly isPeer: boolean;
  readonly space: string;
  /** Finished trials before the first cycle that counts. */
  readonly size: number;
  readonly cycles: number;
  readonly seed: number;
}

export interface Measured {
  readonly version: string;
  /** CPU milliseconds a cycle. */
  readonly median: number;
  readonly mean: number;
  readonly peakMegabytes: number;
}

/**
 * A study of as many trials, up to this, comes first in our process, on the same space: a process that has got as far
 * as 100 trials has run its code a hundred times and had it compiled, and one that was only handed them has not.
 */
const MOST_WARM = 200;
/** Cycles that are not counted: what is made at the first ask only. */
const WARM_CYCLES = 1;

async function cycle(run: Run, task: Task, number: number): Promise<number> {
  const before = run.cpu();
  const params = await run.ask(number);
  await run.tell(number, task.loss(params));
  return 1000 * (run.cpu() - before);
}

async function measure({ name, isPeer, space, size, cycles, seed }: Order): Promise<Measured | undefined> {
  const contender = isPeer ? await peer(name) : ours(name);
  if (contender === undefined) return undefined;
  const task = SPACES[space];
  if (!isPeer) {
    const trials = Math.min(size, MOST_WARM);
    const warm = await contender.start(task, seed + 1, trials);
    for (let number = 0; number < trials; number++) await cycle(warm, task, number);
    await warm.close();
  }
  const run = await contender.start(task, seed, size + WARM_CYCLES + cycles, size);
  for (const { params, loss } of history(task, size)) await run.add(params, loss);
  for (let n = 0; n < WARM_CYCLES; n++) await cycle(run, task, size + n);
  const costs: number[] = [];
  for (let n = 0; n < cycles; n++) costs.push(await cycle(run, task, size + WARM_CYCLES + n));
  const peakMegabytes = await run.peakMegabytes();
  await run.close();
  await contender.close();
  costs.sort((a, b) => a - b);
  const middle = costs.length / 2;
  const median = (costs[Math.ceil(middle) - 1] + costs[Math.floor(middle)]) / 2;
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / cycles;
  return { version: contender.version, median, mean, peakMegabytes };
}

const answer = await measure(JSON.parse(process.argv[2]));
process.stdout.write(`${JSON.stringify(answer ?? null)}\n`);
