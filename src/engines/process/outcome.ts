/**
 * What the end of a program makes of its trial.
 */
import type { Job, Outcome } from "../../engine.ts";
import { nearestName } from "../../errors.ts";
import { fromWire, numbersFromWire, type ReportBody } from "../../events.ts";
import type { Direction } from "../../trial.ts";
import { namesLikeMetrics } from "./metrics.ts";
import type { Exit } from "./protocol.ts";

export type JobReports = ReportBody[];

/** Signals whose usual cause is worth a word. */
const CAUSES: Readonly<Record<string, string>> = {
  SIGKILL: " (out of memory?)",
  SIGSEGV: " (a crash in native code)",
};

/** @param best  directions, where a trial's value is its best report and not its last */
export function outcomeOf(
  exit: Exit,
  job: Job,
  reports: JobReports,
  timeoutMs: number | undefined,
  best?: Readonly<Record<string, Direction>>,
): Outcome {
  const fail = (message: string): Outcome => {
    return {
      kind: "failed",
      error: { kind: "program", message, ...(exit.tail !== "" && { tail: exit.tail }) },
    };
  };
  if (exit.timedOut) return fail(`timed out after ${(timeoutMs ?? 0) / 1000} s`);
  if (exit.signal !== null) return fail(`killed by ${exit.signal}${CAUSES[exit.signal] ?? ""}`);
  if (exit.code !== 0) return fail(`exit ${exit.code}${lastLine(exit.tail)}`);
  const { final } = exit;
  const last = best === undefined ? reports.at(-1)?.values : bestReport(reports, best);
  const values = { ...last, ...final?.values };
  const missing = job.objectives.filter((name) => !(name in values));
  if (missing.length > 0) return fail(whyMissing(missing, exit));
  return {
    kind: "ended",
    values: numbersFromWire(values),
    ...(final?.gradient && { gradient: numbersFromWire(final.gradient) }),
    ...(final?.constraints && { constraints: numbersFromWire(final.constraints) }),
    ...(final?.params && { tuned: final.params }),
  };
}

/** The report that is best by the first of the directions. */
function bestReport(
  reports: JobReports,
  directions: Readonly<Record<string, Direction>>,
): ReportBody["values"] | undefined {
  const [name, direction] = Object.entries(directions)[0];
  const sign = direction === "minimize" ? 1 : -1;
  const loss = (report: ReportBody) =>
    sign * (name in report.values ? fromWire(report.values[name]) : Number.NaN);
  return reports.reduce<ReportBody | undefined>(
    (best, report) => (best === undefined || loss(report) < loss(best) ? report : best),
    undefined,
  )?.values;
}

function lastLine(tail: string): string {
  const line = tail
    .split("\n")
    .filter((text) => text.trim() !== "")
    .at(-1)
    ?.trim();
  return line === undefined ? "" : `: ${line.length > 160 ? `${line.slice(0, 160)}…` : line}`;
}

function whyMissing(missing: readonly string[], exit: Exit): string {
  if (exit.problem !== undefined && missing.some((name) => exit.problem?.startsWith(`${name} is `)))
    return `${exit.problem}, not a number`;
  const seen = namesLikeMetrics(exit.tail);
  const near = nearestName(missing[0], seen) ?? seen.at(-1);
  const hint =
    near === undefined ? `print a line such as ${missing[0]}=0.5` : `did you mean ${near}, which it printed?`;
  return `it ended well, but printed no ${missing.join(" and no ")}; ${hint}`;
}
