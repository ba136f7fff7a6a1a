/**
 * Issues of the schema in words: what was expected, what was found, and what may have been meant.
 */
import type { z } from "zod";
import { keysAt } from "./schema.ts";
import { oneOfText, suggest } from "./suggest.ts";

export type Path = readonly PropertyKey[];
export interface Problem {
  readonly path: Path;
  /** Whether the key at the path is wrong, not its value. */
  readonly atKey: boolean;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

const NOUNS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  null: "null",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/** The problems that `issue` tells of in `input`. */
export function explain(issue: Issue, input: unknown, base: Path = []): readonly Problem[] {
  const path = [...base, ...issue.path];
  const value = valueAt(input, path);
  const here = (message: string): readonly Problem[] => [{ path, atKey: false, message }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        message: unknownKey(key, path, value),
      }));
    case "invalid_union":
      return "discriminator" in issue && issue.discriminator !== undefined
        ? explainType(issue, input, path)
        : explainUnion(issue.errors, input, path);
    case "invalid_value":
      return here(unexpected(oneOfText(issue.values), value, issue.values));
    case "invalid_type":
      return here(unexpected(NOUNS[issue.expected] ?? issue.expected, value));
    case "too_small":
      return here(
        issue.origin === "number" || issue.origin === "int"
          ? `expected at least ${issue.minimum}, got ${show(value)}`
          : "is empty",
      );
    default:
      return here(issue.message);
  }
}

function unknownKey(key: string, path: Path, value: unknown): string {
  const keys = keysAt(path, (value as { type?: unknown }).type);
  const hint = suggest(key, keys);
  return `unknown key${hint || `; there are ${keys.filter((each) => !each.startsWith("$")).join(", ")}`}`;
}

/** The branches that fit the value's kind, else what the branches expect. */
function explainUnion(
  branches: readonly (readonly Issue[])[],
  input: unknown,
  path: Path,
): readonly Problem[] {
  const wrongKind = ([issue]: readonly Issue[]) => issue.code === "invalid_type" && issue.path.length === 0;
  const fitting = branches.find((issues) => !wrongKind(issues));
  if (fitting) return fitting.flatMap((issue) => explain(issue, input, path));
  const nouns = branches.map(([issue]) =>
    issue.code === "invalid_type" ? (NOUNS[issue.expected] ?? issue.expected) : "",
  );
  const expected = [...new Set(nouns)];
  const text =
    expected.length < 2 ? expected.join("") : `${expected.slice(0, -1).join(", ")} or ${expected.at(-1)}`;
  return [{ path, atKey: false, message: unexpected(text, valueAt(input, path)) }];
}

/** A parameter whose `type` is missing or unknown. */
function explainType(issue: Issue, input: unknown, path: Path): readonly Problem[] {
  const parent = valueAt(input, path.slice(0, -1)) as Readonly<Record<string, unknown>>;
  const inner = Object.entries(parent).find(([, value]) => typeof value === "object" && value !== null);
  const types = (issue as { options?: readonly unknown[] }).options ?? [];
  if (parent.type === undefined && inner !== undefined && !Array.isArray(inner[1])) {
    const message = `parameters are not nested but named by their path; write "${String(path.at(-2))}.${inner[0]}" under params`;
    return [{ path: path.slice(0, -1), atKey: false, message }];
  }
  return [{ path, atKey: false, message: unexpected(oneOfText(types), parent.type, types) }];
}

function unexpected(expected: string, value: unknown, candidates: readonly unknown[] = []): string {
  if (value === undefined) return `is missing; expected ${expected}`;
  const hint =
    typeof value === "string"
      ? suggest(
          value,
          candidates.filter((each) => typeof each === "string"),
        )
      : "";
  const isQuotedNumber =
    typeof value === "string" &&
    /number$/.test(expected) &&
    value.trim() !== "" &&
    !Number.isNaN(Number(value));
  return `expected ${expected}, got ${show(value)}${isQuotedNumber ? "; leave out the quotes" : hint}`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return "a mapping";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
}

/** `metrics[0].goal`. */
export function pathText(path: Path): string {
  return path
    .map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`))
    .join("");
}
