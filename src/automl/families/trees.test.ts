import { expect, test } from "vitest";
import type { DesignMatrix } from "../../models/design-matrix.ts";
import { predictTrees } from "../../models/trees/predict.ts";
import { rng } from "../../random.ts";
import { adopt } from "../../space/adopt.ts";
import type { Params } from "../../space/types.ts";
import { space } from "../../space.ts";
import type { Family, FittedModel, Shape, Training } from "../family.ts";
import { outputsOf, type Task } from "../task.ts";
import { boosting } from "./boosting.ts";
import { extraTrees } from "./extra-trees.ts";
import { forest } from "./forest.ts";

const FAMILIES: readonly Family[] = [boosting, forest, extraTrees];
const TASKS: readonly Task[] = [
  { kind: "regression" },
  { kind: "quantiles", levels: [0.1, 0.9] },
  { kind: "classification", classes: ["no", "yes"] },
  { kind: "classification", classes: ["low", "middle", "high"] },
];

const shapeOf = (task: Task, rows = 600): Shape => ({ task, rows, columns: 3, categories: 1, widest: 5 });
const usual = (family: Family, shape: Shape) => adopt(space(family.space(shape)), {}) as Params;

/** Two numbers, some missing, and a category. */
function training(task: Task, seed = 1, rows = 600): Omit<Training, "params" | "rng" | "stop"> {
  const stream = rng(seed, "rows");
  const values = new Float32Array(3 * rows);
  const y = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    values[r] = stream.uniform() < 0.1 ? Number.NaN : stream.normal();
    values[rows + r] = stream.normal();
    values[2 * rows + r] = stream.integer(5);
    const signal =
      (Number.isNaN(values[r]) ? 1 : values[r]) + (values[2 * rows + r] > 2 ? values[rows + r] : 0);
    const number = signal + 0.1 * stream.normal();
    y[r] =
      task.kind !== "classification"
        ? number
        : task.classes.length === 2
          ? +(number > 0)
          : 1 + Math.sign(Math.round(number));
  }
  const x: DesignMatrix = { rows, columns: 3, values, levels: Int32Array.of(0, 0, 5) };
  return { task, x, y };
}

/** A few trees where a forest has many: enough to tell. */
const learn = (family: Family, given: Omit<Training, "params" | "rng" | "stop">, params?: Params) =>
  family.fit({
    ...given,
    params: { ...(params ?? usual(family, shapeOf(given.task))), trees: 20 },
    rng: rng(3),
    stop: () => false,
  }) as FittedModel;

/** Compared as one string: comparing arrays element by element takes longer than fitting. */
const bytesOf = (arrays: FittedModel["arrays"]) =>
  Object.entries(arrays)
    .map(
      ([name, { buffer, byteOffset, byteLength }]) =>
        name + Buffer.from(buffer, byteOffset, byteLength).toString("base64"),
    )
    .join();

/** Share of the rows that are told right, or 1 − mean squared error over variance. */
function quality(task: Task, y: Float64Array, out: Float64Array): number {
  const width = outputsOf(task);
  if (task.kind === "classification")
    return (
      y.filter((value, r) => {
        const row = out.subarray(r * width, (r + 1) * width);
        return row.indexOf(Math.max(...row)) === value;
      }).length / y.length
    );
  const mean = y.reduce((a, b) => a + b) / y.length;
  const said = (r: number) => out.subarray(r * width, (r + 1) * width).reduce((a, b) => a + b) / width;
  const error = y.reduce((sum, value, r) => sum + (value - said(r)) ** 2, 0);
  return 1 - error / y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

for (const family of FAMILIES)
  for (const task of TASKS) {
    const name = `${family.name}, ${task.kind === "classification" ? `${task.classes.length} classes` : task.kind}`;

    test(`${name}: with its defaults it learns, and predicts what the task asks`, () => {
      const model = learn(family, training(task));
      const held = training(task, 2);
      const out = predictTrees(model, held.x);
      expect(out.length).toBe(held.x.rows * outputsOf(task));
      expect(quality(task, held.y, out)).toBeGreaterThan(0.7);
      if (task.kind === "classification")
        for (let r = 0; r < held.x.rows; r++) {
          const row = out.subarray(r * outputsOf(task), (r + 1) * outputsOf(task));
          expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
        }
      expect(model.family).toBe(family.name);
      expect(model.work).toBeGreaterThan(0);
      // plain data: another thread, or a file, has the same model
      expect(bytesOf({ out: predictTrees(structuredClone(model), held.x) })).toBe(bytesOf({ out }));
      expect(JSON.parse(JSON.stringify(model.json))).toEqual(model.json);
    });

    test(`${name}: the same rows, params and seed, the same model`, () => {
      const [one, other] = [learn(family, training(task)), learn(family, training(task))];
      expect(bytesOf(one.arrays)).toBe(bytesOf(other.arrays));
      expect(one.json).toEqual(other.json);
    });
  }

test("what is expected to be done is what was done, where all rounds are trained", () => {
  for (const family of FAMILIES) {
    const shape = shapeOf(TASKS[0]);
    const params = { ...usual(family, shape), trees: 20 };
    const { work } = learn(family, training(TASKS[0]));
    expect(Math.abs(work / family.work(shape, params) - 1)).toBeLessThan(0.01);
  }
});

test("boosting keeps the rounds that a slice asks for, and trains as many when told", () => {
  const task = TASKS[0];
  const stopped = learn(boosting, { ...training(task), valid: training(task, 5, 200) });
  const rounds = stopped.rounds as number;
  expect(rounds).toBeGreaterThan(5);
  const told = learn(boosting, { ...training(task), rounds });
  expect(told.rounds).toBe(rounds);
  expect(bytesOf(told.arrays)).toBe(bytesOf(stopped.arrays));
});

test("every corner of a space can be fitted", () => {
  for (const family of FAMILIES)
    for (const rows of [20, 600]) {
      const shape = shapeOf(TASKS[2], rows);
      for (const parameter of space(family.space(shape)).parameters) {
        if (parameter.domain === "choice") continue;
        const { path } = parameter;
        for (const value of [parameter.low, parameter.high]) {
          const wanted: Record<string, string | number> = { [path]: value };
          if (path.startsWith("growth.")) wanted.growth = path.split(".")[1];
          const params = adopt(space(family.space(shape)), wanted) as Params;
          const model = learn(family, { ...training(TASKS[2], 1, rows), rounds: 3 }, params);
          expect(model.arrays.roots.length).toBeGreaterThan(1);
        }
      }
    }
});
