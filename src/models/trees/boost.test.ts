import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { type DesignMatrix, takeRows } from "../design-matrix.ts";
import { type BoostOptions, boost, type Labelled } from "./boost.ts";
import { storeTrees } from "./format.ts";
import { outputsOfTrees, predictTrees, rawScores } from "./predict.ts";

const OPTIONS: BoostOptions = {
  growth: "leaves",
  leaves: 8,
  depth: 64,
  minRows: 1,
  minHessian: 0,
  l1: 0,
  l2: 1,
  minGain: 0,
  columns: 1,
  nodeColumns: 1,
  categories: { smoothing: 1, l2: 1 },
  rounds: 20,
  learningRate: 0.3,
  rows: 1,
  patience: 5,
};
const STUMP = { ...OPTIONS, leaves: 2, rounds: 1, learningRate: 1, l2: 0 };
const seed = () => rng(7, "boost");

/** A matrix of these columns; a category is given by the number of its levels. */
function matrix(columns: readonly ArrayLike<number>[], levels: readonly number[] = columns.map(() => 0)) {
  const rows = columns[0].length;
  const values = new Float32Array(rows * columns.length);
  for (const [c, column] of columns.entries()) values.set(Array.from(column), c * rows);
  return { rows, columns: columns.length, values, levels: Int32Array.from(levels) };
}

/** Numbers, some of them missing, a category, and what depends on both. */
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

const asClasses = ({ x, y }: Labelled, cuts: readonly number[]): Labelled => ({
  x,
  y: y.map((value) => cuts.filter((cut) => value > cut).length),
});

const squaredError = (y: Float64Array, predictions: Float64Array) =>
  y.reduce((sum, value, i) => sum + (value - predictions[i]) ** 2, 0) / y.length;

test("the first split is the best of all, and its threshold lies halfway", () => {
  for (let s = 0; s < 20; s++) {
    const stream = rng(s, "stump");
    const n = 30;
    const columns = Array.from({ length: 3 }, () => Array.from({ length: n }, () => stream.integer(9)));
    const y = Float64Array.from(columns[0], (v, i) => v + columns[1][i] * 0.7 + stream.normal());
    const { trees } = boost({ x: matrix(columns), y }, undefined, { kind: "squared" }, STUMP, seed());
    let least = Number.POSITIVE_INFINITY;
    for (const column of columns)
      for (const cut of new Set(column)) {
        const sides = [y.filter((_, i) => column[i] <= cut), y.filter((_, i) => column[i] > cut)];
        if (sides.some((side) => side.length === 0)) continue;
        const error = sides.reduce((sum, side) => {
          const mean = side.reduce((a, b) => a + b, 0) / side.length;
          return sum + side.reduce((a, b) => a + (b - mean) ** 2, 0);
        }, 0);
        least = Math.min(least, error / n);
      }
    expect(squaredError(y, outputsOfTrees(trees, matrix(columns)))).toBeCloseTo(least, 5);
    const sorted = [...new Set(columns[trees.arrays.feature[0]])].sort((a, b) => a - b);
    const halfway = sorted.slice(1).map((value, i) => (value + sorted[i]) / 2);
    expect(halfway).toContain(trees.arrays.threshold[0]);
  }
});

test("missing values go where the loss is lower, whichever side that is", () => {
  for (const [low, high, missing] of [
    [0, 1, 0],
    [0, 1, 1],
  ]) {
    const values = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? Number.NaN : i));
    const y = Float64Array.from(values, (v) => (Number.isNaN(v) ? missing : v < 30 ? low : high));
    const x = matrix([values]);
    const { trees } = boost({ x, y }, undefined, { kind: "squared" }, STUMP, seed());
    expect(squaredError(y, outputsOfTrees(trees, x))).toBeLessThan(1e-12);
  }
});

test("whether a value is missing can be all that a split asks", () => {
  const values = Array.from({ length: 40 }, (_, i) => (i % 2 ? Number.NaN : i));
  const y = Float64Array.from(values, (v) => (Number.isNaN(v) ? 1 : 0));
  const { trees } = boost({ x: matrix([values]), y }, undefined, { kind: "squared" }, STUMP, seed());
  expect(squaredError(y, outputsOfTrees(trees, matrix([values])))).toBeLessThan(1e-12);
});

test("levels of a category are split into the two best sets", () => {
  const codes = Array.from({ length: 200 }, (_, i) => i % 10);
  const left = new Set([1, 4, 5, 8]);
  const y = Float64Array.from(codes, (code) => (left.has(code) ? 3 : -1));
  const x = matrix([codes], [10]);
  const options = { ...STUMP, categories: { smoothing: 0, l2: 0 } };
  const { trees } = boost({ x, y }, undefined, { kind: "squared" }, options, seed());
  expect(trees.arrays.feature.length).toBe(3);
  expect(squaredError(y, outputsOfTrees(trees, x))).toBeLessThan(1e-10);
});

