/**
 * Which columns enter a network as waves too, and their frequencies.
 */
import type { DesignMatrix } from "../../models/design-matrix.ts";
import type { Waves } from "../../models/network/inputs.ts";
import type { Rng } from "../../random.ts";
import type { Params } from "../../space/types.ts";

/** More waves than these cost more than they are worth: with many columns each has fewer. */
const MOST = 512;

/** Normal frequencies, in turns for each standard deviation of a column, and uniform phases. */
export function wavesOf(x: DesignMatrix, params: Params, rng: Rng): Waves {
  const columns = params.fourier === "on" ? waving(x) : [];
  const each = wavesEach(params, columns.length);
  if (each === 0) return { columns: [], numbers: new Float32Array() };
  const scale = params["fourier.on.scale"] as number;
  const numbers = new Float32Array(2 * columns.length * each);
  for (let i = 0; i < numbers.length; i += 2) {
    numbers[i] = scale * rng.normal();
    numbers[i + 1] = rng.uniform();
  }
  return { columns, numbers };
}

/** How many waves each of so many columns has. */
export function wavesEach(params: Params, columns: number): number {
  if (params.fourier !== "on" || columns === 0) return 0;
  return Math.min(params["fourier.on.count"] as number, Math.floor(MOST / columns));
}

/** Columns with more than two different values. */
function waving({ rows, columns, values }: DesignMatrix): number[] {
  return Array.from({ length: columns }, (_, c) => c).filter((c) => {
    const column = values.subarray(c * rows, (c + 1) * rows);
    const other = column.find((value) => value !== column[0]);
    return column.some((value) => value !== column[0] && value !== other);
  });
}
