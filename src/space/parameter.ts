/**
 * What a search space is made of: the builders that users call, the nodes that they return, and the inferred type.
 */

/** A value of a parameter: what JSON can hold without nesting. */
export type Scalar = string | number | boolean | null;

/** How sure the user is of a value: the spread about it is a half, a quarter or an eighth of the range. */
export type Confidence = "low" | "medium" | "high";

/** Where the user expects good values; the search begins there, and unlearns it where it proves wrong. */
export interface Prior<T extends Scalar = Scalar> {
  readonly value: T;
  /** @default "medium" */
  readonly confidence?: Confidence;
}

/** A real number in [low, high]; on a logarithmic scale with `log`; on low + k · step with `step`. */
export interface FloatNode {
  readonly kind: "float";
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number;
  readonly default?: number;
  readonly prior?: Prior<number>;
}

/** A whole number in [low, high]. */
export interface IntNode {
  readonly kind: "int";
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number;
  readonly default?: number;
  readonly prior?: Prior<number>;
}

/** One of several values, between which there is no order. */
export interface CategoricalNode<T extends Scalar = Scalar> {
  readonly kind: "categorical";
  readonly choices: readonly T[];
  readonly default?: T;
  readonly prior?: Prior<T>;
}

/** One of several values, given in their order. */
export interface OrdinalNode<T extends Scalar = Scalar> {
  readonly kind: "ordinal";
  readonly choices: readonly T[];
  readonly default?: T;
  readonly prior?: Prior<T>;
}

/** True or false. */
export interface BooleanNode {
  readonly kind: "boolean";
  readonly default?: boolean;
  readonly prior?: Prior<boolean>;
}

/** A value that never varies, but is part of what a trial is given. */
export interface ConstantNode<T extends Scalar = Scalar> {
  readonly kind: "constant";
  readonly value: T;
}

/** Items in an order that is to be found. */
export interface PermutationNode<T extends Scalar = Scalar> {
  readonly kind: "permutation";
  readonly items: readonly T[];
  readonly default?: readonly T[];
}

/** Shares of a whole: numbers from 0 to 1 that add up to 1. */
export interface SimplexNode<T extends string = string> {
  readonly kind: "simplex";
  readonly items: readonly T[];
}

/** A choice between branches, each with parameters of its own: a discriminated union on `tag`. */
export interface OneOfNode<Tag extends string = string, B extends Branches = Branches> {
  readonly kind: "oneOf";
  readonly tag: Tag;
  readonly branches: B;
  readonly default?: keyof B & string;
  readonly prior?: Prior<keyof B & string>;
}

/** Several items of one shape; `length` is a number or names an int of the same or an enclosing group. */
export interface ArrayNode<Item extends Node = Node> {
  readonly kind: "array";
  readonly item: Item;
  readonly length: number | string;
}

/** What has a value of its own. */
export type Leaf = FloatNode | IntNode | CategoricalNode | OrdinalNode | BooleanNode | ConstantNode;
/** A nested group: a plain object of nodes. */
export interface Group {
  readonly [name: string]: Node;
}
export type Branches = { readonly [choice: string]: Group };
// biome-ignore lint/suspicious/noExplicitAny: `any` keeps the node types free of variance trouble
export type Node = Leaf | PermutationNode | SimplexNode | OneOfNode<any, any> | ArrayNode<any> | Group;

/** The value of a node, as an objective sees it. */
export type InferNode<N> = N extends FloatNode | IntNode
  ? number
  : N extends CategoricalNode<infer T>
    ? T
    : N extends OrdinalNode<infer T>
      ? T
      : N extends BooleanNode
        ? boolean
        : N extends ConstantNode<infer T>
          ? T
          : N extends OneOfNode<infer Tag, infer B>
            ? { [K in keyof B & string]: Simplify<{ readonly [_ in Tag]: K } & InferGroup<B[K]>> }[keyof B &
                string]
            : N extends ArrayNode<infer Item>
              ? readonly InferNode<Item>[]
              : N extends PermutationNode<infer T>
                ? readonly T[]
                : N extends SimplexNode<infer T>
                  ? { readonly [K in T]: number }
                  : InferGroup<N>;

