/**
 * Ordinary expressions on tensors. The library below consumes its arguments (each may be used once); these do not:
 * an expression may be used as often as one likes. It costs nothing, since losses run only while they are traced.
 */

/** A value inside the library; only its adapter knows what it is. */
export type Raw = object;

/** Operations on raw values that leave their arguments valid. */
export interface RawOps {
  shape(x: Raw): readonly number[];
  isFloat(x: Raw): boolean;
  unary(name: Unary, x: Raw): Raw;
  binary(name: Binary, x: Raw, y: Raw | number): Raw;
  reduce(name: Reduction, x: Raw, axis: number | undefined, keep: boolean): Raw;
  normalise(name: "softmax" | "logSoftmax", x: Raw, axis: number): Raw;
  reshape(x: Raw, shape: readonly number[]): Raw;
  transpose(x: Raw, order: readonly number[] | undefined): Raw;
  slice(x: Raw, ranges: readonly (readonly [number, number])[]): Raw;
  take(x: Raw, indices: Raw): Raw;
  concat(parts: readonly Raw[], axis: number): Raw;
  where(mask: Raw, x: Raw | number, y: Raw | number): Raw;
  conv2d(x: Raw, kernel: Raw, stride: readonly [number, number], padding: "SAME" | "VALID"): Raw;
  maxPool2d(x: Raw, size: number): Raw;
  constant(value: number): Raw;
}

export const UNARY = [
  "neg",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "square",
  "abs",
  "reciprocal",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "logSigmoid",
  "softplus",
  "relu",
  "elu",
  "silu",
  "gelu",
  "stopGradient",
] as const;
export type Unary = (typeof UNARY)[number];
export type Binary = "add" | "sub" | "mul" | "div" | "maximum" | "minimum" | "dot" | "greater";
export type Reduction = "sum" | "mean" | "max" | "min" | "logSumExp";

/** A tensor in an expression. Shapes broadcast as in NumPy. */
export class Expr {
  readonly #ops: RawOps;
  /** @internal */
  readonly raw: Raw;

  /** @internal */
  constructor(ops: RawOps, raw: Raw) {
    this.#ops = ops;
    this.raw = raw;
  }

  get shape(): readonly number[] {
    return this.#ops.shape(this.raw);
  }

  /** Whether it holds real numbers, not indices or the outcome of a comparison. */
  get isFloat(): boolean {
    return this.#ops.isFloat(this.raw);
  }

  add(other: Expr | number): Expr {
    return this.#binary("add", other);
  }
  sub(other: Expr | number): Expr {
    return this.#binary("sub", other);
  }
  mul(other: Expr | number): Expr {
    return this.#binary("mul", other);
  }
  div(other: Expr | number): Expr {
    return this.#binary("div", other);
  }
  maximum(other: Expr | number): Expr {
    return this.#binary("maximum", other);
  }
  minimum(other: Expr | number): Expr {
    return this.#binary("minimum", other);
  }
  /** Matrix product over the last axis of this and the first of `other` (both at most two axes). */
  dot(other: Expr): Expr {
    return this.#binary("dot", other);
  }
  /** A mask for `$.where`. */
  greater(other: Expr | number): Expr {
    return this.#binary("greater", other);
  }

  neg(): Expr {
    return this.#unary("neg");
  }
  exp(): Expr {
    return this.#unary("exp");
  }
  log(): Expr {
    return this.#unary("log");
  }
  sqrt(): Expr {
    return this.#unary("sqrt");
  }
  square(): Expr {
    return this.#unary("square");
  }
  abs(): Expr {
    return this.#unary("abs");
  }

  /** Sum of all, or along an axis. */
  sum(axis?: number, keep = false): Expr {
    return this.#reduce("sum", axis, keep);
  }
  mean(axis?: number, keep = false): Expr {
    return this.#reduce("mean", axis, keep);
  }
  max(axis?: number, keep = false): Expr {
    return this.#reduce("max", axis, keep);
  }
  min(axis?: number, keep = false): Expr {
    return this.#reduce("min", axis, keep);
  }
  /** log Σ exp, without overflow. */
  logSumExp(axis?: number, keep = false): Expr {
    return this.#reduce("logSumExp", axis, keep);
  }

