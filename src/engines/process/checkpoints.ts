/**
 * The folders of a trial's checkpoints: `<step>/`, finished before that step is reported and unchanged afterwards.
 */
import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Two are kept: the newest, and the one before it, should the program have been ended while it wrote the newest. So
 * that of the last step reported is always there: to go on from when the trial is promoted, and for forks.
 */
const KEPT = 2;

/** The checkpoint that a later attempt goes on from: the newest that was reported; undefined if there is none. */
export function newestCheckpoint(folder: string, reached = Number.POSITIVE_INFINITY): string | undefined {
  const newest = stepsOf(folder).find((step) => step <= reached);
  return newest === undefined ? undefined : join(folder, String(newest));
}

/**
 * A private copy of another trial's checkpoint, made once: the other may go on, and lose it.
 *
 * @returns its folder; undefined if the other has no such checkpoint
 */
export function forkedCheckpoint(from: string, step: number, to: string): string | undefined {
  const copy = join(to, String(step));
  if (existsSync(copy)) return copy;
  const original = join(from, String(step));
  if (!existsSync(original)) return undefined;
  const unfinished = `${copy}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(original, unfinished, { recursive: true });
  renameSync(unfinished, copy);
  return copy;
}

/** Deletes all but the newest, once no program writes more. */
export function keepNewestCheckpoints(folder: string): void {
  for (const step of stepsOf(folder).slice(KEPT))
    rmSync(join(folder, String(step)), { recursive: true, force: true });
}

/** Steps that have a checkpoint, newest first. */
function stepsOf(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const steps = readdirSync(folder).filter(
    (name) => /^\d+$/.test(name) && statSync(join(folder, name)).isDirectory(),
  );
  return steps.map(Number).sort((a, b) => b - a);
}
