/**
 * The compiled space, as samplers, storages and engines see it.
 */
import type { PermutationPlace } from "./expand.ts";
import type { Tree } from "./expression.ts";
import type { Prior, Scalar } from "./parameter.ts";

/** Flat values by dotted path; only active parameters are present. */
export type Params = Readonly<Record<string, Scalar>>;

/** When a parameter exists: every condition holds (and so the parameters it names are active). */
export interface Condition {
  /** Index in `Space.parameters` of the parameter looked at; always smaller than the index of the one that looks. */
  readonly parameter: number;
  /** Holds if its value is one of these, … */
  readonly values?: readonly Scalar[];
  /** … or is a number of at least this (array lengths). */
  readonly atLeast?: number;
}

interface Common {
  /** Dotted path, unique: `optimizer.sgd.momentum`, `units.0`. */
  readonly path: string;
  readonly index: number;
  readonly conditions: readonly Condition[];
  /** Where the user expects good values. */
  readonly prior?: Prior;
  /** Of a permutation it is the place of one item: the indices of all its items' parameters, this one's among them. */
  readonly permutation?: readonly number[];
}

/**
 * One parameter after arrays were expanded. `domain` tells samplers all they need:
 * - "real": a real interval, maybe logarithmic; unit coordinate (v − low) / (high − low), or the same of logarithms
 * - "grid": `size` numbers low, low + step, …; cells of equal mass, or of logarithmic mass with `log`
 *   (integers; floats with a step)
 * - "choice": `size` values; unit coordinate (k + ½) / size. `ordered` if their order means something
 * A "constant" is a choice of size 1.
 */
export type Parameter = Common &
  (
    | {
        readonly domain: "real";
        readonly low: number;
        readonly high: number;
        readonly log: boolean;
        readonly default?: number;
      }
    | {
        readonly domain: "grid";
        readonly low: number;
        readonly high: number;
        readonly step: number;
        readonly size: number;
        readonly log: boolean;
        readonly integer: boolean;
        readonly default?: number;
      }
    | {
        readonly domain: "choice";
        readonly choices: readonly Scalar[];
        readonly size: number;
        readonly ordered: boolean;
        readonly default?: Scalar;
      }
  );

/** A point of the unit cube with its activity mask: both of shape (d), d = number of parameters. */
export interface Encoded {
  /** Unit coordinates; ½ where inactive. */
  readonly unit: Float64Array;
  /** 1 where the parameter is active, else 0. */
  readonly active: Uint8Array;
}

/**
 * One entry of the flat JSON form (published as `schema/space.json`). A path below a categorical's own path and
 * one of its choices (`opt`, `opt.sgd.momentum`) is active only with that choice; `when` adds conditions;
 * `length` makes an array of a leaf, `{ type: "array", length }` of the group whose entries are `path.*.…`. A
 * permutation is a parameter for each item, `path.item`: its place in the order, from 0. A simplex is one for each
 * item too: its share.
 */
export type ParameterJson = { readonly when?: Readonly<Record<string, Scalar | readonly Scalar[]>> } & (
  | {
      readonly type: "float" | "int";
      readonly low: number;
      readonly high: number;
      readonly log?: boolean;
      readonly step?: number;
      readonly default?: number;
      readonly prior?: Prior<number>;
      readonly length?: number | string;
    }
  | {
      readonly type: "categorical" | "ordinal";
      readonly choices: readonly Scalar[];
      /** Set on a choice between branches: the property that holds it in the nested value. */
      readonly tag?: string;
      readonly default?: Scalar;
      readonly prior?: Prior;
      readonly length?: number | string;
    }
  | {
      readonly type: "boolean";
      readonly default?: boolean;
      readonly prior?: Prior<boolean>;
      readonly length?: number | string;
    }
  | { readonly type: "constant"; readonly value: Scalar; readonly length?: number | string }
  | { readonly type: "array"; readonly length: number | string }
  | {
      readonly type: "permutation";
      readonly items: readonly Scalar[];
      /** The items in the order that the program uses today. */
      readonly default?: readonly Scalar[];
    }
  | { readonly type: "simplex"; readonly items: readonly string[] }
);
export type ParametersJson = Readonly<Record<string, ParameterJson>>;

