import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../autodiff/engine.ts";
import { jaxEngine } from "../../autodiff/jax.ts";
import { NumericalError } from "../../errors.ts";
import { log } from "../../math/elementary.ts";
import type { DesignMatrix } from "../../models/design-matrix.ts";
import type { NetworkJson } from "../../models/network/layers.ts";
import { predictNetwork } from "../../models/network/predict.ts";
import { rng } from "../../random.ts";
import type { Params } from "../../space/types.ts";
import { space } from "../../space.ts";
import type { FittedModel, Rows, Shape, Training } from "../family.ts";
import { batchAt, examplesOf } from "../network/batches.ts";
import { programsOf, SCORED } from "../network/programs.ts";
import type { Task } from "../task.ts";
import { network } from "./network.ts";

const regression: Task = { kind: "regression" };
const classes: Task = { kind: "classification", classes: ["a", "b", "c"] };

/** A smooth function of two inputs with a third that means nothing. */
function sample(rows: number, task: Task, seed = 1): Rows {
  const stream = rng(seed, "sample");
  const values = Float32Array.from({ length: rows * 3 }, () => stream.normal());
  const y = Float64Array.from({ length: rows }, (_, r) => {
    const value = values[r] * values[rows + r];
    if (task.kind !== "classification") return 50 + 10 * value;
    return value < -0.3 ? 0 : value < 0.3 ? 1 : 2;
  });
  return { x: { rows, columns: 3, values, levels: new Int32Array(3) } satisfies DesignMatrix, y };
}

function shapeOf(rows: number, task: Task): Shape {
  return { task, rows, columns: 3, categories: 0, widest: 0 };
}

/** The defaults of a space, and what a test says otherwise. */
function defaults(rows: number, task: Task, others: Params = {}): Params {
  const { parameters } = space(network.space(shapeOf(rows, task)));
  return {
    ...Object.fromEntries(
      parameters.map(({ path, ...rest }) => [path, (rest as { default: number }).default]),
    ),
    ...{ epochs: 12, layers: 1, "units.0": 16, batch: 32 },
    ...others,
  };
}

function trained(task: Task, more: Partial<Training> = {}, others: Params = {}): Promise<FittedModel> {
  const params = defaults(300, task, others);
  return network.fit({
    ...sample(300, task),
    task,
    params,
    rng: rng(1),
    stop: () => false,
    ...more,
  }) as Promise<FittedModel>;
}

describe("predictions without the library", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await jaxEngine();
  });

  const cases: [Task, string][] = [
    [classes, "relu"],
    [regression, "silu"],
    [{ kind: "quantiles", levels: [0.1, 0.5, 0.9] }, "tanh"],
  ];
  for (const [task, activation] of cases)
    it(`are its own: ${task.kind}, ${activation}`, async () => {
      const model = await trained(task, {}, { activation, layers: 2, "units.1": 16, epochs: 4 });
      const json = model.json as unknown as NetworkJson;
      const { sizes, head, mean, std } = json;
      const outputs = sizes[3];
      const waves = { columns: json.waving, numbers: model.arrays.waves as Float32Array };
      const levels = task.kind === "quantiles" ? task.levels : [];
      const { score } = programsOf(engine, {
        ...{ sizes, activation: json.activation, head, levels, batch: 32, optimizer: "adam", dropout: false },
      });
      const rows = sample(SCORED, task, 2);
      const { x, y } = batchAt(examplesOf(rows, waves, head, outputs, json), undefined, 0, SCORED);
      const tensors = [model.arrays.weights as Float32Array].map((values) =>
        engine.tensor({ values, shape: [values.length] }),
      );
      const [[losses]] = score(
        tensors,
        [x, y].map((each) => engine.tensor(each)),
      );
      const theirs = await engine.read(losses);
      const predictions = predictNetwork(model, rows.x);
      for (let r = 0; r < SCORED; r++) {
        const row = predictions.subarray(r * outputs, (r + 1) * outputs);
        const errors = [...row].map((prediction) => (rows.y[r] - prediction) / std);
        const ours = {
          classes: () => -log(row[rows.y[r]]),
          number: () => errors[0] ** 2,
          quantiles: () =>
            errors.reduce((sum, e, k) => sum + Math.max(levels[k] * e, (levels[k] - 1) * e), 0),
        }[head]();
        expect(Math.abs(ours - theirs[r])).toBeLessThan(1e-5 * (1 + Math.abs(theirs[r]) + Math.abs(mean)));
      }
    });
});

