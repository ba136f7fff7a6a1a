/**
 * Trials as CSV (RFC 4180).
 */
import type { Problem } from "../problem.ts";
import type { Trial } from "../trial.ts";
import { duration } from "./output.ts";

/** The header and a line for each trial. */
export function* csvLines(problem: Problem, trials: readonly Trial[]): Generator<string> {
  const params = problem.space.parameters.map(({ path }) => path);
  const metrics = problem.objectives.map(({ name }) => name);
  yield csvLine(["number", "state", ...params, ...metrics, "started", "seconds", "error"]);
  for (const trial of trials)
    yield csvLine([
      trial.number,
      trial.state,
      ...params.map((path) => trial.params[path] ?? ""),
      ...metrics.map((name) => trial.values?.[name] ?? ""),
      trial.times.started === undefined ? "" : new Date(trial.times.started).toISOString(),
      duration(trial),
      trial.error?.message ?? "",
    ]);
}

function csvLine(cells: readonly (string | number | boolean)[]): string {
  return cells
    .map((value) =>
      /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value),
    )
    .join(",");
}
