import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { decide } from "../model.ts";
import type { Table } from "../table.ts";
import { calibrationCurve } from "./calibration.ts";
import { confusionMatrix } from "./confusion.ts";
import { operatingCurve, precisionCurve } from "./curves.ts";
import { partialDependence } from "./dependence.ts";
import { permutationImportance } from "./importance.ts";
import { decided, decisionScores, steadyThreshold, tuneThreshold } from "./threshold.ts";

const ROWS = 200;
/** y = 3 · a, plus 1 where b is "yes"; c is noise. */
function example(seed: number): { table: Table; y: Float64Array } {
  const random = rng(seed);
  const a = Float64Array.from({ length: ROWS }, () => random.uniform());
  const codes = Int32Array.from({ length: ROWS }, () => random.integer(3) - 1); // −1: missing
  const c = Float64Array.from({ length: ROWS }, () => random.normal());
  const table: Table = {
    rows: ROWS,
    columns: [
      { name: "c", type: "number", values: c },
      { name: "a", type: "number", values: a },
      { name: "b", type: "string", codes, levels: ["no", "yes"] },
    ],
  };
  return { table, y: predict(table) };
}

function predict(table: Table): Float64Array {
  const [, a, b] = table.columns;
  return Float64Array.from({ length: table.rows }, (_, r) => {
    const number = a.type === "number" ? a.values[r] : Number.NaN;
    return 3 * number + (b.type === "string" && b.codes[r] === 1 ? 1 : 0);
  });
}

const score = (y: Float64Array, predictions: Float64Array) =>
  -y.reduce((sum, value, r) => sum + (value - predictions[r]) ** 2, 0) / y.length;

test("what decides most is most important, and what is not looked at not at all", () => {
  const parts = [1, 2].map((seed) => ({ ...example(seed), predict }));
  const found = permutationImportance({ parts, score, rng: rng(1) });
  expect(found.map(({ feature }) => feature)).toEqual(["a", "b", "c"]);
  // mixed up, a squared difference is twice the variance: 2 · 9/12 and 2 · (1/3 · 2/3)
  expect(Math.abs(found[0].mean - 1.5)).toBeLessThan(4 * found[0].error);
  expect(Math.abs(found[1].mean - 4 / 9)).toBeLessThan(4 * found[1].error);
  expect(found[2]).toEqual({ feature: "c", mean: 0, error: 0 });
  expect(permutationImportance({ parts, score, rng: rng(1) })).toEqual(found);
  expect(permutationImportance({ parts, score, rng: rng(1), stop: () => true })).toEqual([]);
});

test("partial dependence of a number and of a category", () => {
  const { table, y } = example(3);
  const number = partialDependence({ table, feature: "a", predict, points: 5 });
  const values = number.values as number[];
  expect(values).toHaveLength(5);
  expect(number.means[4] - number.means[0]).toBeCloseTo(3 * (values[4] - values[0]), 9);
  const category = partialDependence({ table, feature: "b", predict });
  const [no, yes] = ["no", "yes"].map(
    (level) => category.means[(category.values as string[]).indexOf(level)],
  );
  expect(yes - no).toBeCloseTo(1, 9);
  expect(y).toEqual(predict(table)); // the table is as it was
  expect(() => partialDependence({ table, feature: "d", predict })).toThrow(/no feature "d"/);
});

test("probabilities that are what they say lie on the diagonal, and too sure ones cool down", () => {
  const random = rng(4);
  const n = 4000;
  const honest = Float64Array.from({ length: n }, () => random.uniform());
  const y = honest.map((p) => (random.uniform() < p ? 1 : 0));
  const curve = calibrationCurve(y, honest);
  expect(curve.bins).toHaveLength(10);
  expect(curve.error).toBeLessThan(0.03);
  expect(
    curve.bins.filter(({ predicted, low, high }) => predicted >= low && predicted <= high).length,
  ).toBeGreaterThan(7);
});

test("equal probabilities are one bin", () => {
  const curve = calibrationCurve([1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]);
  expect(curve.bins).toHaveLength(1);
  expect(curve.error).toBe(0);
});

