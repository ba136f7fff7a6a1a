/**
 * The domain of one parameter: which values it has, and where they lie on the unit interval.
 */
import { InvalidInputError, NumericalError } from "../errors.ts";
import { exp, log } from "../math/elementary.ts";
import type { Confidence, Prior, Scalar } from "./parameter.ts";
import type { Parameter, ParameterJson } from "./types.ts";

type WithoutPlace<T> = T extends unknown ? Omit<T, "path" | "index" | "conditions" | "prior"> : never;
export type Domain = WithoutPlace<Parameter>;

/** How far from a whole number of steps a range may be. */
const FIT = 1e-9;

/** The domain that an entry describes. @throws {InvalidInputError} saying what of it cannot be meant */
export function readDomain(path: string, json: ParameterJson): Domain {
  switch (json.type) {
    case "float":
    case "int":
      return numeric(path, json);
    case "categorical":
    case "ordinal":
      return choice(path, json.choices, json.type === "ordinal", json.default);
    case "boolean":
      return choice(path, [false, true], false, json.default);
    case "constant":
      return choice(path, [json.value], false, undefined);
    default:
      throw new InvalidInputError(`${path}: an array has no values of its own`);
  }
}

const CONFIDENCES: readonly Confidence[] = ["low", "medium", "high"];

/** The prior of an entry, checked. @throws {InvalidInputError} if it is none, or of a value outside the domain */
export function readPrior(path: string, json: ParameterJson, domain: Domain): Prior | undefined {
  const prior = (json as { readonly prior?: unknown }).prior;
  if (prior === undefined) return undefined;
  if (typeof prior !== "object" || prior === null || !("value" in prior))
    throw new InvalidInputError(
      `${path}: prior must be an object such as { "value": …, "confidence": "medium" }, not ${JSON.stringify(prior)}`,
    );
  const { value, confidence = "medium", ...rest } = prior as Prior;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined)
    throw new InvalidInputError(
      `${path}: a prior has no ${JSON.stringify(unknown)}; it has value and confidence`,
    );
  const problem = problemWith(domain, value);
  if (problem !== undefined) throw new InvalidInputError(`${path}: prior: ${problem}`);
  if (!CONFIDENCES.includes(confidence))
    throw new InvalidInputError(
      `${path}: confidence ${JSON.stringify(confidence)} is none of ${CONFIDENCES.join(", ")}`,
    );
  return { value, confidence };
}

function choice(
  path: string,
  choices: readonly Scalar[],
  ordered: boolean,
  initial: Scalar | undefined,
): Domain {
  if (!Array.isArray(choices) || choices.length === 0)
    throw new InvalidInputError(`${path}: there is nothing to choose from; give at least one choice`);
  const seen = new Set<Scalar>();
  for (const value of choices) {
    if (!isScalar(value))
      throw new InvalidInputError(
        `${path}: choice ${JSON.stringify(value)} is not a string, finite number, boolean or null`,
      );
    if (seen.has(value))
      throw new InvalidInputError(`${path}: choice ${JSON.stringify(value)} is given twice`);
    seen.add(value);
  }
  if (initial !== undefined && !seen.has(initial))
    throw new InvalidInputError(`${path}: default ${JSON.stringify(initial)} is not among the choices`);
  return {
    domain: "choice",
    choices,
    size: choices.length,
    ordered,
    ...(initial !== undefined && { default: initial }),
  };
}

export function isScalar(value: unknown): value is Scalar {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || typeof value === "string" || typeof value === "boolean";
}

type NumericJson = Extract<ParameterJson, { type: "float" | "int" }>;

function numeric(path: string, json: NumericJson): Domain {
  const { type, low, high, log: isLog = false, step } = json;
  const integer = type === "int";
  for (const [name, value] of Object.entries({ low, high }))
    if (typeof value !== "number" || !Number.isFinite(value) || (integer && !Number.isSafeInteger(value)))
      throw new InvalidInputError(
        `${path}: ${name} ${JSON.stringify(value)} is not a ${integer ? "whole" : "finite"} number`,
      );
  if (low > high) throw new InvalidInputError(`${path}: low ${low} is above high ${high}; swap them`);
  if (isLog && low < (integer ? 1 : Number.MIN_VALUE))
    throw new InvalidInputError(
      `${path}: a logarithmic range must begin ${integer ? "at 1 or above" : "above 0"}, not at ${low}`,
    );
  if (isLog && step !== undefined)
    throw new InvalidInputError(`${path}: log and step do not go together; leave one of them out`);
  if (step !== undefined) checkStep(path, low, high, step, integer);
  const domain = makeNumeric(low, high, isLog, step, integer);
  if (json.default === undefined) return domain;
  if (typeof json.default !== "number" || problemWith(domain, json.default) !== undefined)
    throw new InvalidInputError(`${path}: default ${JSON.stringify(json.default)} is not in the range`);
  return { ...domain, default: json.default } as Domain;
}

