/**
 * Fitted models as nodes, by the family's name: one function each, in double precision behind the matrix.
 */
import { UnsupportedError } from "../../../errors.ts";
import type { Link } from "../../../models/linear/predict.ts";
import type { NeighboursJson } from "../../../models/neighbours/predict.ts";
import { layersOf, type NetworkJson } from "../../../models/network/layers.ts";
import { treesOf } from "../../../models/trees/format.ts";
import type { FittedModel } from "../../family.ts";
import type { GraphBuilder } from "./builder.ts";
import { treeNodes } from "./trees.ts";

/** What a model predicts from. */
export interface Matrix {
  /** Name of the matrix in single precision, shape (rows, columns). */
  readonly name: string;
  readonly columns: number;
  /** How many codes each column has, 0 for numbers. */
  readonly levels: readonly number[];
}

type Write = (graph: GraphBuilder, model: FittedModel, x: Matrix) => string;

const writers: Readonly<Record<string, Write>> = {
  bayes,
  boosting: trees,
  constant,
  "extra-trees": trees,
  forest: trees,
  linear,
  neighbours,
  network,
  vectors,
};

/**
 * @returns double, shape (rows, outputs), in the scale that the model learned
 * @throws {UnsupportedError} if ONNX has no words for such a model
 */
export function modelNodes(graph: GraphBuilder, model: FittedModel, x: Matrix): string {
  const write = writers[model.family];
  if (write === undefined)
    throw new UnsupportedError(
      `models of the family ${model.family} cannot be written as ONNX; train with --families and without it`,
    );
  return write(graph, model, x);
}

function trees(graph: GraphBuilder, model: FittedModel, { name, levels }: Matrix): string {
  return treeNodes(graph, treesOf(model), name, levels);
}

/** The same for every row: the first column's zeros, with the outputs added. */
function constant(graph: GraphBuilder, { arrays }: FittedModel, { name }: Matrix): string {
  const rows = graph.node("Shape", [name], { start: { int: 0 }, end: { int: 1 } });
  const shape = graph.node("Concat", [rows, graph.ints([arrays.outputs.length])], { axis: { int: 0 } });
  return graph.node("Expand", [graph.doubles([1, arrays.outputs.length], arrays.outputs), shape]);
}

function linear(graph: GraphBuilder, { json, arrays }: FittedModel, { name, columns }: Matrix): string {
  const { weights, intercepts, sources, knots } = arrays;
  const plain = graph.cast(name, "double");
  const bends = sources.length;
  const x = bends === 0 ? plain : graph.concat([plain, bent(graph, plain, sources, knots)]);
  const sums = graph.node("MatMul", [x, graph.doubles([columns + bends, intercepts.length], weights)]);
  const shifted = graph.add(sums, graph.doubles([1, intercepts.length], intercepts));
  const { link } = json as { readonly link: Link };
  if (link === "softmax") return graph.softmax(shifted);
  return link === "sorted" ? graph.ascending(shifted, intercepts.length) : shifted;
}

/** max(0, x − knot), in single precision as the model has it. */
function bent(graph: GraphBuilder, x: string, sources: ArrayLike<number>, knots: ArrayLike<number>): string {
  const away = graph.sub(graph.columns(x, Array.from(sources)), graph.doubles([1, knots.length], knots));
  return graph.cast(graph.cast(graph.max(away, graph.double(0)), "float"), "double");
}

function bayes(graph: GraphBuilder, { arrays }: FittedModel, { name, columns }: Matrix): string {
  const { centres, squares, slopes, constants } = arrays;
  const classes = constants.length;
  const away = graph.sub(graph.cast(name, "double"), graph.doubles([1, columns], centres));
  const product = (of: string, weights: ArrayLike<number>) =>
    graph.node("MatMul", [of, graph.doubles([columns, classes], transposed(weights, classes, columns))]);
  const parabolas = graph.add(product(graph.mul(away, away), squares), product(away, slopes));
  return graph.softmax(graph.add(parabolas, graph.doubles([1, classes], constants)));
}

