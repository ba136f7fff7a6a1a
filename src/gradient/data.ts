/**
 * Where the batches of a problem come from.
 */
import { type Flat, flatten, isNdArray, NdArray } from "../autodiff/arrays.ts";
import type { Engine, Tensor } from "../autodiff/engine.ts";
import { InvalidInputError } from "../errors.ts";
import type { Rng } from "../random.ts";

/** Named arrays that a loss sees together. */
export type Batch = Readonly<Record<string, NdArray>>;

/** One batch, several in turn, or the one of each step: a pure function, since steps are run more than once. */
export type Data<B extends Batch> = B | readonly B[] | ((step: number) => B);

/** Batches in the library's memory. */
export interface Source {
  /** How many there are; undefined where they are made for each step. */
  readonly count: number | undefined;
  readonly form: Flat<NdArray>;
  /** `release` must follow. */
  at(step: number): readonly Tensor[];
  release(tensors: readonly Tensor[]): void;
  dispose(): void;
}

/**
 * Cuts named arrays along their first axis into batches of equal size, in an order of `rng`; what is left over is
 * left out.
 */
export function batches<B extends Batch>(data: B, size: number, rng?: Rng): B[] {
  const entries = Object.entries(data);
  const rows = entries[0]?.[1].shape[0] ?? 0;
  for (const [name, { shape }] of entries)
    if (shape[0] !== rows)
      throw new InvalidInputError(`batches: ${name} has ${shape[0]} rows, but ${entries[0][0]} has ${rows}`);
  if (!Number.isInteger(size) || size < 1 || size > rows)
    throw new InvalidInputError(`batches: the size is a whole number from 1 to ${rows}, not ${size}`);
  const order = Array.from({ length: rows }, (_, i) => i);
  if (rng !== undefined)
    for (let i = rows - 1; i > 0; i--) {
      const j = rng.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
  return Array.from(
    { length: Math.floor(rows / size) },
    (_, b) =>
      Object.fromEntries(
        entries.map(([name, { values, shape }]) => {
          const width = values.length / rows;
          const part =
            values instanceof Float32Array ? new Float32Array(size * width) : new Int32Array(size * width);
          for (let i = 0; i < size; i++) {
            const row = order[b * size + i];
            part.set(values.subarray(row * width, (row + 1) * width), i * width);
          }
          return [name, new NdArray(part, [size, ...shape.slice(1)])];
        }),
      ) as B,
  );
}

/** @throws {InvalidInputError} where batches are empty or differ in form */
export function source(engine: Engine, data: Data<Batch>, what: string): Source {
  const flat = (batch: Batch) => flatten<NdArray>(batch, isNdArray, what);
  const upload = (form: Flat<NdArray>) => form.leaves.map((leaf) => engine.tensor(leaf));
  if (typeof data === "function") {
    const form = flat(data(0));
    return {
      count: undefined,
      form,
      at: (step) => upload(sameForm(form, flat(data(step)), `${what}, step ${step}`)),
      release: (tensors) => engine.dispose(tensors),
      dispose() {},
    };
  }
  const list: readonly Batch[] = Array.isArray(data) ? data : [data as Batch];
  if (list.length === 0) throw new InvalidInputError(`${what} has no batch`);
  const form = flat(list[0]);
  const tensors = list.map((batch, i) => upload(sameForm(form, flat(batch), `${what}, batch ${i}`)));
  return {
    count: list.length,
    form,
    at: (step) => tensors[step % tensors.length],
    release() {},
    dispose: () => engine.dispose(tensors.flat()),
  };
}

function sameForm(expected: Flat<NdArray>, found: Flat<NdArray>, what: string): Flat<NdArray> {
  if (found.names.join() !== expected.names.join())
    throw new InvalidInputError(
      `${what} has the arrays ${found.names.join(", ")}, but the first ${expected.names.join(", ")}`,
    );
  found.leaves.forEach(({ shape }, i) => {
    const first = expected.leaves[i].shape;
    if (shape.join() !== first.join())
      throw new InvalidInputError(
        `${what}: ${found.names[i]} has shape [${shape.join(", ")}], but the first batch's has [${first.join(", ")}]`,
      );
  });
  return found;
}
