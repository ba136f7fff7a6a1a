/**
 * The curves that are there, as regrets.
 */
import type { Cell } from "./cell.ts";
import type { Contender } from "./contenders.ts";
import { readCells } from "./curves.ts";
import { type Reference, referenceOf } from "./references.ts";
import { type Families, type Regrets, regret } from "./score.ts";
import type { Task } from "./task.ts";

export interface Curves {
  readonly families: Families;
  /** Names of families, in the order of the tasks. */
  readonly kinds: readonly string[];
  /** All cells of a contender on a track. */
  cells(name: string, track: string): readonly Cell[];
  /** Regrets after n trials, of the runs that are as long as that; on some tasks only, where these are given. */
  regrets(name: string, track: string, n: number, tasks?: readonly string[]): Regrets;
}

export function curvesOf(contenders: readonly Contender[], tasks: readonly Task[]): Curves {
  const families = new Map(tasks.map(({ name, family }) => [name, family]));
  const references = new Map<string, Reference>();
  const versions = new Map(contenders.map(({ name, version }) => [name, version]));
  const read = new Map<string, readonly Cell[]>();
  const cellsOf = (name: string, track: string, task: string) => {
    const key = `${name} ${track} ${task}`;
    const cells = read.get(key) ?? readCells(name, versions.get(name) as string, track, task);
    read.set(key, cells);
    return cells;
  };
  const referenceFor = (task: Task) => {
    const reference = references.get(task.name) ?? referenceOf(task);
    references.set(task.name, reference);
    return reference;
  };
  return {
    families,
    kinds: [...new Set(families.values())],
    cells: (name, track) => tasks.flatMap((task) => cellsOf(name, track, task.name)),
    regrets(name, track, n, only) {
      const regrets = new Map<string, ReadonlyMap<number, number>>();
      for (const task of tasks) {
        if (only !== undefined && !only.includes(task.name)) continue;
        const long = cellsOf(name, track, task.name).filter(({ losses }) => losses.length >= n);
        if (long.length === 0) continue;
        const reference = referenceFor(task);
        regrets.set(task.name, new Map(long.map((cell) => [cell.seed, regret(cell, n, reference)])));
      }
      return regrets;
    },
  };
}
