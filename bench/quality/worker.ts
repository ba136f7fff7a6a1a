/**
 * Runs cells for ../quality.ts, one after the other, in a process of its own.
 */
import { runCell } from "./cell.ts";
import { type Contender, ours, peer } from "./contenders.ts";
import { type AnyTask, hasSeveral } from "./task.ts";
import { allTasks, severalTasks } from "./tasks/index.ts";
import { trackNamed } from "./tracks.ts";

export interface Work {
  readonly isPeer: boolean;
  readonly name: string;
  readonly track: string;
  readonly task: string;
  readonly seed: number;
  readonly trials: number;
}

const single = allTasks();
const tasks = new Map<string, AnyTask>([...single, ...severalTasks()].map((task) => [task.name, task]));
const contenders = new Map<string, Contender>();

process.on("message", async ({ isPeer, name, track, task, seed, trials }: Work) => {
  try {
    let contender = contenders.get(name);
    if (contender === undefined)
      contenders.set(name, (contender = isPeer ? await peer(name) : ours(name)) as Contender);
    const found = tasks.get(task);
    if (contender === undefined || found === undefined) throw new Error(`${name} or ${task} is not there`);
    const { workers, variant } = trackNamed(track);
    const whole = hasSeveral(found) ? found : (variant?.(found, seed, single) ?? found);
    process.send?.({ cell: await runCell(contender, whole, { seed, trials, workers }) });
  } catch (error) {
    await contenders.get(name)?.close();
    contenders.delete(name);
    process.send?.({ error: (error as Error).stack });
  }
});
