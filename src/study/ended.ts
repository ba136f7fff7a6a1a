/**
 * What becomes of a job that ended: values at a budget below the whole training are a report, and the pruner says
 * whether that was all.
 */
import type { JobEvent, Outcome } from "../engine.ts";
import { type EventBody, numbersToWire, type Verdict } from "../events.ts";
import type { Problem } from "../problem.ts";
import type { Params } from "../space/types.ts";
import type { Numbers, Trial } from "../trial.ts";

type Exit = Extract<JobEvent, { kind: "exit" }>;

/** Whether a trial was to be trained in part only; never, where nobody said how long the whole of it is. */
export function isPartial({ steps }: Problem, { budget }: Pick<Trial, "budget">): boolean {
  return budget !== undefined && steps?.max !== undefined && budget < steps.max;
}

/** The report that the end of a job stands for, where it was to train in part and did not report that step itself. */
export function reportOfEnd(problem: Problem, trial: Trial, { handle, outcome }: Exit): JobEvent | undefined {
  const { budget, reports } = trial;
  if (outcome.kind !== "ended" || budget === undefined || !isPartial(problem, trial)) return undefined;
  const last = reports[reports.length - 1];
  if (last !== undefined && last.step >= budget) return undefined;
  const values = outcome.values ?? last?.values;
  if (values === undefined) return undefined;
  const report = {
    step: budget,
    values: numbersToWire(values),
    ...(outcome.gradient && { gradient: numbersToWire(outcome.gradient) }),
    ...(outcome.constraints && { constraints: numbersToWire(outcome.constraints) }),
    ...(outcome.tuned && { params: outcome.tuned }),
  };
  return { kind: "report", handle, report };
}

/** What the log is to say of a job that ended. */
export function bodyOfEnd(problem: Problem, trial: Trial, outcome: Outcome, verdict?: Verdict): EventBody {
  const of = { trial: trial.number, attempt: trial.attempt };
  const wasTold = verdict !== undefined && verdict !== "continue";
  const state = stateOf(problem, trial, verdict);
  if (wasTold) return { kind: "finished", ...of, state }; // its value is that of the report which ended it
  if (outcome.kind === "cancelled") return { kind: "withdrawn", ...of };
  if (outcome.kind === "failed") return { kind: "finished", ...of, state: "failed", error: outcome.error };
  return {
    kind: "finished",
    ...of,
    state,
    ...resultsToWire(outcome),
  };
}

/** What a trial came to, as the log keeps it; what is absent is left out. */
export function resultsToWire({
  values,
  gradient,
  constraints,
  tuned,
}: {
  readonly values?: Numbers;
  readonly gradient?: Numbers;
  readonly constraints?: Numbers;
  readonly tuned?: Params;
}) {
  return {
    ...(values && { values: numbersToWire(values) }),
    ...(gradient && { gradient: numbersToWire(gradient) }),
    ...(constraints && { constraints: numbersToWire(constraints) }),
    ...(tuned && { tuned }),
  };
}

/**
 * The state of a trial that came to its end. One that was to train in part only is not complete; one that trained to
 * the last step is, whatever it was told.
 */
export function stateOf(
  problem: Problem,
  trial: Pick<Trial, "budget" | "reports">,
  verdict: Verdict | undefined,
): "complete" | "pruned" | "paused" {
  const isPart = isPartial(problem, trial);
  const last = trial.reports[trial.reports.length - 1]?.step ?? Number.NEGATIVE_INFINITY;
  if (!isPart && last >= (problem.steps?.max ?? Number.POSITIVE_INFINITY)) return "complete";
  if (verdict === "stop") return "pruned";
  return verdict === "pause" || isPart ? "paused" : "complete";
}
