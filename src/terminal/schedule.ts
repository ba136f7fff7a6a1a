/**
 * What a trial was trained with where that changed: the trials whose checkpoints it goes back to.
 */
import { schedule } from "../analysis/lineage.ts";
import type { History } from "../history.ts";
import type { Trial } from "../trial.ts";
import { paramsLine } from "./text.ts";

/** A line for each stretch of steps with the same params; none where the trial goes back to no other. */
export function scheduleLines({ trials }: History, { number, fork }: Trial): string[] {
  if (fork === undefined) return [];
  const stages = schedule(trials, number);
  const ends = stages.map(({ to }) => `to step ${to}`);
  const width = Math.max(...ends.map((text) => text.length));
  return [
    "schedule:",
    ...stages.map(({ params }, i) => `  ${ends[i].padEnd(width)}  ${paramsLine({ params })}`),
  ];
}
