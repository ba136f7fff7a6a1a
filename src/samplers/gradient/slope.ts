/**
 * The gradient that a trial reported, in the coordinates of the unit cube.
 */
import { exp, log } from "../../math/elementary.ts";
import type { Problem } from "../../problem.ts";
import type { Numbers, Trial } from "../../trial.ts";
import type { Observation } from "../observed.ts";

/** What a trial says of the direction downhill. */
export interface Slope {
  /** Derivatives of the loss by the unit coordinates, 0 where none is known; shape (d). */
  readonly gradient: Float64Array;
  /** Which of them are known, shape (d); and how many. */
  readonly isKnown: Uint8Array;
  readonly known: number;
  /** What was left out, and what was taken as 0; undefined if nothing was. */
  readonly note?: string;
  /** The first part of that: what was told and means nothing. */
  readonly leftOut?: string;
}

/** Names that a note lists. */
const MOST_NAMED = 5;

/**
 * The gradient told at a trial's end, else that of the last report with the trial's value, else of the last of all: by
 * path of the parameter.
 */
export function toldGradient(
  { gradient, values, reports }: Pick<Trial, "gradient" | "values" | "reports">,
  objective: string,
): Numbers | undefined {
  if (gradient !== undefined) return gradient;
  const there = reports.findLast((one) => one.gradient && one.values[objective] === values?.[objective]);
  return (there ?? reports[reports.length - 1])?.gradient;
}

/**
 * Told are derivatives of the first objective's value by parameters in their natural units. Those of the loss by unit
 * coordinates follow by the chain rule: dv/du is the width of the range, times v where it is logarithmic; and the sign
 * turns where the objective is maximised.
 *
 * @returns undefined if the trial reported no gradient
 */
export function slopeOf(
  { space, objectives }: Pick<Problem, "space" | "objectives">,
  { trial, unit, active }: Pick<Observation, "trial" | "unit" | "active">,
): Slope | undefined {
  const told = toldGradient(trial, objectives[0].name);
  if (told === undefined) return undefined;
  const sign = objectives[0].direction === "minimize" ? 1 : -1;
  const gradient = new Float64Array(unit.length);
  const isKnown = new Uint8Array(unit.length);
  const missing: string[] = [];
  let known = 0;
  for (const parameter of space.parameters) {
    const { index, path, domain } = parameter;
    if (domain !== "real" || active[index] === 0) continue;
    const derivative = told[path];
    if (derivative === undefined) missing.push(path);
    if (derivative === undefined || !Number.isFinite(derivative)) continue;
    const { low, high } = parameter;
    const width = parameter.log ? log(high) - log(low) : high - low;
    const value = parameter.log ? exp(log(low) + unit[index] * width) : 1;
    gradient[index] = sign * derivative * width * value;
    isKnown[index] = 1;
    known++;
  }
  const [useless] = listed("left out", leftOut(space, active, told));
  const note = [...(useless === undefined ? [] : [useless]), ...listed("taken as 0, not told", missing)].join(
    "; ",
  );
  return { gradient, isKnown, known, ...(note !== "" && { note }), ...(useless && { leftOut: useless }) };
}

/** What of a told gradient means nothing, each with the reason. */
function leftOut(space: Problem["space"], active: Uint8Array, told: Numbers): string[] {
  return Object.entries(told).flatMap(([path, derivative]) => {
    const parameter = space.find(path);
    if (parameter === undefined) return [`${path} (no parameter)`];
    if (active[parameter.index] === 0) return [`${path} (inactive)`];
    if (parameter.domain === "choice") return [`${path} (${parameter.size === 1 ? "constant" : "a choice"})`];
    if (parameter.domain === "grid") return [`${path} (has steps)`];
    return Number.isFinite(derivative) ? [] : [`${path} (${derivative})`];
  });
}

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const rest = names.length - MOST_NAMED;
  return [`${what}: ${names.slice(0, MOST_NAMED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`];
}
