import { expect, test } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { float, space } from "../space.ts";
import { defineConfig } from "./config.ts";
import { type Description, describeRun } from "./description.ts";
import { readConfigModule, readConfigText } from "./file.ts";
import type { Flags } from "./flags.ts";

const FOLDER = "/home/ada/work";
const fromFlags = (flags: Flags, command?: readonly string[]) =>
  describeRun({ flags, folder: FOLDER, command });
const fromFile = (
  text: string,
  flags: Flags = {},
  rest: { command?: readonly string[]; at?: string } = {},
): Description =>
  describeRun({
    file: { ...readConfigText(text, "fettle.yaml"), folder: rest.at ?? FOLDER },
    flags,
    folder: FOLDER,
    ...(rest.command && { command: rest.command }),
  });

const MINIMAL: Flags = { param: ["lr=1e-5..0.1:log"], min: ["val_loss"] };
const FILE = `
command: python train.py --lr {lr}
metric: { name: val_loss, goal: minimize, target: 0.05, pattern: "loss is (.*)" }
params:
  lr: { type: float, min: 1e-5, max: 0.1, log: true }
  opt: { type: categorical, values: [sgd, adam] }
  opt.sgd.momentum: 0.0..0.99
`;

test("flags alone", () => {
  const { space: compiled, ...rest } = fromFlags(
    {
      param: ["lr=1e-5..0.1:log", "layers=1..6", "opt=sgd,adam", "opt.sgd.momentum=0.0..0.99"],
      min: ["val_loss"],
      max: ["accuracy"],
      trials: "60",
      parallel: "4",
      study: "digits",
      storage: "x.db",
      sampler: "sobol",
      pruner: "none",
      maxSteps: "20",
      seed: "7",
      time: "2h",
      trialTimeout: "10m",
      target: ["accuracy=0.99"],
      maxFailures: "5",
      retries: "0",
      fix: ["layers=3"],
      value: "best",
      files: "logs",
    },
    ["python", "train.py"],
  );
  expect(compiled.parameters.map(({ path }) => path)).toEqual(["lr", "layers", "opt", "opt.sgd.momentum"]);
  expect(rest).toEqual({
    study: "digits",
    storage: "x.db",
    objectives: [
      { name: "val_loss", direction: "minimize" },
      { name: "accuracy", direction: "maximize" },
    ],
    constraints: [],
    patterns: {},
    run: { command: ["python", "train.py"] },
    sampler: { name: "sobol" },
    pruner: { name: "none" },
    limits: { trials: 60, seconds: 7200, failures: 5, retriesFailed: 0, target: { accuracy: 0.99 } },
    parallel: 4,
    seed: 7,
    steps: { max: 20 },
    fixed: { layers: 3 },
    enqueue: [],
    warmStart: [],
    value: "best",
    trialTimeoutMs: 600_000,
    files: "logs",
    env: {},
    cwd: FOLDER,
    warnings: [],
  });
});

test("what is not given is not there", () => {
  const { space: _, ...rest } = fromFlags(MINIMAL);
  expect(rest).toEqual({
    objectives: [{ name: "val_loss", direction: "minimize" }],
    constraints: [],
    patterns: {},
    limits: {},
    parallel: 1,
    fixed: {},
    enqueue: [],
    warmStart: [],
    value: "last",
    env: {},
    cwd: FOLDER,
    warnings: [],
  });
  expect(Object.keys(rest)).not.toContain("seed");
});

