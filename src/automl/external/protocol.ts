/**
 * What is said between Fettle and an external program: JSON lines, one request at a time on its standard input, one
 * answer each on its standard output. Numbers lie in files, little-endian, without a header.
 *
 *     → {"id":1,"fit":{"task":{"kind":"regression"},"params":{"trees":100},"seed":7,"model":"/tmp/…/1.model",
 *        "train":{"rows":900,"columns":8,"levels":[0,0,0,3,0,0,0,0],"x":"/tmp/…/1.x","y":"/tmp/…/1.y"}}}
 *     ← {"id":1}                                       the model lies in the file that `model` names, as it likes
 *     → {"id":2,"predict":{"task":{"kind":"regression"},"model":"/tmp/…/1.model","predictions":"/tmp/…/2.predictions",
 *        "rows":100,"columns":8,"levels":[…],"x":"/tmp/…/2.x"}}
 *     ← {"id":2}                                       the predictions lie in the file that `predictions` names
 *     ← {"id":3,"error":"the classes are too few"}     the request failed; the program goes on
 */
import { readFile, writeFile } from "node:fs/promises";
import { endianness } from "node:os";
import { EngineError } from "../../errors.ts";
import type { DesignMatrix } from "../../models/design-matrix.ts";
import type { Params } from "../../space/types.ts";
import type { Rows } from "../family.ts";
import type { Task } from "../task.ts";

/** A matrix in a file: float32, one column after the other; NaN is missing. */
export interface MatrixFile {
  readonly rows: number;
  readonly columns: number;
  /** By column: 0 for a number; for a category how many levels there are, and the numbers are 0 … levels − 1. */
  readonly levels: readonly number[];
  readonly x: string;
}

/** Rows to learn from; `y` and `weights` are files of float64. Classes are their indices. */
export interface RowsFiles extends MatrixFile {
  readonly y: string;
  readonly weights?: string;
}

export interface FitRequest {
  readonly task: Task;
  readonly params: Params;
  /** A whole number below 2³². */
  readonly seed: number;
  readonly train: RowsFiles;
  /** Rows to stop early by, where the program said that it does; it may answer with `rounds`. */
  readonly valid?: RowsFiles;
  /** Rounds to train, where there are no such rows. */
  readonly rounds?: number;
  /** The file to write the model to. */
  readonly model: string;
}

export interface PredictRequest extends MatrixFile {
  readonly task: Task;
  readonly model: string;
  /** The file to write to: float64, shape (rows, outputs), row by row: probabilities, expectations, or quantiles. */
  readonly predictions: string;
}

export type Request = { readonly fit: FitRequest } | { readonly predict: PredictRequest };

export interface Answer {
  readonly id: number;
  readonly error?: string;
  readonly rounds?: number;
}

/** Writes a matrix to a file. @param stem  the path without its ending */
export async function writeMatrix(
  { rows, columns, levels, values }: DesignMatrix,
  stem: string,
): Promise<MatrixFile> {
  const x = `${stem}.x`;
  await writeFile(x, bytesOf(values));
  return { rows, columns, levels: [...levels], x };
}

/** Writes rows to files. */
export async function writeRows({ x, y, weights }: Rows, stem: string): Promise<RowsFiles> {
  const files = { ...(await writeMatrix(x, stem)), y: `${stem}.y` };
  await writeFile(files.y, bytesOf(y));
  if (weights === undefined) return files;
  await writeFile(`${stem}.w`, bytesOf(weights));
  return { ...files, weights: `${stem}.w` };
}

/** Reads so many doubles. @throws {EngineError} if the file has not that many */
export async function readDoubles(file: string, count: number): Promise<Float64Array> {
  const bytes = await readFile(file);
  if (bytes.byteLength !== 8 * count)
    throw new EngineError(
      `wrote ${bytes.byteLength} bytes of predictions instead of ${count} doubles, ${8 * count}`,
    );
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  if (endianness() !== "LE") throw new EngineError("external programs need a little-endian processor");
  return new Uint8Array(buffer, byteOffset, byteLength);
}
