/**
 * Runs the graphs of the surrogates: the twenty operations that they use, for one row at a time, in doubles.
 */
import { type Graph, type Node, readOnnx, type Tensor } from "./onnx-file.ts";

type Run = (inputs: Readonly<Record<string, Tensor>>) => Tensor;

/** A function from inputs by name to the graph's first output. */
export function onnx(bytes: Uint8Array): Run {
  const graph = readOnnx(bytes);
  const constants = new Map(graph.weights);
  const steps: Node[] = [];
  for (const node of graph.nodes)
    if (node.operation === "Constant") constants.set(node.outputs[0], node.attributes.value as Tensor);
    else steps.push(node);
  return (inputs) => evaluate(graph, steps, constants, inputs);
}

function evaluate(
  graph: Graph,
  steps: readonly Node[],
  constants: ReadonlyMap<string, Tensor>,
  inputs: Readonly<Record<string, Tensor>>,
): Tensor {
  const made = new Map<string, Tensor>(Object.entries(inputs));
  for (const node of steps) {
    const run = operations[node.operation];
    if (run === undefined) throw new Error(`the operation ${node.operation} is not known`);
    const given = node.inputs.map((name) => made.get(name) ?? constants.get(name));
    made.set(node.outputs[0], run(given as Tensor[], node));
  }
  return made.get(graph.outputs[0]) as Tensor;
}

const map =
  (f: (x: number) => number) =>
  ([{ shape, data, integer }]: Tensor[]): Tensor => ({ shape, data: data.map(f), integer });

/** Elementwise; one side may be a single number. */
const zip =
  (f: (x: number, y: number) => number) =>
  ([a, b]: Tensor[]): Tensor => {
    const integer = a.integer && b.integer;
    const long =
      a.data.length > b.data.length || (a.data.length === b.data.length && a.shape.length >= b.shape.length);
    const { shape } = long ? a : b;
    const n = Math.max(a.data.length, b.data.length);
    const x = (i: number) => a.data[a.data.length === 1 ? 0 : i];
    const y = (i: number) => b.data[b.data.length === 1 ? 0 : i];
    return {
      shape,
      integer,
      data: Float64Array.from({ length: n }, (_, i) => (integer ? Math.trunc(f(x(i), y(i))) : f(x(i), y(i)))),
    };
  };

const number = (node: Node, name: string, initial: number) =>
  (node.attributes[name] as number | undefined) ?? initial;
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

const operations: Readonly<Record<string, (inputs: Tensor[], node: Node) => Tensor>> = {
  Add: zip((x, y) => x + y),
  Sub: zip((x, y) => x - y),
  Mul: zip((x, y) => x * y),
  Div: zip((x, y) => x / y),
  Neg: map((x) => -x),
  Log: map(Math.log),
  Exp: map(Math.exp),
  Relu: map((x) => Math.max(0, x)),
  Sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  Selu: map((x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * (Math.exp(x) - 1))),
  Round: map((x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
  Clip: ([x, low, high]) =>
    map((v) =>
      Math.min(
        high?.data[0] ?? Number.POSITIVE_INFINITY,
        Math.max(low?.data[0] ?? Number.NEGATIVE_INFINITY, v),
      ),
    )([x]),
  Cast: ([{ shape, data }], node) => {
    const to = number(node, "to", 1);
    const integer = to === 6 || to === 7;
    return { shape, data: integer ? data.map(Math.trunc) : data, integer };
  },
  Shape: ([{ shape }]) => ({ shape: [shape.length], data: Float64Array.from(shape), integer: true }),
  ConstantOfShape: ([{ data }], node) => {
    const value = node.attributes.value as Tensor | undefined;
    const shape = [...data];
    const n = shape.reduce((product, size) => product * size, 1);
    return { shape, data: new Float64Array(n).fill(value?.data[0] ?? 0), integer: value?.integer ?? false };
  },
  Unsqueeze: ([{ shape, data, integer }, axes], node) => {
    const places = axes !== undefined ? [...axes.data] : (node.attributes.axes as readonly number[]);
    const longer = [...shape];
    for (const axis of places) longer.splice(axis < 0 ? longer.length + 1 + axis : axis, 0, 1);
    return { shape: longer, data, integer };
  },
  Concat: (inputs) => {
    const n = inputs.reduce((sum, { data }) => sum + data.length, 0);
    const data = new Float64Array(n);
    let place = 0;
    for (const input of inputs) {
      data.set(input.data, place);
      place += input.data.length;
    }
    const [{ shape, integer }] = inputs;
    return { shape: shape.length === 1 ? [n] : [1, n], data, integer };
  },
  Gather: ([{ shape, data, integer }, indices], node) => {
    const axis = number(node, "axis", 0);
    const along = shape[axis];
    const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    const picked = [...indices.data].map((index) => (index < 0 ? index + along : index));
    const out = new Float64Array(picked.length * inner);
    for (const [i, index] of picked.entries())
      out.set(data.subarray(index * inner, (index + 1) * inner), i * inner);
    return {
      shape: [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)],
      data: out,
      integer,
    };
  },
  Slice: ([{ data, integer }, starts, ends]) => {
    const part = data.slice(starts.data[0], Math.min(data.length, ends.data[0]));
    return { shape: [1, part.length], data: part, integer };
  },
  Gemm: ([a, b, c], node) => {
    const transposed = number(node, "transB", 0) === 1;
    const product = multiply(a, b, transposed);
    return { ...product, data: product.data.map((v, i) => v + (c?.data[i] ?? 0)) };
  },
  MatMul: ([a, b]) => multiply(a, b, false),
  BatchNormalization: ([x, scale, shift, mean, variance], node) => {
    const epsilon = number(node, "epsilon", 1e-5);
    const data = x.data.map(
      (v, i) => ((v - mean.data[i]) / Math.sqrt(variance.data[i] + epsilon)) * scale.data[i] + shift.data[i],
    );
    return { shape: x.shape, data, integer: false };
  },
};

/** A row times a matrix. */
function multiply({ data: row }: Tensor, b: Tensor, transposed: boolean): Tensor {
  const k = row.length;
  const n = transposed ? b.shape[0] : b.shape[1];
  const out = new Float64Array(n);
  if (transposed)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0, place = j * k; p < k; p++, place++) sum += row[p] * b.data[place];
      out[j] = sum;
    }
  else for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) out[j] += row[p] * b.data[p * n + j];
  return { shape: [1, n], data: out, integer: false };
}
