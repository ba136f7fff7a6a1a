/**
 * What was run before: one file per contender, version, track and task, so that a long comparison can be gone on with.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cell, Loss } from "./cell.ts";

const root = fileURLToPath(new URL("../curves/", import.meta.url));

const folderOf = (name: string, version: string, track: string) => join(root, `${name}@${version}`, track);

export function readCells<L extends Loss = Loss>(
  name: string,
  version: string,
  track: string,
  task: string,
): Cell<L>[] {
  const file = join(folderOf(name, version, track), `${task}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** Adds a cell to its file; one of the same seed is replaced. */
export function keepCell(name: string, version: string, track: string, task: string, cell: Cell): void {
  const folder = folderOf(name, version, track);
  mkdirSync(folder, { recursive: true });
  const others = readCells(name, version, track, task).filter(({ seed }) => seed !== cell.seed);
  const file = join(folder, `${task}.json`);
  writeFileSync(`${file}.new`, `[\n${[...others, cell].map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
  renameSync(`${file}.new`, file);
}

/** The lowest loss of any curve on a task: the best known, where no proof is. */
export function lowestSeen(task: string): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const loss of allSeen<number>(task)) if (loss < lowest) lowest = loss;
  return lowest;
}

/** The losses of every trial of every curve on a task. */
export function* allSeen<L extends Loss>(task: string): Generator<L> {
  if (!existsSync(root)) return;
  for (const who of readdirSync(root))
    for (const track of readdirSync(join(root, who)))
      for (const { losses } of readCells<L>(...split(who), track, task))
        for (const loss of losses) if (loss !== null) yield loss;
}

function split(folder: string): [string, string] {
  const at = folder.lastIndexOf("@");
  return [folder.slice(0, at), folder.slice(at + 1)];
}
