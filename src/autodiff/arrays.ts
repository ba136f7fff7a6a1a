/**
 * Arrays of numbers with a shape, row-major, and trees of them: what users hand to gradients and get back.
 */
import { InvalidInputError } from "../errors.ts";
import type { Rng } from "../random.ts";

/** Numbers with a shape; whole numbers (`Int32Array`) are indices and never differentiated. */
export class NdArray {
  readonly values: Float32Array | Int32Array;
  readonly shape: readonly number[];

  constructor(values: Float32Array | Int32Array, shape: readonly number[]) {
    const size = sizeOf(shape);
    if (values.length !== size)
      throw new InvalidInputError(
        `an array of shape [${shape.join(", ")}] has ${size} numbers, but ${values.length} were given`,
      );
    this.values = values;
    this.shape = shape;
  }
}

/** A leaf, or lists and objects of leaves: `{ w: leaf, layers: [{ b: leaf }] }`. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [name: string]: Tree<Leaf> };

/** The same tree with other leaves. */
export type Mapped<T, Leaf> = T extends NdArray ? Leaf : { readonly [K in keyof T]: Mapped<T[K], Leaf> };

/** A tree as the list of its leaves, with their names, and the way back. */
export interface Flat<Leaf> {
  readonly leaves: readonly Leaf[];
  /** Dotted paths: `layers.0.b`. */
  readonly names: readonly string[];
  rebuild<Other>(leaves: readonly Other[]): Tree<Other>;
}

/**
 * An array of that shape.
 *
 * @param values  row-major; copied to single precision where it is not an `Int32Array`
 * @param shape   @default one axis
 */
export function array(
  values: ArrayLike<number> | Float32Array | Int32Array,
  shape: readonly number[] = [values.length],
): NdArray {
  const typed =
    values instanceof Float32Array || values instanceof Int32Array ? values : Float32Array.from(values);
  return new NdArray(typed, shape);
}

/** An array of zeros. */
export function zeros(shape: readonly number[]): NdArray {
  return new NdArray(new Float32Array(sizeOf(shape)), shape);
}

/** An array of independent normal numbers with mean 0 and standard deviation `scale`. */
export function normal(rng: Rng, shape: readonly number[], scale = 1): NdArray {
  return new NdArray(
    Float32Array.from({ length: sizeOf(shape) }, () => scale * rng.normal()),
    shape,
  );
}

/** How many numbers an array of that shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * Lists the leaves of a tree in the order of its keys.
 *
 * @param isLeaf  what ends the descent
 * @param what    names the tree in errors
 * @throws {InvalidInputError} where something is neither leaf, list nor object
 */
export function flatten<Leaf>(
  tree: Tree<Leaf>,
  isLeaf: (value: unknown) => value is Leaf,
  what: string,
): Flat<Leaf> {
  const leaves: Leaf[] = [];
  const names: string[] = [];
  type Shape = number | { readonly list: boolean; readonly entries: readonly (readonly [string, Shape])[] };
  const visit = (value: Tree<Leaf>, path: string): Shape => {
    if (isLeaf(value)) {
      names.push(path);
      return leaves.push(value) - 1;
    }
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value))
      throw new InvalidInputError(
        `${what}${path === "" ? "" : `.${path}`} is ${value === null ? "null" : typeof value === "object" ? "a bare typed array" : typeof value}; ` +
          "give arrays with a shape, array(values, [rows, columns]), in objects or lists",
      );
    const entries = Object.entries(value as Record<string, Tree<Leaf>>);
    return {
      list: Array.isArray(value),
      entries: entries.map(([key, item]) => [key, visit(item, path === "" ? key : `${path}.${key}`)]),
    };
  };
  const shape = visit(tree, "");
  const rebuild = <Other>(others: readonly Other[]): Tree<Other> => {
    const build = (at: Shape): Tree<Other> =>
      typeof at === "number"
        ? others[at]
        : at.list
          ? at.entries.map(([, item]) => build(item))
          : Object.fromEntries(at.entries.map(([key, item]) => [key, build(item)]));
    return build(shape);
  };
  return { leaves, names, rebuild };
}

/** Whether a value is an array with a shape. */
export function isNdArray(value: unknown): value is NdArray {
  return value instanceof NdArray;
}
