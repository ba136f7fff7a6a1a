/**
 * How a trial ended, as its user tells it.
 */
import type { History } from "../history.ts";
import type { Values } from "../objective.ts";
import type { Numbers, Trial } from "../trial.ts";
import { checkValues, namedValues } from "./values.ts";

/** How a trial ended, for `tell`. */
export interface Told<Names extends string = string> {
  readonly values?: Values<Names>;
  /** @default "complete" */
  readonly state?: "complete" | "pruned" | "failed" | "paused";
  readonly constraints?: Numbers;
  readonly gradient?: Numbers;
  readonly error?: string;
  /** The attempt that is told; the current one unless given. */
  readonly attempt?: number;
}

/** What was told, with its values checked and by name. @throws {InvalidInputError} if one is missing */
export function readTold<Names extends string>(
  told: Values<Names> | Told<Names>,
  history: History,
): Omit<Told<Names>, "values"> & { values?: Numbers } {
  const { objectives } = history.problem;
  const isDetailed =
    typeof told === "object" &&
    told !== null &&
    ["values", "state", "error"].some((key) => key in told) &&
    !objectives.some(({ name }) => name in told);
  if (!isDetailed) return { values: checkValues(namedValues(told as Values<Names>, objectives), objectives) };
  const { values, ...rest } = told as Told<Names>;
  if (values === undefined) return rest;
  return { ...rest, values: checkValues(namedValues(values, objectives), objectives) };
}

/** Whether telling that again would say what the log says. */
export function sameEnd(trial: Trial, state: string, values: Numbers | undefined): boolean {
  const wasPartial = state === "complete" && trial.budget !== undefined && trial.state !== "failed";
  if (trial.state !== state && !wasPartial) return false;
  return (
    values === undefined || Object.keys(values).every((name) => Object.is(values[name], trial.values?.[name]))
  );
}
