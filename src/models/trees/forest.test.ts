import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { takeRows } from "../design-matrix.ts";
import { type ForestOptions, growForest } from "./forest.ts";
import { storeTrees } from "./format.ts";
import { outputsOfTrees, predictTrees } from "./predict.ts";

const OPTIONS: ForestOptions = {
  trees: 10,
  columns: 1,
  minRows: 1,
  depth: 1000,
  bootstrap: true,
  random: false,
};
const ALL_ROWS = { ...OPTIONS, trees: 1, bootstrap: false };
const seed = () => rng(7, "forest");

function matrix(columns: readonly ArrayLike<number>[], levels: readonly number[] = columns.map(() => 0)) {
  const rows = columns[0].length;
  const values = new Float32Array(rows * columns.length);
  for (const [c, column] of columns.entries()) values.set(Array.from(column), c * rows);
  return { rows, columns: columns.length, values, levels: Int32Array.from(levels) };
}

/** Numbers, some missing, a category, and what depends on them. */
function problem(rows: number, seedOf = 1) {
  const stream = rng(seedOf, "problem");
  const draw = (f: () => number) => Array.from({ length: rows }, f);
  const a = draw(() => (stream.uniform() < 0.15 ? Number.NaN : stream.normal()));
  const b = draw(() => stream.integer(6));
  const c = draw(() => (stream.uniform() < 0.05 ? Number.NaN : stream.integer(12)));
  const y = Float64Array.from(
    a,
    (v, i) =>
      (Number.isNaN(v) ? 2 : Math.abs(v)) + 0.3 * b[i] * (c[i] % 3 === 0 ? 1 : -1) + 0.2 * stream.normal(),
  );
  return { x: matrix([a, b, c], [0, 0, 12]), y };
}

const classesOf = (y: Float64Array, cuts: readonly number[]) =>
  y.map((value) => cuts.filter((cut) => value > cut).length);

const squaredError = (y: Float64Array, predictions: Float64Array) =>
  y.reduce((sum, value, i) => sum + (value - predictions[i]) ** 2, 0) / y.length;

test("a single full tree of all rows says of each row what it learned", () => {
  const { y } = problem(200);
  const x = matrix([Array.from(y, (_, i) => (i * 77) % 200), Array.from(y, (_, i) => i % 3)]);
  for (const random of [false, true]) {
    const tree = growForest({ x, y }, { kind: "mean" }, { ...ALL_ROWS, random }, seed());
    expect(squaredError(y, outputsOfTrees(tree, x))).toBeLessThan(1e-10);
  }
});

test("its first split is the best of all, and where two values are apart it lies between them", () => {
  for (let s = 0; s < 20; s++) {
    const stream = rng(s, "stump");
    const columns = Array.from({ length: 3 }, () => Array.from({ length: 30 }, () => 2 * stream.integer(6)));
    const target = Float64Array.from(columns[0], (v, i) => v + columns[1][i] * 0.7 + stream.normal());
    for (const cuts of [undefined, [4, 9]]) {
      const y = cuts === undefined ? target : classesOf(target, cuts);
      const aim =
        cuts === undefined ? ({ kind: "mean" } as const) : ({ kind: "classes", classes: 3 } as const);
      const tree = growForest({ x: matrix(columns), y }, aim, { ...ALL_ROWS, depth: 1 }, seed());
      const impurity = (rows: readonly number[]) => {
        if (cuts !== undefined) {
          const shares = [0, 1, 2].map((k) => rows.filter((i) => y[i] === k).length / rows.length);
          return rows.length * (1 - shares.reduce((sum, p) => sum + p * p, 0));
        }
        const mean = rows.reduce((sum, i) => sum + y[i], 0) / rows.length;
        return rows.reduce((sum, i) => sum + (y[i] - mean) ** 2, 0);
      };
      const after = (column: number, cut: number) => {
        const rows = [...y.keys()];
        const left = rows.filter((i) => columns[column][i] <= cut);
        const right = rows.filter((i) => columns[column][i] > cut);
        return left.length && right.length ? impurity(left) + impurity(right) : Number.POSITIVE_INFINITY;
      };
      const least = Math.min(
        ...columns.flatMap((column, c) => [...new Set(column)].map((cut) => after(c, cut))),
      );
      const { feature, threshold } = tree.arrays;
      expect(after(feature[0], threshold[0])).toBeCloseTo(least, 6);
      expect(columns[feature[0]]).not.toContain(threshold[0]);
    }
  }
});

test("missing values and categories: whatever side they belong to", () => {
  const codes = Array.from({ length: 240 }, (_, i) => (i % 12 === 11 ? Number.NaN : i % 12));
  const chosen = new Set([1, 4, 5, 8]);
  for (const missing of [0, 1]) {
    const y = Float64Array.from(codes, (c) => (Number.isNaN(c) ? missing : chosen.has(c) ? 1 : 0));
    const x = matrix([codes], [11]);
    const tree = growForest({ x, y }, { kind: "mean" }, { ...ALL_ROWS, depth: 1 }, seed());
    expect(squaredError(y, outputsOfTrees(tree, x))).toBeLessThan(1e-12);
  }
});

test("more levels than bins, and levels that were never seen", () => {
  const codes = Array.from({ length: 900 }, (_, i) => i % 300);
  const y = Float64Array.from(codes, (code) => code % 2);
  const forest = growForest({ x: matrix([codes], [300]), y }, { kind: "mean" }, OPTIONS, seed());
  const [never, missing] = outputsOfTrees(forest, matrix([[4711, Number.NaN]], [300]));
  expect(never).toBe(missing);
});

