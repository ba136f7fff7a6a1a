/**
 * Halton points, scrambled: quasi-random numbers for any number of dimensions.
 */
import type { Rng } from "../random.ts";

export interface Halton {
  /** The point of that index, shape (dimensions), each in [0, 1): a function of index and scramble only. */
  point(index: number): Float64Array;
}

/** Digits finer than this are of no use to a double. */
const FINEST = 2 ** -53;

/**
 * The radical inverses of the index in the first prime bases. Each digit goes through a random permutation of its
 * own, so that large bases, whose first points would lie on a diagonal, fill their dimensions too.
 *
 * @param scramble  the stream to draw permutations from; without it, the plain sequence, which begins at 0
 * @see Owen 2017, "A randomized Halton algorithm in R"
 */
export function haltonSequence(dimensions: number, scramble?: Rng): Halton {
  const columns = primes(dimensions).map((base, j) => ({
    base,
    digits: permutations(base, scramble?.stream("dimension", j)),
  }));
  return {
    point: (index) => Float64Array.from(columns, ({ base, digits }) => inverse(index, base, digits)),
  };
}

/** 0.d₁d₂… in that base, where dₖ is the image of the k-th digit of the index. */
function inverse(
  index: number,
  base: number,
  digits: (place: number) => ArrayLike<number> | undefined,
): number {
  let rest = index;
  let value = 0;
  let weight = 1 / base;
  for (let place = 0; weight >= FINEST; place++, weight /= base) {
    const digit = rest % base;
    rest = Math.floor(rest / base);
    const permutation = digits(place);
    if (permutation === undefined && rest === 0 && digit === 0) break;
    value += (permutation?.[digit] ?? digit) * weight;
  }
  return Math.min(value, 1 - FINEST);
}

/** The permutation of each place, drawn when it is first needed. */
function permutations(base: number, stream: Rng | undefined): (place: number) => Uint32Array | undefined {
  if (stream === undefined) return () => undefined;
  const known: Uint32Array[] = [];
  return (place) => {
    let permutation = known[place];
    if (permutation === undefined) permutation = known[place] = shuffled(base, stream.stream(place));
    return permutation;
  };
}

function shuffled(size: number, stream: Rng): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, k) => k);
  for (let k = size - 1; k > 0; k--) {
    const other = stream.integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}

/** The first `count` primes. */
function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++)
    if (found.every((prime) => prime * prime > n || n % prime !== 0)) found.push(n);
  return found;
}
