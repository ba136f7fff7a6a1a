/**
 * Whole models of small tables, of every task; what takes longer is in `tests/automl.test.ts`.
 */
import { describe, expect, test } from "vitest";
import { expectPredictions, mixedTable, STRANGE } from "./automl.fixtures.ts";
import { type AutomlOptions, type AutomlResult, automl } from "./automl.ts";
import type { Model } from "./model.ts";
import { packModel, unpackModel } from "./packed.ts";
import { tableOf } from "./read/values.ts";
import type { Table } from "./table.ts";

const QUICK = ["constant", "bayes", "linear"];

function tune(table: Table, options: Partial<AutomlOptions> = {}): Promise<AutomlResult> {
  const limit = options.seconds === undefined ? { models: 3 } : {};
  return automl(table, { target: "y", seed: 1, threads: 2, families: QUICK, ...limit, ...options });
}

describe("every task", () => {
  test.each(["two", "three", "number"] as const)("%s", async (target) => {
    const { model, baseline, leaderboard } = await tune(mixedTable(240, target));
    const { value, rows } = model.score as NonNullable<Model["score"]>;
    expect(rows).toBeGreaterThan(30);
    expect(target === "two" ? value > baseline + 0.2 : value < 0.8 * baseline).toBe(true);
    expect(leaderboard.map(({ family }) => family)).toContain("constant");
    expect(leaderboard.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expectPredictions(model, mixedTable(50, target, 2));
    expectPredictions(model, STRANGE);
  });

  test("quantiles", async () => {
    const options = { quantiles: [0.1, 0.5, 0.9] };
    const { model, baseline } = await tune(mixedTable(240, "number"), options);
    expect(model.score?.value).toBeLessThan(0.9 * baseline);
    expectPredictions(model, mixedTable(50, "number", 2));
    expectPredictions(model, STRANGE);
  });
});

describe("splits", () => {
  const n = 200;
  const table = mixedTable(n, "two");
  const columnOf = (name: string, values: readonly (number | string)[]) => {
    const [column] = tableOf({ [name]: [...values] }).columns;
    return { ...table, columns: [...table.columns, column] };
  };

  test("rows of a group stay together", async () => {
    const group = Array.from({ length: n }, (_, row) => `g${(row * 7) % 30}`);
    const { prepared, model } = await tune(columnOf("who", group), { group: "who", models: 2 });
    const groups = (rows: Int32Array) => new Set(Array.from(rows, (row) => group[row]));
    const { outer, folds } = prepared;
    const shared = (one: Int32Array, other: Int32Array) => {
      return [...groups(one)].filter((name) => groups(other).has(name));
    };
    expect(shared(outer.train, outer.test)).toEqual([]);
    for (const { train, valid } of folds) expect(shared(train, valid)).toEqual([]);
    expect(model.schema.features.find(({ name }) => name === "who")?.used).toBe(false);
  });

  test("in time, models are scored on later rows", async () => {
    const times = Array.from({ length: n }, (_, row) => (row * 37) % n);
    const { prepared, model, inside } = await tune(columnOf("when", times), {
      splitByTime: "when",
      models: 3,
    });
    const of = (rows: Int32Array) => Array.from(rows, (row) => times[row]);
    const { outer, folds } = prepared;
    expect(Math.max(...of(outer.train))).toBeLessThan(Math.min(...of(outer.test)));
    for (const { train, valid } of folds) expect(Math.max(...of(train))).toBeLessThan(Math.min(...of(valid)));
    expect(model.score?.value).toBeGreaterThan(0.6);
    expect(inside.some(Number.isFinite)).toBe(true);
  });
});

describe("a model's two files", () => {
  test("changed bytes and newer formats are refused", async () => {
    const { model } = await tune(mixedTable(80, "number"), { models: 2, refit: true });
    const { manifest, arrays } = packModel(model);
    const again = unpackModel(manifest, arrays);
    expect(packModel(again)).toEqual({ manifest, arrays });
    const other = arrays.slice();
    other[other.length >> 1] ^= 1;
    expect(() => unpackModel(manifest, other)).toThrow(/arrays.bin was changed/);
    expect(() => unpackModel(manifest.replace('"target":"y"', '"target":"z"'), arrays)).toThrow(
      /manifest.json was changed/,
    );
    expect(() => unpackModel(manifest.replace('"format":1', '"format":2'), arrays)).toThrow(/newer/);
  });
});

describe("there is always a model", () => {
  test("of no time at all the constant is left", async () => {
    const { model, warnings, leaderboard } = await tune(mixedTable(2_000, "two"), { seconds: 0.01 });
    expect(model.members.map(({ family }) => family)).toEqual(["constant"]);
    expect(model.score?.value).toBe(0.5);
    expect(leaderboard.every(({ family }) => family === "constant")).toBe(true);
    expect(warnings.join()).toMatch(/constant prediction; give it more time/);
    expectPredictions(model, STRANGE);
  });

  test("and where it was over before anything was begun", async () => {
    const { model, end } = await tune(mixedTable(100, "three"), { signal: AbortSignal.abort() });
    expect(end.kind).toBe("aborted");
    expectPredictions(model, STRANGE);
  });
});
