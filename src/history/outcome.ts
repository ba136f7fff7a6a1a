/**
 * What trials came to: reports, values, losses, constraints.
 */
import { type Event, type ImportedTrial, numbersFromWire, type ReportBody } from "../events.ts";
import type { Numbers, Report, Trial, TrialState } from "../trial.ts";
import type { History } from "./types.ts";

type Finished = Extract<Event, { kind: "finished" }>;

/** A report as the log has it. */
export function readReport(body: ReportBody, time: number): Report {
  return Object.freeze({
    step: body.step,
    values: Object.freeze(numbersFromWire(body.values)),
    time,
    ...(body.gradient && { gradient: numbersFromWire(body.gradient) }),
    ...(body.constraints && { constraints: numbersFromWire(body.constraints) }),
    ...(body.params && { params: body.params }),
  });
}

/** The constraints told at the end, else those of the last report. */
export function lastConstraints(event: Finished, trial: Trial): { constraints?: Numbers } {
  if (event.constraints) return { constraints: numbersFromWire(event.constraints) };
  const last = trial.reports[trial.reports.length - 1]?.constraints;
  return last ? { constraints: last } : {};
}

/** State, values and losses of a trial that ended: the values told, else those of its last step. */
export function outcome(
  history: History,
  state: TrialState,
  told: Numbers | undefined,
  reports: readonly Report[],
): Pick<Trial, "state" | "values" | "losses" | "error"> {
  const values = told ?? reports[reports.length - 1]?.values;
  const { objectives } = history.problem;
  if (values === undefined || !objectives.every(({ name }) => name in values)) {
    if (state !== "complete") return { state, ...(values && { values }) };
    const missing = objectives.find(({ name }) => values === undefined || !(name in values));
    return {
      state: "failed",
      error: { kind: "program", message: `the trial gave no value of ${missing?.name}` },
    };
  }
  const undefinedNumber = objectives.find(({ name }) => Number.isNaN(values[name]));
  if (undefinedNumber !== undefined && state === "complete") {
    const message = `${undefinedNumber.name} is NaN`;
    return { state: "failed", values, error: { kind: "program", message } };
  }
  const losses = objectives.map(({ name, direction }) =>
    direction === "minimize" ? values[name] : -values[name],
  );
  return { state, values: Object.freeze(values), losses: Object.freeze(losses) };
}

/** A finished trial from elsewhere, as one of that number. */
export function importedTrial(
  history: History,
  imported: ImportedTrial,
  number: number,
  time: number,
): Trial {
  const reports = (imported.reports ?? []).map((body) => readReport(body, time));
  return {
    number,
    attempt: 1,
    space: history.spaces.length - 1,
    params: Object.freeze(imported.params),
    reports: Object.freeze(reports),
    times: { created: time, started: time, finished: time },
    notes: imported.notes ?? {},
    ...(imported.constraints && { constraints: numbersFromWire(imported.constraints) }),
    ...outcome(history, imported.state, imported.values && numbersFromWire(imported.values), reports),
  };
}