test("a file alone", () => {
  const { space: compiled, ...rest } = fromFile(`${FILE}
study: digits
storage: x.db
sampler: { name: sobol, options: { scramble: false } }
trials: 60
parallel: 4
time: 90
trial_timeout: 1h30m
max_steps: 20
constraints: [memory]
fixed: { opt: sgd }
enqueue: [{ lr: 0.01 }, { opt.sgd.momentum: 0.9 }]
env: { THREADS: 2, DEBUG: true }
cwd: src
files: logs
`);
  expect(compiled.toJSON()).toMatchObject({ lr: { type: "float", low: 1e-5, high: 0.1, log: true } });
  expect(rest).toMatchObject({
    study: "digits",
    storage: "x.db",
    objectives: [{ name: "val_loss", direction: "minimize" }],
    constraints: [{ name: "memory" }],
    patterns: { val_loss: "loss is (.*)" },
    run: { command: ["python", "train.py", "--lr", "{lr}"] },
    sampler: { name: "sobol", options: { scramble: false } },
    limits: { trials: 60, seconds: 90, target: { val_loss: 0.05 } },
    parallel: 4,
    steps: { max: 20 },
    trialTimeoutMs: 5_400_000,
    fixed: { opt: "sgd" },
    enqueue: [{ lr: 0.01 }, { "opt.sgd.momentum": 0.9 }],
    env: { THREADS: "2", DEBUG: "true" },
    cwd: `${FOLDER}/src`,
    files: "logs",
  });
});

test("flags win, each over its own key", () => {
  const description = fromFile(
    `${FILE}trials: 60\nparallel: 4\nstudy: a\nseed: 1\nfixed: { lr: 0.1, opt: sgd }\nsampler: { name: sobol, options: { a: 1 } }`,
    { trials: "9", study: "b", fix: ["opt=adam"], param: ["opt=sgd,adam,lion", "x=1..2"], sampler: "grid" },
    { command: ["node", "t.js"] },
  );
  expect(description).toMatchObject({
    limits: { trials: 9, target: { val_loss: 0.05 } },
    parallel: 4,
    study: "b",
    seed: 1,
    fixed: { lr: 0.1, opt: "adam" },
    sampler: { name: "grid" },
    run: { command: ["node", "t.js"] },
    cwd: FOLDER,
  });
  expect(description.sampler).not.toHaveProperty("options");
});

test("the same sampler by flag keeps the file's options", () => {
  const { sampler } = fromFile(`${FILE}sampler: { name: sobol, options: { a: 1 } }`, { sampler: "sobol" });
  expect(sampler).toEqual({ name: "sobol", options: { a: 1 } });
});

test("a flag that changes a branch leaves no room for its children", () => {
  expect(() => fromFile(FILE, { param: ["opt=adam,lion"] })).toThrow(
    /^fettle\.yaml:7:21 params\.opt\.sgd\.momentum: /,
  );
});

test("metrics of flags keep the file's pattern, and its target where the direction is the same", () => {
  const same = fromFile(FILE, { min: ["val_loss"] });
  expect([same.patterns, same.limits.target]).toEqual([{ val_loss: "loss is (.*)" }, { val_loss: 0.05 }]);
  const other = fromFile(FILE, { max: ["val_loss"] });
  expect([other.patterns, other.limits.target]).toEqual([{ val_loss: "loss is (.*)" }, undefined]);
  expect(fromFile(FILE, { max: ["acc"] }).objectives).toEqual([{ name: "acc", direction: "maximize" }]);
});

test("paths in the file are relative to it, and shown from where one is", () => {
  const text = `${FILE}storage: x.db\nfiles: ../logs`;
  expect(fromFile(text, {}, { at: `${FOLDER}/a` })).toMatchObject({
    storage: "a/x.db",
    files: "logs",
    cwd: `${FOLDER}/a`,
  });
  expect(fromFile(text, {}, { at: "/srv" })).toMatchObject({
    storage: "/srv/x.db",
    files: "/logs",
    cwd: "/srv",
  });
  expect(fromFile(`${FILE}storage: postgres://h/d`, {}, { at: "/srv" }).storage).toBe("postgres://h/d");
  expect(fromFile(text, {}, { at: "/srv", command: ["a"] }).cwd).toBe(FOLDER);
});

