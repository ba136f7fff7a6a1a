/**
 * Limits on outcomes: `latency_ms <= 20`, `0.9 <= accuracy`, `10 <= size <= 50`.
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import type { ConstraintSpec } from "../trial.ts";
import type { ConfigFile } from "./file.ts";
import type { Flags } from "./flags.ts";

const OPERATOR = /(<=|>=|=<|=>|≤|≥|<|>|==|=)/;
const EXAMPLE = '"latency_ms <= 20"';

type Limit = Required<Pick<ConstraintSpec, "name" | "metric">> & Pick<ConstraintSpec, "atMost" | "atLeast">;

/**
 * One limit. Its name is its text, written in one way; `<` means the same as `<=`, as on measured numbers it does.
 *
 * @throws {InvalidInputError} saying what cannot be meant, and how it is written
 */
export function parseSubjectTo(text: string): Limit {
  const parts = text.split(OPERATOR).map((part) => part.trim());
  const operators = parts.filter((_, index) => index % 2 === 1);
  const sides = parts.filter((_, index) => index % 2 === 0);
  if (operators.length === 0)
    throw new InvalidInputError(`expected a metric, "<=" or ">=", and a number, such as ${EXAMPLE}`);
  for (const operator of operators)
    if (operator === "=" || operator === "==")
      throw new InvalidInputError(
        `an outcome is hardly ever equal to a number; write a limit, such as ${EXAMPLE}, or two`,
      );
  if (operators.length > 2 || sides.includes(""))
    throw new InvalidInputError(`expected one limit, such as ${EXAMPLE} or "10 <= size <= 50"`);
  const numbers = sides.map((side) => (Number.isFinite(Number(side)) ? Number(side) : undefined));
  const place = numbers.indexOf(undefined);
  const metric = sides[place] ?? "";
  if (place < 0) throw new InvalidInputError(`there is no metric in it; write it like ${EXAMPLE}`);
  if (numbers.filter((number) => number === undefined).length > 1)
    throw new InvalidInputError(
      `${JSON.stringify(sides[numbers.lastIndexOf(undefined)])} is no number; write it like ${EXAMPLE}`,
    );
  if (/\s[-+*/^]\s|[()*]/.test(metric))
    throw new InvalidInputError(
      `${JSON.stringify(metric)} is more than one metric: let the program print what it comes to, and limit that`,
    );
  if (operators.length === 2 && place !== 1)
    throw new InvalidInputError('a metric stands between its two limits, as in "10 <= size <= 50"');
  let limit: Pick<ConstraintSpec, "atMost" | "atLeast"> = {};
  operators.forEach((operator, index) => {
    const isFirst = index === place; // the metric stands before this operator, its number behind
    const number = numbers[isFirst ? index + 1 : index] as number;
    const key = /[<≤]/.test(operator) === isFirst ? "atMost" : "atLeast";
    if (limit[key] !== undefined)
      throw new InvalidInputError('both limits point the same way; write "10 <= size <= 50"');
    limit = { ...limit, [key]: number };
  });
  checkOrder(limit);
  return { name: nameOf(metric, limit), metric, ...limit };
}

/** Both are found at once where they stand together. */
function checkOrder({ atMost, atLeast }: Pick<ConstraintSpec, "atMost" | "atLeast">): void {
  if (atMost !== undefined && atLeast !== undefined && atLeast > atMost)
    throw new InvalidInputError(`no number is at least ${atLeast} and at most ${atMost}`);
}

function nameOf(metric: string, { atMost, atLeast }: Pick<ConstraintSpec, "atMost" | "atLeast">): string {
  if (atMost !== undefined && atLeast !== undefined) return `${atLeast} <= ${metric} <= ${atMost}`;
  return atMost !== undefined ? `${metric} <= ${atMost}` : `${metric} >= ${atLeast}`;
}

/**
 * The limits of the file and of the flags; a flag takes the place of the file's limits on its metric. The metric may
 * be an objective too.
 *
 * @param paths  the parameters' names, which outcomes must not have
 * @param told   names of constraints that trials report themselves
 * @throws {InvalidInputError} with the place of one that cannot be read, is given twice, or contradicts another
 */
export function readSubjectTo(
  file: ConfigFile | undefined,
  flags: Flags,
  paths: readonly string[],
  told: readonly string[] = [],
): readonly ConstraintSpec[] {
  const inFile = listOf(file?.config.subject_to).map((text, index, { length }) => {
    const path = typeof file?.config.subject_to === "string" ? ["subject_to"] : ["subject_to", index];
    return { text, place: length > 0 && file ? file.where(path) : "" };
  });
  const inFlags = (flags.subjectTo ?? []).map((text) => ({
    text,
    place: `--subject-to ${JSON.stringify(text)}`,
  }));
  const [fromFile, fromFlags] = [inFile, inFlags].map((given) =>
    given.map(({ text, place }) => ({ place, limit: at(place, () => parseSubjectTo(text)) })),
  );
  const overruled = new Set(fromFlags.map(({ limit }) => limit.metric));
  const limits = [...fromFile.filter(({ limit }) => !overruled.has(limit.metric)), ...fromFlags];
  limits.forEach(({ place, limit }, index) => {
    const { metric } = limit;
    if (paths.includes(metric))
      throw new InvalidInputError(
        `${place}: ${metric} is a parameter, no outcome; narrow its range, or name a metric that the program prints`,
      );
    if (told.includes(metric))
      throw new InvalidInputError(`${place}: ${metric} is a constraint that trials report; rename one`);
    for (const earlier of limits.slice(0, index).filter((one) => one.limit.metric === metric))
      compare(earlier, { place, limit });
  });
  return limits.map(({ limit }) => limit);
}

interface Placed {
  readonly place: string;
  readonly limit: Limit;
}

function compare(earlier: Placed, later: Placed): void {
  for (const key of ["atMost", "atLeast"] as const)
    if (earlier.limit[key] !== undefined && later.limit[key] !== undefined)
      throw new InvalidInputError(
        `${later.place}: ${later.limit.metric} is limited already, by ${earlier.place}; leave one out`,
      );
  at(`${later.place} contradicts ${earlier.place}`, () => checkOrder({ ...earlier.limit, ...later.limit }));
}

function at<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new InvalidInputError(`${place}: ${messageOf(cause)}`, { cause });
  }
}

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  return given === undefined ? [] : typeof given === "string" ? [given] : given;
}
