import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { EngineError, InvalidInputError } from "../../errors.ts";
import { rng } from "../../random.ts";
import type { FittedModel, Training } from "../family.ts";
import type { Task } from "../task.ts";
import { type ExternalFamily, external, parseExternal } from "./external.ts";

/** Learns the mean of the targets, times a parameter; does as it is told where that is to go wrong. */
const PROGRAM = `
const fs = require("node:fs");
const doubles = (file) => { const b = fs.readFileSync(file); return new Float64Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.length)); };
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, fit, predict } = JSON.parse(line);
  const say = (more) => console.log(JSON.stringify({ id, ...more }));
  if (fit) {
    if (fit.params.mood === "error") return say({ error: "not today" });
    if (fit.params.mood === "chatter") return console.log("learning ...");
    if (fit.params.mood === "crash") { console.error("out of memory"); process.exit(3); }
    if (fit.params.mood === "hang") return;
    const y = doubles(fit.train.y);
    const mean = y.reduce((a, b) => a + b, 0) / fit.train.rows;
    fs.writeFileSync(fit.model, JSON.stringify({ mean: mean * fit.params.factor, pid: process.pid }));
    return say({ rounds: 3 });
  }
  const { mean } = JSON.parse(fs.readFileSync(predict.model));
  const x = fs.readFileSync(predict.x);
  const last = x.readFloatLE(4 * (predict.rows * predict.columns - 1));
  fs.writeFileSync(predict.predictions, new Float64Array(predict.rows).fill(mean + last));
  say({});
});`;

const description = `
name: mean
command: [${JSON.stringify(process.execPath)}, -e, ${JSON.stringify(PROGRAM)}]
tasks: [regression]
work: 10
params:
  factor: 0.5..2
  mood: { type: categorical, values: [good, error, chatter, crash, hang], default: good }
`;
const regression: Task = { kind: "regression" };
const x = { rows: 3, columns: 2, values: Float32Array.of(1, 2, 3, 4, 5, 6), levels: new Int32Array(2) };

let family: ExternalFamily;
afterEach(() => family?.close());

function training(mood = "good", more: Partial<Training> = {}): Training {
  return {
    ...{ task: regression, x, y: Float64Array.of(1, 2, 6), params: { factor: 2, mood } },
    ...{ rng: rng(1), stop: () => false },
    ...more,
  };
}
const pidOf = ({ arrays }: FittedModel) =>
  JSON.parse(new TextDecoder().decode(arrays.model as Uint8Array)).pid;
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("a family that an external program fits", () => {
  it("fits, and predicts by the same program, which keeps running", async () => {
    family = external(parseExternal(description, "mean.yaml"));
    const model = await family.fit(training());
    expect(model).toMatchObject({ family: "mean", rounds: 3, work: 60 });
    expect(await family.predict(model, x, regression)).toEqual(Float64Array.of(12, 12, 12));
    const other = await family.fit(training("good", { y: Float64Array.of(1, 1, 1) }));
    expect(pidOf(other)).toBe(pidOf(model));
    expect(await family.predict(other, x, regression)).toEqual(Float64Array.of(8, 8, 8));
    expect(await family.predict(structuredClone(model), x, regression)).toEqual(Float64Array.of(12, 12, 12));
    family.close();
    await expect.poll(() => isRunning(pidOf(model))).toBe(false);
  });

  it("answers several requests at once in their order", async () => {
    family = external(parseExternal(description, "mean.yaml"));
    const [one, two] = await Promise.all(
      [1, 3].map((y) => family.fit(training("good", { y: new Float64Array(3).fill(y) }))),
    );
    const predictions = await Promise.all([one, two].map((model) => family.predict(model, x, regression)));
    expect(predictions.map(([first]) => first)).toEqual([8, 12]);
  });

  it("goes on after an error, and after the program ended", async () => {
    family = external(parseExternal(description, "mean.yaml"));
    await expect(family.fit(training("error"))).rejects.toThrow("mean: not today");
    await expect(family.fit(training("crash"))).rejects.toThrow(
      /mean: the program ended with code 3: out of memory/,
    );
    await expect(family.fit(training("chatter"))).rejects.toThrow(/said what is no JSON: learning/);
    expect((await family.fit(training())).rounds).toBe(3);
  });

  it("ends the program when the time is over", async () => {
    family = external(parseExternal(description, "mean.yaml"));
    let asked = 0;
    const late = family.fit(training("hang", { stop: () => ++asked > 2 }));
    await expect(late).rejects.toThrow(EngineError);
    await expect(late).rejects.toThrow("the time was over");
  });

  it("leaves no files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fettle-test-"));
    const { TMPDIR } = process.env;
    process.env.TMPDIR = folder;
    try {
      family = external(parseExternal(description, "mean.yaml"));
      const model = await family.fit(training());
      await family.predict(model, x, regression);
      await expect(family.fit(training("crash"))).rejects.toThrow(EngineError);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("says for what it is not, and that it cannot run", () => {
    const shape = { task: regression, rows: 3, columns: 2, categories: 0, widest: 0 };
    const of = (more: string) => external(parseExternal(description + more, "mean.yaml")).unfit?.(shape);
    expect(of("")).toBeUndefined();
    expect(of("maxRows: 2")).toBe("mean takes at most 2 rows, not 3");
    expect(of(`check: [${process.execPath}, -e, process.exit(1)]`)).toContain("mean cannot run: ");
    family = external(parseExternal(description.replace("[regression]", "[classification]"), "mean.yaml"));
    expect(family.unfit?.(shape)).toBe("mean is for classification, not for regression");
    const missing = parseExternal("{ name: none, command: [no-such-program] }", "none.yaml");
    expect(external(missing).unfit?.(shape)).toContain("no-such-program: command not found");
  });
});

describe("the description of an external program", () => {
  const failing: [string, string][] = [
    ["{ name: a, command: [b", "a.yaml: "],
    ["{ name: A b, command: [b] }", "a.yaml name: "],
    ["{ name: a }", "command"],
    ["{ name: a, command: [b], tasks: [ranking] }", "a.yaml tasks"],
    ["{ name: a, command: [b], colour: red }", "colour"],
    ["{ name: a, command: [b], params: { n: 5..1 } }", "a.yaml"],
    [
      "{ name: a, command: [b], params: { n: 1..5, m: { type: int, min: 1, max: 2, when: { n: 1 } } } }",
      "when",
    ],
  ];
  for (const [text, message] of failing)
    it(`is refused: ${text}`, () => {
      expect(() => parseExternal(text, "a.yaml")).toThrow(InvalidInputError);
      expect(() => parseExternal(text, "a.yaml")).toThrow(message);
    });
});
