/**
 * What reports come to: values of one step as losses.
 */
import type { Problem } from "../problem.ts";
import type { Report, Trial } from "../trial.ts";

/** The losses of a report, in the order of the objectives and minimised; NaN where it says nothing. Shape (objectives). */
export function lossesAt({ objectives }: Pick<Problem, "objectives">, { values }: Report): readonly number[] {
  return objectives.map(({ name, direction }) => {
    const value = values[name] ?? Number.NaN;
    return direction === "minimize" ? value : -value;
  });
}

/** The losses of a trial's last report; undefined where it has none. */
export function lastLosses(
  problem: Pick<Problem, "objectives">,
  { reports }: Trial,
): readonly number[] | undefined {
  return reports.length === 0 ? undefined : lossesAt(problem, reports[reports.length - 1]);
}

/** Reports with another one in its place: in order of their steps, a repeated step replaces what was said of it before. */
export function withReport(reports: readonly Report[], report: Report): readonly Report[] {
  const all = reports.slice();
  let index = all.length;
  while (index > 0 && all[index - 1].step > report.step) index--;
  const repeated = index > 0 && all[index - 1].step === report.step;
  all.splice(repeated ? index - 1 : index, repeated ? 1 : 0, report);
  return Object.freeze(all);
}
