/**
 * The few messages of ONNX that models are written in, as protocol buffers. Field numbers are those of onnx.proto,
 * version 1.17 (IR version 8).
 */
import { PbfWriter } from "pbf";

/** Kinds of numbers in tensors. */
export const TYPES = { float: 1, int64: 7, string: 8, bool: 9, double: 11 } as const;
export type Type = keyof typeof TYPES;

export interface Tensor {
  readonly type: Type;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | readonly string[];
}

/** Attributes by kind: number lists are floats in `floats`, whole numbers in `ints`. */
export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly floats: ArrayLike<number> }
  | { readonly ints: ArrayLike<number> }
  | { readonly strings: readonly string[] };

export interface Node {
  readonly op: string;
  /** "" is ONNX's own set of operators. */
  readonly domain: "" | "ai.onnx.ml";
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An input or output: of `width` columns, and as many rows as there are. */
export interface Port {
  readonly name: string;
  readonly type: Type;
  readonly width: number;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly constants: Readonly<Record<string, Tensor>>;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly notes: Readonly<Record<string, string>>;
}

const IR_VERSION = 8;
/** Sets of operators: of ONNX 1.14, and of the machine-learning set that all runtimes since 2020 know. */
const OPSETS = { "": 17, "ai.onnx.ml": 3 } as const;

/** The bytes of an .onnx file. */
export function writeOnnx(graph: Graph): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "fettle");
  pbf.writeMessage(7, writeGraph, graph);
  for (const [domain, version] of Object.entries(OPSETS))
    pbf.writeMessage(
      8,
      (_: unknown, out: PbfWriter) => {
        out.writeStringField(1, domain);
        out.writeVarintField(2, version);
      },
      undefined,
    );
  for (const [key, value] of Object.entries(graph.notes))
    pbf.writeMessage(
      14,
      (_: unknown, out: PbfWriter) => {
        out.writeStringField(1, key);
        out.writeStringField(2, value);
      },
      undefined,
    );
  return pbf.finish();
}

function writeGraph({ name, nodes, constants, inputs, outputs }: Graph, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, name);
  for (const entry of Object.entries(constants)) pbf.writeMessage(5, writeTensor, entry);
  for (const port of inputs) pbf.writeMessage(11, writePort, port);
  for (const port of outputs) pbf.writeMessage(12, writePort, port);
}

function writeNode({ op, domain, inputs, outputs, attributes }: Node, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, outputs[0]);
  pbf.writeStringField(4, op);
  for (const entry of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, entry);
  if (domain !== "") pbf.writeStringField(7, domain);
}

function writeAttribute([name, value]: readonly [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  const kind = (code: number) => pbf.writeVarintField(20, code);
  if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    kind(1);
  } else if ("int" in value) {
    pbf.writeVarintField(3, value.int);
    kind(2);
  } else if ("string" in value) {
    pbf.writeStringField(4, value.string);
    kind(3);
  } else if ("floats" in value) {
    for (let i = 0; i < value.floats.length; i++) pbf.writeFloatField(7, value.floats[i]);
    kind(6);
  } else if ("ints" in value) {
    for (let i = 0; i < value.ints.length; i++) pbf.writeVarintField(8, value.ints[i]);
    kind(7);
  } else {
    for (const text of value.strings) pbf.writeStringField(9, text);
    kind(8);
  }
}

function writeTensor([name, { type, shape, data }]: readonly [string, Tensor], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, TYPES[type]);
  if (type === "string") {
    const encoder = new TextEncoder();
    for (const text of data as readonly string[]) pbf.writeBytesField(6, encoder.encode(text));
  }
  pbf.writeStringField(8, name);
  if (type !== "string") pbf.writeBytesField(9, rawBytes(type, data as ArrayLike<number>));
}

/** Numbers as ONNX keeps them, little-endian. */
function rawBytes(type: Type, data: ArrayLike<number>): Uint8Array {
  const size = { float: 4, double: 8, int64: 8, bool: 1, string: 0 }[type];
  const bytes = new Uint8Array(size * data.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (type === "float") view.setFloat32(4 * i, data[i], true);
    else if (type === "double") view.setFloat64(8 * i, data[i], true);
    else if (type === "int64") view.setBigInt64(8 * i, BigInt(data[i]), true);
    else bytes[i] = data[i];
  }
  return bytes;
}

function writePort({ name, type, width }: Port, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (_: unknown, whole: PbfWriter) =>
      whole.writeMessage(
        1,
        (__: unknown, tensor: PbfWriter) => {
          tensor.writeVarintField(1, TYPES[type]);
          tensor.writeMessage(2, writeShape, width);
        },
        undefined,
      ),
    undefined,
  );
}

/** Any number of rows. */
function writeShape(width: number, pbf: PbfWriter): void {
  pbf.writeMessage(1, (_: unknown, rows: PbfWriter) => rows.writeStringField(2, "rows"), undefined);
  pbf.writeMessage(1, (_: unknown, columns: PbfWriter) => columns.writeVarintField(1, width), undefined);
}