test("levels that were never seen, and codes beyond all levels, are treated as missing", () => {
  const { x, y } = problem(400);
  const { trees } = boost({ x, y }, undefined, { kind: "squared" }, OPTIONS, seed());
  const at = (code: number) => [...outputsOfTrees(trees, matrix([[0.5], [2], [code]], [0, 0, 12]))];
  expect(at(99)).toEqual(at(Number.NaN));
  expect(at(3)).not.toEqual(at(4));
});

test("more levels than bins: the rare ones are treated as missing", () => {
  const stream = rng(3);
  const codes = Array.from({ length: 3000 }, (_, i) => (i < 300 ? i : stream.integer(40)));
  const y = Float64Array.from(codes, (code) => (code < 40 ? code % 2 : 5));
  const x = matrix([codes], [300]);
  const { trees } = boost({ x, y }, undefined, { kind: "squared" }, { ...OPTIONS, rounds: 40 }, seed());
  expect(squaredError(y, outputsOfTrees(trees, x))).toBeLessThan(0.15);
});

test.each([
  ["squared", { kind: "squared" }, []],
  ["logistic", { kind: "logistic" }, [0.8]],
  ["softmax", { kind: "softmax", classes: 3 }, [0.3, 1.2]],
  ["quantile", { kind: "quantile", levels: [0.1, 0.5, 0.9] }, []],
  ["absolute", { kind: "absolute" }, []],
] as const)("%s: the compiled kernels and the plain ones give the same bits", (_, loss, cuts) => {
  const whole = problem(700);
  const learn = cuts.length > 0 ? asClasses(whole, cuts) : whole;
  const valid = cuts.length > 0 ? asClasses(problem(200, 2), cuts) : problem(200, 2);
  const weights = learn.y.map((_, i) => 0.5 + (i % 3) / 2);
  const sampled = {
    ...OPTIONS,
    rows: 0.7,
    columns: 0.7,
    nodeColumns: 0.7,
    growth: "depth",
    depth: 4,
  } as const;
  for (const options of [OPTIONS, sampled]) {
    const fits = [false, true].map((plain) =>
      boost({ ...learn, weights }, valid, loss, options, seed(), undefined, { plain }),
    );
    const [a, b] = fits.map(({ trees: { arrays, ...head }, ...rest }) => ({
      ...{ head, rest },
      arrays: Object.values(arrays).map((array) => array.join()),
    }));
    expect(a).toEqual(b);
    expect(fits[0].rounds).toBeGreaterThan(0);
  }
});

test("what was kept predicts as the trees do, and as the scores did in training", () => {
  const { x, y } = problem(500);
  const held = problem(150, 2);
  const fitted = boost({ x, y }, held, { kind: "squared" }, { ...OPTIONS, patience: 1000 }, seed());
  const stored = structuredClone(storeTrees(fitted.trees));
  expect(predictTrees(stored, held.x)).toEqual(outputsOfTrees(fitted.trees, held.x));
  // of the rounds it kept, none with fewer is better
  const error = squaredError(held.y, predictTrees(stored, held.x));
  for (const rounds of [1, 5, fitted.rounds - 1, fitted.rounds, fitted.rounds + 1, 20]) {
    const shorter = boost({ x, y }, undefined, { kind: "squared" }, { ...OPTIONS, rounds }, seed());
    expect(squaredError(held.y, outputsOfTrees(shorter.trees, held.x))).toBeGreaterThanOrEqual(error);
  }
});

test("it ends when held-back rows have not gained for so many rounds", () => {
  const noise = rng(5);
  const x = matrix([Array.from({ length: 300 }, () => noise.normal())]);
  const y = Float64Array.from({ length: 300 }, () => noise.normal());
  const other = matrix([Array.from({ length: 300 }, () => noise.normal())]);
  const fitted = boost(
    { x, y },
    { x: other, y: Float64Array.from({ length: 300 }, () => noise.normal()) },
    { kind: "squared" },
    { ...OPTIONS, rounds: 500, patience: 6 },
    seed(),
  );
  expect(fitted.trained).toBe(fitted.rounds + 6);
  expect(fitted.trees.arrays.roots.length).toBe(fitted.rounds + 1);
});

test("told to stop, it has whole rounds only", () => {
  const learn = asClasses(problem(300), [0.3, 1.2]);
  let asked = 0;
  const loss = { kind: "softmax", classes: 3 } as const;
  const fitted = boost(learn, undefined, loss, OPTIONS, seed(), () => ++asked > 7);
  expect(fitted.rounds).toBe(2);
  expect(fitted.trees).toEqual(boost(learn, undefined, loss, { ...OPTIONS, rounds: 2 }, seed()).trees);
  const none = boost(learn, undefined, loss, OPTIONS, seed(), () => true);
  expect([...outputsOfTrees(none.trees, takeRows(learn.x, [0]))].reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});

test("a row of weight two counts as two rows", () => {
  const { x, y } = problem(300);
  const weights = Float64Array.from(y, (_, i) => (i % 4 === 0 ? 2 : 1));
  const repeated = Int32Array.from([...y.keys()].flatMap((i) => (weights[i] === 2 ? [i, i] : [i])));
  const options = { ...OPTIONS, minRows: 0, minHessian: 3 };
  const one = boost({ x, y, weights }, undefined, { kind: "squared" }, options, seed());
  const rows = { x: takeRows(x, repeated), y: Float64Array.from(repeated, (i) => y[i]) };
  const other = boost(rows, undefined, { kind: "squared" }, options, seed());
  expect([...one.trees.arrays.feature]).toEqual([...other.trees.arrays.feature]);
  const [a, b] = [one, other].map(({ trees }) => outputsOfTrees(trees, x));
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], 5);
});