export type InferGroup<G> = { readonly [K in keyof G]: InferNode<G[K]> };
type Simplify<T> = { [K in keyof T]: T[K] } & {};

interface NumericOptions {
  /** Search on a logarithmic scale. @default false */
  readonly log?: boolean;
  /** Only low, low + step, low + 2 · step, …; `high` must be one of them. */
  readonly step?: number;
  /** The value that the program uses today. */
  readonly default?: number;
  /** Where good values are expected. */
  readonly prior?: Prior<number>;
}

/** A real number between `low` and `high`, both included. */
export function float(low: number, high: number, options: NumericOptions = {}): FloatNode {
  return { kind: "float", low, high, ...options };
}

/** A whole number between `low` and `high`, both included. */
export function int(low: number, high: number, options: NumericOptions = {}): IntNode {
  return { kind: "int", low, high, ...options };
}

/** One of `choices`, between which there is no order. */
export function categorical<const T extends Scalar>(
  choices: readonly T[],
  options: { readonly default?: NoInfer<T>; readonly prior?: Prior<NoInfer<T>> } = {},
): CategoricalNode<T> {
  return { kind: "categorical", choices, ...options };
}

/** One of `choices`, given in their order (small before large). */
export function ordinal<const T extends Scalar>(
  choices: readonly T[],
  options: { readonly default?: NoInfer<T>; readonly prior?: Prior<NoInfer<T>> } = {},
): OrdinalNode<T> {
  return { kind: "ordinal", choices, ...options };
}

/** True or false. */
export function boolean(
  options: { readonly default?: boolean; readonly prior?: Prior<boolean> } = {},
): BooleanNode {
  return { kind: "boolean", ...options };
}

/** A value that is handed to the objective as it is. */
export function constant<const T extends Scalar>(value: T): ConstantNode<T> {
  return { kind: "constant", value };
}

/**
 * An order of `items`; its value is the items in that order. Flat it is a parameter for each item: its place, from 0.
 *
 * @param options.default  the order that the program uses today
 * @example
 * space({ layers: permutation(["norm", "relu", "drop"]) }); // { layers: ["relu", "norm", "drop"] }, for example
 */
export function permutation<const T extends Scalar>(
  items: readonly T[],
  options: { readonly default?: readonly NoInfer<T>[] } = {},
): PermutationNode<T> {
  return { kind: "permutation", items, ...options };
}

/**
 * Shares of a whole, one for each name: numbers from 0 to 1 that add up to 1.
 *
 * @example
 * space({ mix: simplex(["web", "books", "code"]) }); // { mix: { web: 0.5, books: 0.3, code: 0.2 } }, for example
 */
export function simplex<const T extends string>(items: readonly T[]): SimplexNode<T> {
  return { kind: "simplex", items };
}

/**
 * A choice between branches. The inferred type is a union that TypeScript narrows by `tag`.
 *
 * @example
 * oneOf("type", { sgd: { momentum: float(0, 0.99) }, adam: { beta1: float(0.8, 0.999) } })
 */
export function oneOf<const Tag extends string, B extends Branches>(
  tag: Tag,
  branches: B,
  options: { readonly default?: keyof B & string; readonly prior?: Prior<keyof B & string> } = {},
): OneOfNode<Tag, B> {
  return { kind: "oneOf", tag, branches, ...options };
}

/**
 * Several items of one shape.
 *
 * @param options.length  a number, or the name of an int of the same or an enclosing group; then the first so
 *                        many items exist
 * @example
 * ({ layers: int(1, 4), units: array(int(16, 512, { log: true }), { length: "layers" }) })
 */
export function array<I extends Node>(item: I, options: { readonly length: number | string }): ArrayNode<I> {
  return { kind: "array", item, length: options.length };
}
