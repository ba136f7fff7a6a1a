/**
 * What a network is shown of a row: every column, bent; and waves of some of them, with which it learns functions that
 * are not smooth.
 */
import { cosineOfTurns } from "../../math/cosine.ts";
import type { DesignMatrix } from "../design-matrix.ts";

/** Cosines of columns, with frequencies that were drawn once and stay. */
export interface Waves {
  readonly columns: readonly number[];
  /** A frequency, in turns, and a phase for each wave, shape (columns, waves of each, 2). */
  readonly numbers: Float32Array;
}

/** So that a wave has the variance 1, as columns have. */
const AMPLITUDE = Math.SQRT2;
/** Where a column stops to count in full. */
const BEND = 3;

/**
 * Writes the inputs of rows `first` … `first + rows − 1`: input i of the r-th of them at `out[i * input + r * row]`.
 *
 * @see Holzmüller, Grinsztajn and Steinwart 2024, "Better by Default" (smooth clipping); Tancik et al. 2020, "Fourier
 *   Features Let Networks Learn High Frequency Functions", and Gorishniy et al. 2022, "On Embeddings for Numerical
 *   Features in Tabular Deep Learning" (here with fixed frequencies)
 */
export function writeInputs(
  out: Float32Array | Float64Array,
  { rows: all, columns, values }: DesignMatrix,
  waves: Waves,
  {
    first,
    rows,
    input,
    row,
  }: { readonly first: number; readonly rows: number; readonly input: number; readonly row: number },
): void {
  for (let c = 0; c < columns; c++)
    for (let r = 0; r < rows; r++) out[c * input + r * row] = bend(values[c * all + first + r]);
  const each = waves.columns.length === 0 ? 0 : waves.numbers.length / 2 / waves.columns.length;
  for (let w = 0; w < waves.columns.length * each; w++) {
    const from = waves.columns[Math.floor(w / each)] * all + first;
    const to = (columns + w) * input;
    const frequency = waves.numbers[2 * w];
    const phase = waves.numbers[2 * w + 1];
    for (let r = 0; r < rows; r++)
      out[to + r * row] = AMPLITUDE * cosineOfTurns(frequency * values[from + r] + phase);
  }
}

/** Unchanged near 0, and never beyond ±3, so that what lies far out moves nothing far. */
function bend(x: number): number {
  return x / Math.sqrt(1 + (x / BEND) * (x / BEND));
}
