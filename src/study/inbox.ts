/**
 * What jobs said, in the order in which it is to be taken down.
 */
import type { JobEvent } from "../engine.ts";
import type { Verdict } from "../events.ts";
import type { History } from "../history.ts";
import { reportOfEnd } from "./ended.ts";

/** A job of ours. */
export interface Running {
  readonly attempt: number;
  /** Told to stop or pause. */
  verdict?: Verdict;
  cancelled?: boolean;
  /** Its end is known, though it may stand for a report first. */
  ended?: boolean;
}

/**
 * What is taken down now, and what in the next turn. Where a pruner judges, of each job one report at a time: what comes
 * behind a report that ends the trial does not count, however fast the program was, so that a seed means the same trials
 * always. An end is looked at when its reports are in the log; that of a trial that was to train in part stands for a
 * report first.
 *
 * @param jobOf     the job of ours that an event speaks of, if any
 * @param isJudged  whether there is a pruner
 */
export function sortInbox(
  inbox: readonly JobEvent[],
  { problem, trials }: History,
  jobOf: (event: JobEvent) => Running | undefined,
  isJudged: boolean,
): { readonly happened: readonly JobEvent[]; readonly later: JobEvent[] } {
  const happened: JobEvent[] = [];
  const later: JobEvent[] = [];
  const reported = new Set<Running>();
  for (const event of inbox) {
    const job = jobOf(event);
    const trial = trials[event.handle.trial];
    if (job === undefined || trial === undefined) happened.push(event);
    else if (reported.has(job) && (isJudged || event.kind === "exit")) later.push(event);
    else if (event.kind === "exit" && !job.ended) {
      job.ended = true;
      const report = job.verdict === undefined ? reportOfEnd(problem, trial, event) : undefined;
      if (report !== undefined) later.push(event);
      happened.push(report ?? event);
    } else {
      if (event.kind === "report" && job.verdict === undefined) reported.add(job);
      happened.push(event);
    }
  }
  return { happened, later };
}
