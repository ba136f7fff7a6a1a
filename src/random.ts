/**
 * Randomness as a pure function of (seed, path): `stream("ask", 7)` is the same numbers in every process,
 * on every machine, whatever else was drawn before.
 */
import { log } from "./math/elementary.ts";

/** A stream of pseudo-random numbers. Draws advance it; `stream` derives an independent one without doing so. */
export interface Rng {
  /** A number uniform on [0, 1), with 53 random bits. */
  uniform(): number;
  /** An integer uniform on 0 … `n` − 1; `n` at most 2³². */
  integer(n: number): number;
  /** A standard normal number. */
  normal(): number;
  /** 32 random bits as an unsigned integer. */
  bits(): number;
  /** An independent stream, a function of this stream's own seed and `path` only. */
  stream(...path: readonly (string | number)[]): Rng;
}

/** A stream that is a function of `seed` and `path`. `seed` is any integer that a double holds exactly. */
export function rng(seed: number, ...path: readonly (string | number)[]): Rng {
  return new Xoshiro(path.reduce(absorb, absorb([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], seed)));
}

/** A seed for a study whose user gave none: 48 bits from the platform's own source. */
export function randomSeed(): number {
  const words = crypto.getRandomValues(new Uint32Array(2));
  return words[0] * 0x10000 + (words[1] & 0xffff);
}

/** A name that no other process will choose: used for clients, not for suggestions. */
export function randomId(length = 12): string {
  const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}

type Key = readonly [number, number, number, number];

/** Mixes one element of a path into a key, with the finaliser of MurmurHash3 (Appleby 2008) on each word. */
function absorb(key: Key, part: string | number): Key {
  let [a, b, c, d] = key;
  const word = (value: number) => {
    a = mix(a ^ value);
    b = mix((b + a) | 0);
    c = mix(c ^ b);
    d = mix((d + c) | 0);
    a = (a + d) | 0;
  };
  if (typeof part === "number") {
    word(1);
    word(part | 0);
    word(Math.floor(part / 2 ** 32) | 0);
  } else {
    word(2);
    word(part.length);
    for (let i = 0; i < part.length; i++) word(part.charCodeAt(i));
  }
  return [a, b, c, d];
}

function mix(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

/** xoshiro128** 1.1 (Blackman and Vigna 2018), period 2¹²⁸ − 1. */
class Xoshiro implements Rng {
  readonly #key: Key;
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | undefined;

  constructor(key: Key) {
    this.#key = key;
    [this.#a, this.#b, this.#c, this.#d] = key;
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1; // the one state it never leaves
  }

  bits(): number {
    const multiplied = Math.imul(this.#b, 5);
    const result = Math.imul((multiplied << 7) | (multiplied >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** The polar method (Marsaglia and Bray 1964): no sine, so the same bits on every engine. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const s = x * x + y * y;
      if (s === 0 || s >= 1) continue;
      const scale = Math.sqrt((-2 * log(s)) / s);
      this.#spare = y * scale;
      return x * scale;
    }
  }

  stream(...path: readonly (string | number)[]): Rng {
    return new Xoshiro(path.reduce(absorb, this.#key));
  }
}
