/**
 * What may stand in a condition: each operator with what it takes and what it gives.
 */
import { InvalidInputError } from "../../errors.ts";
import { exp, log } from "../../math/elementary.ts";
import type { Scalar } from "../parameter.ts";
import type { Params } from "../types.ts";

/** What a part of a condition gives; "mixed": one or the other. */
export type Kind = "number" | "text" | "boolean" | "mixed";

type Value = (params: Params) => Scalar;

export interface Operator {
  /** What is wrong with operands of these kinds. */
  problem(kinds: readonly Kind[]): string | undefined;
  kind(kinds: readonly Kind[]): Kind;
  compile(operands: readonly Value[]): Value;
  /** Whether it takes the items of an array. */
  readonly folds?: true;
}

/**
 * By how much numbers may differ, in parts of the larger one or of 1, and be equal: 0.1 + 0.2 is 0.3, and what is
 * solved for is solved up to rounding.
 */
export const EQUAL = 1e-9;

/** Whether two values are the same, numbers up to rounding. */
export function same(a: Scalar, b: Scalar): boolean {
  if (typeof a !== "number" || typeof b !== "number") return a === b;
  if (Number.isInteger(a) && Number.isInteger(b)) return a === b; // large ones may be next to each other
  return Math.abs(a - b) <= EQUAL * Math.max(1, Math.abs(a), Math.abs(b));
}

const numbers = (values: readonly Value[], params: Params) => values.map((value) => value(params) as number);

/** @param most  how many operands; any number of at least `least` where absent */
function numeric(
  least: number,
  most: number | undefined,
  calculate: (operands: readonly number[]) => number,
  folds?: true,
): Operator {
  return {
    problem: (kinds) => countProblem(kinds, least, most) ?? kindProblem(kinds, "number"),
    kind: () => "number",
    compile: (operands) => (params) => calculate(numbers(operands, params)),
    ...(folds && { folds }),
  };
}

function compared(test: (a: number, b: number) => boolean): Operator {
  return {
    problem: (kinds) => countProblem(kinds, 2, 2) ?? kindProblem(kinds, "number"),
    kind: () => "boolean",
    compile:
      ([a, b]) =>
      (params) =>
        test(a(params) as number, b(params) as number),
  };
}

function logical(least: number, most: number | undefined, decide: (operands: readonly Value[]) => Value) {
  return {
    problem: (kinds: readonly Kind[]) => countProblem(kinds, least, most) ?? kindProblem(kinds, "boolean"),
    kind: (): Kind => "boolean",
    compile: decide,
  };
}

function equality(wanted: boolean): Operator {
  return {
    problem: (kinds) => countProblem(kinds, 2, 2) ?? matchProblem(kinds),
    kind: () => "boolean",
    compile:
      ([a, b]) =>
      (params) =>
        same(a(params), b(params)) === wanted,
  };
}

/** The operators by name. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  "+": numeric(1, undefined, (all) => all.reduce((a, b) => a + b)),
  "-": numeric(1, 2, ([a, b]) => (b === undefined ? -a : a - b)),
  "*": numeric(1, undefined, (all) => all.reduce((a, b) => a * b)),
  "/": numeric(2, 2, ([a, b]) => a / b),
  "%": numeric(2, 2, ([a, b]) => a - b * Math.floor(a / b)), // of the sign of b, as in Python
  "**": numeric(2, 2, ([a, b]) => power(a, b)),
  min: numeric(1, undefined, (all) => all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY), true),
  max: numeric(1, undefined, (all) => all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY), true),
  sum: numeric(1, undefined, (all) => all.reduce((a, b) => a + b, 0), true),
  abs: numeric(1, 1, ([a]) => Math.abs(a)),
  round: numeric(1, 1, ([a]) => Math.round(a)),
  floor: numeric(1, 1, ([a]) => Math.floor(a)),
  ceil: numeric(1, 1, ([a]) => Math.ceil(a)),
  sqrt: numeric(1, 1, ([a]) => Math.sqrt(a)),
  log: numeric(1, 1, ([a]) => (a > 0 ? log(a) : a === 0 ? Number.NEGATIVE_INFINITY : Number.NaN)),
  exp: numeric(1, 1, ([a]) => exp(a)),
  "<": compared((a, b) => a < b),
  "<=": compared((a, b) => a <= b),
  ">": compared((a, b) => a > b),
  ">=": compared((a, b) => a >= b),
  "=": equality(true),
  "!=": equality(false),
  in: {
    problem: (kinds) =>
      countProblem(kinds, 2, undefined) ??
      kinds
        .slice(1)
        .map((kind) => matchProblem([kinds[0], kind]))
        .find((wrong) => wrong !== undefined),
    kind: () => "boolean",
    compile:
      ([value, ...others]) =>
      (params) => {
        const wanted = value(params);
        return others.some((other) => same(wanted, other(params)));
      },
  },
  and: logical(1, undefined, (all) => (params) => all.every((one) => one(params) === true)),
  or: logical(1, undefined, (all) => (params) => all.some((one) => one(params) === true)),
  not: logical(
    1,
    1,
    ([one]) =>
      (params) =>
        one(params) !== true,
  ),
  if: {
    problem: (kinds) => countProblem(kinds, 3, 3) ?? kindProblem(kinds.slice(0, 1), "boolean"),
    kind: ([, then, otherwise]) => (then === otherwise ? then : "mixed"),
    compile:
      ([test, then, otherwise]) =>
      (params) =>
        test(params) === true ? then(params) : otherwise(params),
  },
};

/** Whole powers are products, so that they are exact where they can be. */
function power(a: number, b: number): number {
  if (Number.isInteger(b) && Math.abs(b) <= 64) {
    let product = 1;
    for (let n = 0; n < Math.abs(b); n++) product *= a;
    return b < 0 ? 1 / product : product;
  }
  if (b === 0.5) return Math.sqrt(a);
  return a > 0 ? exp(b * log(a)) : a === 0 && b > 0 ? 0 : Number.NaN;
}

function countProblem(kinds: readonly Kind[], least: number, most: number | undefined): string | undefined {
  if (kinds.length >= least && kinds.length <= (most ?? kinds.length)) return undefined;
  return `it takes ${least === most ? least : `at least ${least}`} of them, not ${kinds.length}`;
}

function kindProblem(kinds: readonly Kind[], wanted: "number" | "boolean"): string | undefined {
  const other = kinds.find((kind) => kind !== wanted);
  if (other === undefined) return undefined;
  const given = other === "mixed" ? "a value of more than one kind" : `a ${other}`;
  return wanted === "number"
    ? `it takes numbers, not ${given}; text and choices are compared with = and in`
    : `it takes conditions, not ${given}`;
}

function matchProblem([a, b]: readonly Kind[]): string | undefined {
  return a === b || a === "mixed" || b === "mixed" ? undefined : `a ${a} is never a ${b}`;
}

/** The one operand of that type. @throws {InvalidInputError} if there is another, or none */
export function readOperands(
  operator: string,
  operands: readonly unknown[],
  type: StringConstructor,
): readonly string[] {
  if (operands.length === 1 && typeof operands[0] === typeof type("")) return operands as readonly string[];
  throw new InvalidInputError(`${JSON.stringify(operator)} takes the path of a parameter`);
}
