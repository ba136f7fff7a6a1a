import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fillCommand } from "../engines/process/command.ts";
import { describeRun } from "./description.ts";
import { type ConfigFileError, readConfigText } from "./file.ts";
import { loadConfig } from "./load.ts";

const FOLDER = "/home/ada/work";
const read = (text: string) => readConfigText(text, "sweep.yaml");
const describeSweep = (text: string) =>
  describeRun({ file: { ...read(text), folder: FOLDER }, folder: FOLDER });
/** A sweep with these parameters, as lines of YAML. */
const withParameters = (...lines: string[]) =>
  `method: bayes\nmetric: { name: loss }\nparameters:\n${lines.map((line) => `  ${line}\n`).join("")}`;
const parameter = (body: string) =>
  describeSweep(withParameters(`x: ${body}`)).space.toJSON().x as unknown as Record<string, unknown>;
const linesOf = (body: string) => read(withParameters(`x: ${body}`)).warnings;
const problemsOf = (text: string): readonly string[] => {
  try {
    read(text);
  } catch (error) {
    return (error as ConfigFileError).problems;
  }
  return [];
};

/** As people have it in their repositories. */
const RESNET = `
program: train.py
name: resnet-cifar
description: learning rate and regularisation
project: vision
entity: lab
method: bayes
run_cap: 60
metric:
  name: val/accuracy
  goal: maximize
  target: 0.95
parameters:
  learning_rate:
    distribution: log_uniform_values
    min: 0.00001
    max: 0.1
  batch_size:
    values: [32, 64, 128]
  dropout:
    min: 0.0
    max: 0.5
  layers:
    min: 2
    max: 8
  amp:
    values: [true, false]
  optimizer:
    parameters:
      name:
        values: [adam, sgd]
      weight_decay:
        distribution: log_uniform
        min: -9.2103
        max: -4.6052
  epochs:
    value: 30
early_terminate:
  type: hyperband
  min_iter: 3
  eta: 3
command:
  - \${env}
  - python3
  - \${program}
  - --data={root}
  - \${args_no_boolean_flags}
`;

test("a sweep as it is becomes a study", () => {
  const { space, ...rest } = describeSweep(RESNET);
  expect(rest).toMatchObject({
    study: "resnet-cifar",
    objectives: [{ name: "val/accuracy", direction: "maximize" }],
    limits: { trials: 60, target: { "val/accuracy": 0.95 } },
    sampler: { name: "auto" },
    pruner: { name: "successiveHalving", options: { minResource: 3, reductionFactor: 3 } },
    run: {
      command: ["/usr/bin/env", "python3", "train.py", "--data={{root}}", "{wandb.args_no_boolean_flags}"],
    },
    env: { PYTHONUNBUFFERED: "1", WANDB_SWEEP_PARAM_PATH: "{wandb.config_file}" },
    cwd: FOLDER,
    warnings: [],
  });
  expect(space.toJSON()).toEqual({
    learning_rate: { type: "float", low: 1e-5, high: 0.1, log: true },
    batch_size: { type: "categorical", choices: [32, 64, 128] },
    dropout: { type: "float", low: 0, high: 0.5 },
    layers: { type: "int", low: 2, high: 8 },
    amp: { type: "boolean" },
    "optimizer.name": { type: "categorical", choices: ["adam", "sgd"] },
    "optimizer.weight_decay": {
      type: "float",
      low: expect.closeTo(1e-4, 8),
      high: expect.closeTo(1e-2, 6),
      log: true,
    },
    epochs: { type: "constant", value: 30 },
  });
});

test("without a command it is W&B's own, with every parameter, written as Python reads it", () => {
  const { run } = describeSweep(`program: train.py\n${withParameters("x: { values: [1] }")}`);
  const { command } = run as { command: readonly string[] };
  expect(command[0]).toBe("/usr/bin/env");
  expect(command.slice(2)).toEqual(["train.py", "{wandb.args}"]);
  const params = { lr: 0.01, amp: true, name: null, "optimizer.beta": 0.9 };
  expect(fillCommand(command.slice(3), params, {})).toEqual([
    "--lr=0.01",
    "--amp=True",
    "--name=None",
    "--optimizer.beta=0.9",
  ]);
});

test.each([
  ["args", ["--lr=0.1", "--amp=False", "--deep=True"]],
  ["args_no_hyphens", ["lr=0.1", "amp=False", "deep=True"]],
  ["args_no_equals", ["--lr", "0.1", "--amp", "False", "--deep", "True"]],
  ["args_no_boolean_flags", ["--lr=0.1", "--deep"]],
  ["args_json", ['{"lr":0.1,"amp":false,"deep":true}']],
  ["args_json_file", ["/tmp/params.json"]],
])("the macro %s", (macro, expected) => {
  const { config } = read(
    `command: ["./run", "\${${macro}}"]\n${withParameters("lr: { min: 0.0, max: 1.0 }")}`,
  );
  const params = { lr: 0.1, amp: false, deep: true };
  const command = config.command as readonly string[];
  const files = { args_json_file: "/tmp/params.json" };
  expect(fillCommand(command, params, {}, files)).toEqual(["./run", ...expected]);
});

