/**
 * Runs a study on an engine: with a view of it, answers to signals, and a summary at the end.
 */
import type { Engine } from "../engine.ts";
import { bestTrial } from "../history.ts";
import type { RunEnd, Study } from "../study.ts";
import { chooseMode, showLive } from "../terminal/live.ts";
import { summary } from "../terminal/summary.ts";
import { EXIT } from "./exit.ts";
import { trialJson } from "./trial-json.ts";

export interface ExecuteOptions {
  readonly parallel: number;
  /** How long a program may take to end when it is asked to. */
  readonly graceMs?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** What later commands need to find the study, as flags with a space before them. */
  readonly flags: string;
  /** Whether to give up when nothing but failures came of the first trials. */
  readonly guard: boolean;
}

/** So many failures and nothing else mean that the command is wrong, not the parameters. */
const HOPELESS = 10;

/** Runs until a limit or an interrupt; returns the exit code. */
export async function execute(study: Study, engine: Engine, options: ExecuteOptions): Promise<number> {
  const drain = new AbortController();
  const abort = new AbortController();
  const live = showLive(study, { workers: options.parallel, mode: chooseMode(options) });
  let hopeless = false;
  const stopWatching = study.observe((_event, { ended }) => {
    if (ended === undefined || hopeless || !options.guard) return;
    const { failed, complete, pruned } = study.history.counts;
    if (failed < HOPELESS || complete + pruned > 0) return;
    hopeless = true;
    drain.abort();
  });
  const interrupt = () => {
    if (drain.signal.aborted) abort.abort();
    else live.drain();
    drain.abort();
  };
  const terminate = () => abort.abort();
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", terminate);
  process.on("SIGHUP", terminate);
  try {
    const end = await study.run(engine, {
      drain: drain.signal,
      signal: abort.signal,
      parallel: options.parallel,
      ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
    });
    const told = hopeless
      ? { ...end, kind: "failures" as const, reason: `the first ${HOPELESS} trials all failed` }
      : end;
    live.close();
    print(study, told, options);
    return exitCode(study, told);
  } finally {
    live.close();
    stopWatching();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", terminate);
    process.off("SIGHUP", terminate);
  }
}

function print(study: Study, end: RunEnd, { json, flags }: ExecuteOptions): void {
  if (json) {
    const found = bestTrial(study.history);
    const best = found === undefined ? null : trialJson(found);
    process.stdout.write(`${JSON.stringify({ kind: "ended", reason: end.reason, best })}\n`);
    return;
  }
  process.stdout.write(`${summary(study, end, flags).join("\n")}\n`);
}

function exitCode(study: Study, end: RunEnd): number {
  if (end.kind === "aborted" || end.kind === "drained") return EXIT.interrupted;
  return end.kind === "failures" || study.history.counts.complete === 0 ? EXIT.failed : EXIT.done;
}
