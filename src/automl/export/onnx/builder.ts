/**
 * Builds a graph node by node; every method returns the name of what it makes.
 */
import type { Attribute, Graph, Node, Port, Tensor, Type } from "./proto.ts";

export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #constants: Record<string, Tensor> = {};
  readonly #known = new Map<string, string>();
  #count = 0;

  /** A node of ONNX's own set, or of the machine-learning one. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain: Node["domain"] = "",
  ): string {
    const output = `${op.toLowerCase()}_${this.#count++}`;
    this.#nodes.push({ op, domain, inputs, outputs: [output], attributes });
    return output;
  }

  /** A node of two results. */
  pair(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): readonly [string, string] {
    const outputs = [`${op.toLowerCase()}_${this.#count}_a`, `${op.toLowerCase()}_${this.#count}_b`] as const;
    this.#count++;
    this.#nodes.push({ op, domain: "", inputs, outputs, attributes });
    return outputs;
  }

  constant(type: Type, shape: readonly number[], data: ArrayLike<number>): string {
    const key =
      data.length === 1 ? `${type} ${shape.join("×")} ${Object.is(data[0], -0) ? "-0" : data[0]}` : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#count++}`;
    this.#constants[name] = { type, shape, data };
    if (key !== undefined) this.#known.set(key, name);
    return name;
  }

  /** A number in double precision, which every row is combined with. */
  double(value: number): string {
    return this.constant("double", [1, 1], [value]);
  }

  doubles(shape: readonly number[], data: ArrayLike<number>): string {
    return this.constant("double", shape, data);
  }

  ints(data: readonly number[]): string {
    return this.constant("int64", [data.length], data);
  }

  cast(value: string, type: "float" | "double" | "int64"): string {
    return this.node("Cast", [value], { to: { int: { float: 1, int64: 7, double: 11 }[type] } });
  }

  add(a: string, b: string): string {
    return this.node("Add", [a, b]);
  }

  sub(a: string, b: string): string {
    return this.node("Sub", [a, b]);
  }

  mul(a: string, b: string): string {
    return this.node("Mul", [a, b]);
  }

  div(a: string, b: string): string {
    return this.node("Div", [a, b]);
  }

  min(a: string, b: string): string {
    return this.node("Min", [a, b]);
  }

  max(a: string, b: string): string {
    return this.node("Max", [a, b]);
  }

  floor(value: string): string {
    return this.node("Floor", [value]);
  }

  where(condition: string, yes: string, no: string): string {
    return this.node("Where", [condition, yes, no]);
  }

  /** Columns beside each other. */
  concat(parts: readonly string[]): string {
    return parts.length === 1 ? parts[0] : this.node("Concat", parts, { axis: { int: 1 } });
  }

  /** These columns of a matrix, in this order. */
  columns(matrix: string, which: readonly number[]): string {
    return this.node("Gather", [matrix, this.ints(which)], { axis: { int: 1 } });
  }

  /** Sums of rows, as a column. */
  rowSums(matrix: string): string {
    return this.node("ReduceSum", [matrix, this.ints([1])], { keepdims: { int: 1 } });
  }

  softmax(scores: string): string {
    return this.node("Softmax", [scores], { axis: { int: 1 } });
  }

  /** Rows sorted, the smallest first. */
  ascending(matrix: string, width: number): string {
    const [values] = this.pair("TopK", [matrix, this.ints([width])], {
      axis: { int: 1 },
      largest: { int: 0 },
      sorted: { int: 1 },
    });
    return values;
  }

  finish(
    name: string,
    inputs: readonly Port[],
    outputs: readonly (Port & { readonly from: string })[],
    notes: Readonly<Record<string, string>>,
  ): Graph {
    const last = outputs.map(
      (port): Node => ({
        op: "Identity",
        domain: "",
        inputs: [port.from],
        outputs: [port.name],
        attributes: {},
      }),
    );
    return {
      ...{ name, inputs, notes },
      nodes: [...this.#nodes, ...last],
      constants: this.#constants,
      outputs: outputs.map(({ name: output, type, width }) => ({ name: output, type, width })),
    };
  }
}
