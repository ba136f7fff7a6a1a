/**
 * What may change in a space while a study goes on: so that every trial that was made keeps a meaning.
 */
import { initialValue } from "./adopt.ts";
import { difference } from "./difference.ts";
import { problemWith } from "./domain.ts";
import { holds } from "./lattice.ts";
import { parametersOf } from "./split.ts";
import type { Condition, Parameter, ParameterJson, ParametersJson, Space } from "./types.ts";

/** Why a space cannot take another's place. */
export interface Refusal {
  readonly path: string;
  /** What it is about; "default": a parameter that is added has none. */
  readonly kind: "removed" | "type" | "log" | "choices" | "items" | "value" | "length" | "when" | "default";
  /** One line that begins with the path. */
  readonly message: string;
}

/**
 * The first reason why `after` cannot follow `before` in one study; undefined if it may: ranges and steps may change,
 * choices may be added, and parameters with a default (or such as no older trial would have had). Constraints may come
 * and go: older trials that break one inform as those outside of a range do.
 */
export function refusal(before: Space, after: Space): Refusal | undefined {
  const [old, young] = [parametersOf(before.toJSON()), parametersOf(after.toJSON())];
  for (const [path, json] of Object.entries(old)) {
    const refused = refusedChange(path, json, young[path]);
    if (refused !== undefined) return refused;
  }
  for (const parameter of after.parameters) {
    if (before.find(parameter.path) !== undefined || hasInitialValue(parameter)) continue;
    if (!parameter.conditions.every((condition) => couldHold(before, after, condition))) continue;
    const message = `${parameter.path}: a parameter that is added needs a default, which the older trials take`;
    return { path: parameter.path, kind: "default", message };
  }
  return undefined;
}

function refusedChange(path: string, before: ParameterJson, after?: ParameterJson): Refusal | undefined {
  if (after === undefined)
    return { path, kind: "removed", message: `${path}: a parameter cannot be removed` };
  const left: Readonly<Record<string, unknown>> = { log: false, ...before };
  const right: Readonly<Record<string, unknown>> = { log: false, ...after };
  for (const kind of ["type", "log", "items", "value", "length", "when"] as const)
    if (JSON.stringify(left[kind]) !== JSON.stringify(right[kind])) {
      const message = `${path}: ${kind} cannot change (${shown(left[kind])} → ${shown(right[kind])})`;
      return { path, kind, message };
    }
  const [had, has] = [left.choices ?? [], right.choices ?? []] as (readonly unknown[])[];
  const missing = had.filter((choice) => !has.includes(choice));
  if (missing.length === 0) return undefined;
  const message = `${path}: choices cannot be removed (${missing.map(shown).join(", ")})`;
  return { path, kind: "choices", message };
}

function hasInitialValue(parameter: Parameter): boolean {
  return parameter.default !== undefined || (parameter.domain !== "real" && parameter.size === 1);
}

/** Whether a trial of the space before could meet a condition of the space after. */
function couldHold(before: Space, after: Space, condition: Condition): boolean {
  const looked = after.parameters[condition.parameter];
  const known = before.find(looked.path);
  if (known === undefined) return holds(condition, initialValue(looked));
  if (condition.values !== undefined)
    return condition.values.some((value) => problemWith(known, value) === undefined);
  return known.domain !== "choice" && known.high >= (condition.atLeast ?? 0);
}

/** What changes from one space to another, a line each: points as `difference` says, then defaults and priors. */
export function changes(before: Space, after: Space): readonly string[] {
  const [old, young] = [before.toJSON(), after.toJSON()];
  return [...difference(old, young), ...hints(parametersOf(old), parametersOf(young))];
}

/** Changes that no point is affected by, but the search is. */
function hints(before: ParametersJson, after: ParametersJson): string[] {
  return Object.entries(before).flatMap(([path, json]) =>
    ["default", "prior"].flatMap((field) => {
      const left = (json as Readonly<Record<string, unknown>>)[field];
      const right = (after[path] as Readonly<Record<string, unknown>> | undefined)?.[field];
      return after[path] === undefined || JSON.stringify(left) === JSON.stringify(right)
        ? []
        : [`${path}: ${field} ${shown(left)} → ${shown(right)}`];
    }),
  );
}

function shown(value: unknown): string {
  return value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value);
}
