/**
 * Sobol points, scrambled: quasi-random numbers that fill the unit cube more evenly than random ones.
 */
import type { Rng } from "../random.ts";
import { DIMENSIONS_BY_DEGREE, PACKED_DIRECTIONS } from "./sobol-directions.ts";

const BITS = 32;

/** How many dimensions have direction numbers. */
export const SOBOL_DIMENSIONS = 1 + DIMENSIONS_BY_DEGREE.reduce((sum, count) => sum + count, 0);

export interface Sobol {
  /** The point of that index, shape (dimensions), each in [0, 1): a function of index and scramble only. */
  point(index: number): Float64Array;
}

/**
 * Sobol points with a random linear matrix scramble and a digital shift (Matoušek 1998): each point is uniform,
 * and the first 2^m of them still hit every elementary interval once. Points come in Gray-code order.
 *
 * @param dimensions  beyond `SOBOL_DIMENSIONS`, the further coordinates are independent random numbers
 * @param scramble    the stream to scramble with; without it, the plain sequence, which begins at 0
 */
export function sobolSequence(dimensions: number, scramble?: Rng): Sobol {
  const known = Math.min(dimensions, SOBOL_DIMENSIONS);
  const directions = unpackDirections(known);
  const shifts = new Uint32Array(known);
  if (scramble !== undefined)
    for (let j = 0; j < known; j++) {
      const stream = scramble.stream("dimension", j);
      scrambleLinearly(directions.subarray(j * BITS, (j + 1) * BITS), stream);
      shifts[j] = stream.bits();
    }
  return {
    point(index) {
      const point = new Float64Array(dimensions);
      const gray = (index ^ (index >>> 1)) >>> 0;
      for (let j = 0; j < known; j++) {
        let x = shifts[j];
        for (let rest = gray, k = 0; rest !== 0; rest >>>= 1, k++)
          if (rest & 1) x ^= directions[j * BITS + k];
        point[j] = (x >>> 0) / 2 ** BITS;
      }
      if (dimensions > known) {
        const stream = scramble?.stream("beyond", index);
        for (let j = known; j < dimensions; j++) point[j] = stream?.uniform() ?? 0;
      }
      return point;
    },
  };
}

/** Direction numbers V_k = m_k · 2^(32 − k), shape (dimensions, 32), by the recurrence of Joe and Kuo 2008, eq. 2. */
function unpackDirections(dimensions: number): Uint32Array {
  const directions = new Uint32Array(dimensions * BITS);
  for (let k = 0; k < BITS; k++) directions[k] = 2 ** (BITS - 1 - k);
  const read = bitReader();
  let j = 1;
  for (let degree = 1; degree <= DIMENSIONS_BY_DEGREE.length; degree++)
    for (let n = 0; n < DIMENSIONS_BY_DEGREE[degree - 1]; n++, j++) {
      if (j >= dimensions) return directions;
      const polynomial = read(degree - 1);
      const v = directions.subarray(j * BITS, (j + 1) * BITS);
      for (let k = 0; k < degree; k++) v[k] = (2 * read(k) + 1) * 2 ** (BITS - 1 - k);
      for (let k = degree; k < BITS; k++) {
        let next = v[k - degree] ^ (v[k - degree] >>> degree);
        for (let i = 1; i < degree; i++) if ((polynomial >>> (degree - 1 - i)) & 1) next ^= v[k - i];
        v[k] = next;
      }
    }
  return directions;
}

function bitReader(): (count: number) => number {
  const bytes = atob(PACKED_DIRECTIONS);
  let at = 0;
  return (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, at++)
      value = value * 2 + ((bytes.charCodeAt(at >> 3) >> (7 - (at & 7))) & 1);
    return value;
  };
}

/** Multiplies each direction number by a random lower-triangular matrix over GF(2) with a unit diagonal. */
function scrambleLinearly(v: Uint32Array, stream: Rng): void {
  const rows = Array.from({ length: BITS }, (_, row) => {
    const above = row === 0 ? 0 : (stream.bits() & -(2 ** (BITS - row))) >>> 0; // bits more significant than its own
    return (above | (2 ** (BITS - 1 - row))) >>> 0;
  });
  for (let k = 0; k < v.length; k++) {
    let scrambled = 0;
    for (let row = 0; row < BITS; row++) scrambled = scrambled * 2 + parity(rows[row] & v[k]);
    v[k] = scrambled;
  }
}

function parity(word: number): number {
  let x = word ^ (word >>> 16);
  x ^= x >>> 8;
  x ^= x >>> 4;
  return (0x6996 >>> (x & 15)) & 1;
}
