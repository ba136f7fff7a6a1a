import { InferenceSession, Tensor } from "onnxruntime-web";
import { expect, test } from "vitest";
import { rng } from "../../../random.ts";
import { adopt, space } from "../../../space.ts";
import { mixedTable } from "../../automl.fixtures.ts";
import { Encodings } from "../../encodings.ts";
import { families } from "../../families.ts";
import type { Shape } from "../../family.ts";
import { type Model, predict } from "../../model.ts";
import { fitPipeline } from "../../pipeline.ts";
import { tableOf } from "../../read/values.ts";
import { conform } from "../../schema/conform.ts";
import { inferSchema } from "../../schema/schema.ts";
import { innerSlice } from "../../slice.ts";
import type { Table } from "../../table.ts";
import { cells } from "../../tables.fixtures.ts";
import { toOnnx } from "./onnx.ts";

const TASKS = ["two", "three", "number"] as const;

/** A model of one family with its defaults, learned from a table. */
async function modelOf(family: string, table: Table): Promise<Model> {
  Reflect.deleteProperty(globalThis, "Worker"); // onnxruntime-web leaves one behind, which jax-js takes for a browser's
  const { schema, rows, y } = inferSchema(table, { target: "y" });
  const { table: conformed } = conform(table, schema);
  const shape: Shape = {
    task: schema.task,
    rows: rows.length,
    columns: conformed.columns.length,
    categories: 2,
    widest: 120,
  };
  const made = families[family];
  const { learned, slice } = innerSlice(rows, y, schema.task, { seed: 1, key: "onnx", timed: false });
  const pipeline = await fitPipeline({
    ...{ schema, y, family: made, rng: rng(1), log: false, balanced: false, stop: () => false },
    encodings: new Encodings({ table: conformed, schema, y, rng: rng(2) }),
    rows: learned,
    key: "all",
    ...(made.early && { slice }),
    params: adopt(space(made.space(shape)), {}) as never,
  });
  return { schema, metric: "auc", members: [{ family, trial: 0, weight: 1, pipelines: [pipeline] }] };
}

/** What the graph is given: strings with "" where missing, and doubles with NaN there. */
function feeds({ schema }: Model, table: Table) {
  const { table: conformed } = conform(table, schema);
  return Object.fromEntries(
    conformed.columns.map((column) => [
      column.name,
      column.type === "string"
        ? new Tensor(
            "string",
            Array.from(column.codes, (code) => (code < 0 ? "" : column.levels[code])),
            [table.rows, 1],
          )
        : new Tensor("float64", column.values, [table.rows, 1]),
    ]),
  );
}

async function largestDifference(model: Model, table: Table) {
  const session = await InferenceSession.create(toOnnx(model));
  const results = await session.run(feeds(model, table));
  const { values, classes } = predict(model, table);
  const found = (results.probabilities ?? results.prediction).data as Float32Array;
  expect(found).toHaveLength(values.length);
  let largest = 0;
  for (const [i, value] of values.entries())
    largest = Math.max(largest, Math.abs(value - found[i]) / (classes ? 1 : Math.max(1, Math.abs(value))));
  const labels = results.label && Array.from(results.label.data as BigInt64Array, Number);
  return { largest, labels, classes: classes && Array.from(classes) };
}

const cases = Object.keys(families).flatMap((family) => TASKS.map((task) => [family, task] as const));

/** What there is no model of, or no graph. */
const none = ["bayes of number", "vectors of three"];

test.each(cases.filter(([family, task]) => !none.includes(`${family} of ${task}`)))(
  "%s of %s predicts the same as ONNX, of missing and unseen values too",
  async (family, task) => {
    const model = await modelOf(family, mixedTable(400, task));
    const unseen = mixedTable(200, task, 2);
    const { largest, labels, classes } = await largestDifference(model, unseen);
    expect(largest).toBeLessThan(task === "number" ? 1e-5 : 1e-6);
    expect(labels).toEqual(classes);
  },
);

test("text of many words is refused by the name of its column", async () => {
  const stream = rng(3);
  const words = [
    "fast",
    "slow",
    "red",
    "car",
    "train",
    "ticket",
    "price",
    "late",
    "good",
    "bad",
    "seat",
    "window",
  ];
  const text = cells(300, () => cells(12, () => words[stream.integer(words.length)]).join(" "));
  const table = tableOf({ text, y: text.map((line) => (line.includes("late") ? "no" : "yes")) });
  const model = await modelOf("linear", table);
  expect(() => toOnnx(model)).toThrow('column "text" is text of many words, which ONNX cannot take apart');
});
