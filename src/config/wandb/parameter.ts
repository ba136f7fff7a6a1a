/**
 * A parameter of a W&B sweep as one of ours.
 */
import { exp, log } from "../../math/elementary.ts";
import { isScalar, tidy } from "../../space/domain.ts";
import type { Scalar } from "../../space/parameter.ts";
import type { ChoiceConfig, ParameterConfig, RangeConfig } from "../config.ts";
import type { Path } from "../explain.ts";
import { suggest } from "../suggest.ts";

type Mapping = Readonly<Record<string, unknown>>;
type Say = (path: Path, message: string) => void;

/** Whom to tell what is wrong or worth a line, and how numbers are written. */
export interface Reader {
  readonly wrong: Say;
  readonly remark: Say;
  readonly isFloat: (path: Path) => boolean;
}

/** What each distribution is made from. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  constant: ["value"],
  categorical: ["values"],
  categorical_w_probabilities: ["values", "probabilities"],
  int_uniform: ["min", "max"],
  uniform: ["min", "max"],
  q_uniform: ["min", "max"],
  log_uniform: ["min", "max"],
  log_uniform_values: ["min", "max"],
  q_log_uniform: ["min", "max"],
  q_log_uniform_values: ["min", "max"],
  inv_log_uniform: ["min", "max"],
  inv_log_uniform_values: ["min", "max"],
  normal: [],
  q_normal: [],
  log_normal: [],
  q_log_normal: [],
};
const KEYS = ["value", "values", "probabilities", "distribution", "min", "max", "q", "mu", "sigma"];
/** A normal distribution is searched to so many standard deviations from its mean: 99.7 % of it. */
const DEVIATIONS = 3;
/** Most multiples of q that a logarithmic scale is made of. */
const LEVELS = 32;

/** The parameter; undefined where something in it is wrong, which `wrong` is told. */
export function readSweepParameter(
  entry: Mapping,
  path: Path,
  { wrong, remark, isFloat }: Reader,
): ParameterConfig | undefined {
  const odd = Object.keys(entry).filter((key) => !KEYS.includes(key));
  if (odd.length > 0)
    remark(
      [...path, odd[0]],
      `${odd.join(", ")}: nothing here makes use of ${odd.length > 1 ? "them" : "it"}`,
    );
  const name = distributionOf(entry, isFloat([...path, "min"]) || isFloat([...path, "max"]));
  if (name === undefined) {
    wrong(path, "expected value, values, min and max, or a distribution");
    return undefined;
  }
  if (!Object.hasOwn(NEEDS, name)) {
    const hint = suggest(name, Object.keys(NEEDS)) || `; there are ${Object.keys(NEEDS).join(", ")}`;
    wrong([...path, "distribution"], `there is no distribution ${JSON.stringify(name)}${hint}`);
    return undefined;
  }
  const missing = NEEDS[name].filter((key) => entry[key] === undefined);
  if (missing.length > 0) {
    wrong(path, `${name} needs ${missing.join(" and ")}`);
    return undefined;
  }
  if (name === "constant") return { type: "constant", value: scalarOf(entry.value, path, remark) };
  if (name.startsWith("categorical")) return readChoices(entry, path, wrong, remark);
  for (const key of ["min", "max", "q", "mu", "sigma"])
    if (entry[key] !== undefined && !(typeof entry[key] === "number" && Number.isFinite(entry[key]))) {
      wrong([...path, key], `expected a number, got ${JSON.stringify(entry[key])}`);
      return undefined;
    }
  return readRange(name, entry as Numbers, path, wrong, remark);
}

/** The distribution that is named, else the one that the other keys mean. */
function distributionOf(entry: Mapping, isFloat: boolean): string | undefined {
  const { distribution, min, max } = entry;
  if (distribution !== undefined) return String(distribution);
  if ("values" in entry) return "categorical";
  if ("value" in entry) return "constant";
  if ("mu" in entry || "sigma" in entry) return "normal";
  if (min === undefined || max === undefined) return undefined;
  return !isFloat && Number.isInteger(min) && Number.isInteger(max) ? "int_uniform" : "uniform";
}

function readChoices(entry: Mapping, path: Path, wrong: Say, remark: Say): ParameterConfig | undefined {
  const { values, probabilities } = entry;
  if (!Array.isArray(values) || values.length === 0) {
    wrong([...path, "values"], "expected a list of values");
    return undefined;
  }
  const scalars = values.map((value) => scalarOf(value, path, remark));
  const choices = [...new Set(scalars)];
  if (choices.length < values.length) remark([...path, "values"], "what is given twice counts once");
  if (probabilities === undefined) return choices;
  if (!Array.isArray(probabilities) || probabilities.length !== values.length) {
    wrong([...path, "probabilities"], `expected a list of ${values.length} numbers, one for each value`);
    return undefined;
  }
  const largest = Math.max(...probabilities);
  const likely = probabilities.indexOf(largest);
  const alone = probabilities.lastIndexOf(largest) === likely;
  remark(
    [...path, "probabilities"],
    alone
      ? `probabilities become a weak prior on ${JSON.stringify(scalars[likely])}`
      : "probabilities are left out: every value is as likely",
  );
  const isBoolean = choices.length === 2 && choices.includes(true) && choices.includes(false);
  const prior = alone ? { prior: { value: scalars[likely], confidence: "low" as const } } : {};
  return isBoolean
    ? ({ type: "boolean", ...prior } as ParameterConfig)
    : { type: "categorical", values: choices, ...prior };
}

