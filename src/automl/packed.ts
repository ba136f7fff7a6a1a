/**
 * A model as two files: a manifest of JSON, and one file of arrays. Neither holds anything that is executed.
 */
import { InvalidInputError, messageOf, UnsupportedError } from "../errors.ts";
import type { Encoder } from "./encode/encoder.ts";
import type { FittedModel } from "./family.ts";
import type { Member, Model } from "./model.ts";
import type { Pipeline } from "./pipeline.ts";

/** The newest format that is read, and the one that is written. */
const FORMAT = 1;

const KINDS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;
type Kind = keyof typeof KINDS;

/** Where an array stands: `offset` in bytes, a multiple of 8; `length` in numbers. */
interface Place {
  readonly kind: Kind;
  readonly offset: number;
  readonly length: number;
}

interface PackedPipeline extends Omit<Pipeline, "encoder" | "model"> {
  /** Index into the manifest's encoders. */
  readonly encoder: number;
  readonly model: Omit<FittedModel, "arrays"> & { readonly arrays: Readonly<Record<string, Place>> };
}

interface Contents extends Omit<Model, "members"> {
  readonly encoders: readonly Encoder[];
  readonly members: readonly (Omit<Member, "pipelines"> & {
    readonly pipelines: readonly PackedPipeline[];
  })[];
}

interface Manifest {
  readonly format: number;
  readonly kind: "fettle model";
  /** CRC-32 of `contents` as JSON, and of the file of arrays. */
  readonly checksums: { readonly contents: number; readonly arrays: number };
  readonly contents: Contents;
}

export interface Packed {
  /** JSON, of one line. */
  readonly manifest: string;
  readonly arrays: Uint8Array<ArrayBuffer>;
}

export function packModel({ members, ...rest }: Model): Packed {
  const encoders: Encoder[] = [];
  const written = new Map<string, number>();
  const encoderOf = (encoder: Encoder) => {
    const key = JSON.stringify(encoder); // threads each have a copy of their own
    const known = written.get(key) ?? encoders.push(encoder) - 1;
    written.set(key, known);
    return known;
  };
  const pieces: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  let size = 0;
  const placeOf = (array: FittedModel["arrays"][string]): Place => {
    const kind = (Object.keys(KINDS) as Kind[]).find((name) => array instanceof KINDS[name]) as Kind;
    const place = { kind, offset: size, length: array.length };
    pieces.push({ bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset: size });
    size = 8 * Math.ceil((size + array.byteLength) / 8);
    return place;
  };
  const contents: Contents = {
    ...rest,
    members: members.map(({ pipelines, ...member }) => ({
      ...member,
      pipelines: pipelines.map(({ encoder, model: { arrays, ...model }, ...pipeline }) => ({
        ...pipeline,
        encoder: encoderOf(encoder),
        model: {
          ...model,
          arrays: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, placeOf(array)])),
        },
      })),
    })),
    encoders,
  };
  const arrays = new Uint8Array(size);
  for (const { bytes, offset } of pieces) arrays.set(bytes, offset);
  const text = JSON.stringify(contents);
  const checksums = { contents: crc32(new TextEncoder().encode(text)), arrays: crc32(arrays) };
  const head = JSON.stringify({ format: FORMAT, kind: "fettle model", checksums });
  return { manifest: `${head.slice(0, -1)},"contents":${text}}`, arrays };
}

/**
 * @param manifest  the text of `manifest.json`
 * @param arrays    the bytes of `arrays.bin`
 * @throws {InvalidInputError} if one of them is no part of a model, or was changed
 * @throws {UnsupportedError} if it was written in a newer format
 */
export function unpackModel(manifest: string, arrays: ArrayBuffer | Uint8Array): Model {
  const { checksums, contents } = readManifest(manifest);
  const given = arrays instanceof Uint8Array ? arrays : new Uint8Array(arrays);
  if (crc32(new TextEncoder().encode(JSON.stringify(contents))) !== checksums.contents)
    throw new InvalidInputError(
      "manifest.json was changed since the model was saved: its checksum does not match",
    );
  if (crc32(given) !== checksums.arrays)
    throw new InvalidInputError(
      "arrays.bin was changed since the model was saved: its checksum does not match",
    );
  const bytes = given.slice(); // aligned, and the model's own
  const { encoders, members, ...rest } = contents;
  return {
    ...rest,
    members: members.map((member) => ({
      ...member,
      pipelines: member.pipelines.map((pipeline) => ({
        ...pipeline,
        encoder: encoders[pipeline.encoder],
        model: {
          ...pipeline.model,
          arrays: Object.fromEntries(
            Object.entries(pipeline.model.arrays).map(([name, place]) => [
              name,
              arrayAt(bytes.buffer, place, name),
            ]),
          ),
        },
      })),
    })),
  };
}

/** @throws {InvalidInputError} if the place is not within the file: a checksum says nothing of who wrote it */
function arrayAt(buffer: ArrayBuffer, { kind, offset, length }: Place, name: string) {
  if (
    !Object.hasOwn(KINDS, kind) ||
    !(Number.isInteger(offset) && offset >= 0 && offset % 8 === 0) ||
    !(Number.isInteger(length) && length >= 0) ||
    offset + length * KINDS[kind].BYTES_PER_ELEMENT > buffer.byteLength
  )
    throw new InvalidInputError(
      `manifest.json has the array ${JSON.stringify(name)} where arrays.bin has none; save the model anew`,
    );
  return new KINDS[kind](buffer, offset, length);
}

function readManifest(text: string): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError(`manifest.json is not JSON: ${messageOf(error)}`, { cause: error });
  }
  if (manifest?.kind !== "fettle model" || typeof manifest.format !== "number")
    throw new InvalidInputError("manifest.json is not that of a model of fettle automl");
  if (manifest.format > FORMAT)
    throw new UnsupportedError(
      `the model was saved in format ${manifest.format}, and this version of fettle reads up to ${FORMAT}: use a newer one`,
    );
  if (manifest.contents === undefined || manifest.checksums === undefined)
    throw new InvalidInputError("manifest.json is not whole");
  return manifest as Manifest;
}

/** CRC-32 as of ISO 3309, the one of zip and PNG. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