test.each([
  ["mean", { kind: "mean" }, []],
  ["two classes", { kind: "classes", classes: 2 }, [0.8]],
  ["three classes", { kind: "classes", classes: 3 }, [0.3, 1.2]],
  ["quantiles", { kind: "quantiles", levels: [0.1, 0.5, 0.9] }, []],
] as const)("%s: the compiled kernels and the plain ones give the same bits", (_, aim, cuts) => {
  const { x, y: numbers } = problem(400);
  const y = cuts.length > 0 ? classesOf(numbers, cuts) : numbers;
  const weights = y.map((_, i) => 0.5 + (i % 3) / 2);
  for (const random of [false, true])
    for (const options of [
      { ...OPTIONS, random, columns: 0.5 },
      { ...OPTIONS, random, minRows: 7, bootstrap: false },
    ]) {
      const forests = [false, true].map((plain) =>
        growForest({ x, y, weights }, aim, options, seed(), undefined, { plain }),
      );
      expect(storeTrees(forests[0]).json).toEqual(storeTrees(forests[1]).json);
      const [a, b] = forests.map(({ arrays }) => Object.values(arrays).map((array) => array.join()));
      expect(a).toEqual(b);
      const stored = structuredClone(storeTrees(forests[0]));
      expect(predictTrees(stored, x)).toEqual(outputsOfTrees(forests[0], x));
    }
});

test("the share of a class is a probability, and none is impossible", () => {
  const { x, y } = problem(500);
  const forest = growForest(
    { x, y: classesOf(y, [0.3, 1.2]) },
    { kind: "classes", classes: 3 },
    OPTIONS,
    seed(),
  );
  const out = outputsOfTrees(forest, x);
  for (let r = 0; r < x.rows; r++) {
    const row = out.subarray(3 * r, 3 * r + 3);
    expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(Math.min(...row)).toBeGreaterThan(0);
  }
});

test("a forest predicts rows that it has not seen better than one of its trees", () => {
  const { x, y } = problem(1500);
  const held = problem(500, 2);
  const errors = [1, 40].map((trees) =>
    squaredError(
      held.y,
      outputsOfTrees(growForest({ x, y }, { kind: "mean" }, { ...OPTIONS, trees }, seed()), held.x),
    ),
  );
  expect(errors[1]).toBeLessThan(0.7 * errors[0]);
});

test("leaves have their least weight", () => {
  const { x, y } = problem(300);
  for (const random of [false, true]) {
    const tree = growForest({ x, y }, { kind: "mean" }, { ...ALL_ROWS, random, minRows: 20 }, seed());
    const counts = new Map<number, number>();
    for (const value of outputsOfTrees(tree, x)) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect(counts.size).toBeGreaterThan(3);
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(20);
  }
});

test("a row of weight two counts as two rows", () => {
  const { x, y } = problem(200);
  const weights = Float64Array.from(y, (_, i) => (i % 4 === 0 ? 2 : 1));
  const repeated = Int32Array.from([...y.keys()].flatMap((i) => (weights[i] === 2 ? [i, i] : [i])));
  const options = { ...ALL_ROWS, minRows: 5 };
  const one = growForest({ x, y, weights }, { kind: "mean" }, options, seed());
  const rows = { x: takeRows(x, repeated), y: Float64Array.from(repeated, (i) => y[i]) };
  const other = growForest(rows, { kind: "mean" }, options, seed());
  expect([...one.arrays.feature]).toEqual([...other.arrays.feature]);
  const [a, b] = [one, other].map((tree) => outputsOfTrees(tree, x));
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], 5);
});

test("told to stop, it has the trees so far, and one at least", () => {
  const { x, y } = problem(100);
  let asked = 0;
  const forest = growForest({ x, y }, { kind: "mean" }, OPTIONS, seed(), () => ++asked > 3);
  expect(forest.arrays.roots.length).toBe(5);
  const least = growForest({ x, y }, { kind: "mean" }, OPTIONS, seed(), () => true);
  expect(least.arrays).toEqual(
    growForest({ x, y }, { kind: "mean" }, { ...OPTIONS, trees: 1 }, seed()).arrays,
  );
});

test("quantiles hold about their share of new rows", () => {
  const { x, y } = problem(2000);
  const held = problem(1000, 3);
  const levels = [0.1, 0.5, 0.9];
  const options = { ...OPTIONS, trees: 40, minRows: 10 };
  const out = outputsOfTrees(growForest({ x, y }, { kind: "quantiles", levels }, options, seed()), held.x);
  for (const [k, level] of levels.entries()) {
    const below = held.y.filter((value, i) => value <= out[3 * i + k]).length / held.y.length;
    expect(Math.abs(below - level)).toBeLessThan(0.08);
  }
});

test("columns without a cut leave the mean", () => {
  const x = matrix([new Float64Array(50), new Float64Array(50).fill(Number.NaN)]);
  const y = Float64Array.from({ length: 50 }, (_, i) => i);
  const tree = growForest({ x, y }, { kind: "mean" }, ALL_ROWS, seed());
  for (const value of outputsOfTrees(tree, x)) expect(value).toBeCloseTo(24.5, 5);
});
