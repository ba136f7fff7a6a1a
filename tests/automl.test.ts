/**
 * Automated tuning of models, as a whole: every family alone, the same bytes with any number of threads, no leak, and what it
 * survives.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectPredictions, mixedTable, STRANGE } from "../src/automl/automl.fixtures.ts";
import { type AutomlOptions, type AutomlResult, automl } from "../src/automl/automl.ts";
import { families } from "../src/automl/families.ts";
import { predict } from "../src/automl/model.ts";
import { packModel, unpackModel } from "../src/automl/packed.ts";
import { tableOf } from "../src/automl/read/values.ts";
import type { Table } from "../src/automl/table.ts";
import { cells } from "../src/automl/tables.fixtures.ts";
import { ConflictError } from "../src/errors.ts";
import { rng } from "../src/random.ts";
import { memory } from "../src/storages/memory.ts";
import { Place, until } from "./fettle.ts";
import { canMount, needs } from "./needs.ts";

const QUICK = ["constant", "linear", "boosting", "bayes"];

function tune(table: Table, options: Partial<AutomlOptions> = {}): Promise<AutomlResult> {
  const limit = options.seconds === undefined ? { models: 4 } : {};
  return automl(table, { target: "y", seed: 1, threads: 2, families: QUICK, ...limit, ...options });
}

describe("every family alone", () => {
  const table = mixedTable(80, "two");
  test.each(Object.keys(families))("%s", async (family) => {
    const options = { families: [family], models: 1, refit: true };
    const { model, leaderboard } = await tune(table, options);
    expect(leaderboard.map((one) => one.family)).toEqual([family]);
    expectPredictions(model, table);
    expectPredictions(model, STRANGE);
    const { manifest, arrays } = packModel(model);
    expect(predict(unpackModel(manifest, arrays), STRANGE)).toEqual(predict(model, STRANGE));
  });
});

/** What a trial is, without what a clock says. */
function told({ study }: AutomlResult) {
  return study.trials.map(({ number, params, values, notes: { predictMs: _, ...notes } }) => {
    return { number, params, values, notes };
  });
}

describe("with a number of models", () => {
  const options = { models: 9, families: ["constant", "linear", "boosting", "forest"] };
  const table = mixedTable(120, "three");

  test("one, two and three threads come to the same bytes by the same trials", async () => {
    const [one, ...others] = [
      await tune(table, { ...options, threads: 1 }),
      await tune(table, { ...options, threads: 2 }),
      await tune(table, { ...options, threads: 3 }),
    ];
    expect(told(one)).toHaveLength(9);
    for (const other of others) {
      expect(told(other)).toEqual(told(one));
      expect(packModel(other.model)).toEqual(packModel(one.model));
    }
  });

  describe("a study that is there already", () => {
    let files: string;
    beforeAll(async () => {
      files = await mkdtemp(join(tmpdir(), "fettle-automl-test-"));
    });
    afterAll(() => rm(files, { recursive: true }));

    test("goes on after it was cut off, and comes to what it would have come to", async () => {
      const common = { ...options, storage: memory(), study: "s", files };
      const stop = new AbortController();
      const onProgress: AutomlOptions["onProgress"] = ({ kind }) => {
        if (kind === "trial") stop.abort();
      };
      const cut = await tune(table, { ...common, signal: stop.signal, onProgress });
      expect(cut.end.kind).toBe("aborted");
      expectPredictions(cut.model, table);
      const done = ({ study }: AutomlResult) => study.trials.filter(({ state }) => state === "complete");
      const before = done(cut);
      expect(before.length).toBeLessThan(9);
      const went = await tune(table, { ...common, seed: undefined });
      const { study, model } = went;
      expect(done(went)).toHaveLength(9);
      for (const trial of before) expect(study.trials[trial.number].times).toEqual(trial.times);
      const whole = await tune(table, options);
      expect(told(went)).toEqual(told(whole));
      expect(packModel(model)).toEqual(packModel(whole.model));
      const refusals: readonly (readonly [Table, Partial<AutomlOptions>, RegExp])[] = [
        [mixedTable(120, "three", 2), {}, /is of another table/],
        [table, { target: "colour" }, /predicts y, not colour/],
        [table, { metric: "accuracy" }, /has no metric, not metric "accuracy"/],
        [table, { seed: 2 }, /has the seed 1, not 2/],
        [table, { models: undefined, seconds: 1 }, /is limited by models, not by seconds/],
      ];
      for (const [other, changed, message] of refusals) {
        const refused = tune(other, { ...common, ...changed });
        await expect(refused).rejects.toThrow(message);
        await expect(refused).rejects.toThrow(ConflictError);
      }
    });
  });
});

