import { expect, test } from "vitest";
import { type ConfigFileError, readConfigModule, readConfigText } from "./file.ts";

const GOOD = `
command: python train.py --lr {lr} --opt {opt}
metric: { name: val_loss, goal: minimize, target: 0.05 }
params:
  lr: { type: float, min: 1e-5, max: 0.1, log: true }
  opt: { type: categorical, values: [sgd, adam] }
  opt.sgd.momentum: 0.0..0.99
  batch: [16, 32]
`;

function problems(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    return (error as ConfigFileError).problems;
  }
  return [];
}
const problemsOf = (text: string) => problems(() => readConfigText(text, "fettle.yaml"));

test("a good file is what it says, and knows where", () => {
  const { config, where, warnings } = readConfigText(GOOD, "fettle.yaml");
  expect(config.metric).toEqual({ name: "val_loss", goal: "minimize", target: 0.05 });
  expect(config.params?.lr).toEqual({ type: "float", min: 1e-5, max: 0.1, log: true });
  expect(where(["metric", "goal"])).toBe("fettle.yaml:3:33 metric.goal");
  expect(where(["params", "opt.sgd.momentum"])).toBe("fettle.yaml:7:21 params.opt.sgd.momentum");
  expect(where(["params", "batch", 1])).toBe("fettle.yaml:8:15 params.batch[1]");
  expect(where(["sampler"])).toBe("fettle.yaml:2:1 sampler");
  expect(warnings).toEqual([]);
});

test("JSON is read too, tabs and all", () => {
  expect(readConfigText('{\n\t"trials": 3\n}', "fettle.json").config).toEqual({ trials: 3 });
});

test.each(["", "# nothing\n"])("%j says nothing", (text) => {
  expect(readConfigText(text, "fettle.yaml").config).toEqual({});
});

test.each([
  ["trials: 3\n  x: 1", "fettle.yaml:1:9 Nested mappings are not allowed in compact mappings"],
  [
    "metric: { name: a",
    "fettle.yaml:1:18 Flow map in block collection must be sufficiently indented and end with a }",
  ],
  ["params:\n\tlr: 1..2", "fettle.yaml:2:1 a tab as indentation; use spaces"],
  ["trials: 3\nseed: 1\ntrials: 4", "fettle.yaml:3:1 duplicate key trials; leave one out"],
  ["params: { lr: 1..2, lr: 3..4 }", "fettle.yaml:1:21 duplicate key lr; leave one out"],
  ["trials: 3\n---\ntrials: 4", "fettle.yaml:2:1 a second document begins here; keep one in a file"],
  ["study: *x", "fettle.yaml: Unresolved alias (the anchor must be set before the alias): x"],
])("%j is no YAML for us", (text, message) => {
  expect(problemsOf(text)[0]).toBe(message);
});

