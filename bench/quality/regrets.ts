/**
 * The curves that are there, as regrets.
 */
import type { Cell } from "./cell.ts";
import type { Contender } from "./contenders.ts";
import { readCells } from "./curves.ts";
import { referenceOf } from "./references.ts";
import { type Families, type Regrets, regret, volumeRegret } from "./score.ts";
import { type AnyTask, hasSeveral } from "./task.ts";
import { volumeReferenceOf } from "./volumes.ts";

export interface Curves {
  readonly families: Families;
  /** Names of families, in the order of the tasks. */
  readonly kinds: readonly string[];
  /** All cells of a contender on a track. */
  cells(name: string, track: string): readonly Cell[];
  /** Regrets after n trials, of the runs that are as long as that; on some tasks only, where these are given. */
  regrets(name: string, track: string, n: number, tasks?: readonly string[]): Regrets;
}

type Score = (cell: Cell, n: number) => number;

/** Regret on a task: of the lowest loss, or of the hypervolume. */
function scoreOf(task: AnyTask): Score {
  if (hasSeveral(task)) {
    const reference = volumeReferenceOf(task);
    return (cell, n) => volumeRegret(cell as Cell<readonly number[]>, n, reference);
  }
  const reference = referenceOf(task);
  return (cell, n) => regret(cell as Cell<number>, n, reference);
}

export function curvesOf(contenders: readonly Contender[], tasks: readonly AnyTask[]): Curves {
  const families = new Map(tasks.map(({ name, family }) => [name, family]));
  const scores = new Map<string, Score>();
  const versions = new Map(contenders.map(({ name, version }) => [name, version]));
  const read = new Map<string, readonly Cell[]>();
  const cellsOf = (name: string, track: string, task: string) => {
    const key = `${name} ${track} ${task}`;
    const cells = read.get(key) ?? readCells(name, versions.get(name) as string, track, task);
    read.set(key, cells);
    return cells;
  };
  const scoreFor = (task: AnyTask) => {
    const score = scores.get(task.name) ?? scoreOf(task);
    scores.set(task.name, score);
    return score;
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
        const score = scoreFor(task);
        regrets.set(task.name, new Map(long.map((cell) => [cell.seed, score(cell, n)])));
      }
      return regrets;
    },
  };
}