test("noise is not learned: the mean score of seeds is that of chance, within two standard errors", async () => {
  const scores: number[] = [];
  for (let seed = 0; seed < 8; seed++) {
    const stream = rng(seed, "noise");
    const n = 160;
    const table = tableOf({
      a: cells(n, () => stream.normal()),
      b: cells(n, () => `level ${stream.integer(40)}`), // target encoding would leak by it
      c: cells(n, () => ["one", "two", "three"][stream.integer(3)]),
      y: cells(n, () => ["no", "yes"][stream.integer(2)]),
    });
    const { model } = await tune(table, { seed, models: 6, families: [...QUICK, "forest"], refit: true });
    scores.push(model.score?.value ?? Number.NaN);
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
  expect(Math.abs(mean - 0.5)).toBeLessThan(2 * Math.sqrt(variance / scores.length));
});

describe("the command line", () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
    write(place, "table.csv", mixedTable(500, "two"));
  });
  afterEach(() => place.remove());

  const common = ["automl", "table.csv", "--target", "y", "-j", "2", "-q", "--study", "s"];
  const complete = () => place.trials().filter(({ state }) => state === "complete");
  const begun = () => existsSync(join(place.folder, "fettle.db")) && complete().length > 0;

  test("killed in the middle, it goes on where it was", async () => {
    const families = ["--families", "constant,linear,boosting,forest"];
    const models = ["--models", "7", ...families];
    const child = place.start(...common, ...models, "--seed", "1");
    await until("a model was fitted", begun);
    child.kill("SIGKILL");
    await child.ended;
    const before = complete();
    expect(before.length).toBeLessThan(7);
    const { code, stderr } = place.fettle("resume", "s");
    expect([code, stderr]).toEqual([
      2,
      "fettle: study s tunes models of a table; go on with fettle automl TABLE --target y --study s\n",
    ]);
    const went = place.fettle(...common, ...models);
    expect([went.code, went.stderr]).toEqual([0, ""]);
    const after = complete();
    expect(after).toHaveLength(7);
    for (const { number, attempt } of before) expect(after[number].attempt).toBe(attempt);
    const replayed = place.fettle("replay", "s");
    expect([replayed.code, replayed.stdout]).toEqual([0, expect.stringContaining("no difference")]);
    expect(place.fettle("show", "s").stdout).toContain("7 complete");
    expect(place.fettle("best", "s").stdout).toContain("auc");
    const whole = [...common.slice(0, -1), "whole", ...models, "--seed", "1", "-o", "whole"];
    expect(place.fettle(...whole).code).toBe(0);
    for (const name of ["arrays.bin", "manifest.json"]) {
      const [one, other] = ["whole", "table-model"].map((of) => readFileSync(join(place.folder, of, name)));
      expect(one.equals(other)).toBe(true);
    }
    write(place, "table.csv", mixedTable(500, "two", 2));
    const other = place.fettle(...common, ...models);
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringMatching(/^fettle: study s is of another table.*\n$/),
    ]);
  }, 300_000); // the killed one's lease runs for half a minute

  test("after Ctrl-C there is a model of what there was by then; in the given time it replays", async () => {
    const child = place.start(...common, "--time", "60s");
    await until("a model was fitted", begun);
    child.kill("SIGINT");
    expect((await child.ended).code).toBe(130);
    const predicted = place.fettle("predict", "table-model", "table.csv");
    expect(predicted.code).toBe(0);
    expect(predicted.stdout.trim().split("\n")).toHaveLength(501);
    expect(place.fettle(...common, "--time", "4s").code).toBe(0);
    const { code, stdout } = place.fettle("replay", "s");
    expect([code, stdout]).toEqual([0, expect.stringContaining("no difference")]);
  });

  test("a folder that nothing can be saved in is said before the work is done", () => {
    const { code, stdout, stderr } = place.fettle(...common, "-o", "table.csv/model");
    expect([code, stdout, stderr]).toEqual([
      1,
      "",
      expect.stringMatching(/^fettle: nothing can be saved in .*table.csv\/model: .*\n$/),
    ]);
    expect(existsSync(join(place.folder, "fettle.db"))).toBe(false);
  });

  needs("mount", canMount).test("a full disk is one line, and the study goes on elsewhere", async () => {
    const folder = join(place.folder, "small");
    mkdirSync(folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", folder]);
    try {
      const models = ["--models", "2", "--families", "constant,forest", "--seed", "1"];
      const { code, stderr } = place.fettle(...common, ...models, "-o", "small/model");
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^fettle: nothing can be saved in .*small\/model: ENOSPC: .*\n$/),
      ]);
      expect(place.fettle(...common, ...models).code).toBe(0);
      expect(complete()).toHaveLength(2);
    } finally {
      execFileSync("umount", [folder]);
    }
  });
});

function write(place: Place, name: string, { rows, columns }: Table): void {
  const text = (column: Table["columns"][number], row: number) => {
    if (column.type === "number") return Number.isNaN(column.values[row]) ? "" : column.values[row];
    return column.codes[row] < 0 ? "" : column.levels[column.codes[row]];
  };
  const lines = Array.from({ length: rows }, (_, row) =>
    columns.map((column) => text(column, row)).join(","),
  );
  writeFileSync(
    join(place.folder, name),
    `${[columns.map((column) => column.name).join(","), ...lines].join("\n")}\n`,
  );
}
