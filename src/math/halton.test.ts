import { expect, test } from "vitest";
import { rng } from "../random.ts";
import { haltonSequence } from "./halton.ts";

test("the plain sequence is the radical inverse in prime bases", () => {
  const sequence = haltonSequence(3);
  const expected = [
    [0, 0, 0],
    [1 / 2, 1 / 3, 1 / 5],
    [1 / 4, 2 / 3, 2 / 5],
    [3 / 4, 1 / 9, 3 / 5],
    [1 / 8, 4 / 9, 4 / 5],
    [5 / 8, 7 / 9, 1 / 25],
  ];
  expected.forEach((point, index) => {
    sequence.point(index).forEach((u, j) => {
      expect(u).toBeCloseTo(point[j], 15);
    });
  });
});

test("scrambled, the first b^m points hit every interval of length b^-m once, in base b", () => {
  const sequence = haltonSequence(4, rng(5));
  [2 ** 6, 3 ** 4, 5 ** 2, 7 ** 2].forEach((count, j) => {
    const cells = new Set(
      Array.from({ length: count }, (_, index) => Math.floor(sequence.point(index)[j] * count + 1e-9)),
    );
    expect(cells.size).toBe(count);
  });
});

test("large bases do not begin on a diagonal", () => {
  const sequence = haltonSequence(60, rng(6));
  const points = Array.from({ length: 100 }, (_, index) => sequence.point(index));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [58, 59].map((j) => points.map((point) => point[j]));
  const [mx, my] = [mean(x), mean(y)];
  expect(Math.abs(mean(x.map((u, i) => 12 * (u - mx) * (y[i] - my))))).toBeLessThan(0.3);
  expect(mx).toBeGreaterThan(0.4);
  expect(mx).toBeLessThan(0.6);
});

test("two scrambles differ, one is repeatable, and all is inside", () => {
  const [a, b, c] = [rng(1), rng(1), rng(2)].map((stream) => haltonSequence(300, stream).point(123456));
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
  expect(a.every((u) => u >= 0 && u < 1)).toBe(true);
});