/** Lists and mappings have no place in our spaces: they are passed as the text that Python and JSON share. */
function scalarOf(value: unknown, path: Path, remark: Say): Scalar {
  if (isScalar(value)) return value;
  const text = JSON.stringify(value)?.replaceAll(/(?<=[,:])(?=[^\s])/g, " ") ?? String(value);
  remark(path, `${text} is passed as text`);
  return text;
}

interface Numbers {
  readonly min?: number;
  readonly max?: number;
  readonly q?: number;
  readonly mu?: number;
  readonly sigma?: number;
}

function readRange(
  name: string,
  entry: Numbers,
  path: Path,
  wrong: Say,
  remark: Say,
): ParameterConfig | undefined {
  const range = boundsOf(name, entry);
  const refuse = (message: string): undefined => {
    wrong(path, message);
  };
  if (range.low > range.high) return refuse(`min ${entry.min} is above max ${entry.max}`);
  if (range.log && !(range.low > 0)) return refuse(`${name} needs values above 0, and min is ${entry.min}`);
  if (!Number.isFinite(range.high))
    return refuse(`${name} of these numbers reaches beyond what a number holds`);
  const q = name.startsWith("q_") ? (entry.q ?? 1) : undefined;
  if (q !== undefined && !(q > 0)) return refuse("q must be above 0");
  const parameter =
    name === "int_uniform"
      ? wholeRange(entry, refuse)
      : q === undefined
        ? plainRange(range)
        : range.log
          ? logarithmicSteps(range, q)
          : steps(range, q);
  if (parameter === undefined) return undefined;
  if (range.centre !== undefined)
    remark(
      path,
      `${name} is searched ${DEVIATIONS} standard deviations to either side, with a prior on its middle: ${shown(range.low)} to ${shown(range.high)}`,
    );
  else if (q !== undefined && range.log && parameter.type === "ordinal")
    remark(
      path,
      `${name} is searched among ${parameter.values?.length} multiples of ${q}, spaced evenly in the logarithm`,
    );
  return parameter;
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** Where a normal distribution has its mean, in the parameter's own units. */
  readonly centre?: number;
}

function boundsOf(name: string, { min = 0, max = 0, mu = 0, sigma = 1 }: Numbers): Bounds {
  const log = name.includes("log");
  if (name.endsWith("normal")) {
    const [low, high] = [mu - DEVIATIONS * sigma, mu + DEVIATIONS * sigma];
    return log ? { low: exp(low), high: exp(high), log, centre: exp(mu) } : { low, high, log, centre: mu };
  }
  if (name.startsWith("inv_log") && !name.endsWith("values")) return { low: exp(-max), high: exp(-min), log };
  if (log && !name.endsWith("values")) return { low: exp(min), high: exp(max), log };
  return { low: min, high: max, log };
}

function wholeRange({ min = 0, max = 0 }: Numbers, refuse: (message: string) => undefined) {
  if (!Number.isInteger(min) || !Number.isInteger(max))
    return refuse(`int_uniform needs whole numbers; ${Number.isInteger(min) ? max : min} is none`);
  return { type: "int", min, max } satisfies RangeConfig;
}

function plainRange({ low, high, log, centre }: Bounds): RangeConfig {
  return {
    type: "float",
    min: tidy(low),
    max: tidy(high),
    ...(log && { log: true }),
    ...(centre !== undefined && { prior: { value: tidy(centre) } }),
  };
}

/** Multiples of q: W&B rounds to them. */
function steps({ low, high, centre }: Bounds, q: number): RangeConfig {
  const multiple = (value: number) => tidy(Math.round(value / q) * q) + 0;
  const [min, max] = [multiple(low), multiple(high)];
  return {
    type: Number.isInteger(q) ? "int" : "float",
    min,
    max,
    ...(q !== 1 && max > min && { step: q }),
    ...(centre !== undefined && { prior: { value: multiple(centre) } }),
  };
}

function logarithmicSteps({ low, high, centre }: Bounds, q: number): RangeConfig | ChoiceConfig {
  const multiple = (value: number) => tidy(Math.max(1, Math.round(value / q)) * q);
  const prior = (value: number) => (centre === undefined ? {} : { prior: { value } });
  if (q === 1)
    return {
      type: "int",
      min: multiple(low),
      max: multiple(high),
      log: true,
      ...prior(multiple(centre ?? low)),
    };
  const [from, to] = [log(multiple(low)), log(multiple(high))];
  const values = new Set(
    Array.from({ length: LEVELS }, (_, k) => multiple(exp(from + ((to - from) * k) / (LEVELS - 1)))),
  );
  if (centre !== undefined) values.add(multiple(centre));
  return {
    type: "ordinal",
    values: [...values].sort((a, b) => a - b),
    ...prior(multiple(centre ?? low)),
  };
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