function network(graph: GraphBuilder, { json, arrays }: FittedModel, { name }: Matrix): string {
  const { sizes, activation, head, mean, std, waving } = json as unknown as NetworkJson;
  const { weights } = arrays;
  const { layers } = layersOf(sizes);
  const x = graph.cast(name, "double");
  const third = graph.div(x, graph.double(3));
  const one = graph.double(1);
  const bends = graph.div(x, graph.node("Sqrt", [graph.add(graph.mul(third, third), one)]));
  let values = waving.length === 0 ? bends : graph.concat([bends, waves(graph, x, waving, arrays.waves)]);
  for (const [index, layer] of layers.entries()) {
    const { inputs, outputs } = layer;
    const w = weights.subarray(layer.weights, layer.weights + inputs * outputs);
    const b = weights.subarray(layer.biases, layer.biases + outputs);
    const product = graph.node("MatMul", [values, graph.doubles([inputs, outputs], w)]);
    values = graph.add(product, graph.doubles([1, outputs], b));
    if (index === layers.length - 1) break;
    if (activation === "relu") values = graph.node("Relu", [values]);
    else if (activation === "tanh") values = graph.node("Tanh", [values]);
    else {
      // not the product with a sigmoid: onnxruntime makes one operator of that, which it lacks in double precision
      const falling = graph.node("Exp", [graph.node("Neg", [values])]);
      values = graph.div(values, graph.add(one, falling));
    }
  }
  const outputs = sizes[sizes.length - 1];
  const scaled = graph.add(graph.mul(values, graph.double(std)), graph.double(mean));
  if (head === "classes") return graph.softmax(scaled);
  return head === "quantiles" ? graph.ascending(scaled, outputs) : scaled;
}

/** √2 · cos(2π (frequency · x + phase)), written as a sine: onnxruntime has no cosine in double precision. */
function waves(
  graph: GraphBuilder,
  x: string,
  columns: readonly number[],
  numbers: ArrayLike<number>,
): string {
  const count = numbers.length / 2;
  const each = count / columns.length;
  const sources = Array.from({ length: count }, (_, w) => columns[Math.floor(w / each)]);
  const frequencies = sources.map((_, w) => numbers[2 * w]);
  const phases = sources.map((_, w) => numbers[2 * w + 1] + 0.25);
  const scaled = graph.mul(graph.columns(x, sources), graph.doubles([1, count], frequencies));
  const turns = graph.add(scaled, graph.doubles([1, count], phases));
  const part = graph.sub(turns, graph.floor(turns));
  const sine = graph.node("Sin", [graph.mul(part, graph.double(2 * Math.PI))]);
  return graph.mul(sine, graph.double(Math.SQRT2));
}

/** Probabilities are this far from 0 and 1 at least: as in `models/vectors/coupling.ts`. */
const SUREST = 1 - 1e-7;