function makeNumeric(
  low: number,
  high: number,
  isLog: boolean,
  step: number | undefined,
  integer: boolean,
): Domain {
  if (!integer && step === undefined && low < high) return { domain: "real", low, high, log: isLog };
  const width = step ?? 1;
  return {
    domain: "grid",
    low,
    high,
    step: width,
    size: Math.round((high - low) / width) + 1,
    log: isLog,
    integer,
  };
}

function checkStep(path: string, low: number, high: number, step: number, integer: boolean): void {
  if (!(step > 0) || !Number.isFinite(step) || (integer && !Number.isInteger(step)))
    throw new InvalidInputError(
      `${path}: step ${step} is not a ${integer ? "whole number" : "number"} above 0`,
    );
  const steps = (high - low) / step;
  if (Math.abs(steps - Math.round(steps)) <= FIT * Math.max(1, steps)) return;
  const nearest = tidy(low + Math.max(1, Math.round(steps)) * step);
  throw new InvalidInputError(
    `${path}: step ${step} does not fit between ${low} and ${high}; the nearest high is ${nearest}`,
  );
}

/** A number without the dust of binary fractions: 0.30000000000000004 becomes 0.3. */
export function tidy(value: number): number {
  return Number(value.toPrecision(15));
}

/** The k-th value of a grid. */
export function gridValue(domain: Extract<Domain, { domain: "grid" }>, k: number): number {
  if (k <= 0) return domain.low;
  if (k >= domain.size - 1) return domain.high;
  const value = domain.low + k * domain.step;
  return domain.integer ? value : tidy(value);
}

/** Where on a grid a value is: its whole number of steps from `low`. */
export function gridIndex(domain: Extract<Domain, { domain: "grid" }>, value: number): number {
  return Math.round((value - domain.low) / domain.step);
}

/** A value to its unit coordinate; the middle of its cell where there are cells. */
export function toUnit(domain: Domain, value: Scalar): number {
  if (domain.domain === "choice") return (domain.choices.indexOf(value) + 0.5) / domain.size;
  const number = value as number;
  if (domain.domain === "real") {
    const { low, high } = domain;
    if (!domain.log) return (number - low) / (high - low);
    return (log(number) - log(low)) / (log(high) - log(low));
  }
  if (domain.size === 1) return 0.5;
  const { low, high, step } = domain;
  if (!domain.log) return (number - low + step / 2) / (high - low + step);
  return (log(number) - log(low - 0.5)) / (log(high + 0.5) - log(low - 0.5));
}

/**
 * A unit coordinate to the value there; coordinates outside [0, 1] count as the nearer end.
 *
 * @throws {NumericalError} if `u` is NaN
 */
export function fromUnit(domain: Domain, u: number): Scalar {
  if (Number.isNaN(u)) throw new NumericalError("a unit coordinate is NaN");
  const v = Math.min(1, Math.max(0, u));
  if (domain.domain === "choice")
    return domain.choices[Math.min(domain.size - 1, Math.floor(v * domain.size))];
  const { low, high } = domain;
  if (domain.domain === "real") {
    if (v === 0 || v === 1) return v === 0 ? low : high;
    const value = domain.log ? exp(log(low) + v * (log(high) - log(low))) : low + v * (high - low);
    return Math.min(high, Math.max(low, value));
  }
  if (domain.size === 1) return low;
  if (!domain.log) return gridValue(domain, Math.min(domain.size - 1, Math.floor(v * domain.size)));
  const from = log(low - 0.5);
  const value = Math.round(exp(from + v * (log(high + 0.5) - from)));
  return Math.min(high, Math.max(low, value));
}

/** What is wrong with a value in this domain, as the end of "path: …"; undefined if nothing is. */
export function problemWith(domain: Domain, value: unknown): string | undefined {
  const shown = JSON.stringify(value) ?? String(value);
  if (domain.domain === "choice") {
    if (domain.choices.includes(value as Scalar)) return undefined;
    const all = domain.choices.map((one) => JSON.stringify(one));
    return `${shown} is not one of ${all.length > 12 ? `${all.slice(0, 12).join(", ")}, …` : all.join(", ")}`;
  }
  if (typeof value !== "number") return `${shown} is not a number`;
  if (!Number.isFinite(value)) return `${value} is not a finite number`;
  if (value < domain.low) return `${value} is below ${domain.low}`;
  if (value > domain.high) return `${value} is above ${domain.high}`;
  if (domain.domain === "real") return undefined;
  if (domain.integer && !Number.isInteger(value)) return `${value} is not a whole number`;
  const k = gridIndex(domain, value);
  const near = gridValue(domain, k);
  if (Math.abs(near - value) <= FIT * Math.max(1, Math.abs(domain.step))) return undefined;
  return `${value} is not on the step of ${domain.step} from ${domain.low}; the nearest is ${near}`;
}

/** All values of a domain, in order; empty for a real interval. */
export function valuesOf(domain: Domain): readonly Scalar[] {
  if (domain.domain === "choice") return domain.choices;
  if (domain.domain === "real") return [];
  return Array.from({ length: domain.size }, (_, k) => gridValue(domain, k));
}
