/**
 * Jobs that are run by an engine without a study: each once, the results in their order.
 */
import * as clock from "../clock.ts";
import type { Engine, Handle, Job, Outcome } from "../engine.ts";

export interface RunJobsOptions {
  /** Milliseconds since the epoch: what has not ended by then is given up. */
  readonly latest?: number;
  /** Called with each outcome. */
  readonly done?: (index: number, outcome: Outcome) => void;
}

/** Runs every job, as many at a time as the engine takes; those that were not begun in time have no outcome. */
export async function runJobs(
  engine: Engine,
  jobs: readonly Job[],
  { latest = Number.POSITIVE_INFINITY, done }: RunJobsOptions = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const open = new Map<number, Handle>();
  let next = 0;
  const submit = async () => {
    if (next >= jobs.length || clock.now() >= latest) return;
    const { free } = await engine.capacity();
    const batch = jobs.slice(next, next + Math.max(0, free));
    next += batch.length;
    for (const handle of await engine.submit(batch)) open.set(handle.trial, handle);
  };
  await submit();
  const over = atLatest(latest, () => {
    for (const handle of open.values()) void engine.cancel(handle, { graceMs: 0 });
  });
  try {
    if (open.size === 0) return outcomes;
    for await (const batch of engine.events()) {
      for (const event of batch) {
        if (event.kind !== "exit" && event.kind !== "lost") continue;
        const index = jobs.findIndex(({ trial }) => trial === event.handle.trial);
        const outcome: Outcome =
          event.kind === "exit"
            ? event.outcome
            : { kind: "failed", error: { kind: "infrastructure", message: event.message } };
        outcomes[index] = outcome;
        open.delete(event.handle.trial);
        done?.(index, outcome);
      }
      await submit();
      if (open.size === 0) break;
    }
  } finally {
    clearTimeout(over);
  }
  return outcomes;
}

/** Timers take no longer time than this. */
const LONGEST_MS = 2 ** 31 - 1;

function atLatest(latest: number, act: () => void): NodeJS.Timeout | undefined {
  const ms = latest - clock.now();
  return ms > LONGEST_MS ? undefined : setTimeout(act, Math.max(0, ms));
}
