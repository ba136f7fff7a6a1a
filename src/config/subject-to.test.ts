import { describe, expect, test } from "vitest";
import { describeRun } from "./description.ts";
import { readConfigText } from "./file.ts";
import type { Flags } from "./flags.ts";
import { parseSubjectTo } from "./subject-to.ts";

describe("one limit", () => {
  test.each<[string, object]>([
    ["latency_ms <= 20", { name: "latency_ms <= 20", metric: "latency_ms", atMost: 20 }],
    ["latency_ms<20", { name: "latency_ms <= 20", metric: "latency_ms", atMost: 20 }],
    ["20 >= latency_ms", { name: "latency_ms <= 20", metric: "latency_ms", atMost: 20 }],
    ["latency_ms ≤ 2e1", { name: "latency_ms <= 20", metric: "latency_ms", atMost: 20 }],
    ["0.9 <= acc", { name: "acc >= 0.9", metric: "acc", atLeast: 0.9 }],
    ["acc > 0.9", { name: "acc >= 0.9", metric: "acc", atLeast: 0.9 }],
    ["val/acc >= -1.5e-3", { name: "val/acc >= -0.0015", metric: "val/acc", atLeast: -0.0015 }],
    ["10 <= size <= 50", { name: "10 <= size <= 50", metric: "size", atLeast: 10, atMost: 50 }],
    ["50 > size > 10", { name: "10 <= size <= 50", metric: "size", atLeast: 10, atMost: 50 }],
    ["my metric <= 0", { name: "my metric <= 0", metric: "my metric", atMost: 0 }],
  ])("%s", (text, expected) => {
    expect(parseSubjectTo(text)).toEqual(expected);
  });

  test.each([
    ["latency", "expected a metric"],
    ["latency <= fast", '"fast" is no number'],
    ["latency <= 20ms", '"20ms" is no number'],
    ["1 <= 2", "there is no metric in it"],
    ["latency <=", "expected one limit"],
    ["<= 3", "expected one limit"],
    ["a <= 1 <= 2", "a metric stands between its two limits"],
    ["1 <= a >= 2", "both limits point the same way"],
    ["50 <= size <= 10", "no number is at least 50 and at most 10"],
    ["acc = 1", "hardly ever equal"],
    ["acc == 1", "hardly ever equal"],
    ["lat + size <= 3", "more than one metric"],
    ["", "expected a metric"],
  ])("%j is refused", (text, message) => {
    expect(() => parseSubjectTo(text)).toThrow(message);
  });
});

describe("all limits of a study", () => {
  const FLAGS: Flags = { param: ["x=0..1"], min: ["loss"] };
  const constraints = (flags: Flags, text?: string) =>
    describeRun({
      flags: { ...FLAGS, ...flags },
      folder: "/",
      ...(text !== undefined && { file: { ...readConfigText(text, "f.yaml"), folder: "/" } }),
    }).constraints;

  test("flags, and the file's; a flag takes the place of the file's on its metric", () => {
    expect(constraints({ subjectTo: ["a <= 1", "loss <= 3"] })).toEqual([
      { name: "a <= 1", metric: "a", atMost: 1 },
      { name: "loss <= 3", metric: "loss", atMost: 3 },
    ]);
    const text = 'subject_to: ["a <= 1", "b >= 2"]\nconstraints: [memory]';
    expect(constraints({}, text)).toEqual([
      { name: "memory" },
      { name: "a <= 1", metric: "a", atMost: 1 },
      { name: "b >= 2", metric: "b", atLeast: 2 },
    ]);
    expect(constraints({ subjectTo: ["a <= 7"] }, text).map(({ name }) => name)).toEqual([
      "memory",
      "b >= 2",
      "a <= 7",
    ]);
    expect(constraints({}, 'subject_to: "a <= 1"')).toEqual([{ name: "a <= 1", metric: "a", atMost: 1 }]);
    expect(constraints({ subjectTo: ["a <= 1", "a >= 0"] })).toHaveLength(2);
  });

  test.each<[string, Flags, string | undefined, string]>([
    [
      "a parameter",
      { subjectTo: ["x <= 1"] },
      undefined,
      '--subject-to "x <= 1": x is a parameter, no outcome',
    ],
    [
      "twice",
      { subjectTo: ["a <= 1", "a <= 2"] },
      undefined,
      '--subject-to "a <= 2": a is limited already, by --subject-to "a <= 1"; leave one out',
    ],
    [
      "a contradiction",
      { subjectTo: ["a <= 1", "a >= 2"] },
      undefined,
      '--subject-to "a >= 2" contradicts --subject-to "a <= 1": no number is at least 2 and at most 1',
    ],
    [
      "in the file",
      {},
      'trials: 3\nsubject_to: ["a <= 1", "b"]',
      "f.yaml:2:24 subject_to[1]: expected a metric",
    ],
    [
      "reported too",
      {},
      'constraints: [a]\nsubject_to: ["a <= 1"]',
      "f.yaml:2:14 subject_to[0]: a is a constraint that trials report; rename one",
    ],
  ])("%s is refused", (_, flags, text, message) => {
    expect(() => constraints(flags, text)).toThrow(message);
  });
});