it("learns a product, which no linear model can", async () => {
  const model = await trained(regression, {}, { epochs: 60 });
  const { x, y } = sample(500, regression, 2);
  const predictions = predictNetwork(model, x);
  const mean = y.reduce((a, b) => a + b, 0) / y.length;
  const squares = (of: (r: number) => number) => y.reduce((sum, value, r) => sum + (value - of(r)) ** 2, 0);
  expect(squares((r) => predictions[r]) / squares(() => mean)).toBeLessThan(0.15);
});

for (const optimizer of ["sgd", "adam", "adamw", "rmsprop"])
  it(`learns by ${optimizer}, with dropout`, async () => {
    const model = await trained(classes, {}, { optimizer, epochs: 40, dropout: 0.1 });
    const { x, y } = sample(300, classes);
    const predictions = predictNetwork(model, x);
    const loss = y.reduce((sum, k, r) => sum - log(predictions[3 * r + k]), 0) / y.length;
    expect(loss).toBeLessThan(0.75); // of ln 3 = 1.1
  });

it("gives the same bytes for the same seed, and others for another", async () => {
  const [one, same, other] = [
    await trained(classes),
    await trained(classes),
    await trained(classes, { rng: rng(2) }),
  ].map(({ arrays }) => arrays.weights);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

it("orders quantiles", async () => {
  const levels = [0.1, 0.5, 0.9];
  const model = await trained({ kind: "quantiles", levels }, {}, { epochs: 30 });
  const { x, y } = sample(500, regression, 2);
  const predictions = predictNetwork(model, x);
  let [above, sorted] = [0, true];
  for (let r = 0; r < 500; r++) {
    const [low, middle, high] = predictions.subarray(3 * r, 3 * r + 3);
    sorted &&= low <= middle && middle <= high;
    above += y[r] > low ? 1 : 0;
  }
  expect(sorted).toBe(true);
  expect(above / 500).toBeGreaterThan(0.75);
});

it("heeds weights: a class whose rows weigh nothing is not predicted", async () => {
  const { y } = sample(300, classes);
  const weights = y.map((k) => (k === 1 ? 0 : 1.5));
  const { x } = sample(200, classes, 2);
  const predictions = predictNetwork(await trained(classes, { weights }, { epochs: 40 }), x);
  const ofClass = (k: number) =>
    Array.from({ length: 200 }, (_, r) => predictions[3 * r + k]).reduce((a, b) => a + b) / 200;
  expect(ofClass(1)).toBeLessThan(0.05);
});

it("keeps the epoch that was best on the slice, and trains as many where there is none", async () => {
  const early = await trained(regression, { valid: sample(100, regression, 3) }, { epochs: 30 });
  expect(early.rounds).toBeGreaterThan(0);
  expect(early.rounds).toBeLessThanOrEqual(30);
  const again = await trained(regression, { rounds: early.rounds }, { epochs: 30 });
  expect(again.rounds).toBe(early.rounds);
  expect(again.arrays.weights).toEqual(early.arrays.weights);
});

it("stops when it is told to, with what it has", async () => {
  let asked = 0;
  const model = await trained(regression, { stop: () => ++asked > 5 }, { epochs: 30 });
  expect(model.work).toBeLessThan(network.work(shapeOf(300, regression), defaults(300, regression)));
  expect(predictNetwork(model, sample(10, regression).x).every(Number.isFinite)).toBe(true);
});

it("says so when training diverges", async () => {
  const { x } = sample(300, regression);
  const broken = trained(regression, { x: { ...x, values: x.values.map(() => Number.NaN) } });
  await expect(broken).rejects.toThrow(NumericalError);
});

it("takes fewer rows than a batch", async () => {
  const few = sample(5, regression);
  const model = await trained(regression, few);
  expect(predictNetwork(model, few.x).every(Number.isFinite)).toBe(true);
  expect(() => predictNetwork(model, { ...few.x, columns: 2 })).toThrow("takes 3 columns");
});

it("is for every task, where the library is installed", () => {
  for (const task of [classes, regression]) expect(network.unfit?.(shapeOf(300, task))).toBeUndefined();
});
