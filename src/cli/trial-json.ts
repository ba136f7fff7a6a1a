/**
 * A trial as JSON that scripts can rely on.
 */
import { numbersToWire, toWire } from "../events.ts";
import type { Trial } from "../trial.ts";

/** The trial with NaN and the infinities as strings. */
export function trialJson(trial: Trial): object {
  const { values, losses, constraints, gradient, reports } = trial;
  return {
    ...trial,
    ...(values && { values: numbersToWire(values) }),
    ...(losses && { losses: losses.map(toWire) }),
    ...(constraints && { constraints: numbersToWire(constraints) }),
    ...(gradient && { gradient: numbersToWire(gradient) }),
    reports: reports.map((report) => ({
      ...report,
      values: numbersToWire(report.values),
      ...(report.gradient && { gradient: numbersToWire(report.gradient) }),
      ...(report.constraints && { constraints: numbersToWire(report.constraints) }),
    })),
  };
}
