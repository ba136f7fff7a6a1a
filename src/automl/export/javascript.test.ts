import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rng } from "../../random.ts";
import { adopt, space } from "../../space.ts";
import { mixedTable } from "../automl.fixtures.ts";
import { Encodings } from "../encodings.ts";
import { families } from "../families.ts";
import { type Model, predict } from "../model.ts";
import { fitPipeline } from "../pipeline.ts";
import { conform } from "../schema/conform.ts";
import { inferSchema } from "../schema/schema.ts";
import type { About, Prediction, Row } from "../standalone.ts";
import type { Table } from "../table.ts";
import { cells } from "../tables.fixtures.ts";
import { toJavaScript } from "./javascript.ts";

let folder: string;
let predictor: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fettle-javascript-"));
  const bundle = await rolldown({
    input: join(import.meta.dirname, "..", "standalone.ts"),
    platform: "browser",
  });
  const { output } = await bundle.generate({ format: "iife", name: "fettle", minify: true });
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]); // nothing of Node, and no package
  predictor = output[0].code;
});
afterAll(() => rm(folder, { recursive: true }));

/** A model of two quick families, learned from a table. */
async function modelOf(table: Table, quantiles?: readonly number[]): Promise<Model> {
  const { schema, rows, y } = inferSchema(table, { target: "y", ...(quantiles && { quantiles }) });
  const { table: conformed } = conform(table, schema);
  const encodings = new Encodings({ table: conformed, schema, y, rng: rng(2) });
  const shape = { task: schema.task, rows: rows.length, columns: 6, categories: 2, widest: 120 };
  const members = await Promise.all(
    ["boosting", "linear"].map(async (family, trial) => ({
      ...{ family, trial, weight: 0.5 },
      pipelines: [
        await fitPipeline({
          ...{ schema, y, rows, encodings, key: "all", family: families[family], rng: rng(1), rounds: 20 },
          ...{ log: false, balanced: false, stop: () => false },
          params: adopt(space(families[family].space(shape)), {}) as never,
        }),
      ],
    })),
  );
  return { schema, metric: "auc", members };
}

function rowsOf(table: Table): Row[] {
  return cells(table.rows, (row) =>
    Object.fromEntries(
      table.columns.map((column) => [
        column.name,
        column.type === "number" ? column.values[row] : column.levels[column.codes[row]],
      ]),
    ),
  );
}

interface Module {
  readonly predict: (rows: readonly Row[]) => Prediction[];
  readonly about: About;
}

let files = 0;
async function load(model: Model): Promise<Module> {
  const file = join(folder, `model-${files++}.mjs`);
  await writeFile(file, toJavaScript(model, predictor));
  return import(pathToFileURL(file).href);
}

function numbersIn(prediction: Prediction): number[] {
  if ("value" in prediction) return [prediction.value];
  return Object.values("label" in prediction ? prediction.probabilities : prediction.quantiles);
}

test.each([
  ["two classes", "two", undefined],
  ["three classes", "three", undefined],
  ["numbers", "number", undefined],
  ["quantiles", "number", [0.1, 0.9]],
] as const)("the file of %s predicts the same bits", async (_, target, quantiles) => {
  const model = {
    ...(await modelOf(mixedTable(200, target), quantiles)),
    ...(target === "two" && { threshold: 0.4 }),
  };
  const fresh = mixedTable(100, target, 2); // with towns that were never seen
  const { values, classes } = predict(model, fresh);
  const file = await load(model);
  const predictions = file.predict(rowsOf(fresh));
  expect(predictions.flatMap(numbersIn)).toEqual(Array.from(values));
  if (classes !== undefined)
    expect(predictions.map((one) => "label" in one && one.label)).toEqual(
      Array.from(
        classes,
        (index) => file.about.task.kind === "classification" && file.about.task.classes[index],
      ),
    );
  expect(file.about.target).toBe("y");
  expect(file.about.features.map(({ name }) => name)).toEqual([
    "x",
    "size",
    "colour",
    "town",
    "member",
    "day",
  ]);
});

test("rows may lack columns and have others; nothing is predicted of no rows", async () => {
  const { predict: predictRows } = await load(await modelOf(mixedTable(200, "number")));
  expect(predictRows([])).toEqual([]);
  const [nothing, other] = predictRows([{}, { x: null, unknown: { nested: true } }]);
  expect(nothing).toEqual(other);
  expect(() => predictRows([{ x: [1] }])).toThrow('column "x" has a list in row 1');
});

test("names of columns and classes cannot end a comment or an element", async () => {
  const evil = "</script>\n*/ alert(1) //\u2028";
  const table = mixedTable(200, "two");
  const columns = table.columns.map((column) =>
    column.name === "colour" ? { ...column, name: evil } : column,
  );
  const model = await modelOf({ ...table, columns });
  const named = { ...model, schema: { ...model.schema, target: evil } };
  expect(toJavaScript(named, predictor)).not.toContain("</script");
  expect((await load(named)).about.target).toBe(evil);
  expect(predictor).not.toMatch(/\beval\(|new Function\b/);
});

test("a model that needs a program is refused by the name of its family", async () => {
  const model = await modelOf(mixedTable(100, "two"));
  const external = { ...model, members: [{ ...model.members[0], family: "sklearn" }] };
  expect(() => toJavaScript(external, predictor)).toThrow('"sklearn", which needs its program');
});
