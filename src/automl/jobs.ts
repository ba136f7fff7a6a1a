/**
 * Jobs that are run by an engine without a study: each once, the results in their order.
 */
import type { Engine, Job, Outcome } from "../engine.ts";

/** Runs every job, as many at a time as the engine takes. @param done  called with each outcome */
export async function runJobs(
  engine: Engine,
  jobs: readonly Job[],
  done: (index: number, outcome: Outcome) => void = () => {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  let open = 0;
  const submit = async () => {
    const { free } = await engine.capacity();
    const batch = jobs.slice(next, next + Math.max(0, free));
    next += batch.length;
    open += batch.length;
    await engine.submit(batch);
  };
  if (jobs.length === 0) return outcomes;
  await submit();
  for await (const batch of engine.events()) {
    for (const event of batch) {
      if (event.kind !== "exit" && event.kind !== "lost") continue;
      const index = jobs.findIndex(({ trial }) => trial === event.handle.trial);
      const outcome: Outcome =
        event.kind === "exit"
          ? event.outcome
          : { kind: "failed", error: { kind: "infrastructure", message: event.message } };
      outcomes[index] = outcome;
      open--;
      done(index, outcome);
    }
    if (next < jobs.length) await submit();
    if (open === 0 && next >= jobs.length) break;
  }
  return outcomes;
}
