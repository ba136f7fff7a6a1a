/**
 * How a trial ended, as its user tells it.
 */
import type { History } from "../history.ts";
import type { Values } from "../objective.ts";
import type { Params } from "../space/types.ts";
import type { Json, Numbers, ObjectiveSpec, Trial } from "../trial.ts";
import { checkValues, namedValues } from "./values.ts";

/** How a trial ended, for `tell`. */
export interface Told<Names extends string = string> {
  readonly values?: Values<Names>;
  /** @default "complete" */
  readonly state?: "complete" | "pruned" | "failed" | "paused";
  readonly constraints?: Numbers;
  /** Derivatives of the first objective's value by parameters in their natural units, by path. */
  readonly gradient?: Numbers;
  /** Effective parameters by path, where the trial tuned some itself. */
  readonly tuned?: Params;
  readonly error?: string;
  /** The attempt that is told; the current one unless given. */
  readonly attempt?: number;
}

/** A trial whose values are known already, for `add`. */
export interface Added<P = unknown, Names extends string = string>
  extends Pick<Told<Names>, "values" | "constraints" | "gradient" | "tuned"> {
  readonly params: P;
  /** @default "complete" */
  readonly state?: "complete" | "pruned" | "failed";
  readonly notes?: Readonly<Record<string, Json>>;
}

const DETAILS = ["values", "state", "error", "tuned", "gradient"];

/** Whether more than values was told. */
export function isDetailed<Names extends string, T extends object>(
  told: Values<Names> | T,
  objectives: readonly ObjectiveSpec[],
): told is T {
  return (
    typeof told === "object" &&
    told !== null &&
    DETAILS.some((key) => key in told) &&
    !objectives.some(({ name }) => name in told)
  );
}

/** What was told, with its values checked and by name. @throws {InvalidInputError} if one is missing */
export function readTold<Names extends string>(
  told: Values<Names> | Told<Names>,
  history: History,
): Omit<Told<Names>, "values"> & { values?: Numbers } {
  const { objectives } = history.problem;
  if (!isDetailed<Names, Told<Names>>(told, objectives))
    return { values: checkValues(namedValues(told, objectives), objectives) };
  const { values, ...rest } = told;
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
