import { expect, test } from "vitest";
import { predictBayes } from "../../models/bayes/predict.ts";
import { predictLinear } from "../../models/linear/predict.ts";
import { predictNeighbours } from "../../models/neighbours/predict.ts";
import { numbers, ROWS, sample, classes3 as three, classes as two } from "../../models/peers.fixtures.ts";
import { predictVectors } from "../../models/vectors/predict.ts";
import { rng } from "../../random.ts";
import { compile } from "../../space/compile.ts";
import { flatten } from "../../space/flatten.ts";
import type { Params } from "../../space/types.ts";
import type { Family, FittedModel, Predict, Shape } from "../family.ts";
import { outputsOf, type Task } from "../task.ts";
import { bayes } from "./bayes.ts";
import { constant, predictConstant } from "./constant.ts";
import { linear } from "./linear.ts";
import { neighbours } from "./neighbours.ts";
import { vectors } from "./vectors.ts";

const families: readonly (readonly [Family, Predict])[] = [
  [constant, predictConstant],
  [linear, predictLinear],
  [neighbours, predictNeighbours],
  [bayes, predictBayes],
  [vectors, predictVectors],
];
const tasks: readonly (readonly [Task, Float64Array])[] = [
  [{ kind: "classification", classes: ["no", "yes"] }, two],
  [{ kind: "classification", classes: ["a", "b", "c", "none"] }, three],
  [{ kind: "regression" }, numbers],
  [{ kind: "quantiles", levels: [0.1, 0.5, 0.9] }, numbers],
];
const cases = families.flatMap(([family, predict]) =>
  tasks
    .filter(([task]) => family.unfit?.(shapeOf(task, ROWS)) === undefined)
    .map(([task, y]) => ({
      name: `${family.name}, ${task.kind} of ${outputsOf(task)}`,
      family,
      predict,
      task,
      y,
    })),
);

function shapeOf(task: Task, rows: number): Shape {
  return { task, rows, columns: 4, categories: 0, widest: 0 };
}

function defaults(family: Family, shape: Shape): Params {
  return Object.fromEntries(
    Object.entries(family.space(shape)).map(([name, node]) => [name, (node as { default: number }).default]),
  );
}

async function fitted(family: Family, task: Task, y: Float64Array, rows = ROWS): Promise<FittedModel> {
  const shape = shapeOf(task, rows);
  return family.fit({
    ...{ task, params: defaults(family, shape), x: sample(0, rows), y: y.slice(0, rows) },
    ...{ rng: rng(1), stop: () => false },
  });
}

test.each(cases)("$name: predictions are what the task asks for", async ({ family, predict, task, y }) => {
  for (const rows of family === vectors ? [ROWS, 20] : [ROWS, 20, 1]) {
    const model = await fitted(family, task, y, rows);
    const predictions = predict(model, sample(), task);
    const outputs = outputsOf(task);
    expect(predictions).toHaveLength(ROWS * outputs);
    expect(predictions.every(Number.isFinite)).toBe(true);
    for (let r = 0; r < ROWS; r++) {
      const row = predictions.subarray(r * outputs, (r + 1) * outputs);
      if (task.kind === "classification") expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      if (task.kind === "quantiles") expect(row).toEqual(row.slice().sort());
    }
    expect(model.work).toBeGreaterThan(0);
  }
});

test.each(cases)("$name: a model goes through JSON, and the same data give the same bits", async (given) => {
  const { family, predict, task, y } = given;
  const [first, second] = [await fitted(family, task, y), await fitted(family, task, y)];
  expect(second).toEqual(first);
  const restored = { ...first, json: JSON.parse(JSON.stringify(first.json)) };
  expect(predict(restored, sample(), task)).toEqual(predict(first, sample(), task));
});

test.each(cases.filter(({ family }) => family !== constant))("$name: it learns", async (given) => {
  const { family, predict, task, y } = given;
  const model = await fitted(family, task, y);
  const nothing = await fitted(constant, task, y);
  const loss = (predictions: Float64Array) => {
    const outputs = outputsOf(task);
    let total = 0;
    for (let r = 0; r < ROWS; r++)
      total +=
        task.kind === "classification"
          ? 1 - predictions[r * outputs + y[r]]
          : Math.abs(predictions[r * outputs + (outputs >> 1)] - y[r]);
    return total;
  };
  const learned = loss(predict(model, sample(), task));
  expect(learned).toBeLessThan(0.8 * loss(predictConstant(nothing, sample())));
});

test("spaces are valid, whatever the shape", () => {
  for (const [family] of families)
    for (const [task] of tasks)
      for (const rows of [2, 20, 1e6]) {
        const space = family.space({ ...shapeOf(task, rows), columns: 5000 });
        expect(Object.keys(space).length === 0 || compile(flatten(space))).toBeTruthy();
        expect(
          family.work({ ...shapeOf(task, rows), columns: 5000 }, defaults(family, shapeOf(task, rows))),
        ).toBeGreaterThan(0);
      }
});

test("the constant is the shares of the classes, by weight", async () => {
  const task: Task = { kind: "classification", classes: ["no", "yes"] };
  const weights = Float64Array.of(1, 1, 2);
  const model = await constant.fit({
    ...{ task, params: {}, x: sample(0, 3), y: Float64Array.of(0, 0, 1), weights },
    ...{ rng: rng(1), stop: () => false },
  });
  expect(Array.from(predictConstant(model, sample(0, 1)))).toEqual([0.5, 0.5]);
});

test("naive Bayes says why it is not for numbers", () => {
  expect(bayes.unfit?.(shapeOf({ kind: "regression" }, 100))).toMatch(/classes only/);
});

test("support vectors say what they cannot do", async () => {
  expect(vectors.unfit?.(shapeOf({ kind: "quantiles", levels: [0.5] }, 100))).toMatch(/no quantiles/);
  expect(vectors.unfit?.(shapeOf({ kind: "regression" }, 1e6))).toMatch(/20000 rows/);
  await expect(
    fitted(vectors, { kind: "classification", classes: ["a", "b"] }, new Float64Array(ROWS)),
  ).rejects.toThrow(/two classes/);
});
