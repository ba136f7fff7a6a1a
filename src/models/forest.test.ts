import { expect, test } from "vitest";
import { rng } from "../random.ts";
import { growForest } from "./forest.ts";

const options = { trees: 30, features: 1, smallest: 3 };

test("learns a step, a category, and where it knows nothing", () => {
  const n = 200;
  const stream = rng(1, "rows");
  const x = new Float64Array(n * 2);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    x[2 * i] = stream.uniform();
    x[2 * i + 1] = stream.integer(4);
    y[i] = (x[2 * i] > 0.6 ? 1 : 0) + (x[2 * i + 1] === 2 ? 3 : 0);
  }
  const forest = growForest(x, y, [false, true], options, rng(2, "forest"));
  expect(forest.predict([0.9, 2]).mean).toBeCloseTo(4, 1);
  expect(forest.predict([0.1, 0]).mean).toBeCloseTo(0, 1);
  expect(forest.predict([0.6, 1]).std).toBeGreaterThan(forest.predict([0.1, 1]).std);
  expect(growForest(x, y, [false, true], options, rng(2, "forest")).predict([0.4, 3])).toEqual(
    forest.predict([0.4, 3]),
  );
});

test("equal values make one leaf", () => {
  const forest = growForest(
    new Float64Array(10),
    new Float64Array(10).fill(7),
    [false],
    options,
    rng(1, "forest"),
  );
  expect(forest.predict([3])).toEqual({ mean: 7, std: 0 });
});
