/**
 * Reads the parts of an ONNX file that the surrogates have: nodes, their attributes, weights and inputs.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** Whether the elements are whole numbers: divisions of such are rounded down. */
  readonly integer: boolean;
}

export interface Node {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

type Attribute = number | string | readonly number[] | Tensor;

export interface Graph {
  readonly nodes: readonly Node[];
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

type Field = { readonly number: number; readonly value: bigint | Uint8Array };

/** The fields of a message of protocol buffers. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Field[] = [];
  let place = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[place++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (place < bytes.length) {
    const key = Number(varint());
    const number = key >> 3;
    const wire = key & 7;
    if (wire === 0) fields.push({ number, value: varint() });
    else if (wire === 2) {
      const length = Number(varint());
      fields.push({ number, value: bytes.subarray(place, place + length) });
      place += length;
    } else {
      const length = wire === 1 ? 8 : 4;
      fields.push({ number, value: new Uint8Array(view.buffer, view.byteOffset + place, length) });
      place += length;
    }
  }
  return fields;
}

const all = (fields: readonly Field[], number: number) =>
  fields.filter((field) => field.number === number).map(({ value }) => value);
const message = (value: bigint | Uint8Array) => fieldsOf(value as Uint8Array);
const text = (value: bigint | Uint8Array | undefined) => new TextDecoder().decode(value as Uint8Array);
const signed = (value: bigint | Uint8Array) => Number(BigInt.asIntN(64, value as bigint));
const float32 = (value: bigint | Uint8Array) => {
  const bytes = value as Uint8Array;
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
};

/** Whole numbers, packed into one field or one a field. */
function integers(values: readonly (bigint | Uint8Array)[]): number[] {
  return values.flatMap((value) => {
    if (typeof value === "bigint") return [signed(value)];
    const numbers: number[] = [];
    let number = 0n;
    let shift = 0n;
    for (const byte of value) {
      number |= BigInt(byte & 127) << shift;
      shift += 7n;
      if (byte < 128) {
        numbers.push(signed(number));
        number = 0n;
        shift = 0n;
      }
    }
    return numbers;
  });
}

function floats(values: readonly (bigint | Uint8Array)[]): number[] {
  return values.flatMap((value) => {
    const bytes = value as Uint8Array;
    return Array.from({ length: bytes.length / 4 }, (_, i) => float32(bytes.subarray(4 * i)));
  });
}

/** TensorProto: 1 dims, 2 type, 4 floats, 7 int64s, 8 name, 9 raw. Types: 1 float, 6 int32, 7 int64, 9 bool, 11 double. */
function tensorOf(fields: readonly Field[]): Tensor {
  const shape = integers(all(fields, 1));
  const type = Number(all(fields, 2)[0]);
  const [raw] = all(fields, 9);
  const integer = type === 6 || type === 7 || type === 9;
  if (raw === undefined || (raw as Uint8Array).length === 0) {
    const listed = [...floats(all(fields, 4)), ...integers(all(fields, 7)), ...integers(all(fields, 5))];
    return { shape, data: Float64Array.from(listed), integer };
  }
  const bytes = new Uint8Array(raw as Uint8Array); // a copy: numbers must be aligned
  const count = shape.reduce((product, n) => product * n, 1);
  const view = new DataView(bytes.buffer);
  const read = (i: number) => {
    if (type === 1) return view.getFloat32(4 * i, true);
    if (type === 11) return view.getFloat64(8 * i, true);
    if (type === 7) return Number(view.getBigInt64(8 * i, true));
    if (type === 6) return view.getInt32(4 * i, true);
    if (type === 9) return view.getUint8(i);
    throw new Error(`tensors of type ${type} are not read`);
  };
  return { shape, data: Float64Array.from({ length: count }, (_, i) => read(i)), integer };
}

/** AttributeProto: 1 name, 2 float, 3 int, 4 string, 5 tensor, 7 floats, 8 ints, 20 type. */
function attributeOf(fields: readonly Field[]): [string, Attribute] {
  const name = text(all(fields, 1)[0]);
  const type = Number(all(fields, 20)[0]);
  if (type === 1) return [name, float32(all(fields, 2)[0])];
  if (type === 2) return [name, signed(all(fields, 3)[0] ?? 0n)];
  if (type === 3) return [name, text(all(fields, 4)[0])];
  if (type === 4) return [name, tensorOf(message(all(fields, 5)[0]))];
  if (type === 6) return [name, floats(all(fields, 7))];
  if (type === 7) return [name, integers(all(fields, 8))];
  throw new Error(`attributes of type ${type} are not read`);
}

/** ModelProto: 7 graph. GraphProto: 1 nodes, 5 weights, 11 inputs, 12 outputs. */
export function readOnnx(bytes: Uint8Array): Graph {
  const graph = message(all(fieldsOf(bytes), 7)[0]);
  const names = (number: number) => all(graph, number).map((value) => text(all(message(value), 1)[0]));
  const weights = new Map(
    all(graph, 5).map((value) => {
      const fields = message(value);
      return [text(all(fields, 8)[0]), tensorOf(fields)] as const;
    }),
  );
  return {
    weights,
    inputs: names(11).filter((name) => !weights.has(name)),
    outputs: names(12),
    nodes: all(graph, 1).map((value) => {
      const fields = message(value);
      return {
        inputs: all(fields, 1).map(text),
        outputs: all(fields, 2).map(text),
        operation: text(all(fields, 4)[0]),
        attributes: Object.fromEntries(all(fields, 5).map((attribute) => attributeOf(message(attribute)))),
      };
    }),
  };
}
