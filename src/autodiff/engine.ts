/**
 * What gradients need of a library of automatic differentiation, and nothing more.
 */
import type { NdArray } from "./arrays.ts";
import type { Expr, Ops } from "./expression.ts";

/** Numbers in the library's own memory: opaque, single precision or 32-bit whole numbers, freed by `dispose`. */
export interface Tensor {
  readonly shape: readonly number[];
}

/** A function that was traced once for each set of shapes and compiled. Arguments stay the caller's. */
export type Program = (...groups: readonly (readonly Tensor[])[]) => Tensor[][];

/**
 * A library of automatic differentiation.
 *
 * Second derivatives are only ever the gradient of a directional derivative: of the three ways to write them it is
 * the one that is both right and cheap in jax-js 0.1.25 (gradient of a gradient can be silently wrong when compiled;
 * a derivative of a gradient costs 5 to 9 gradients). Everything is single precision and compiled.
 */
export interface Engine {
  readonly name: string;
  /** The operations in which losses are written. */
  readonly $: Ops;
  /** Copies numbers into the library's memory. */
  tensor(array: NdArray): Tensor;
  /** The numbers of a tensor, which stays valid. */
  read(tensor: Tensor): Promise<Float32Array>;
  /** Waits until queued work is done; without it the queue and its memory grow with every step. */
  ready(tensors: readonly Tensor[]): Promise<void>;
  /** The same tensors once more, to be disposed once more. */
  share(tensors: readonly Tensor[]): Tensor[];
  dispose(tensors: readonly Tensor[]): void;
  /** Compiles a function of groups of tensors. */
  compile(f: (...groups: Expr[][]) => readonly (readonly Expr[])[]): Program;
  /** The same without compiling: for checks. Memory of what lies between is not freed. */
  interpret(f: (...groups: Expr[][]) => readonly (readonly Expr[])[]): Program;
  /** Value and gradient of a scalar function; only inside a function that is compiled or interpreted. */
  gradient(f: (x: Expr[]) => Expr, at: readonly Expr[]): { value: Expr; gradient: Expr[] };
  /** Derivatives of a function's results along a direction; only inside such a function too. */
  derivative(f: (x: Expr[]) => readonly Expr[], at: readonly Expr[], direction: readonly Expr[]): Expr[];
}

/**
 * Gradient of the derivative of `f` along `direction`: with f a function of (w, λ) and a direction in w, it is
 * the Hessian-vector product H·a and the mixed derivative ∂²f/∂λ∂w·a in one.
 *
 * @param f          scalar function of two groups, (w, λ)
 * @param direction  as many as `w`; in w only
 * @returns          the gradients with respect to w and to λ
 * @see Pearlmutter 1994, "Fast exact multiplication by the Hessian"
 */
export function secondOrder(
  engine: Engine,
  f: (w: Expr[], lambda: Expr[]) => Expr,
  w: readonly Expr[],
  lambda: readonly Expr[],
  direction: readonly Expr[],
): { inW: Expr[]; inLambda: Expr[] } {
  const { gradient } = engine.gradient(
    (both) => {
      const [at, fixed] = [both.slice(0, w.length), both.slice(w.length)];
      return engine.derivative((x) => [f(x, fixed)], at, direction)[0];
    },
    [...w, ...lambda],
  );
  return { inW: gradient.slice(0, w.length), inLambda: gradient.slice(w.length) };
}