test.each([
  ["- trials", "fettle.yaml:1:1: expected a mapping, got a list"],
  ["trials", 'fettle.yaml:1:1: expected a mapping, got "trials"'],
  ["trails: 3", 'fettle.yaml:1:1 trails: unknown key (did you mean "trials"?)'],
  ["param: {}", 'fettle.yaml:1:1 param: unknown key (did you mean "params"?)'],
  [
    "trials: 3\nmetric: { name: a, goal: min }",
    'fettle.yaml:2:26 metric.goal: expected "minimize" or "maximize", got "min" (did you mean "minimize"?)',
  ],
  ["metric: { name: a }", 'fettle.yaml:1:9 metric.goal: is missing; expected "minimize" or "maximize"'],
  ["metric: val_loss", 'fettle.yaml:1:9 metric: expected a mapping, got "val_loss"'],
  [
    "metric: { name: a, goal: minimize, zzz: 1 }",
    "fettle.yaml:1:36 metric.zzz: unknown key; there are name, goal, target, pattern",
  ],
  ["metrics: []", "fettle.yaml:1:10 metrics: is empty"],
  [
    "metrics:\n  - { name: a, gaol: minimize, goal: minimize }",
    'fettle.yaml:2:16 metrics[0].gaol: unknown key (did you mean "goal"?)',
  ],
  ["trials: 0", "fettle.yaml:1:9 trials: expected at least 1, got 0"],
  ["trials: 2.5", "fettle.yaml:1:9 trials: expected a whole number, got 2.5"],
  ['trials: "60"', 'fettle.yaml:1:9 trials: expected a number, got "60"; leave out the quotes'],
  ["parallel:", "fettle.yaml:1:10 parallel: expected a number, got null"],
  ["command: 3", "fettle.yaml:1:10 command: expected text or a list, got 3"],
  ["command: [python, 3]", "fettle.yaml:1:19 command[1]: expected text, got 3"],
  ["command: []", "fettle.yaml:1:10 command: is empty"],
  ["study: ''", "fettle.yaml:1:8 study: is empty"],
  ["value: median", 'fettle.yaml:1:8 value: expected "last" or "best", got "median"'],
  ["sampler: { nam: tpe }", "fettle.yaml:1:10 sampler.name: is missing; expected text"],
  ["params: [lr]", "fettle.yaml:1:9 params: expected a mapping, got a list"],
  [
    "params:\n  lr: { type: flaot, min: 0, max: 1 }",
    'fettle.yaml:2:15 params.lr.type: expected "float", "int", "categorical", "ordinal", "boolean", "constant", "permutation", "simplex" or "array", got "flaot" (did you mean "float"?)',
  ],
  [
    "params:\n  lr: { min: 0, max: 1 }",
    'fettle.yaml:2:7 params.lr.type: is missing; expected "float", "int", "categorical", "ordinal", "boolean", "constant", "permutation", "simplex" or "array"',
  ],
  [
    "params:\n  lr: { type: float, mn: 0, max: 1 }",
    'fettle.yaml:2:22 params.lr.mn: unknown key (did you mean "min"?)',
  ],
  [
    "params:\n  lr: { type: float, min: a, max: 1 }",
    'fettle.yaml:2:27 params.lr.min: expected a number, got "a"',
  ],
  [
    "params:\n  lr: { type: float, min: .inf, max: 1 }",
    "fettle.yaml:2:27 params.lr.min: expected a number, got Infinity",
  ],
  [
    "params:\n  o: { type: categorical, values: sgd }",
    'fettle.yaml:2:35 params.o.values: expected a list, got "sgd"',
  ],
  [
    "params:\n  opt:\n    sgd: { type: float, min: 0, max: 1 }",
    'fettle.yaml:3:5 params.opt: parameters are not nested but named by their path; write "opt.sgd" under params',
  ],
  ["enqueue: { lr: 1 }", "fettle.yaml:1:10 enqueue: expected a list, got a mapping"],
  [
    "enqueue: [{ lr: [1] }]",
    "fettle.yaml:1:17 enqueue[0].lr: expected text, a number, true or false or null, got a list",
  ],
  ["env: { A: [1] }", "fettle.yaml:1:11 env.A: expected text, a number or true or false, got a list"],
])("%j", (text, message) => {
  expect(problemsOf(text)[0]).toBe(message);
});

test("all problems are told, in the file's order", () => {
  const work = () => readConfigText("trails: 3\nseed: x\nmetric: { name: a, goal: max }", "fettle.yaml");
  expect(problems(work)).toEqual([
    'fettle.yaml:1:1 trails: unknown key (did you mean "trials"?)',
    'fettle.yaml:2:7 seed: expected a number, got "x"',
    'fettle.yaml:3:26 metric.goal: expected "minimize" or "maximize", got "max" (did you mean "maximize"?)',
  ]);
  expect(work).toThrow('(did you mean "trials"?) (and 2 more problems)');
});

test("an unknown tag is a warning", () => {
  expect(readConfigText("study: !x a", "fettle.yaml").warnings).toEqual([
    "fettle.yaml:1:8 Unresolved tag: !x",
  ]);
});

test.each([
  [3, "c.ts: its default export is no configuration; write export default defineConfig({ … })"],
  [undefined, "c.ts: its default export is no configuration; write export default defineConfig({ … })"],
  [{ objective: 3 }, "c.ts objective: expected a function"],
  [{ space: { lr: 1 } }, "c.ts space: expected what space({ … }) returns"],
  [{ trials: 0 }, "c.ts trials: expected at least 1, got 0"],
  [{ trails: 1 }, 'c.ts trails: unknown key (did you mean "trials"?)'],
  [{ command: () => {} }, "c.ts command: expected text or a list, got a function"],
])("a module that exports %j", (value, message) => {
  expect(problems(() => readConfigModule(value, "c.ts"))[0]).toBe(message);
});