test("nested parameters are nested in JSON, but where a name on the way has a value", () => {
  const params = { "a.b.c": 1, "a.d": "x", o: "sgd", "o.sgd.m": 0.9 };
  expect(JSON.parse(fillCommand(["{wandb.args_json}"], params, {})[0])).toEqual({
    a: { b: { c: 1 }, d: "x" },
    o: "sgd",
    "o.sgd.m": 0.9,
  });
});

test("a variable of the environment in the command", () => {
  process.env.FETTLE_TEST_ROOT = "/data";
  try {
    const { config } = read(
      `command: ["./run", "--root=\${envvar:FETTLE_TEST_ROOT}/x"]\n${withParameters("x: { value: 1 }")}`,
    );
    expect(config.command).toEqual(["./run", "--root=/data/x"]);
  } finally {
    delete process.env.FETTLE_TEST_ROOT;
  }
});

describe("distributions", () => {
  test.each<[string, unknown]>([
    ["{ distribution: constant, value: 3 }", { type: "constant", value: 3 }],
    ["{ distribution: categorical, values: [a, b] }", { type: "categorical", choices: ["a", "b"] }],
    ["{ distribution: int_uniform, min: 1, max: 5 }", { type: "int", low: 1, high: 5 }],
    ["{ min: 1, max: 5 }", { type: "int", low: 1, high: 5 }],
    ["{ min: 1, max: 5.5 }", { type: "float", low: 1, high: 5.5 }],
    ["{ min: 0.0, max: 1.0 }", { type: "float", low: 0, high: 1 }],
    ["{ min: 0, max: 1.0 }", { type: "float", low: 0, high: 1 }],
    ["{ min: 1, max: 1e2 }", { type: "float", low: 1, high: 100 }],
    ["{ distribution: uniform, min: 0, max: 1 }", { type: "float", low: 0, high: 1 }],
    ["{ distribution: q_uniform, min: 0, max: 1, q: 0.1 }", { type: "float", low: 0, high: 1, step: 0.1 }],
    ["{ distribution: q_uniform, min: 0, max: 256 }", { type: "int", low: 0, high: 256 }],
    ["{ distribution: q_uniform, min: 30, max: 100, q: 16 }", { type: "int", low: 32, high: 96, step: 16 }],
    [
      "{ distribution: log_uniform, min: 0, max: 1 }",
      { type: "float", low: 1, high: expect.closeTo(Math.E, 12), log: true },
    ],
    [
      "{ distribution: log_uniform_values, min: 1.0e-4, max: 1 }",
      { type: "float", low: 1e-4, high: 1, log: true },
    ],
    [
      "{ distribution: q_log_uniform_values, min: 2, max: 512 }",
      { type: "int", low: 2, high: 512, log: true },
    ],
    ["{ distribution: q_log_uniform, min: 0, max: 4.6052 }", { type: "int", low: 1, high: 100, log: true }],
    [
      "{ distribution: inv_log_uniform, min: 0, max: 2.302585092994046 }",
      { type: "float", low: expect.closeTo(0.1, 12), high: 1, log: true },
    ],
    [
      "{ distribution: inv_log_uniform_values, min: 0.01, max: 1 }",
      { type: "float", low: 0.01, high: 1, log: true },
    ],
  ])("%s, without a word", (body, expected) => {
    expect(parameter(body)).toEqual(expected);
    expect(linesOf(body)).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    [
      "{ distribution: normal, mu: 10, sigma: 2 }",
      { type: "float", low: 4, high: 16, prior: { value: 10 } },
      "normal is searched 3 standard deviations to either side, with a prior on its middle: 4 to 16",
    ],
    ["{ mu: 1 }", { type: "float", low: -2, high: 4, prior: { value: 1 } }, "normal is searched"],
    [
      "{ distribution: q_normal, mu: 0, sigma: 4, q: 5 }",
      { type: "int", low: -10, high: 10, step: 5, prior: { value: 0 } },
      "q_normal is searched",
    ],
    [
      "{ distribution: log_normal, mu: 0, sigma: 0.767528364331 }",
      {
        type: "float",
        low: expect.closeTo(0.1, 8),
        high: expect.closeTo(10, 6),
        log: true,
        prior: { value: 1 },
      },
      "log_normal is searched",
    ],
    [
      "{ distribution: q_log_normal, mu: 2.302585092994046, sigma: 0.5 }",
      { type: "int", low: 2, high: 45, log: true, prior: { value: 10 } },
      "q_log_normal is searched",
    ],
    [
      "{ distribution: q_log_uniform_values, min: 32, max: 96, q: 32 }",
      { type: "ordinal", choices: [32, 64, 96] },
      "q_log_uniform_values is searched among 3 multiples of 32",
    ],
    [
      "{ values: [a, b, c], probabilities: [0.2, 0.5, 0.3] }",
      { type: "categorical", choices: ["a", "b", "c"], prior: { value: "b", confidence: "low" } },
      'probabilities become a weak prior on "b"',
    ],
    [
      "{ values: [a, b], probabilities: [0.5, 0.5] }",
      { type: "categorical", choices: ["a", "b"] },
      "probabilities are left out",
    ],
    ["{ values: [relu, elu, relu] }", { type: "categorical", choices: ["relu", "elu"] }, "counts once"],
    [
      "{ values: [[1, 2], [3]] }",
      { type: "categorical", choices: ["[1, 2]", "[3]"] },
      "[1, 2] is passed as text",
    ],
    ["{ value: 1, desc: hm }", { type: "constant", value: 1 }, "desc: nothing here makes use of it"],
  ])("%s, with a line", (body, expected, line) => {
    expect(parameter(body)).toEqual(expected);
    expect(linesOf(body)[0]).toMatch(/^sweep\.yaml:4:\d+ parameters\.x/);
    expect(linesOf(body)[0]).toContain(line);
  });

  test("multiples of q on a logarithmic scale are few, and as dense as the logarithm", () => {
    const { choices } = parameter("{ distribution: q_log_uniform_values, min: 8, max: 4096, q: 8 }");
    const values = choices as number[];
    expect([values[0], values.at(-1)]).toEqual([8, 4096]);
    expect(values.length).toBeLessThanOrEqual(32);
    expect(values.every((value) => value % 8 === 0)).toBe(true);
    expect(values.filter((value) => value < 181).length / values.length).toBeCloseTo(0.45, 1);
  });
});