test("leaves have their fewest rows", () => {
  const { x, y } = problem(300);
  const options = { ...OPTIONS, minRows: 25, leaves: 64, rounds: 1, learningRate: 1, l2: 0 };
  const { trees } = boost({ x, y }, undefined, { kind: "squared" }, options, seed());
  const counts = new Map<number, number>();
  for (const value of rawScores(trees, x)) counts.set(value, (counts.get(value) ?? 0) + 1);
  expect(counts.size).toBeGreaterThan(3);
  expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(25);
});

test("with a monotone constraint predictions never fall as the feature grows, and follow it otherwise", () => {
  const stream = rng(11);
  const n = 600;
  const a = Array.from({ length: n }, () => stream.uniform());
  const b = Array.from({ length: n }, () => stream.uniform());
  const y = Float64Array.from(a, (v, i) => v + Math.abs(v - 0.5) * 2 * (b[i] > 0.5 ? 1 : -1) + 0.1 * b[i]);
  const options = { ...OPTIONS, leaves: 16, rounds: 60 };
  /** The largest step against the direction. */
  const against = (direction: number, monotone?: Int8Array) => {
    const constrained = { ...options, ...(monotone && { monotone }) };
    const { trees } = boost({ x: matrix([a, b]), y }, undefined, { kind: "squared" }, constrained, seed());
    const steps = Array.from({ length: 200 }, (_, i) => i / 200);
    let most = 0;
    for (const other of [0.1, 0.4, 0.6, 0.9]) {
      const line = outputsOfTrees(trees, matrix([steps, steps.map(() => other)]));
      for (let i = 1; i < line.length; i++) most = Math.max(most, direction * (line[i - 1] - line[i]));
    }
    return most;
  };
  for (const direction of [1, -1]) {
    expect(against(direction)).toBeGreaterThan(0.02);
    expect(against(direction, Int8Array.of(direction, 0))).toBeLessThan(1e-9);
    expect(against(direction, Int8Array.of(0, direction))).toBeGreaterThan(0.02);
  }
});

test("without constraints that bind, the constrained search finds the same trees", () => {
  const { x, y } = problem(400);
  const numbers: DesignMatrix = {
    ...x,
    columns: 2,
    values: x.values.subarray(0, 800),
    levels: new Int32Array(2),
  };
  const free = boost({ x: numbers, y }, undefined, { kind: "squared" }, OPTIONS, seed());
  const options = { ...OPTIONS, monotone: new Int8Array(2) };
  const bound = boost({ x: { ...numbers }, y }, undefined, { kind: "squared" }, options, seed());
  expect([...bound.trees.arrays.feature]).toEqual([...free.trees.arrays.feature]);
  expect([...bound.trees.arrays.threshold]).toEqual([...free.trees.arrays.threshold]);
});

test("quantiles hold about their share of the rows and do not cross", () => {
  const { x, y } = problem(2000);
  const { trees } = boost(
    { x, y },
    undefined,
    { kind: "quantile", levels: [0.1, 0.5, 0.9] },
    { ...OPTIONS, rounds: 60, learningRate: 0.1 },
    seed(),
  );
  const out = outputsOfTrees(trees, x);
  for (const [k, level] of [0.1, 0.5, 0.9].entries()) {
    const below = y.filter((value, i) => value <= out[3 * i + k]).length / y.length;
    expect(Math.abs(below - level)).toBeLessThan(0.05);
  }
  for (let i = 0; i < y.length; i++) expect(out[3 * i + 2]).toBeGreaterThanOrEqual(out[3 * i + 1]);
});

test("a column of one value, and rows that are all alike, leave the constant", () => {
  const x = matrix([new Float64Array(50), new Float64Array(50).fill(Number.NaN)]);
  const y = Float64Array.from({ length: 50 }, (_, i) => i);
  const { trees } = boost({ x, y }, undefined, { kind: "squared" }, OPTIONS, seed());
  for (const value of outputsOfTrees(trees, x)) expect(value).toBeCloseTo(24.5, 10);
});

test("values that are infinite or huge are in bins like others", () => {
  const values = [Number.NEGATIVE_INFINITY, -3e38, -1, 0, -0, 1, 3e38, Number.POSITIVE_INFINITY, Number.NaN];
  const x = matrix([[...values, ...values, ...values]]);
  const y = Float64Array.from({ length: 27 }, (_, i) => [0, 1, 2, 3, 3, 5, 6, 7, 8][i % 9]);
  const options = { ...OPTIONS, leaves: 20, learningRate: 1, l2: 0, rounds: 3 };
  const { trees } = boost({ x, y }, undefined, { kind: "squared" }, options, seed());
  expect(squaredError(y, outputsOfTrees(trees, x))).toBeLessThan(1e-9);
});
