/**
 * What a fitted model is kept as: plain data, which goes between threads, into files and into the browser.
 */
import type { Json } from "../trial.ts";

export interface Stored {
  readonly json: Json;
  readonly arrays: Readonly<Record<string, Float32Array | Float64Array | Int32Array | Uint8Array>>;
}
