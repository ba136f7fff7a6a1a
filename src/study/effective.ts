/**
 * What a trial that runs elsewhere says of its parameters: values that it tuned itself, and derivatives by them. Unlike
 * what a program prints, which is noted and left out where it means nothing, this is refused: its caller can mend it.
 */
import { didYouMean, InvalidInputError, messageOf } from "../errors.ts";
import type { Params, Space } from "../space/types.ts";
import type { Numbers } from "../trial.ts";

/** What is said beside the values, in a report (`params`) or at the end (`tuned`). */
export interface OfParams {
  readonly gradient?: Numbers;
  readonly tuned?: Params;
}

/**
 * Tuned values and a gradient, checked against the params that the trial was given.
 *
 * @param named   what the tuned values are called where they are told, for messages
 * @returns       those that were told
 * @throws {InvalidInputError} naming the parameter that is unknown, inactive, out of its range; or, of a gradient, a
 *                             choice
 */
export function checkOfParams(
  space: Space,
  params: Params,
  { gradient, tuned }: OfParams,
  named: "params" | "tuned" = "tuned",
): OfParams {
  const own = tuned && checkTuned(space, params, tuned, named);
  return {
    ...(own && { tuned: own }),
    ...(gradient && { gradient: checkGradient(space, { ...params, ...own }, gradient) }),
  };
}

function checkTuned(space: Space, params: Params, tuned: Params, named: string): Params {
  requireRecord(tuned, named, '{"lr": 0.01}');
  let whole: Params;
  try {
    whole = space.check({ ...params, ...tuned }, { foreign: true });
  } catch (cause) {
    throw new InvalidInputError(`${named}: ${messageOf(cause)}`, { cause });
  }
  return Object.fromEntries(
    Object.entries(whole).filter(([path, value]) => path in tuned || value !== params[path]),
  );
}

function checkGradient(space: Space, params: Params, gradient: Numbers): Numbers {
  requireRecord(gradient, "gradient", '{"lr": -0.3}');
  for (const [path, derivative] of Object.entries(gradient)) {
    const wrong = refusal(space, params, path, derivative);
    if (wrong !== undefined) throw new InvalidInputError(`gradient: ${path}: ${wrong}`);
  }
  return gradient;
}

/** Why that can be no derivative; one that is not finite counts as unknown. */
function refusal(space: Space, params: Params, path: string, derivative: unknown): string | undefined {
  const parameter = space.find(path);
  const paths = () => space.parameters.map((one) => one.path);
  if (parameter === undefined) return `unknown parameter${didYouMean(path, paths())}`;
  if (parameter.domain === "choice")
    return `${parameter.size === 1 ? "a constant" : "a choice"} has no derivative; leave it out`;
  if (!(path in params)) return "not active in this trial; leave it out";
  return typeof derivative === "number" ? undefined : `${JSON.stringify(derivative)} is not a number`;
}

function requireRecord(value: unknown, named: string, example: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidInputError(
      `${named}: ${JSON.stringify(value)} is not an object by parameter, such as ${example}`,
    );
}
