import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { type DesignMatrix, takeRows } from "../design-matrix.ts";
import {
  classes,
  classes3,
  ELASTIC_NET,
  LASSO,
  LOGISTIC,
  numbers,
  QUANTILES,
  RIDGE,
  ROWS,
  SOFTMAX,
  sample,
} from "../peers.fixtures.ts";
import { fitLinear, type LinearProblem } from "./fit.ts";
import { placeKnots } from "./knots.ts";
import { predictLinear } from "./predict.ts";

const ones = (rows: number) => new Float64Array(rows).fill(1);
const learn = (problem: Pick<LinearProblem, "y" | "task"> & Partial<LinearProblem>) =>
  fitLinear({
    x: sample(),
    weights: ones(problem.y.length),
    strength: 0.01,
    l1: 0,
    stop: () => false,
    ...problem,
  });
const near = (given: ArrayLike<number>, wanted: readonly number[], digits: number) =>
  wanted.forEach((value, i) => {
    expect(given[i]).toBeCloseTo(value, digits);
  });
/** A matrix of these columns. */
const matrix = (columns: readonly (readonly number[])[]): DesignMatrix => ({
  rows: columns[0].length,
  columns: columns.length,
  values: Float32Array.from(columns.flat()),
  levels: new Int32Array(columns.length),
});
const second = (predictions: Float64Array) => predictions.filter((_, i) => i % 2 === 1);

test("regression is ridge and elastic net as scikit-learn has them", () => {
  near(predictLinear(learn({ y: numbers, task: { kind: "number" } }), sample()), RIDGE, 6);
  const net = learn({ y: numbers, task: { kind: "number" }, strength: 0.1, l1: 0.7 });
  near(predictLinear(net, sample()), ELASTIC_NET, 5);
  expect(net.arrays.weights[3]).toBe(0);
});

test("a wide regression, solved by descent, agrees with the normal equations", () => {
  const random = rng(1);
  const rows = 30;
  const wide = matrix(
    Array.from({ length: 1001 }, () => Array.from({ length: rows }, () => random.normal())),
  );
  const narrow = { ...wide, columns: 1000, values: wide.values.slice(0, rows * 1000) };
  const y = Float64Array.from({ length: rows }, (_, r) => wide.values[r] + random.normal());
  const options = { y, task: { kind: "number" }, strength: 0.5, l1: 0 } as const;
  const byDescent = predictLinear(learn({ ...options, x: wide }), wide);
  const byProducts = predictLinear(learn({ ...options, x: narrow }), narrow);
  byProducts.forEach((value, r) => {
    expect(Math.abs(byDescent[r] - value)).toBeLessThan(0.02);
  });
});

test("classes are logistic and softmax regression as scikit-learn has them", () => {
  const two = { kind: "classes", classes: 2 } as const;
  near(second(predictLinear(learn({ y: classes, task: two }), sample())), LOGISTIC, 4);
  const lasso = learn({ y: classes, task: two, strength: 0.05, l1: 1 });
  near(second(predictLinear(lasso, sample())), LASSO, 4);
  expect(Array.from(lasso.arrays.weights)).toEqual([
    0,
    expect.any(Number),
    0,
    expect.any(Number),
    0,
    0,
    0,
    0,
  ]);
  near(predictLinear(learn({ y: classes3, task: { kind: "classes", classes: 3 } }), sample()), SOFTMAX, 4);
});

test("quantiles are near those of the exact programme, and never cross", () => {
  const levels = [0.1, 0.5, 0.9];
  const predictions = predictLinear(
    learn({ y: numbers, task: { kind: "quantiles", levels }, strength: 1e-6 }),
    sample(),
  );
  near(predictions.subarray(0, 9), QUANTILES, 1);
  for (let r = 0; r < ROWS; r++)
    expect(
      predictions[3 * r] <= predictions[3 * r + 1] && predictions[3 * r + 1] <= predictions[3 * r + 2],
    ).toBe(true);
});

test("a row of weight 2 is that row twice", () => {
  const weights = ones(ROWS).map((_, r) => (r < 10 ? 2 : 1));
  const rows = [...Array.from({ length: 10 }, (_, r) => r), ...Array.from({ length: ROWS }, (_, r) => r)];
  for (const [y, task] of [
    [numbers, { kind: "number" }],
    [classes, { kind: "classes", classes: 2 }],
    [classes3, { kind: "classes", classes: 3 }],
  ] as const) {
    const weighted = predictLinear(learn({ y, task, weights }), sample());
    const twice = learn({ x: takeRows(sample(), rows), y: Float64Array.from(rows, (r) => y[r]), task });
    near(predictLinear(twice, sample()), Array.from(weighted), 4);
  }
});

test("separable classes, constant columns, one row and a class that is not there give finite probabilities", () => {
  const x = matrix([Array.from({ length: 20 }, (_, r) => r), new Array(20).fill(7)]);
  const y = Float64Array.from({ length: 20 }, (_, r) => (r < 10 ? 0 : 1));
  const separated = predictLinear(learn({ x, y, task: { kind: "classes", classes: 2 }, strength: 1e-6 }), x);
  expect(separated.every((p) => p >= 0 && p <= 1)).toBe(true);
  expect(second(separated).map(Math.round)).toEqual(y);
  const absent = predictLinear(learn({ x, y, task: { kind: "classes", classes: 3 } }), x);
  for (let r = 0; r < 20; r++) expect(absent[3 * r + 2]).toBeLessThan(0.05);
  const one = takeRows(x, [0]);
  for (const task of [{ kind: "number" }, { kind: "classes", classes: 2 }] as const)
    expect(predictLinear(learn({ x: one, y: Float64Array.of(1), task }), x).every(Number.isFinite)).toBe(
      true,
    );
});

test("two columns that are the same share their weight", () => {
  const values = Array.from(sample().values.subarray(0, ROWS));
  const x = matrix([values, values]);
  const { weights } = learn({ x, y: numbers, task: { kind: "number" }, strength: 1e-6 }).arrays;
  expect(weights[0]).toBeCloseTo(weights[1], 4);
});

test("being told to stop, it returns what it has", () => {
  const stopped = learn({ y: classes, task: { kind: "classes", classes: 2 }, stop: () => true });
  expect(predictLinear(stopped, sample())[0]).toBeCloseTo(0.5, 6); // the shares of the classes
});

test("bent at knots, numbers follow a curve that a straight line does not", () => {
  const x = matrix([Array.from({ length: 200 }, (_, r) => r / 100 - 1), new Array(200).fill(3)]);
  const y = Float64Array.from({ length: 200 }, (_, r) => Math.abs(x.values[r]));
  const worst = (knots: number) => {
    const task = { kind: "number" } as const;
    const predictions = predictLinear(learn({ x, y, task, strength: 1e-8, knots }), x);
    return Math.max(...predictions.map((value, r) => Math.abs(value - y[r])));
  };
  expect(worst(0)).toBeGreaterThan(0.4);
  expect(worst(1)).toBeLessThan(0.02);
  const bent = learn({ x, y, task: { kind: "number" }, knots: 3 });
  expect(Array.from(bent.arrays.sources)).toEqual([0, 0, 0]);
});

test("knots are where the values are, each once and none at an end", () => {
  const x = matrix([[0, 0, 0, 0, 0, 1, 2, 2, 3, 9], new Array(10).fill(1), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]]);
  const { sources, knots } = placeKnots(x, 9);
  expect(Array.from(knots)).toEqual([1, 2, 3]);
  expect(Array.from(sources)).toEqual([0, 0, 0]);
});
