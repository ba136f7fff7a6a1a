/**
 * Conditions on trials: `state = complete`, `lr < 1e-3`, `val_loss <= 0.1`.
 */
import { didYouMean, InvalidInputError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import type { Scalar } from "../space.ts";
import type { Trial } from "../trial.ts";

const FIELDS = ["number", "state", "attempt", "reports", "seconds", "error"] as const;
const CONDITION = /^\s*([^\s<>=!]+)\s*(<=|>=|!=|==|=|<|>)\s*(.*?)\s*$/;

/**
 * A test of trials.
 *
 * @throws {InvalidInputError} if the text is no condition, or names nothing that a trial has
 */
export function parseWhere(text: string, problem: Problem): (trial: Trial) => boolean {
  const match = CONDITION.exec(text);
  if (match === null || match[3] === "")
    throw new InvalidInputError(
      `--where ${JSON.stringify(text)}: expected a name, a comparison and a value, such as "lr < 1e-3"`,
    );
  const [, name, operator, wanted] = match;
  const names = [
    ...FIELDS,
    ...problem.objectives.map((one) => one.name),
    ...problem.space.parameters.map(({ path }) => path),
  ];
  if (!names.includes(name))
    throw new InvalidInputError(
      `--where ${JSON.stringify(text)}: trials have no ${name}${didYouMean(name, names)}`,
    );
  const plain = wanted.replace(/^(["'])(.*)\1$/, "$2");
  return (trial) => compare(readField(trial, name), operator, plain);
}

function readField(trial: Trial, name: string): Scalar | undefined {
  if (trial.values && name in trial.values) return trial.values[name];
  if (name in trial.params) return trial.params[name];
  const { started, finished } = trial.times;
  const fields: Record<(typeof FIELDS)[number], Scalar | undefined> = {
    number: trial.number,
    state: trial.state,
    attempt: trial.attempt,
    reports: trial.reports.length,
    seconds: started === undefined || finished === undefined ? undefined : (finished - started) / 1000,
    error: trial.error?.message,
  };
  return fields[name as (typeof FIELDS)[number]];
}

/** A trial that has no such value satisfies only `!=`. */
function compare(value: Scalar | undefined, operator: string, wanted: string): boolean {
  if (value === undefined) return operator === "!=";
  const number = Number(wanted);
  const numeric = typeof value === "number" && wanted !== "" && !Number.isNaN(number);
  const [left, right] = numeric ? [value, number] : [String(value), wanted];
  switch (operator) {
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    case ">=":
      return left >= right;
    case "!=":
      return left !== right;
    default:
      return left === right;
  }
}
