/**
 * Support vector machines as libsvm writes them down, and their decisions.
 */
import { exp } from "../../math/elementary.ts";
import { createKernels } from "../../math/kernels/kernels.ts";

export interface Machine {
  /** Of e^(−gamma |x − v|²). */
  readonly gamma: number;
  readonly columns: number;
  /** The support vectors, those of a class after each other, row-major: shape (vectors, columns). */
  readonly vectors: Float32Array;
  /** Shape (classes − 1, vectors); of numbers shape (1, vectors). */
  readonly coefficients: Float64Array;
  /** What is taken off the sum: of each pair of classes (0 and 1, 0 and 2, …, 1 and 2, …), or of the number. */
  readonly offsets: Float64Array;
  /** How many vectors each class has; empty for numbers. */
  readonly counts: Int32Array;
  /** The classes, in the order of the machine; empty for numbers. */
  readonly labels: Int32Array;
}

/**
 * @param text     what libsvm's `svm_save_model` writes, of a radial kernel
 * @param rows     those that it learned from, row-major: the text has only eight digits of them
 * @param indices  which of them are the support vectors, in the order of the text
 */
export function readMachine(
  text: string,
  rows: Float32Array,
  columns: number,
  indices: readonly number[],
): Machine {
  const [head, body] = text.split("\nSV\n");
  const fields = new Map(
    head.split("\n").map((line) => {
      const [name, ...values] = line.trim().split(/\s+/);
      return [name, values.map(Number)] as const;
    }),
  );
  const counts = Int32Array.from(fields.get("nr_sv") ?? []);
  const heads = Math.max(1, counts.length - 1);
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const coefficients = new Float64Array(heads * indices.length);
  const vectors = new Float32Array(indices.length * columns);
  for (const [v, index] of indices.entries()) {
    const numbers = lines[v].split(" ", heads);
    for (let h = 0; h < heads; h++) coefficients[h * indices.length + v] = Number(numbers[h]);
    vectors.set(rows.subarray(index * columns, (index + 1) * columns), v * columns);
  }
  return {
    ...{ columns, vectors, coefficients, counts },
    gamma: fields.get("gamma")?.[0] ?? Number.NaN,
    offsets: Float64Array.from(fields.get("rho") ?? []),
    labels: Int32Array.from(fields.get("label") ?? []),
  };
}

/**
 * Decisions of each pair of classes, in the order of `offsets`, positive for the first of the two; or the number.
 *
 * @param rows  row-major, shape (rows, columns)
 * @returns     shape (rows, pairs), row-major
 * @see Chang and Lin 2011, "LIBSVM: a library for support vector machines", eq. 3 and 10
 */
export function decide(machine: Machine, rows: Float32Array): Float64Array {
  const { gamma, columns, vectors, coefficients, offsets, counts } = machine;
  const count = vectors.length / columns;
  const stride = (columns + 1) & ~1;
  const kernels = createKernels();
  const all = kernels.reserve(count * stride);
  const query = kernels.reserve(stride);
  const near = kernels.reserve(count);
  const { memory } = kernels;
  const norms = new Float64Array(count);
  for (let v = 0; v < count; v++) {
    const vector = vectors.subarray(v * columns, (v + 1) * columns);
    memory.set(vector, all + v * stride);
    norms[v] = squares(vector);
  }
  const starts = [0];
  for (const own of counts) starts.push(starts[starts.length - 1] + own);
  const pairs = offsets.length;
  const out = new Float64Array((rows.length / columns) * pairs);
  for (let r = 0; r < rows.length / columns; r++) {
    const row = rows.subarray(r * columns, (r + 1) * columns);
    memory.set(row, query);
    const norm = squares(row);
    kernels.dots(count, columns, all, stride, query, near);
    for (let v = 0; v < count; v++)
      memory[near + v] = exp(-gamma * Math.max(0, norm + norms[v] - 2 * memory[near + v]));
    const sum = (head: number, from: number, to: number) => {
      let total = 0;
      for (let v = from; v < to; v++) total += coefficients[head * count + v] * memory[near + v];
      return total;
    };
    if (counts.length === 0) out[r] = sum(0, 0, count) - offsets[0];
    for (let i = 0, pair = 0; i < counts.length; i++)
      for (let j = i + 1; j < counts.length; j++, pair++)
        out[r * pairs + pair] =
          sum(j - 1, starts[i], starts[i + 1]) + sum(i, starts[j], starts[j + 1]) - offsets[pair];
  }
  return out;
}

function squares(row: Float32Array): number {
  let sum = 0;
  for (const value of row) sum += value * value;
  return sum;
}