  reshape(shape: readonly number[]): Expr {
    return new Expr(this.#ops, this.#ops.reshape(this.raw, shape));
  }
  /** @param order  of the axes; @default reversed */
  transpose(order?: readonly number[]): Expr {
    return new Expr(this.#ops, this.#ops.transpose(this.raw, order));
  }
  /** A range [from, to) along each of the first axes. */
  slice(...ranges: readonly (readonly [number, number])[]): Expr {
    return new Expr(this.#ops, this.#ops.slice(this.raw, ranges));
  }
  /** The rows at those indices, an expression of whole numbers. */
  take(indices: Expr): Expr {
    return new Expr(this.#ops, this.#ops.take(this.raw, indices.raw));
  }

  #unary(name: Unary): Expr {
    return new Expr(this.#ops, this.#ops.unary(name, this.raw));
  }
  #binary(name: Binary, other: Expr | number): Expr {
    return new Expr(
      this.#ops,
      this.#ops.binary(name, this.raw, typeof other === "number" ? other : other.raw),
    );
  }
  #reduce(name: Reduction, axis: number | undefined, keep: boolean): Expr {
    return new Expr(this.#ops, this.#ops.reduce(name, this.raw, axis, keep));
  }
}

/** The operations of `$` that are not methods. */
export type Ops = { readonly [Name in Unary]: (x: Expr) => Expr } & {
  softmax(x: Expr, axis?: number): Expr;
  logSoftmax(x: Expr, axis?: number): Expr;
  concat(parts: readonly Expr[], axis?: number): Expr;
  /** `x` where the mask is true, `y` elsewhere. */
  where(mask: Expr, x: Expr | number, y: Expr | number): Expr;
  /** @param x  shape (n, channels, height, width); @param kernel  shape (out, in, height, width) */
  conv2d(x: Expr, kernel: Expr, stride?: number, padding?: "SAME" | "VALID"): Expr;
  /** The largest of each `size` × `size` square. */
  maxPool2d(x: Expr, size: number): Expr;
  constant(value: number): Expr;
  /** Σ weight · branch: the relaxation of a choice, see `hp.mix`. */
  mix(weights: Readonly<Record<string, Expr>>, branches: Readonly<Record<string, Expr>>): Expr;
  /** Mean cross-entropy of unnormalised log probabilities, shape (n, classes), to targets of the same shape. */
  crossEntropy(logits: Expr, targets: Expr): Expr;
};

/** `$` over a library's operations. */
export function facade(ops: RawOps): Ops {
  const of = (raw: Raw) => new Expr(ops, raw);
  const unary = Object.fromEntries(UNARY.map((name) => [name, (x: Expr) => of(ops.unary(name, x.raw))]));
  const rawOf = (x: Expr | number) => (typeof x === "number" ? x : x.raw);
  const $: Ops = {
    ...(unary as Record<Unary, (x: Expr) => Expr>),
    softmax: (x, axis = -1) => of(ops.normalise("softmax", x.raw, axis)),
    logSoftmax: (x, axis = -1) => of(ops.normalise("logSoftmax", x.raw, axis)),
    concat: (parts, axis = 0) =>
      of(
        ops.concat(
          parts.map(({ raw }) => raw),
          axis,
        ),
      ),
    where: (mask, x, y) => of(ops.where(mask.raw, rawOf(x), rawOf(y))),
    conv2d: (x, kernel, stride = 1, padding = "VALID") =>
      of(ops.conv2d(x.raw, kernel.raw, [stride, stride], padding)),
    maxPool2d: (x, size) => of(ops.maxPool2d(x.raw, size)),
    constant: (value) => of(ops.constant(value)),
    mix: (weights, branches) =>
      Object.entries(branches)
        .map(([name, branch]) => branch.mul(weights[name]))
        .reduce((sum, branch) => sum.add(branch)),
    crossEntropy: (logits, targets) =>
      $.logSoftmax(logits)
        .mul(targets)
        .sum()
        .mul(-1 / logits.shape[0]),
  };
  return $;
}