/** A constraint on inputs: an expression, or the name of a function that only the program has which made the space. */
export interface ConstraintJson {
  /** What it is called in messages: of an expression usually its text. */
  readonly name: string;
  readonly tree?: Tree;
}

/** Parameters by path; and, where there are any, the constraints, as the list `where`. */
export type SpaceJson = Readonly<Record<string, ParameterJson | readonly ConstraintJson[]>>;

/** Functions that decide which points are allowed, by name; they get the nested value. */
export type Functions = Readonly<Record<string, (params: never) => boolean>>;

/** A constraint on inputs, ready to be asked. */
export interface InputConstraint extends ConstraintJson {
  /** It is not among those that were given, but follows from a parameter: shares add up to 1. */
  readonly implied?: true;
  /** Whether it is an expression, or a function that this process has; if not, it seems to hold everywhere. */
  readonly known: boolean;
  /** The parameters that an expression names: where one of them has no value, it holds. */
  readonly paths?: readonly string[];
  holds(params: Params): boolean;
}

/** A compiled search space. `P` is the nested type that objectives receive. */
export interface Space<P = unknown> {
  /** Every parameter, arrays expanded, each after those it depends on. */
  readonly parameters: readonly Parameter[];
  /** The orders among them: where they stand in the nested value, and the parameters that they are made of. */
  readonly permutations: readonly PermutationPlace[];
  /** Which of the points are allowed. */
  readonly constraints: readonly InputConstraint[];
  /** The functions among the constraints that this process has. */
  readonly functions: Functions;
  /** The flat JSON form; `readSpace(toJSON())` is an equal space. */
  toJSON(): SpaceJson;
  /** The parameter of that path, or undefined. */
  find(path: string): Parameter | undefined;
  /** Number of different allowed points; Infinity if a real interval is among the parameters, or they are too many. */
  readonly size: number;
  /** Flat values to the nested value that objectives receive. */
  nest(params: Params): P;
  /** The nested value to flat values. @throws {InvalidInputError} as `check` does, but for constraints */
  flatten(value: P): Params;
  /** Params to the unit cube. Paths that are absent though active throw. */
  encode(params: Params): Encoded;
  /**
   * A point of the unit cube to params: coordinates of inactive parameters are not looked at. Constraints are not
   * either: see `place`.
   */
  decode(unit: ArrayLike<number>): Params;
  /** Whether parameter `index` exists, given the values of those before it. */
  isActive(index: number, params: Params): boolean;
  /** Whether every constraint holds. @throws {InvalidInputError} if a function among them throws */
  allows(params: Params): boolean;
  /**
   * The same params in order of declaration, cleaned of nothing.
   * @param options.partial  allow active parameters to be absent
   * @param options.foreign  allow what the constraints do not: points that others tried
   * @throws {InvalidInputError} if one is unknown (naming the nearest), inactive, absent, or out of its domain; or
   *                             naming the constraint that they break
   */
  check(
    params: Readonly<Record<string, unknown>>,
    options?: { readonly partial?: boolean; readonly foreign?: boolean },
  ): Params;
  /** A string that is equal exactly for equal params: the key of the duplicate guard. */
  key(params: Params): string;
  /** Whether `other` describes the same set of points under the same names. */
  equals(other: Space): boolean;
  /** One line per difference to `other`, in words: "lr: high 0.1 → 1"; empty if equal. */
  difference(other: Space): readonly string[];
  /**
   * Parses text (a command-line value, an environment variable) as a value of that parameter; of a permutation, which
   * is written with commas, `check` makes its parts.
   */
  parse(path: string, text: string): Scalar;
}
