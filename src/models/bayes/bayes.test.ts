import { expect, test } from "vitest";
import { takeRows } from "../design-matrix.ts";
import { BAYES, classes3, ROWS, sample } from "../peers.fixtures.ts";
import { type BayesProblem, fitBayes } from "./fit.ts";
import { predictBayes } from "./predict.ts";

const learn = (problem: Partial<BayesProblem> = {}) =>
  fitBayes({
    ...{ x: sample(), y: classes3, weights: new Float64Array(ROWS).fill(1) },
    ...{ classes: 3, smoothing: 1e-9, pseudocount: 1, power: 1 },
    ...problem,
  });

test("numbers are normal, as scikit-learn's Gaussian naive Bayes has them", () => {
  const predictions = predictBayes(learn(), sample());
  BAYES.forEach((value, i) => {
    expect(predictions[i]).toBeCloseTo(value, 6);
  });
});

test("two values are a coin: Bayes' rule by hand", () => {
  // class 0: 3 of 4 rows have it, class 1: none of 4; with one of either value added: 4/6 and 1/6
  const x = {
    rows: 8,
    columns: 1,
    values: Float32Array.of(1, 1, 1, 0, 0, 0, 0, 0),
    levels: new Int32Array(1),
  };
  const y = Float64Array.of(0, 0, 0, 0, 1, 1, 1, 1);
  const predictions = predictBayes(learn({ x, y, weights: new Float64Array(8).fill(1), classes: 2 }), x);
  expect(predictions[0]).toBeCloseTo(4 / 6 / (4 / 6 + 1 / 6), 12);
  expect(predictions[14]).toBeCloseTo(2 / 6 / (2 / 6 + 5 / 6), 12);
});

test("a row of weight 2 is that row twice", () => {
  const weights = new Float64Array(ROWS).map((_, r) => (r < 10 ? 2 : 1));
  const rows = [...Array.from({ length: 10 }, (_, r) => r), ...Array.from({ length: ROWS }, (_, r) => r)];
  const twice = learn({
    x: takeRows(sample(), rows),
    y: Float64Array.from(rows, (r) => classes3[r]),
    weights: new Float64Array(rows.length).fill(1),
  });
  const weighted = predictBayes(learn({ weights }), sample());
  predictBayes(twice, sample()).forEach((value, i) => {
    expect(value).toBeCloseTo(weighted[i], 7);
  });
});

test("a power below 1 draws probabilities towards the shares of the classes", () => {
  const sure = predictBayes(learn(), sample());
  const unsure = predictBayes(learn({ power: 1e-6 }), sample());
  expect(sure[0]).toBeLessThan(0.001);
  for (let k = 0; k < 3; k++) expect(unsure[k]).toBeCloseTo(classes3.filter((y) => y === k).length / ROWS, 4);
});

test("constant columns say nothing, and a class that is not there is nearly impossible", () => {
  const flat = { rows: ROWS, columns: 1, values: new Float32Array(ROWS).fill(2), levels: new Int32Array(1) };
  const predictions = predictBayes(learn({ x: flat, classes: 4 }), flat);
  expect(predictions[0]).toBeCloseTo(14 / 60.5, 9);
  expect(predictions[3]).toBeCloseTo(0.5 / 60.5, 9);
  expect(predictBayes(learn({ classes: 4 }), sample()).every(Number.isFinite)).toBe(true);
});