test("a space and an objective of a module", () => {
  const objective = ({ lr }: { lr: number }) => lr;
  const config = defineConfig({
    space: space({ lr: float(0, 1) }),
    metric: { name: "loss", goal: "minimize" },
    objective,
  });
  const file = { ...readConfigModule(config, "fettle.config.ts"), folder: FOLDER };
  const description = describeRun({ file, folder: FOLDER, flags: { param: ["x=1..2"] } });
  expect(description.space.parameters.map(({ path }) => path)).toEqual(["lr", "x"]);
  expect(description.run).toEqual({ objective });
});

test("a module to run", () => {
  const text = "module: objective.ts\nmetric: { name: loss, goal: minimize }\nparams: { lr: 0.0..1.0 }";
  expect(fromFile(text, {}, { at: "/srv" }).run).toEqual({ module: "/srv/objective.ts" });
});

test("parameters in their short and long forms", () => {
  const { space: compiled } = fromFile(`
metric: { name: loss, goal: minimize }
params:
  a: { type: int, low: 1, high: 4 }
  b: { type: categorical, choices: [x, 1, true, null] }
  c: [16, 32]
  d: [true, false]
  e: 3
  f: "16..512:log:length=a"
  g: { type: boolean, default: true }
  h: { type: constant, value: z }
  i: { type: array, length: 2 }
  i.*.w: 1..2
  j: { type: float, min: 0, max: 1, when: { b: [x] } }
`);
  expect(compiled.toJSON()).toEqual({
    a: { type: "int", low: 1, high: 4 },
    b: { type: "categorical", choices: ["x", 1, true, null] },
    c: { type: "categorical", choices: [16, 32] },
    d: { type: "boolean" },
    e: { type: "constant", value: 3 },
    f: { type: "int", low: 16, high: 512, log: true, length: "a" },
    g: { type: "boolean", default: true },
    h: { type: "constant", value: "z" },
    i: { type: "array", length: 2 },
    "i.*.w": { type: "int", low: 1, high: 2 },
    j: { type: "float", low: 0, high: 1, when: { b: ["x"] } },
  });
});

test("a variable in a command is a warning", () => {
  expect(fromFile(FILE.replace("{lr}", "$HOME")).warnings).toEqual([
    "fettle.yaml:2:10 command: $HOME reaches the program as it is: commands run without a shell",
  ]);
  expect(fromFile(FILE.replace("python train.py --lr {lr}", `sh -c 'echo $HOME'`)).warnings).toEqual([]);
});