/** Sums over the support vectors of e^(−γ |x − v|²). */
function vectors(graph: GraphBuilder, { json, arrays }: FittedModel, { name, columns }: Matrix): string {
  const { gamma } = json as { readonly gamma: number };
  const { vectors: points, coefficients, offsets, labels, slopes, biases, shares } = arrays;
  if (labels.length > 2)
    throw new UnsupportedError(
      "support vectors of more than two classes cannot be written as ONNX; train with --families and without vectors",
    );
  const count = points.length / columns;
  const x = graph.cast(name, "double");
  const norms = Float64Array.from({ length: count }, (_, v) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += points[v * columns + c] * points[v * columns + c];
    return sum;
  });
  const products = graph.node("MatMul", [
    x,
    graph.doubles([columns, count], transposed(points, count, columns)),
  ]);
  const squares = graph.add(graph.rowSums(graph.mul(x, x)), graph.doubles([1, count], norms));
  const away = graph.max(graph.sub(squares, graph.mul(products, graph.double(2))), graph.double(0));
  const near = graph.node("Exp", [graph.mul(away, graph.double(-gamma))]);
  const sums = graph.node("MatMul", [near, graph.doubles([count, 1], coefficients)]);
  const decision = graph.sub(sums, graph.double(offsets[0]));
  if (labels.length === 0) return decision;
  const at = graph.add(graph.mul(decision, graph.double(slopes[0])), graph.double(biases[0]));
  const share = graph.div(graph.double(1), graph.add(graph.node("Exp", [at]), graph.double(1)));
  const first = graph.min(graph.double(SUREST), graph.max(graph.double(1 - SUREST), share));
  const rest = graph.double(1 - Array.from(shares).reduce((sum, one) => sum + one, 0));
  const own = [graph.mul(first, rest), graph.mul(graph.sub(graph.double(1), first), rest)];
  const zero = graph.mul(first, graph.double(0));
  return graph.concat(
    Array.from(shares, (one, k) => {
      const place = labels.indexOf(k);
      return place < 0 ? graph.add(zero, graph.double(one)) : own[place];
    }),
  );
}

/** How much nearer than the farthest a neighbour can count: as in `models/neighbours/predict.ts`. */
const NEAREST = 1e6;

/** Distances to all points, of which the k nearest are picked. */
function neighbours(graph: GraphBuilder, { json, arrays }: FittedModel, { name }: Matrix): string {
  const { k, metric, weighting, levels, classes } = json as NeighboursJson;
  if (levels.length > 0)
    throw new UnsupportedError(
      "quantiles of neighbours cannot be written as ONNX; train with --families and without neighbours",
    );
  const { columns, factors, points, y, weights, shares } = arrays;
  const width = columns.length;
  const count = y.length;
  const picked = graph.cast(graph.columns(name, Array.from(columns)), "double");
  const placed = graph.cast(
    graph.cast(graph.mul(picked, graph.doubles([1, width], factors)), "float"),
    "double",
  );
  const queries = graph.node("Unsqueeze", [placed, graph.ints([1])]);
  const away = graph.sub(queries, graph.doubles([1, count, width], points));
  const sizes = metric === "l1" ? graph.node("Abs", [away]) : graph.mul(away, away);
  const sums = graph.node("ReduceSum", [sizes, graph.ints([2])], { keepdims: { int: 0 } });
  const [nearest, places] = graph.pair("TopK", [sums, graph.ints([k])], {
    axis: { int: 1 },
    largest: { int: 0 },
    sorted: { int: 1 },
  });
  const distances = metric === "l1" ? nearest : graph.node("Sqrt", [nearest]);
  const of = (values: ArrayLike<number>) =>
    graph.node("Gather", [graph.doubles([count], values), places], { axis: { int: 0 } });
  let weigh = of(weights);
  if (weighting === "distance") {
    const farthest = graph.columns(distances, [k - 1]);
    const ratio = graph.min(graph.double(NEAREST), graph.div(farthest, distances));
    const isZero = graph.node("Equal", [farthest, graph.double(0)]);
    weigh = graph.mul(weigh, graph.where(isZero, graph.double(1), ratio));
  }
  const targets = of(y);
  const total = graph.rowSums(weigh);
  if (classes === 0) return graph.div(graph.rowSums(graph.mul(weigh, targets)), total);
  const own = Array.from({ length: classes }, (_, c) => {
    const is = graph.cast(graph.node("Equal", [targets, graph.double(c)]), "double");
    return graph.rowSums(graph.mul(weigh, is));
  });
  const one = graph.div(total, graph.double(k));
  const counted = graph.add(graph.concat(own), graph.mul(one, graph.doubles([1, classes], shares)));
  return graph.div(counted, graph.add(total, one));
}

/** Shape (rows, columns) to (columns, rows). */
function transposed(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, i) => values[(i % rows) * columns + Math.floor(i / rows)],
  );
}
