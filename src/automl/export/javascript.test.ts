import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mixedTable } from "../automl.fixtures.ts";
import { plainModel, rowsOf } from "../model.fixtures.ts";
import { type Model, predict } from "../model.ts";
import type { About, Prediction, Row } from "../standalone.ts";
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

const FAMILIES = ["boosting", "linear"];

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
    ...(await plainModel(mixedTable(200, target), FAMILIES, quantiles)),
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
  const { predict: predictRows } = await load(await plainModel(mixedTable(200, "number"), FAMILIES));
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
  const model = await plainModel({ ...table, columns }, FAMILIES);
  const named = { ...model, schema: { ...model.schema, target: evil } };
  expect(toJavaScript(named, predictor)).not.toContain("</script");
  expect((await load(named)).about.target).toBe(evil);
  expect(predictor).not.toMatch(/\beval\(|new Function\b/);
});

test("a model that needs a program is refused by the name of its family", async () => {
  const model = await plainModel(mixedTable(100, "two"), FAMILIES);
  const external = { ...model, members: [{ ...model.members[0], family: "sklearn" }] };
  expect(() => toJavaScript(external, predictor)).toThrow('"sklearn", which needs its program');
});
