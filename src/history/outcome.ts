/**
 * What trials came to: reports, values, losses, constraints.
 */
import { type ImportedTrial, numbersFromWire, type ReportBody, type WireNumbers } from "../events.ts";
import type { Problem } from "../problem.ts";
import type { ConstraintSpec, Numbers, Report, Trial, TrialState } from "../trial.ts";
import type { History } from "./types.ts";

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

/**
 * The constraints told at the end, else those of the last report that told some, and those that follow from values.
 */
export function constraintsOf(
  { constraints: specs = [] }: Pick<Problem, "constraints">,
  told: WireNumbers | undefined,
  values: Numbers | undefined,
  reports: readonly Report[],
): { constraints?: Numbers } {
  const last =
    specs.length > 0 ? reports.findLast(({ constraints }) => constraints) : reports[reports.length - 1];
  const own = told ? numbersFromWire(told) : last?.constraints;
  const limited = specs.flatMap((spec) => {
    const value = spec.metric === undefined ? undefined : values?.[spec.metric];
    return value === undefined ? [] : [[spec.name, excess(spec, value)] as const];
  });
  if (own === undefined && limited.length === 0) return {};
  return { constraints: Object.freeze({ ...own, ...Object.fromEntries(limited) }) };
}

/** By how much a value misses its limits; negative where there is room. */
function excess({ atMost, atLeast }: ConstraintSpec, value: number): number {
  const above = atMost === undefined ? Number.NEGATIVE_INFINITY : value - atMost;
  const below = atLeast === undefined ? Number.NEGATIVE_INFINITY : atLeast - value;
  return Number.isNaN(value) ? Number.NaN : Math.max(above, below);
}

/**
 * State, values, losses and constraints of a trial that ended: the values told, else those of its last step. One that
 * claims to be complete though a value is missing or is no number has failed; of a foreign one, that was run elsewhere,
 * limited outcomes may be unknown.
 */
export function outcome(
  history: History,
  state: TrialState,
  told: {
    readonly values?: WireNumbers;
    readonly constraints?: WireNumbers;
    readonly tuned?: Trial["tuned"];
  },
  reports: readonly Report[],
  isForeign = false,
): Pick<Trial, "state" | "values" | "losses" | "constraints" | "tuned" | "error"> {
  const { problem } = history;
  const { objectives, constraints = [] } = problem;
  const values = told.values ? numbersFromWire(told.values) : reports[reports.length - 1]?.values;
  const limits = constraintsOf(problem, told.constraints, values, reports);
  const losses = objectives.map(({ name, direction }) => {
    const value = values?.[name] ?? Number.NaN;
    return direction === "minimize" ? value : -value;
  });
  const isWhole = values !== undefined && objectives.every(({ name }) => name in values);
  const kept = {
    ...(values && { values: Object.freeze(values) }),
    ...(isWhole && { losses: Object.freeze(losses) }),
    ...limits,
    ...tunedBy(told.tuned, reports, values),
  };
  if (state !== "complete") return { state, ...kept };
  const unlimited = constraints.find(({ name }) => limits.constraints?.[name] === undefined);
  const missing =
    objectives.find(({ name }) => values?.[name] === undefined)?.name ??
    (isForeign ? undefined : (unlimited?.metric ?? unlimited?.name));
  if (missing !== undefined) return failed(`the trial gave no value of ${missing}`, values && kept);
  const undefinedNumber = objectives.find(({ name }) => Number.isNaN(values?.[name]));
  return undefinedNumber === undefined
    ? { state, ...kept }
    : failed(`${undefinedNumber.name} is NaN`, { values });
}

/** Effective parameters told at the end, else those of the last report with the trial's values, else of the last with any. */
function tunedBy(
  told: Trial["tuned"],
  reports: readonly Report[],
  values: Numbers | undefined,
): Pick<Trial, "tuned"> {
  const own = reports.filter(({ params }) => params !== undefined);
  const names = Object.keys(values ?? {});
  const equal = own.findLast((report) => names.every((name) => report.values[name] === values?.[name]));
  const tuned = told ?? (equal ?? own[own.length - 1])?.params;
  return tuned === undefined ? {} : { tuned: Object.freeze(tuned) };
}

function failed(message: string, kept: Partial<Trial> = {}): Pick<Trial, "state" | "error"> {
  const { losses: _losses, ...rest } = kept;
  return { ...rest, state: "failed", error: { kind: "program", message } };
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
    ...(imported.gradient && { gradient: numbersFromWire(imported.gradient) }),
    ...outcome(history, imported.state, imported, reports, true),
  };
}