test("without early_terminate every trial is trained to its end", () => {
  expect(describeSweep(withParameters("x: { min: 0.0, max: 1.0 }")).pruner).toEqual({ name: "none" });
});

test("hyperband by its largest step", () => {
  const { pruner, steps } = describeSweep(
    `early_terminate: { type: hyperband, max_iter: 27, s: 2 }\n${withParameters("x: { min: 0.0, max: 1.0 }")}`,
  );
  expect([pruner, steps]).toEqual([{ name: "successiveHalving", options: { minResource: 3 } }, { max: 27 }]);
});

test("what W&B has and we have not is one line", () => {
  const text = `controller: { type: local }\nproject: p\njob: j\n${withParameters("x: { min: 0.0, max: 1.0 }")}`;
  expect(read(text).warnings).toEqual([
    "sweep.yaml:1:13 controller: controller, project, job: nothing here makes use of them",
  ]);
});

test.each([
  [
    "method: bayse\nparameters: {}\nmetric: { name: a }",
    'sweep.yaml:1:9 method: expected "grid", "random" or "bayes", got "bayse" (did you mean "bayes"?)',
  ],
  [withParameters("x: 0.1"), "sweep.yaml:4:6 parameters.x: expected a mapping, such as { value: 0.1 }"],
  [
    withParameters("x: { min: 1 }"),
    "sweep.yaml:4:6 parameters.x: expected value, values, min and max, or a distribution",
  ],
  [
    withParameters("x: { distribution: log_unifrom, min: 1, max: 2 }"),
    'sweep.yaml:4:22 parameters.x.distribution: there is no distribution "log_unifrom" (did you mean "log_uniform"?)',
  ],
  [withParameters("x: { distribution: uniform, min: 1 }"), "sweep.yaml:4:6 parameters.x: uniform needs max"],
  [withParameters("x: { min: 2.5, max: 1 }"), "sweep.yaml:4:6 parameters.x: min 2.5 is above max 1"],
  [
    withParameters("x: { distribution: log_uniform_values, min: 0, max: 1 }"),
    "sweep.yaml:4:6 parameters.x: log_uniform_values needs values above 0, and min is 0",
  ],
  [
    `early_terminate: { type: median }\n${withParameters("x: { value: 1 }")}`,
    'sweep.yaml:1:26 early_terminate.type: expected "hyperband", got "median"',
  ],
  [
    `command: ["\${intrepreter}", a]\n${withParameters("x: { value: 1 }")}`,
    `sweep.yaml:1:11 command[0]: there is no macro \${intrepreter} (did you mean "interpreter"?)`,
  ],
  [
    `run_cap: many\n${withParameters("x: { value: 1 }")}`,
    "sweep.yaml:1:10 run_cap: expected a whole number of at least 1",
  ],
])("%j is refused", (text, message) => {
  expect(problemsOf(text)[0]).toBe(message);
});

test("errors of the space say where in the sweep", () => {
  const text = withParameters("o: { values: [a, b] }", "o.lr: { min: 0.0, max: 1.0 }");
  expect(() => describeSweep(text)).toThrow(/sweep\.yaml:5:9 parameters\.o\.lr: /);
});

test("a program that lies where the command is called, not beside the sweep", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fettle-"));
  try {
    mkdirSync(join(folder, "sweeps"));
    writeFileSync(
      join(folder, "sweeps", "a.yaml"),
      `program: train.py\n${withParameters("x: { value: 1 }")}`,
    );
    const cwd = async () => describeRun({ file: await loadConfig("sweeps/a.yaml", folder), folder }).cwd;
    writeFileSync(join(folder, "train.py"), "");
    expect(await cwd()).toBe(folder);
    writeFileSync(join(folder, "sweeps", "train.py"), "");
    expect(await cwd()).toBe(join(folder, "sweeps"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
