/**
 * The way back from a parameter to its short form, as `-p` takes it.
 */
import type { Scalar } from "../space/parameter.ts";
import type { ParameterJson } from "../space/types.ts";
import { parseParameterText, parseScalar } from "./parameter-text.ts";

/** The short form of a parameter; undefined where it has none: with conditions of its own, for example. */
export function showParameter(json: ParameterJson): string | undefined {
  const { tag: _tag, ...said } = json as ParameterJson & { tag?: string };
  const text = parameterText(json);
  try {
    return sorted(parseParameterText(text, String)) === sorted(said) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Its values and suffixes, for people: what the short form cannot say is left out. */
export function parameterText(json: ParameterJson): string {
  return `${valuesOf(json)}${suffixesOf(json)}`;
}

function valuesOf(json: ParameterJson): string {
  switch (json.type) {
    case "float":
    case "int":
      return `${json.low}..${json.high}`;
    case "categorical":
    case "ordinal":
      return json.choices.map(showScalar).join(",");
    case "boolean":
      return "true,false";
    case "constant":
      return showScalar(json.value);
    case "permutation":
    case "simplex":
      return json.items.map(showScalar).join(",");
    case "array":
      return "";
  }
}

function suffixesOf(json: ParameterJson): string {
  const {
    log,
    step,
    default: initial,
    prior,
    length,
  } = json as {
    log?: boolean;
    step?: number;
    default?: Scalar;
    prior?: { readonly value: Scalar; readonly confidence?: string };
    length?: number | string;
  };
  const bounds = json.type === "float" ? [json.low, json.high, step ?? 1] : [];
  const suffixes = [
    bounds.length > 0 && !bounds.some((bound) => /[.e]/.test(String(bound))) && "float",
    json.type === "ordinal" && "ordinal",
    (json.type === "permutation" || json.type === "simplex") && json.type,
    log && "log",
    step !== undefined && `step=${step}`,
    initial !== undefined && `default=${showScalar(initial)}`,
    prior && `prior=${showScalar(prior.value)}`,
    prior?.confidence && `confidence=${prior.confidence}`,
    length !== undefined && `length=${length}`,
  ];
  return suffixes.flatMap((suffix) => (suffix ? [`:${suffix}`] : [])).join("");
}

/** A value as it is read back, in quotes where it has to be. */
function showScalar(value: Scalar): string {
  if (typeof value !== "string") return String(value);
  const isPlain =
    parseScalar({ text: value, quoted: false }) === value && !/[,:'"]|\.\.|^\s|\s$|^$/.test(value);
  if (isPlain) return value;
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

/** JSON whose fields are in an order of their own. */
function sorted(json: object): string {
  const fields = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(fields);
}
