/**
 * Two spaces compared, in words.
 */
import { splitJson } from "./split.ts";
import type { ConstraintJson, ParameterJson, SpaceJson } from "./types.ts";

/** One line per difference from one space to another; empty if they have the same points. */
export function difference(one: SpaceJson, other: SpaceJson): string[] {
  const { parameters: before, where } = splitJson(one);
  const { parameters: after, where: whereAfter } = splitJson(other);
  const lines: string[] = [];
  for (const [path, json] of Object.entries(before)) {
    if (after[path] === undefined) lines.push(`${path}: removed`);
    else lines.push(...compare(path, json, after[path]));
  }
  for (const path of Object.keys(after)) if (before[path] === undefined) lines.push(`${path}: added`);
  return [...lines, ...constraints(where, whereAfter)];
}

/** Constraints are the same where they say the same, however they are written; functions, where they have one name. */
function constraints(before: readonly ConstraintJson[], after: readonly ConstraintJson[]): string[] {
  const meaning = ({ name, tree }: ConstraintJson) => (tree === undefined ? name : JSON.stringify(tree));
  const [old, young] = [before.map(meaning), after.map(meaning)];
  return [
    ...after
      .filter((one) => !old.includes(meaning(one)))
      .map(({ name }) => `where: + ${JSON.stringify(name)}`),
    ...before
      .filter((one) => !young.includes(meaning(one)))
      .map(({ name }) => `where: − ${JSON.stringify(name)}`),
  ];
}

function compare(path: string, before: ParameterJson, after: ParameterJson): string[] {
  const left: Readonly<Record<string, unknown>> = { ...before };
  const right: Readonly<Record<string, unknown>> = { ...after };
  const lines: string[] = [];
  for (const field of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (field === "default" || field === "prior" || field === "tag") continue; // they change no point
    if (JSON.stringify(left[field]) === JSON.stringify(right[field])) continue;
    if (field === "choices")
      lines.push(...choices(path, left.choices as unknown[], right.choices as unknown[]));
    else lines.push(`${path}: ${field} ${shown(left[field])} → ${shown(right[field])}`);
  }
  return lines;
}

function choices(path: string, before: readonly unknown[] = [], after: readonly unknown[] = []): string[] {
  const added = after
    .filter((choice) => !before.includes(choice))
    .map((choice) => `+ ${JSON.stringify(choice)}`);
  const removed = before
    .filter((choice) => !after.includes(choice))
    .map((choice) => `− ${JSON.stringify(choice)}`);
  const changed = [...added, ...removed];
  return [`${path}: choices ${changed.length > 0 ? changed.join(", ") : "in another order"}`];
}

function shown(value: unknown): string {
  return value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value);
}
