import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { rowMajor } from "../design-matrix.ts";
import { classes3, NEIGHBOURS, NEIGHBOURS_7, NEIGHBOURS_L1, numbers, sample } from "../peers.fixtures.ts";
import { fitNeighbours, type NeighboursProblem } from "./fit.ts";
import { findNearest } from "./nearest.ts";
import { predictNeighbours } from "./predict.ts";
import { buildTree } from "./tree.ts";

const learn = (problem: Partial<NeighboursProblem>) =>
  fitNeighbours({
    ...{ x: sample(0, 50), y: numbers.slice(0, 50), weights: new Float64Array(50).fill(1) },
    ...{ classes: 0, k: 5, metric: "l2", weighting: "uniform", focus: 0 },
    ...problem,
  });

test("numbers are means of neighbours as scikit-learn has them", () => {
  const seven = predictNeighbours(learn({ k: 7 }), sample(50));
  NEIGHBOURS_7.forEach((value, r) => {
    expect(seven[r]).toBeCloseTo(value, 6);
  });
  const byDistance = predictNeighbours(learn({ metric: "l1", weighting: "distance" }), sample(50));
  NEIGHBOURS_L1.forEach((value, r) => {
    expect(byDistance[r]).toBeCloseTo(value, 5);
  });
});

test("classes are shares of neighbours, and the shares of all as one more neighbour", () => {
  const y = classes3.slice(0, 50);
  const shares = [0, 1, 2].map((k) => y.filter((value) => value === k).length / 50);
  const predictions = predictNeighbours(learn({ y, classes: 3 }), sample(50));
  NEIGHBOURS.forEach((value, i) => {
    expect(predictions[i]).toBeCloseTo((5 * value + shares[i % 3]) / 6, 6);
  });
});

test.each(["l1", "l2"] as const)("those found are the nearest of all (%s)", (metric) => {
  const random = rng(3);
  for (const columns of [1, 3, 11]) {
    const rows = 500;
    const points = Float32Array.from({ length: rows * columns }, () => Math.round(4 * random.normal()) / 2);
    const queries = Float32Array.from({ length: 70 * columns }, () => random.normal());
    const tree = buildTree(points, columns);
    let asked = 0;
    findNearest({ tree, columns, k: 9, metric }, queries, (query, nearest) => {
      expect(query).toBe(asked++);
      const all = Float64Array.from({ length: rows }, (_, r) => {
        let sum = 0;
        for (let c = 0; c < columns; c++) {
          const difference = Math.abs(points[r * columns + c] - queries[query * columns + c]);
          sum += metric === "l2" ? difference ** 2 : difference;
        }
        return metric === "l2" ? Math.sqrt(sum) : sum;
      }).sort();
      const found = Float64Array.from(nearest.distances).sort();
      for (const [i, distance] of found.entries()) expect(distance).toBeCloseTo(all[i], 9);
    });
    expect(asked).toBe(70);
  }
});

test("with all weight on what tells of the target, the other columns hardly count", () => {
  const random = rng(5);
  const rows = 400;
  const values = Float32Array.from({ length: rows * 6 }, () => random.normal());
  const x = { rows, columns: 6, values, levels: new Int32Array(6) };
  const y = Float64Array.from({ length: rows }, (_, r) => values[r]);
  const weights = new Float64Array(rows).fill(1);
  const other = { ...x, values: Float32Array.from(values, () => random.normal()) };
  const error = (focus: number) =>
    predictNeighbours(learn({ x, y, weights, focus }), other).reduce(
      (sum, value, r) => sum + (value - other.values[r]) ** 2,
      0,
    );
  expect(error(1)).toBeLessThan(error(0) / 4);
});

test("quantiles are those of the neighbours", () => {
  const predictions = predictNeighbours(learn({ k: 50, levels: [0.5] }), sample(50));
  const median = Float64Array.from(numbers.slice(0, 50)).sort()[24];
  expect(predictions.every((value) => value === median)).toBe(true);
});

test("weights are votes; constant columns and more neighbours than rows do no harm", () => {
  const weights = new Float64Array(50).fill(1e-9);
  weights[17] = 1;
  const heavy = predictNeighbours(learn({ k: 1000, weights }), sample(50));
  for (const value of heavy) expect(value).toBeCloseTo(numbers[17], 5);
  const flat = { rows: 50, columns: 2, values: new Float32Array(100).fill(3), levels: new Int32Array(2) };
  const predictions = predictNeighbours(learn({ x: flat, weighting: "distance" }), flat);
  expect(predictions.every(Number.isFinite)).toBe(true);
});

test("points of a tree are the rows in its order", () => {
  const tree = buildTree(rowMajor(sample()), 4);
  for (const [place, row] of tree.order.entries()) expect(tree.points[place * 4]).toBe(sample().values[row]);
});
