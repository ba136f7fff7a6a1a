import { expect, test } from "vitest";
import { rng } from "../random.ts";
import { SOBOL_DIMENSIONS, sobolSequence } from "./sobol.ts";

test("the plain sequence is that of the published directions", () => {
  // scipy.stats.qmc.Sobol(600, scramble=False).random(8), dimensions 0, 1, 2, 9, 499, 599
  const expected = [
    [0, 0, 0, 0, 0, 0],
    [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    [0.75, 0.25, 0.25, 0.75, 0.25, 0.75],
    [0.25, 0.75, 0.75, 0.25, 0.75, 0.25],
    [0.375, 0.375, 0.625, 0.625, 0.625, 0.875],
    [0.875, 0.875, 0.125, 0.125, 0.125, 0.375],
    [0.625, 0.125, 0.875, 0.375, 0.875, 0.125],
    [0.125, 0.625, 0.375, 0.875, 0.375, 0.625],
  ];
  expect(SOBOL_DIMENSIONS).toBe(600);
  const sequence = sobolSequence(600);
  const points = expected.map((_, index) => sequence.point(index));
  expect(points.map((point) => [0, 1, 2, 9, 499, 599].map((j) => point[j]))).toEqual(expected);
});

test("scrambled, the first 2^m points hit every interval of length 2^-m once, in every dimension", () => {
  const sequence = sobolSequence(60, rng(5));
  for (let j = 0; j < 60; j++) {
    const cells = new Set(
      Array.from({ length: 64 }, (_, index) => Math.floor(sequence.point(index)[j] * 64)),
    );
    expect(cells.size).toBe(64);
  }
});

test("two scrambles differ, one is repeatable, and pairs of dimensions fill the square", () => {
  const [a, b, c] = [rng(1), rng(1), rng(2)].map((stream) => sobolSequence(4, stream).point(9));
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
  const sequence = sobolSequence(2, rng(3));
  const squares = new Set(
    Array.from({ length: 16 }, (_, index) => sequence.point(index)).map(
      ([x, y]) => Math.floor(x * 4) * 4 + Math.floor(y * 4),
    ),
  );
  expect(squares.size).toBe(16);
});

test("beyond the directions, coordinates are random and inside", () => {
  const point = sobolSequence(610, rng(1)).point(3);
  expect(new Set(point.subarray(600)).size).toBe(10);
  expect(point.every((u) => u >= 0 && u < 1)).toBe(true);
});
