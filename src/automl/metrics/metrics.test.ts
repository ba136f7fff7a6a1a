import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../errors.ts";
import type { Task } from "../task.ts";
import { fixtures } from "./metrics.fixtures.ts";
import { defaultMetric, metricNamed, metricsFor } from "./metrics.ts";

const binary: Task = { kind: "classification", classes: ["no", "yes"] };
const many: Task = { kind: "classification", classes: ["a", "b", "c"] };
const numbers: Task = { kind: "regression" };
const quantiles: Task = { kind: "quantiles", levels: [0.1, 0.5, 0.9] };
const tasks: Readonly<Record<string, Task>> = { binary, many, numbers, quantiles };

const value = (name: string, task: Task, y: number[], predictions: number[], weights?: number[]) =>
  metricNamed(name, task).value(
    Float64Array.from(y),
    Float64Array.from(predictions),
    task,
    weights && Float64Array.from(weights),
  );

describe.each(Object.entries(fixtures))("metrics of %s agree with scikit-learn", (kind, fixture) => {
  const y = Float64Array.from(fixture.y);
  const predictions = Float64Array.from(fixture.predictions);
  const weights = Float64Array.from(fixture.weights);

  test.each(Object.entries(fixture.plain))("%s", (name, expected) => {
    expect(metricNamed(name, tasks[kind]).value(y, predictions, tasks[kind])).toBeCloseTo(expected, 10);
  });

  test.each(Object.entries(fixture.weighted))("%s, weighted", (name, expected) => {
    expect(metricNamed(name, tasks[kind]).value(y, predictions, tasks[kind], weights)).toBeCloseTo(
      expected,
      10,
    );
  });

  test.each(metricsFor(tasks[kind]).map(({ name }) => name))("%s: equal weights change nothing", (name) => {
    const metric = metricNamed(name, tasks[kind]);
    const even = new Float64Array(y.length).fill(2);
    const expected = metric.value(y, predictions, tasks[kind]);
    // The weighted median of an even number is the lower of the two in the middle
    expect(metric.value(y, predictions, tasks[kind], even)).toBeCloseTo(expected, name === "medae" ? 0 : 12);
  });
});

test("what says nothing has the value of chance", () => {
  expect(value("auc", binary, [0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])).toBe(0.5);
  expect(value("auc", binary, [1, 1], [0.2, 0.8, 0.3, 0.7])).toBe(0.5);
  expect(value("mcc", binary, [0, 1], [0.9, 0.1, 0.8, 0.2])).toBe(0);
  expect(value("r2", numbers, [3, 3], [3, 3])).toBe(1);
  expect(value("r2", numbers, [3, 3], [3, 4])).toBe(0);
});

test("a sure mistake costs much, not infinitely much", () => {
  expect(value("logloss", binary, [1], [1, 0])).toBeCloseTo(34.5388, 3);
});

test("classes that do not occur are left out of the mean over classes", () => {
  const predictions = [0.8, 0.1, 0.1, 0.1, 0.8, 0.1, 0.7, 0.2, 0.1];
  expect(value("auc", many, [0, 1, 0], predictions)).toBe(1);
  expect(value("balanced-accuracy", many, [0, 1, 0], predictions)).toBe(1);
  expect(value("f1", many, [0, 1, 0], predictions)).toBe(1);
});

test("NaN among the predictions is seen in the area under the curve", () => {
  expect(value("auc", binary, [0, 1], [Number.NaN, Number.NaN, 0.5, 0.5])).toBeNaN();
  expect(value("average-precision", binary, [0, 1], [Number.NaN, Number.NaN, 0.5, 0.5])).toBeNaN();
});

test("defaults by task", () => {
  expect([binary, many, numbers, quantiles].map((task) => defaultMetric(task).name)).toEqual([
    ...["auc", "logloss", "rmse", "pinball"],
  ]);
});

test("an unknown or unsuitable metric is refused with those that suit", () => {
  expect(() => metricNamed("acuracy", binary)).toThrow(/did you mean "accuracy"\?.*choose auc, logloss/);
  expect(() => metricNamed("rmse", binary)).toThrow(/"rmse" is not for classification/);
  expect(() => metricNamed("auc", numbers)).toThrow(InvalidInputError);
  expect(metricNamed("balanced_accuracy", binary).name).toBe("balanced-accuracy");
});

test("rmsle refuses targets below 0", () => {
  expect(() => value("rmsle", numbers, [-1], [0])).toThrow(/at least 0, and one is -1/);
});