test.each<[Flags, string]>([
  [{}, 'no parameters: give some with -p lr=1e-5..0.1:log, or under "params" in fettle.yaml'],
  [
    { param: ["lr=1..2"] },
    'no metric: name what is tuned for with --min val_loss or --max accuracy, or as "metric" in fettle.yaml',
  ],
  [
    { ...MINIMAL, max: ["val_loss"] },
    "--max val_loss: val_loss is minimized already, by --min val_loss; give each metric once",
  ],
  [{ ...MINIMAL, min: ["a", "a"] }, "--min a: a is given twice; give each metric once"],
  [
    { ...MINIMAL, min: ["step"] },
    "--min step: step is a reserved word; let the program call it something else, such as step_value",
  ],
  [{ ...MINIMAL, min: [""] }, "--min : a metric needs a name, such as val_loss"],
  [
    { ...MINIMAL, min: ["lr"] },
    "--min lr: lr is a parameter too; rename one, or a condition on lr would mean either",
  ],
  [
    { ...MINIMAL, min: ["a=0.1"] },
    "--min a=0.1: expected a metric's name; a value to reach is given by --target a=0.1",
  ],
  [{ ...MINIMAL, min: ["a,b"] }, "--min a,b: write each metric for itself: --min a --min b"],
  [
    { ...MINIMAL, param: ["lr=1..2", "lr=3..4"] },
    "-p lr=3..4: lr is given already, by -p lr=1..2; leave one out",
  ],
  [{ ...MINIMAL, param: ["lr"] }, '-p lr: no "=" between name and values; write it as -p lr=0.0..1.0'],
  [{ ...MINIMAL, trials: "abc" }, "-n abc: expected a whole number of at least 1"],
  [{ ...MINIMAL, trials: "0" }, "-n 0: expected a whole number of at least 1"],
  [{ ...MINIMAL, trials: "1.5" }, "-n 1.5: expected a whole number of at least 1"],
  [{ ...MINIMAL, parallel: "-1" }, "-j -1: expected a whole number of at least 1"],
  [{ ...MINIMAL, parallel: "" }, "-j : expected a whole number of at least 1"],
  [{ ...MINIMAL, seed: "1e99" }, "--seed 1e99: expected a whole number"],
  [{ ...MINIMAL, maxSteps: "0" }, "--max-steps 0: expected a whole number of at least 1"],
  [{ ...MINIMAL, maxFailures: "0" }, "--max-failures 0: expected a whole number of at least 1"],
  [{ ...MINIMAL, retries: "-1" }, "--retries -1: expected a whole number of at least 0"],
  [{ ...MINIMAL, time: "2x" }, '--time 2x: "2x" is no duration; write it like 90s, 10m, 2h or 1h30m'],
  [
    { ...MINIMAL, trialTimeout: "0" },
    '--trial-timeout 0: "0" is no time at all; write a duration above 0, such as 90s',
  ],
  [{ ...MINIMAL, value: "lst" }, '--value lst: expected "last" or "best" (did you mean "last"?)'],
  [
    { ...MINIMAL, target: ["0.05"] },
    '--target 0.05: expected a name, "=" and a value, such as --target val_loss=0.05',
  ],
  [
    { ...MINIMAL, target: ["val_los=1"] },
    '--target val_los=1: there is no metric val_los (did you mean "val_loss"?)',
  ],
  [
    { ...MINIMAL, target: ["val_loss=x"] },
    '--target val_loss=x: "x" is no number; write it like --target val_loss=0.05',
  ],
  [
    { ...MINIMAL, target: ["val_loss=1", "val_loss=2"] },
    "--target val_loss=2: val_loss has a target already; give one",
  ],
  [{ ...MINIMAL, fix: ["lr"] }, '--fix lr: expected a name, "=" and a value, such as --fix lr=0.01'],
  [{ ...MINIMAL, fix: ["lr=0.1", "lr=0.1"] }, "--fix lr=0.1: lr is settled already; leave one out"],
])("flags %j", (flags, message) => {
  expect(() => fromFlags(flags)).toThrow(new InvalidInputError(message));
});

// What the space says is the space's affair: here it counts that the flag or the place stands before it.
test.each<[Flags, RegExp]>([
  [{ ...MINIMAL, param: ["lr=0..1:log"] }, /^-p lr=0\.\.1:log: .*log/],
  [{ ...MINIMAL, param: ["lr=0..1:step=0.3"] }, /^-p lr=0\.\.1:step=0\.3: .*step/],
  [{ ...MINIMAL, param: ["opt=a,a"] }, /^-p opt=a,a: /],
  [{ ...MINIMAL, param: ["opt=sgd,adam", "opt.sdg.m=1..2"] }, /^-p opt\.sdg\.m=1\.\.2: .*"sgd"/],
  [{ ...MINIMAL, param: ["units=1..2:length=layers"] }, /^-p units=1\.\.2:length=layers: .*layers/],
  [{ ...MINIMAL, fix: ["lr=abc"] }, /^--fix lr=abc: .*abc/],
  [{ ...MINIMAL, fix: ["lr=5"] }, /^--fix lr=5: .*above/],
  [{ ...MINIMAL, fix: ["lrr=5"] }, /^--fix lrr=5: unknown parameter \(did you mean "lr"\?\)/],
])("the space refuses %j", (flags, message) => {
  expect(() => fromFlags(flags)).toThrow(message);
});

