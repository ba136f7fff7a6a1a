/**
 * What `fettle automl` leaves in a model's folder.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mixedTable } from "../src/automl/automl.fixtures.ts";
import { rowsOf } from "../src/automl/model.fixtures.ts";
import { writeCsv } from "../src/automl/read/write.ts";
import type { Table } from "../src/automl/table.ts";
import { EXAMPLES, Place } from "./fettle.ts";

const FILES = [
  "arrays.bin",
  "explanations.json",
  "leaderboard.json",
  "manifest.json",
  "model.js",
  "model.onnx",
  "report.html",
];

const place = new Place();
beforeAll(() => {
  write("train.csv", mixedTable(200, "two"));
  write("new.csv", mixedTable(50, "two", 2));
});
afterAll(() => place.remove());

function write(name: string, table: Table): void {
  const rows = rowsOf(table);
  const columns = table.columns.map((column) => ({
    name: column.name,
    values: rows.map((row) => row[column.name]),
  }));
  writeFileSync(join(place.folder, name), writeCsv(columns));
}

function automl(output: string, ...args: readonly string[]) {
  const common = ["--target", "y", "--models", "3", "--seed", "7", "--families", "boosting,linear,constant"];
  const ran = place.fettle("automl", "train.csv", ...common, "-q", "-o", output, ...args);
  expect(ran.stderr).toBe("");
  expect(ran.code).toBe(0);
  return ran;
}

function read(folder: string, name: string): string {
  return readFileSync(join(place.folder, folder, name), "latin1");
}

test("with a number of models, every file is the same in every byte, with one thread and with two", () => {
  automl("one", "-j", "1");
  automl("two", "-j", "2");
  expect(readdirSync(join(place.folder, "one")).sort()).toEqual(FILES);
  for (const name of FILES) expect(read("two", name) === read("one", name), name).toBe(true);
  expect(read("one", "leaderboard.json")).not.toContain("Seconds");
});

test("the report is written again, the same, and elsewhere if asked", () => {
  const before = read("one", "report.html");
  writeFileSync(join(place.folder, "one", "report.html"), "");
  expect(place.fettle("automl", "report", "one").code).toBe(0);
  expect(read("one", "report.html")).toBe(before);
  expect(place.fettle("automl", "report", "one", "-o", "-").stdout).toContain("<!doctype html>");
  const nowhere = place.fettle("automl", "report", "nowhere");
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("has no manifest.json")]);
});

test("the single file predicts what fettle predict does", async () => {
  const { stdout } = place.fettle("predict", "one", "new.csv");
  const [header, ...lines] = stdout.trim().split("\n");
  const { predict } = await import(pathToFileURL(join(place.folder, "one", "model.js")).href);
  const predictions = predict(rowsOf(mixedTable(50, "two", 2)));
  expect(header).toBe("y,p(bad),p(good)");
  expect(lines).toEqual(
    predictions.map(
      ({ label, probabilities }: { label: string; probabilities: Record<string, number> }) =>
        `${label},${probabilities.bad},${probabilities.good}`,
    ),
  );
});

test("a measure of decisions has its threshold tuned, kept, and used for the score", () => {
  automl("f1", "--metric", "f1");
  const { contents } = JSON.parse(read("f1", "manifest.json"));
  expect(contents.threshold).toBeGreaterThan(0);
  expect(contents.threshold).toBeLessThan(1);
  const [, falsePositive, falseNegative, truePositive] = JSON.parse(read("f1", "explanations.json")).classes
    .confusion;
  const f1 = (2 * truePositive) / (2 * truePositive + falsePositive + falseNegative);
  expect(contents.score.value).toBeCloseTo(f1, 12);
  expect(JSON.parse(read("one", "manifest.json")).contents.threshold).toBeUndefined(); // auc needs none
});

test("without a target it says what is missing", () => {
  const { code, stderr } = place.fettle("automl", "train.csv");
  expect([code, stderr]).toEqual([2, expect.stringContaining("--target <column> is missing")]);
});

test("the documented example, from the table to what the page in the browser asks", async () => {
  execFileSync(process.execPath, [join(EXAMPLES, "automl", "houses.ts")], { cwd: place.folder });
  const flags = ["--target", "price", "--models", "2", "--families", "linear,boosting", "--seed", "1", "-q"];
  const { code } = place.fettle("automl", "houses.csv", ...flags);
  expect(code).toBe(0);
  const { contents } = JSON.parse(read("houses-model", "manifest.json"));
  const constant = JSON.parse(read("houses-model", "explanations.json")).baseline;
  expect(contents.score.value).toBeLessThan(0.3 * constant);
  const { predict } = await import(pathToFileURL(join(place.folder, "houses-model", "model.js")).href);
  const house = { rooms: 3, district: "Harbour", built: 1995, garden: "yes" };
  const [small, large, asText] = predict([
    { ...house, area: 60 },
    { ...house, area: 150 },
    { ...house, area: "150", rooms: "3" },
  ]);
  expect(large.value).toBeGreaterThan(1.5 * small.value);
  expect(asText).toEqual(large);
});
