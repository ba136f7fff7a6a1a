/**
 * Metrics in what a program writes: JSON lines, `name=number` in ordinary output, or a pattern of the user's.
 */
import { numbersToWire, type ReportBody, type WireNumbers } from "../../events.ts";
import type { Params } from "../../space/types.ts";

/** What to look for. */
export interface MetricNames {
  readonly objectives: readonly string[];
  /** A regular expression by objective; its group `value`, or else its first group, is the number. */
  readonly patterns?: Readonly<Record<string, string>>;
}

/** What a line says: at a step, or of the trial as a whole. */
export type Said = Omit<ReportBody, "step"> & { readonly step?: number };

export interface LineParser {
  /** What the line says; undefined if it says nothing of the objectives. */
  parse(line: string): Said | undefined;
  /** Whether a longer text could say anything at all: cheap, for programs that write a lot. */
  mayMatter(text: string): boolean;
  /** The last thing that stood where a number should, as `name is "text"`. */
  readonly problem: string | undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;
const NUMBER = String.raw`[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?)\b`;
const STEP = /(?:^|[^\w.])(?:step|epoch|iteration|iter)["']?\s*[=:#]?\s*\[?\s*(\d+)/i;
const STEP_KEYS = ["step", "epoch", "iteration", "iter"];

export function lineParser({ objectives, patterns = {} }: MetricNames): LineParser {
  const finders = objectives.map((name) => ({ name, find: finderOf(name, patterns[name]) }));
  const needles = objectives.filter((name) => patterns[name] === undefined);
  let problem: string | undefined;
  return {
    parse(raw) {
      const line = raw.replace(COLOURS, "");
      const json = parseJson(line);
      if (json !== undefined) return fromJson(json, objectives, (text) => (problem = text));
      const values: Record<string, number> = {};
      let step: number | undefined;
      for (const { name, find } of finders) {
        const found = find(line);
        if (found === undefined) continue;
        if (Number.isNaN(found.value) && !/nan/i.test(found.text))
          problem = `${name} is ${JSON.stringify(found.text)}`;
        else values[name] = found.value;
        step ??= found.step;
      }
      if (Object.keys(values).length === 0) return undefined;
      const at = STEP.exec(line);
      return said({ step: step ?? (at ? Number(at[1]) : undefined), values: numbersToWire(values) });
    },
    mayMatter: (text) => needles.length < objectives.length || needles.some((name) => text.includes(name)),
    get problem() {
      return problem;
    },
  };
}

interface Found {
  readonly value: number;
  readonly text: string;
  readonly step?: number;
}

/** Finds the last value of a metric on a line; the name must stand alone, so that `loss` is not `val_loss`. */
function finderOf(name: string, pattern: string | undefined): (line: string) => Found | undefined {
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, "g");
    return (line) => {
      const match = [...line.matchAll(expression)].at(-1);
      if (match === undefined) return undefined;
      const text = match.groups?.value ?? match[1] ?? match[0];
      const step = match.groups?.step;
      return { value: toNumber(text), text, ...(step !== undefined && { step: Number(step) }) };
    };
  }
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const expression = new RegExp(
    String.raw`(?:^|[^\w./-])["']?${escaped}["']?\s*[=:]\s*(?:(${NUMBER})|["']?([^\s,;"']+))`,
    "gi",
  );
  return (line) => {
    if (!line.includes(name)) return undefined;
    const match = [...line.matchAll(expression)].filter(([whole]) => whole.includes(name)).at(-1);
    if (match === undefined) return undefined;
    const text = match[1] ?? match[2];
    return { value: match[1] === undefined ? Number.NaN : toNumber(text), text };
  };
}

function toNumber(text: string): number {
  const plain = text.trim().toLowerCase().replaceAll("_", "");
  const infinite = /^([-+]?)inf(inity)?$/.exec(plain);
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return plain === "" ? Number.NaN : Number(plain);
}

/** A JSON object on a line of its own; bare NaN and Infinity, as Python writes them, are taken too. */
function parseJson(line: string): Readonly<Record<string, unknown>> | undefined {
  const text = line.trim();
  if (!text.startsWith("{") || !text.endsWith("}")) return undefined;
  for (const candidate of [text, text.replace(/([:[,]\s*)(-?Infinity|NaN)(?=\s*[,}\]])/g, '$1"$2"')]) {
    try {
      const value = JSON.parse(candidate);
      return typeof value === "object" && value !== null ? value : undefined;
    } catch {
      // then as Python wrote it, or it is no JSON
    }
  }
  return undefined;
}

function fromJson(
  json: Readonly<Record<string, unknown>>,
  objectives: readonly string[],
  complain: (text: string) => void,
): Said | undefined {
  const values: Record<string, number> = {};
  for (const name of objectives) {
    const value = json[name];
    if (value === undefined) continue;
    const number =
      typeof value === "number" ? value : typeof value === "string" ? toNumber(value) : Number.NaN;
    if (Number.isNaN(number) && value !== "NaN") complain(`${name} is ${JSON.stringify(value)}`);
    else values[name] = number;
  }
  const gradient = numbersOf(json.gradient);
  if (Object.keys(values).length === 0 && gradient === undefined) return undefined;
  const key = STEP_KEYS.find((name) => Number.isInteger(json[name]));
  return said({
    step: key === undefined ? undefined : (json[key] as number),
    values: numbersToWire(values),
    gradient,
    constraints: numbersOf(json.constraints),
    params: typeof json.params === "object" && json.params !== null ? (json.params as Params) : undefined,
  });
}

function numbersOf(value: unknown): WireNumbers | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).map(([name, one]) => [
    name,
    typeof one === "number" ? one : toNumber(String(one)),
  ]);
  return numbersToWire(Object.fromEntries(entries));
}

/** Without the fields that are not there. */
function said(fields: { [K in keyof Said]: Said[K] | undefined }): Said {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as unknown as Said;
}

/** Names that stand before numbers in a text, as `name=1` or `name: 1`: what a program may have meant. */
export function namesLikeMetrics(text: string): string[] {
  const names = [...text.replace(COLOURS, "").matchAll(/([A-Za-z][\w./-]*)["']?\s*[=:]\s*[-+]?\.?\d/g)].map(
    ([, name]) => name,
  );
  return [...new Set(names)];
}
