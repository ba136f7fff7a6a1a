/**
 * Hyperparameters that have a gradient, and the scale on which they are changed: logarithm, logit or as they are.
 */
import type { Mapped, NdArray, Tree } from "../autodiff/arrays.ts";
import type { Expr } from "../autodiff/expression.ts";
import { InvalidInputError } from "../errors.ts";

export interface HyperOptions {
  /** An array of that shape, instead of one number: a weight per example, a penalty per feature. */
  readonly shape?: readonly number[];
  /** Where it starts; the middle of the range on its own scale otherwise. */
  readonly start?: number;
  /** As many values as stretches of equal length that training is divided into, each constant: a learned schedule. */
  readonly windows?: number;
}

interface Spec {
  readonly transform: "log" | "logit" | "linear" | "mix";
  readonly low: number;
  readonly high: number;
  readonly start?: number;
  readonly shape?: readonly number[];
  readonly windows?: number;
  readonly choices?: readonly string[];
  readonly temperature?: number;
  readonly gumbel?: boolean;
}

/** A number or an array; in losses an expression. */
export interface NumberHyper extends Spec {
  readonly like?: undefined;
}
/** One number for each weight; in losses a tree of expressions like the params. */
export interface LikeHyper extends Spec {
  readonly like: "params";
}
/** Weights of alternatives that sum to one; in losses an expression for each by name. */
export interface MixHyper<Name extends string = string> extends Spec {
  readonly like?: undefined;
  readonly choices: readonly Name[];
}
export type Hyper = NumberHyper | LikeHyper | MixHyper;

/** What losses see of a hyperparameter. */
export type HyperExpr<H, P> =
  H extends MixHyper<infer Name>
    ? Readonly<Record<Name, Expr>>
    : H extends LikeHyper
      ? Mapped<P, Expr>
      : Expr;

export type Hypers = Readonly<Record<string, Hyper>>;
export type HyperExprs<H, P> = { readonly [Name in keyof H]: HyperExpr<H[Name], P> };
/** Natural values by name: what losses see, as numbers and arrays. */
export type HyperValues = Readonly<Record<string, HyperValue>>;
/** A number; an array; one for each window; a tree like the params; a share for each alternative. */
export type HyperValue =
  | number
  | NdArray
  | readonly number[]
  | Tree<NdArray>
  | Readonly<Record<string, number>>;

type LikeOptions = { readonly like: "params"; readonly start?: number };

function make(
  transform: "log" | "logit" | "linear",
  low: number,
  high: number,
  options: HyperOptions | LikeOptions,
): Hyper {
  const what = `hp.${transform}(${low}, ${high})`;
  if (!(low < high)) throw new InvalidInputError(`${what}: the lower bound must be below the upper one`);
  if (transform === "log" && !(low > 0))
    throw new InvalidInputError(`${what}: on a logarithmic scale bounds are above 0`);
  if (transform === "logit" && !(Number.isFinite(low) && Number.isFinite(high)))
    throw new InvalidInputError(`${what}: a logit needs finite bounds`);
  const { start } = options;
  const open = transform === "logit";
  if (start !== undefined && !(open ? start > low && start < high : start >= low && start <= high))
    throw new InvalidInputError(`${what}: starts at ${start}, which is not within its bounds`);
  const windows = "windows" in options ? options.windows : undefined;
  if (windows !== undefined && (!Number.isInteger(windows) || windows < 1 || "shape" in options))
    throw new InvalidInputError(`${what}: windows is a whole number from 1, for single numbers only`);
  return { transform, low, high, ...options } as Hyper;
}

function overloaded(transform: "log" | "logit" | "linear") {
  function hyper(low: number, high: number, options: LikeOptions): LikeHyper;
  function hyper(low: number, high: number, options?: HyperOptions): NumberHyper;
  function hyper(low: number, high: number, options: HyperOptions | LikeOptions = {}): Hyper {
    return make(transform, low, high, options);
  }
  return hyper;
}

/**
 * Hyperparameters of a bilevel problem.
 *
 * `log` and `logit` are changed on those scales, `linear` as it is. With `like: "params"` there is one number for each
 * weight, with `shape` an array. `mix` is a choice made continuous: the weights of a softmax, with `gumbel: true`
 * of a softmax over logits with fixed Gumbel noise, at a `temperature`.
 *
 * @see Liu et al. 2019, "DARTS: Differentiable Architecture Search", eq. 2
 * @see Jang et al. 2017, "Categorical Reparameterization with Gumbel-Softmax", eq. 2
 */
export const hp = {
  log: overloaded("log"),
  logit: overloaded("logit"),
  linear: overloaded("linear"),
  mix<const Name extends string>(
    choices: readonly Name[],
    { temperature = 1, gumbel = false }: { readonly temperature?: number; readonly gumbel?: boolean } = {},
  ): MixHyper<Name> {
    if (choices.length < 2 || new Set(choices).size < choices.length)
      throw new InvalidInputError(`hp.mix: needs two or more different names, not [${choices.join(", ")}]`);
    if (!(temperature > 0))
      throw new InvalidInputError(`hp.mix: the temperature must be above 0, not ${temperature}`);
    return {
      transform: "mix",
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
      choices,
      temperature,
      gumbel,
    };
  },
};
