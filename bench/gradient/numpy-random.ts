/**
 * The numbers of `numpy.random.seed(s)` and what follows, as far as a published notebook needs them: the generator is
 * MT19937 (Matsumoto and Nishimura 1998), normals by the polar method, permutations by masked rejection.
 */

const N = 624;
const M = 397;

export interface NumpyRandom {
  /** `randn(n)` */
  normals(n: number): Float64Array;
  /** `permutation(n)` */
  permutation(n: number): number[];
}

export function numpyRandom(seed: number): NumpyRandom {
  const state = new Uint32Array(N);
  state[0] = seed;
  for (let i = 1; i < N; i++) {
    const before = state[i - 1] ^ (state[i - 1] >>> 30);
    state[i] = Math.imul(1812433253, before) + i;
  }
  let at = N;
  let spare: number | undefined;

  function bits(): number {
    if (at === N) {
      for (let k = 0; k < N; k++) {
        const y = (state[k] & 0x80000000) | (state[(k + 1) % N] & 0x7fffffff);
        state[k] = state[(k + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      at = 0;
    }
    let y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  const uniform = () => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;

  function normal(): number {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const r = x * x + y * y;
      if (r >= 1 || r === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(r)) / r);
      spare = factor * x;
      return factor * y;
    }
  }

  /** A whole number 0 … `max`. */
  function below(max: number): number {
    let mask = max;
    for (const shift of [1, 2, 4, 8, 16]) mask |= mask >>> shift;
    for (;;) {
      const value = (bits() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  return {
    normals: (n) => Float64Array.from({ length: n }, normal),
    permutation(n) {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = below(i);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
  };
}
