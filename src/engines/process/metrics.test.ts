import { describe, expect, test } from "vitest";
import { checkPlaceholders, comparePlaceholders, fillCommand, shellQuote } from "./command.ts";
import { checkVariables, variableOf } from "./environment.ts";
import { lineParser, namesLikeMetrics } from "./metrics.ts";

const parse = (line: string, objectives = ["val_loss"], patterns = {}) =>
  lineParser({ objectives, patterns }).parse(line);

describe("metric lines", () => {
  test.each<[string, number | string, number | undefined]>([
    ['{"step":3,"val_loss":0.41}', 0.41, 3],
    ['  {"val_loss": NaN, "epoch": 2} ', "NaN", 2],
    ['{"val_loss": -Infinity}', "-Infinity", undefined],
    ['{"val_loss": "0.5"}', 0.5, undefined],
    ["step=3 val_loss=0.41", 0.41, 3],
    ["Epoch 7/20 - loss: 0.5 - val_loss: 1e-3", 0.001, 7],
    ["epoch: 12, val_loss = -.5", -0.5, 12],
    ["val_loss=nan", "NaN", undefined],
    ["val_loss: inf (diverged)", "Infinity", undefined],
    ["\u001b[32mval_loss\u001b[0m: \u001b[1m0.25\u001b[0m", 0.25, undefined],
    ["val_loss=12.5ms", 12.5, undefined],
    ["val_loss: 93%", 93, undefined],
    ["val_loss=1 val_loss=2", 2, undefined],
    ["'val_loss': 0.75, 'time': 3}", 0.75, undefined],
    ["[10:31:02] INFO iteration 40 val_loss=+1.5E+2", 150, 40],
  ])("%s", (line, value, step) => {
    const said = parse(line);
    expect(said?.values.val_loss).toBe(value);
    expect(said?.step).toBe(step);
  });

  test.each([
    "val_loss",
    "test/val_loss=3",
    "my_val_loss=3",
    "best-val_loss=3",
    "val_loss_2=3",
    "Val_Loss=1",
    "{not json",
    "{}",
    '{"other": 1}',
  ])("%s says nothing", (line) => {
    expect(parse(line)).toBeUndefined();
  });

  test("several metrics, gradients and constraints", () => {
    expect(parse("acc=0.9 ms: 12", ["acc", "ms"])?.values).toEqual({ acc: 0.9, ms: 12 });
    const line = '{"loss":1,"gradient":{"lr":-0.3},"constraints":{"mem":2},"params":{"lr":0.1}}';
    expect(parse(line, ["loss"])).toEqual({
      values: { loss: 1 },
      gradient: { lr: -0.3 },
      constraints: { mem: 2 },
      params: { lr: 0.1 },
    });
  });

  test("text where a number should be is remembered", () => {
    const parser = lineParser({ objectives: ["loss"] });
    expect(parser.parse("loss=None")).toBeUndefined();
    expect(parser.problem).toBe('loss is "None"');
    parser.parse('{"loss": [1]}');
    expect(parser.problem).toBe("loss is [1]");
  });

  test("a pattern of the user's", () => {
    const patterns = { loss: String.raw`it (?<step>\d+) L=(?<value>\S+)` };
    expect(parse("it 5 L=2.5", ["loss"], patterns)).toEqual({ step: 5, values: { loss: 2.5 } });
    expect(namesLikeMetrics("val loss: 0.3, acc=1 note=x")).toEqual(["loss", "acc"]);
  });
});

describe("commands", () => {
  const params = { lr: 0.01, opt: "adam", "units.0": 32, "units.1": 64 };

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: shell text
  test("placeholders are replaced; what has no value goes with its flag", () => {
    const command = [
      "python",
      "t.py",
      "--lr",
      "{lr}",
      "--m",
      "{opt.sgd.momentum}",
      "--n={opt.sgd.nesterov}",
      "{units}",
      "{{x}}",
      "-v",
    ];
    expect(fillCommand(command, params, {})).toEqual([
      "python",
      "t.py",
      "--lr",
      "0.01",
      "32,64",
      "{x}",
      "-v",
    ]);
    expect(fillCommand(['{"lr": {lr}}', "${HOME}"], params, {})).toEqual(['{"lr": 0.01}', "${HOME}"]);
    expect(fillCommand(["a", "{trial}-{seed}"], params, { trial: 3, seed: 9 })).toEqual(["a", "3-9"]);
  });

  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: shell text
  test("unknown placeholders are errors, unused parameters are told", () => {
    const paths = Object.keys(params);
    expect(comparePlaceholders(["x", "{lr}", "{units}"], paths)).toEqual({ unknown: [], unused: ["opt"] });
    expect(() => checkPlaceholders(["x", "{lrr}"], paths)).toThrow(
      '{lrr} in the command is no parameter (did you mean "lr"?)',
    );
  });

  test("variables and quotes", () => {
    expect(variableOf("optimizer.sgd.weight-decay")).toBe("FETTLE_PARAM_OPTIMIZER_SGD_WEIGHT_DECAY");
    expect(() => checkVariables(["a.b", "a_b"])).toThrow("a.b and a_b would both be FETTLE_PARAM_A_B");
    expect(["plain", "it's", "a b"].map(shellQuote)).toEqual(["plain", `'it'\\''s'`, "'a b'"]);
  });
});
