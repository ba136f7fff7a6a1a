/**
 * A bilevel problem: hyperparameters that minimise an outer loss of the weights that minimise an inner one.
 */
import type { Mapped, NdArray, Tree } from "../autodiff/arrays.ts";
import type { Engine } from "../autodiff/engine.ts";
import type { Expr, Ops } from "../autodiff/expression.ts";
import { InvalidInputError } from "../errors.ts";
import { refuseUnknown } from "../options.ts";
import type { Rng } from "../random.ts";
import type { Batch, Data } from "./data.ts";
import type { HyperExprs, Hypers } from "./hyper.ts";
import type { Optimizer } from "./optimizer.ts";

/** A scalar of weights, hyperparameters and a batch, in the operations of `$`. */
export type Loss<P, H, B> = (
  $: Ops,
  params: Mapped<P, Expr>,
  hypers: HyperExprs<H, P>,
  batch: Mapped<B, Expr>,
) => Expr;

/** Trees of arrays, as an object or a list. */
export type ParamTree = Readonly<Record<string, Tree<NdArray>>> | readonly Tree<NdArray>[];

export interface BilevelOptions<P extends ParamTree, H extends Hypers, I extends Batch, O extends Batch> {
  /** The weights that training starts from: a pure function of its random numbers. */
  readonly init: (rng: Rng) => P;
  readonly hypers: H;
  readonly inner: {
    readonly data: Data<I>;
    readonly loss: Loss<P, H, I>;
    readonly optimizer: Optimizer;
    readonly steps: number;
  };
  readonly outer: {
    /** Several batches count as their mean. */
    readonly data: O | readonly O[];
    readonly loss: Loss<P, H, O>;
  };
  /** Of the first weights and of Gumbel noise. @default 0 */
  readonly seed?: number;
  /** @default jaxEngine() */
  readonly engine?: Engine | Promise<Engine>;
}

/** A problem without its types. */
export interface Bilevel {
  readonly init: (rng: Rng) => ParamTree;
  readonly hypers: Hypers;
  readonly inner: {
    readonly data: Data<Batch>;
    readonly loss: Loss<never, never, never>;
    readonly optimizer: Optimizer;
    readonly steps: number;
  };
  readonly outer: { readonly data: Batch | readonly Batch[]; readonly loss: Loss<never, never, never> };
  readonly seed: number;
  readonly engine: Engine | Promise<Engine> | undefined;
}

/**
 * Describes a bilevel problem.
 *
 * @throws {InvalidInputError} where something is missing or names do not match
 * @example
 * ```ts
 * const problem = bilevel({
 *   init: (rng) => ({ w: normal(rng, [64, 10], 0.1) }),
 *   hypers: { lr: hp.log(1e-4, 1), l2: hp.log(1e-8, 1, { like: "params" }) },
 *   inner: {
 *     data: { x: array(images, [500, 64]), y: array(oneHot, [500, 10]) },
 *     loss: ($, { w }, { l2 }, { x, y }) => $.crossEntropy(x.dot(w), y).add(w.square().mul(l2.w).sum()),
 *     optimizer: sgd({ lr: "lr", momentum: 0.9 }),
 *     steps: 100,
 *   },
 *   outer: { data: validation, loss: ($, { w }, _, { x, y }) => $.crossEntropy(x.dot(w), y) },
 * });
 * ```
 */
export function bilevel<P extends ParamTree, H extends Hypers, I extends Batch, O extends Batch>(
  options: BilevelOptions<P, H, I, O>,
): Bilevel {
  refuseUnknown("bilevel", options, ["init", "hypers", "inner", "outer", "seed", "engine"]);
  const { init, hypers, inner, outer, seed = 0, engine } = options;
  refuseUnknown("bilevel: inner", inner, ["data", "loss", "optimizer", "steps"]);
  refuseUnknown("bilevel: outer", outer, ["data", "loss"]);
  if (Object.keys(hypers).length === 0)
    throw new InvalidInputError("bilevel: hypers is empty: nothing to tune");
  if (!Number.isInteger(inner.steps) || inner.steps < 1)
    throw new InvalidInputError(`bilevel: inner.steps is ${inner.steps}, but must be a whole number from 1`);
  for (const name of inner.optimizer.hypers) {
    const hyper = hypers[name];
    if (hyper === undefined)
      throw new InvalidInputError(
        `bilevel: the optimiser ${inner.optimizer.name} uses ${JSON.stringify(name)}, which is not among hypers ` +
          `(${Object.keys(hypers).join(", ")})`,
      );
    if (hyper.like !== undefined || hyper.shape !== undefined)
      throw new InvalidInputError(
        `bilevel: ${name} is an array, but the optimiser takes single numbers; use windows for a learned schedule`,
      );
  }
  return { init, hypers, inner, outer, seed, engine } as unknown as Bilevel;
}