test.each([
  ["", 'no parameters: give some with -p lr=1e-5..0.1:log, or under "params" in fettle.yaml'],
  [
    "params: { lr: 1..2 }",
    'no metric: name what is tuned for with --min val_loss or --max accuracy, or as "metric" in fettle.yaml',
  ],
  [
    "params: { lr: 5..1 }",
    'fettle.yaml:1:15 params.lr: 5 is above 1; the lower bound comes first, such as "1..5"',
  ],
  ["params: { lr: { type: float, max: 1 } }", "fettle.yaml:1:15 params.lr: min is missing"],
  [
    "params: { lr: { type: int, min: 0, max: 2, high: 1 } }",
    "fettle.yaml:1:15 params.lr: max and high mean the same; leave high out",
  ],
  ["params: { o: { type: ordinal } }", "fettle.yaml:1:14 params.o: values is missing"],
  [
    `${FILE}metrics: [{ name: b, goal: maximize }]`,
    "fettle.yaml:8:10 metrics: metric is given too; write all of them under metrics",
  ],
  [
    "params: { lr: 1..2 }\nmetrics: [{ name: b, goal: maximize }, { name: b, goal: minimize }]",
    "fettle.yaml:2:48 metrics[1].name: b is maximized already, by fettle.yaml:2:19 metrics[0].name; give each metric once",
  ],
  [
    "params: { lr: 1..2 }\nmetric: { name: state, goal: maximize }",
    "fettle.yaml:2:17 metric.name: state is a reserved word; let the program call it something else, such as state_value",
  ],
  [
    "params: { lr: 1..2 }\nmetric: { name: a, goal: maximize, pattern: '(' }",
    "fettle.yaml:2:17 metric.name: its pattern cannot be read: Invalid regular expression: /(/: Unterminated group",
  ],
  [`${FILE}module: a.ts`, "fettle.yaml:8:9 module: command is given too; leave one out"],
  [
    FILE.replace("{lr}", '"{lr}'),
    'fettle.yaml:2:10 command: the " at position 22 of the command is not closed',
  ],
  [
    FILE.replace("{lr}", "{lr} > log"),
    'fettle.yaml:2:10 command: ">" needs a shell, and commands run without one; quote it, or use ["sh", "-c", "…"]',
  ],
  [
    FILE.replace("python train.py --lr {lr}", '" "'),
    "fettle.yaml:2:10 command: there is no program in it; write it like python train.py --lr {lr}",
  ],
  [`${FILE}time: 2x`, 'fettle.yaml:8:7 time: "2x" is no duration; write it like 90s, 10m, 2h or 1h30m'],
  [
    `${FILE}trial_timeout: -3`,
    "fettle.yaml:8:16 trial_timeout: -3 is no duration; write it like 90s, 10m, 2h or 1h30m",
  ],
  [`${FILE}constraints: [val_loss]`, "fettle.yaml:8:15 constraints[0]: val_loss is a metric too; rename one"],
  [`${FILE}constraints: [m, m]`, "fettle.yaml:8:18 constraints[1]: m is given twice; leave one out"],
  [
    `${FILE}fixed: { lr: 0.1 }\nenqueue: [{ lr: 0.01 }]`,
    "fettle.yaml:9:17 enqueue[0].lr: lr is settled as 0.1; leave it out here, or do not settle it",
  ],
])("the file %j", (text, message) => {
  expect(() => fromFile(text)).toThrow(new InvalidInputError(message));
});

test.each([
  ["fixed: { lrr: 1 }", /^fettle\.yaml:8:15 fixed\.lrr: unknown parameter \(did you mean "lr"\?\)/],
  ["fixed: { lr: 5 }", /^fettle\.yaml:8:14 fixed\.lr: .*above/],
  ["enqueue: [{ opt: lion }]", /^fettle\.yaml:8:18 enqueue\[0\]\.opt: .*"lion"/],
  [
    "enqueue: [{ opt: adam, opt.sgd.momentum: 0.1 }]",
    /^fettle\.yaml:8:42 enqueue\[0\]\.opt\.sgd\.momentum: not active/,
  ],
])("the space refuses %s", (text, message) => {
  expect(() => fromFile(`${FILE}${text}`)).toThrow(message);
});
