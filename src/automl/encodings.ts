/**
 * Matrices of one table, made once for all models that learn from the same rows.
 */
import type { DesignMatrix } from "../models/design-matrix.ts";
import type { Rng } from "../random.ts";
import { type Encoder, encode, fitEncoder } from "./encode/encoder.ts";
import type { View } from "./family.ts";
import type { Schema } from "./schema/schema.ts";
import type { Table } from "./table.ts";

/** Matrices of all threads are kept up to so many bytes; beyond that, those used longest ago are made again. */
const MOST_BYTES = 3e9;

interface Fitted {
  readonly encoder: Encoder;
  readonly matrix: DesignMatrix;
}

export class Encodings {
  readonly #parts: {
    readonly table: Table;
    readonly schema: Schema;
    readonly y: Float64Array;
    readonly rng: Rng;
    readonly threads: number;
  };
  /** In the order of their last use. */
  readonly #kept = new Map<string, Fitted>();
  #bytes = 0;

  /** @param parts  the table as it was conformed to the schema; `rng` for target encodings out of fold; how many `threads` keep matrices of their own */
  constructor(parts: { table: Table; schema: Schema; y: Float64Array; rng: Rng; threads?: number }) {
    this.#parts = { threads: 1, ...parts };
  }

  /** The encoder learned from these rows, and their matrix. Equal keys have equal rows. */
  fitted(key: string, rows: Int32Array, view: View): Fitted {
    return this.#remembered(`${key}/${view}`, () => {
      const { table, schema, y, rng } = this.#parts;
      return fitEncoder({ table, schema, rows, y, view, rng: rng.stream("encode", key) });
    });
  }

  /** The matrix of other rows. Equal keys have equal rows and encoders of one key. */
  of(key: string, encoder: Encoder, rows: Int32Array): DesignMatrix {
    return this.#remembered(`${key}/${encoder.view}`, () => ({
      encoder,
      matrix: encode(encoder, this.#parts.table, rows),
    })).matrix;
  }

  #remembered(key: string, make: () => Fitted): Fitted {
    const known = this.#kept.get(key);
    const fitted = known ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, fitted);
    if (known === undefined) this.#bytes += fitted.matrix.values.byteLength;
    for (const [oldest, { matrix }] of this.#kept) {
      if (this.#bytes <= MOST_BYTES / this.#parts.threads || oldest === key) break;
      this.#kept.delete(oldest);
      this.#bytes -= matrix.values.byteLength;
    }
    return fitted;
  }
}
