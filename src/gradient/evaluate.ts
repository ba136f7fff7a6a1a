/**
 * One training and its hypergradient, by whichever method.
 */
import { InvalidInputError } from "../errors.ts";
import { refuseUnknown } from "../options.ts";
import type { Evaluation, EvaluationOptions, MethodOptions } from "./method.ts";
import { evaluateFirstOrder } from "./methods/first-order.ts";
import { evaluateForward } from "./methods/forward.ts";
import { evaluateImplicit } from "./methods/implicit.ts";
import { evaluateReverse } from "./methods/reverse.ts";
import type { Prepared } from "./prepare.ts";

const OPTIONS: Record<MethodOptions["method"], readonly string[]> = {
  reverse: ["method", "truncate", "checkpoint"],
  forward: ["method"],
  implicit: ["method", "solver", "iterations", "tolerance", "damping", "rate"],
  firstOrder: ["method", "variant"],
};

/** @throws {InvalidInputError} where a method or option of one does not exist */
export function checkMethod(method: MethodOptions): void {
  const known = OPTIONS[method.method];
  if (known === undefined)
    throw new InvalidInputError(
      `there is no method ${JSON.stringify(method.method)}; there are auto, ${Object.keys(OPTIONS).join(", ")}`,
    );
  refuseUnknown(`method ${method.method}`, method, known);
  if (method.method === "reverse" && method.truncate !== undefined && !(method.truncate >= 1))
    throw new InvalidInputError(`method reverse: truncate is ${method.truncate}, but must be 1 or more`);
}

/** Trains with the hyperparameters at `u`. */
export function evaluate(
  p: Prepared,
  u: Float64Array,
  method: MethodOptions,
  options: EvaluationOptions = {},
): Promise<Evaluation> {
  switch (method.method) {
    case "reverse":
      return evaluateReverse(p, u, method, options);
    case "forward":
      return evaluateForward(p, u, options);
    case "implicit":
      return evaluateImplicit(p, u, method, options);
    case "firstOrder":
      return evaluateFirstOrder(p, u, method, options);
  }
}
