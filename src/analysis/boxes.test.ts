import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../errors.ts";
import { rng } from "../random.ts";
import { type Boxes, nondominatedBoxes } from "./boxes.ts";

/** Points of [0, 1)ᵏ, some of them on a grid so that coordinates recur. */
function draw(count: number, objectives: number, seed: number): Float64Array[] {
  const stream = rng(seed, "points");
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from({ length: objectives }, () =>
      i % 3 === 0 ? Math.floor(6 * stream.uniform()) / 6 : stream.uniform(),
    ),
  );
}

const boxesAt = ({ count, lower, upper }: Boxes, y: Float64Array): number => {
  let found = 0;
  for (let b = 0; b < count; b++) {
    const at = (ends: Float64Array, k: number) => ends[b * y.length + k];
    if (y.every((one, k) => at(lower, k) <= one && one < at(upper, k))) found++;
  }
  return found;
};

/** The volume of the boxes above `floor`. */
function volumeOf({ count, lower, upper }: Boxes, floor: number): number {
  const objectives = upper.length / count;
  let sum = 0;
  for (let b = 0; b < count; b++) {
    let product = 1;
    for (let k = 0; k < objectives; k++) {
      const place = b * objectives + k;
      product *= Math.max(0, upper[place] - Math.max(floor, lower[place]));
    }
    sum += product;
  }
  return sum;
}

/** The volume of [0, 1]ᵏ that no point dominates, by counting the cells of the grid of all coordinates. */
function volumeByCells(points: readonly Float64Array[], objectives: number): number {
  const levels = Array.from({ length: objectives }, (_, k) =>
    [...new Set([0, 1, ...points.map((point) => point[k])])].sort((a, b) => a - b),
  );
  const walk = (k: number, corner: readonly number[], size: number): number => {
    if (k === objectives) return points.some((point) => point.every((one, j) => one <= corner[j])) ? 0 : size;
    let sum = 0;
    for (let i = 0; i + 1 < levels[k].length; i++)
      sum += walk(k + 1, [...corner, levels[k][i]], size * (levels[k][i + 1] - levels[k][i]));
    return sum;
  };
  return walk(0, [], 1);
}

describe.each([1, 2, 3])("boxes in %i objectives", (objectives) => {
  const reference = new Float64Array(objectives).fill(1);

  test("hold what no point dominates, each part of it once", () => {
    for (let seed = 0; seed < 20; seed++) {
      const points = draw(seed % 4 === 0 ? seed : 12, objectives, seed);
      const boxes = nondominatedBoxes(points, reference);
      const stream = rng(seed, "probes");
      for (let n = 0; n < 300; n++) {
        const probe = Float64Array.from({ length: objectives }, () => 1.4 * stream.uniform() - 0.3);
        const isBelow = probe.every((one) => one < 1);
        const isDominated = points.some((point) => point.every((one, k) => one <= probe[k]));
        expect(boxesAt(boxes, probe)).toBe(isBelow && !isDominated ? 1 : 0);
      }
      expect(boxesAt(boxes, new Float64Array(objectives).fill(-1e9))).toBe(1);
    }
  });

  test("have the volume that a count of all cells gives", () => {
    for (let seed = 0; seed < 10; seed++) {
      const points = draw(9, objectives, seed + 100);
      expect(volumeOf(nondominatedBoxes(points, reference), 0)).toBeCloseTo(
        volumeByCells(points, objectives),
        12,
      );
    }
  });

  test("are few", () => {
    const stream = rng(5, "front");
    const front = Array.from({ length: 60 }, () => {
      const normal = Float64Array.from({ length: objectives }, () => Math.abs(stream.normal()));
      const length = Math.hypot(...normal);
      return normal.map((one) => 1 - one / length); // a concave front, of which none dominates another
    });
    const { count } = nondominatedBoxes(front, new Float64Array(objectives).fill(2));
    expect(count).toBeLessThanOrEqual(objectives === 3 ? 121 : 61);
  });
});

test("points that are not below the reference point change nothing, and neither do equal ones", () => {
  const reference = [1, 1];
  const wanted = nondominatedBoxes([[0.2, 0.5]], reference);
  const points = [
    [0.2, 0.5],
    [0.2, 0.5],
    [1, 0.1],
    [Number.NaN, 0],
    [0.3, 0.6],
  ];
  expect(volumeOf(nondominatedBoxes(points, reference), 0)).toBeCloseTo(volumeOf(wanted, 0), 15);
  expect(nondominatedBoxes([], reference)).toEqual({
    count: 1,
    lower: Float64Array.of(-Infinity, -Infinity),
    upper: Float64Array.of(1, 1),
  });
});

test("more than three objectives are refused", () => {
  expect(() => nondominatedBoxes([], [1, 1, 1, 1])).toThrow(UnsupportedError);
});