test("the tuned threshold is the best of all, and 0.5 where that is as good", () => {
  const y = [0, 0, 0, 0, 0, 0, 1, 1];
  const probabilities = [0.01, 0.02, 0.05, 0.1, 0.15, 0.3, 0.25, 0.4];
  const { threshold, score: reached, usual } = tuneThreshold(y, probabilities, decisionScores.f1);
  expect(usual).toBe(0);
  expect(threshold).toBeCloseTo(0.2, 12);
  expect(reached).toBeCloseTo(0.8, 12);
  expect(tuneThreshold([0, 1], [0.4, 0.6], decisionScores.accuracy).threshold).toBe(0.5);
  const weighted = tuneThreshold(y, probabilities, decisionScores.accuracy, [1, 1, 1, 1, 1, 10, 1, 1]);
  expect(weighted.threshold).toBeCloseTo(0.35, 12);
});

test("scores of decisions by hand", () => {
  const counts = { truePositive: 3, falsePositive: 1, trueNegative: 5, falseNegative: 1 };
  expect(decisionScores.accuracy(counts)).toBeCloseTo(0.8);
  expect(decisionScores["balanced-accuracy"](counts)).toBeCloseTo((3 / 4 + 5 / 6) / 2);
  expect(decisionScores.f1(counts)).toBeCloseTo(0.75);
  expect(decisionScores.mcc(counts)).toBeCloseTo(14 / 24);
});

test("the confusion matrix counts, and its margins are precision and recall", () => {
  const probabilities = Float64Array.from(
    [
      [0.6, 0.3, 0.1],
      [0.2, 0.5, 0.3],
      [0.1, 0.2, 0.7],
      [0.5, 0.4, 0.1],
    ].flat(),
  );
  const guesses = decide(probabilities, 3);
  expect(Array.from(guesses)).toEqual([0, 1, 2, 0]);
  const { counts, precision, recall, f1 } = confusionMatrix([0, 1, 1, 1], guesses, 3);
  expect(Array.from(counts)).toEqual([1, 0, 0, 1, 1, 1, 0, 0, 0]);
  expect(Array.from(precision)).toEqual([0.5, 1, 0]);
  expect(recall[1]).toBeCloseTo(1 / 3);
  expect(recall[2]).toBeNaN();
  expect(f1[1]).toBeCloseTo(0.5);
  expect(Array.from(decide(Float64Array.of(0.7, 0.3, 0.8, 0.2), 2, 0.25))).toEqual([1, 0]);
});

test("the operating curve of ties and of sure answers", () => {
  expect(operatingCurve([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.2])).toEqual([
    [0, 0],
    [0, 0.5],
    [0, 1],
    [0.5, 1],
    [1, 1],
  ]);
  expect(operatingCurve([0, 1], [0.5, 0.5])).toEqual([
    [0, 0],
    [1, 1],
  ]);
  expect(precisionCurve([0, 1, 1, 0], [0.1, 0.9, 0.3, 0.8])).toEqual([
    [0.5, 1],
    [0.5, 0.5],
    [1, 2 / 3],
    [1, 0.5],
  ]);
});

test("a steady threshold is near the best one, and decides as it says", () => {
  const stream = rng(5, "steady");
  const y = Array.from({ length: 2000 }, () => (stream.uniform() < 0.1 ? 1 : 0));
  const second = y.map((truth) => Math.min(1, Math.max(0, 0.15 + 0.2 * truth + 0.06 * stream.normal())));
  const threshold = steadyThreshold(
    y,
    [...second.slice(0, -1), Number.NaN],
    decisionScores.f1,
    rng(1),
  ) as number;
  expect(threshold).toBeGreaterThan(0.22);
  expect(threshold).toBeLessThan(0.33);
  expect(steadyThreshold([1, 1], [0.4, 0.6], decisionScores.f1, rng(1))).toBeUndefined();
  expect(Array.from(decided(Float64Array.of(0.7, 0.3, 0.6, 0.4), 0.4))).toEqual([1, 0, 0, 1]);
});
