/**
 * Runs the cells that are missing, some at a time, each kept as soon as it is there.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Cell } from "./cell.ts";
import type { Contender } from "./contenders.ts";
import { keepCell, readCells } from "./curves.ts";
import type { Limit } from "./limits.ts";
import type { AnyTask } from "./task.ts";
import type { Track } from "./tracks.ts";
import type { Work } from "./worker.ts";

/** One contender on one track. */
export interface Entry {
  readonly contender: Contender;
  readonly track: Track;
  readonly limit: Limit;
  readonly tasks: readonly AnyTask[];
}

/** The cells that are to be run. Seeds outermost: what is there when somebody stops it covers every task. */
export function missingWork(entries: readonly Entry[], fresh: boolean): Work[] {
  const known = new Set<string>();
  if (!fresh)
    for (const { contender, track, limit, tasks } of entries)
      for (const task of tasks)
        for (const { seed, losses } of readCells(contender.name, contender.version, track.name, task.name))
          if (losses.length >= limit.trials)
            known.add(`${contender.name} ${track.name} ${task.name} ${seed}`);
  const most = Math.max(0, ...entries.map(({ limit }) => limit.seeds));
  return Array.from({ length: most }, (_, index) => index + 1).flatMap((seed) =>
    entries.flatMap(({ contender: { name, isPeer }, track, limit, tasks }) =>
      seed > limit.seeds
        ? []
        : tasks
            .filter((task) => !known.has(`${name} ${track.name} ${task.name} ${seed}`))
            .map((task): Work => {
              return { isPeer, name, track: track.name, task: task.name, seed, trials: limit.trials };
            }),
    ),
  );
}

/** Runs the work in so many processes. */
export async function runWork(
  work: readonly Work[],
  versions: ReadonlyMap<string, string>,
  jobs: number,
): Promise<void> {
  let begun = 0;
  let done = 0;
  const workers = Array.from({ length: Math.min(jobs, work.length) }, async () => {
    let child = newWorker();
    for (let item = work[begun++]; item !== undefined; item = work[begun++]) {
      if (child.exitCode !== null || child.signalCode !== null) child = newWorker();
      const { name, track, task, seed } = item;
      const { cell, error } = await ask(child, item);
      if (cell === undefined) console.error(`\n${name}, ${track}, ${task}, seed ${seed}: ${error}`);
      else keepCell(name, versions.get(name) as string, track, task, cell);
      done++;
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${work.length} cells `);
    }
    child.kill();
  });
  await Promise.all(workers);
  if (process.stderr.isTTY && work.length > 0) process.stderr.write("\n");
}

const newWorker = () => fork(fileURLToPath(new URL("worker.ts", import.meta.url)));

function ask(child: ReturnType<typeof fork>, item: Work): Promise<{ cell?: Cell; error?: string }> {
  return new Promise((resolve) => {
    const ended = () => {
      child.off("message", answered);
      resolve({ error: "the worker ended" });
    };
    const answered = (message: unknown) => {
      child.off("exit", ended);
      resolve(message as { cell?: Cell; error?: string });
    };
    child.once("exit", ended);
    child.once("message", answered);
    child.send(item);
  });
}
