import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { parseParameterFlag } from "./parameter-flag.ts";

const read = (text: string) => parseParameterFlag(text).parameter;

describe("ranges", () => {
  test.each([
    ["lr=1e-5..0.1:log", { type: "float", low: 1e-5, high: 0.1, log: true }],
    ["lr=1e-5..1e-1", { type: "float", low: 1e-5, high: 0.1 }],
    ["layers=1..6", { type: "int", low: 1, high: 6 }],
    ["x=0.0..0.99", { type: "float", low: 0, high: 0.99 }],
    ["x=0..1.", { type: "float", low: 0, high: 1 }],
    ["x=0..1", { type: "int", low: 0, high: 1 }],
    ["x=0..1:float", { type: "float", low: 0, high: 1 }],
    ["x=0..1:step=0.1", { type: "float", low: 0, high: 1, step: 0.1 }],
    ["x=0..10:step=2", { type: "int", low: 0, high: 10, step: 2 }],
    ["x=1e1..1e3:int:log", { type: "int", low: 10, high: 1000, log: true }],
    ["x=1.0..4.0:int", { type: "int", low: 1, high: 4 }],
    ["x=-5..-1", { type: "int", low: -5, high: -1 }],
    ["x=-1.5..+2", { type: "float", low: -1.5, high: 2 }],
    ["x=-0.0..1.0", { type: "float", low: 0, high: 1 }],
    ["x=.5..1", { type: "float", low: 0.5, high: 1 }],
    ["x = 1 .. 6 : log", { type: "int", low: 1, high: 6, log: true }],
    ["x=1..6:default=2", { type: "int", low: 1, high: 6, default: 2 }],
    ["x=0.0..1.0:default=1", { type: "float", low: 0, high: 1, default: 1 }],
    ["units=16..512:log:length=layers", { type: "int", low: 16, high: 512, log: true, length: "layers" }],
    ["units=16..512:length=3", { type: "int", low: 16, high: 512, length: 3 }],
    ["x=3..3", { type: "int", low: 3, high: 3 }],
    ["x=1..6:prior=2", { type: "int", low: 1, high: 6, prior: { value: 2 } }],
    [
      "lr=1e-5..0.1:log:prior=1e-3:confidence=high",
      { type: "float", low: 1e-5, high: 0.1, log: true, prior: { value: 1e-3, confidence: "high" } },
    ],
    ["a=x,y:prior=y", { type: "categorical", choices: ["x", "y"], prior: { value: "y" } }],
  ])("%s", (text, parameter) => {
    expect(read(text)).toEqual(parameter);
  });

  test("bounds come back as they are", () => {
    const bound = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(bound, bound, (a, b) => {
        const [low, high] = [Math.min(a, b) + 0, Math.max(a, b) + 0];
        expect(read(`x=${low}..${high}:float`)).toEqual({ type: "float", low, high });
      }),
    );
  });
});

describe("lists and single values", () => {
  test.each([
    ["opt=sgd,adam", { type: "categorical", choices: ["sgd", "adam"] }],
    ["opt=sgd,adam:default=adam", { type: "categorical", choices: ["sgd", "adam"], default: "adam" }],
    ["batch=16, 32 ,64", { type: "categorical", choices: [16, 32, 64] }],
    ["batch=16,32,64:ordinal", { type: "ordinal", choices: [16, 32, 64] }],
    ["x=1e-3,-.5,+2", { type: "categorical", choices: [1e-3, -0.5, 2] }],
    ["x=null,1,none", { type: "categorical", choices: [null, 1, "none"] }],
    ["x=007,0x10,1_000,v1.2", { type: "categorical", choices: ["007", "0x10", "1_000", "v1.2"] }],
    ["x='1',\"true\",1", { type: "categorical", choices: ["1", "true", 1] }],
    ["x='a,b',\"c:d\",it's", { type: "categorical", choices: ["a,b", "c:d", "it's"] }],
    ["x='',a", { type: "categorical", choices: ["", "a"] }],
    ["x=../a,../b", { type: "categorical", choices: ["../a", "../b"] }],
    ["x=a:default='b:c'", { message: "does not apply to a single value" }],
    ["x='b:c',d:default='b:c'", { type: "categorical", choices: ["b:c", "d"], default: "b:c" }],
    ["flags=-O2 -g,-O3", { type: "categorical", choices: ["-O2 -g", "-O3"] }],
    ["url=a=b,c=d", { type: "categorical", choices: ["a=b", "c=d"] }],
    ["use_bias=true,false", { type: "boolean" }],
    ["use_bias=false,true:default=true", { type: "boolean", default: true }],
    ["x=true,false,null", { type: "categorical", choices: [true, false, null] }],
    ["x=true,false:length=2", { type: "boolean", length: 2 }],
    ["seed=3", { type: "constant", value: 3 }],
    ["mode=fast", { type: "constant", value: "fast" }],
    ["x='1..6'", { type: "constant", value: "1..6" }],
    ["x=true", { type: "constant", value: true }],
    ["x=''", { type: "constant", value: "" }],
    ["blocks=:length=layers", { type: "array", length: "layers" }],
  ])("%s", (text, expected) => {
    if ("message" in expected) expect(() => read(text)).toThrow(expected.message);
    else expect(read(text)).toEqual(expected);
  });

  test("quoted text stays as it is", () => {
    const text = fc.string().filter((value) => !value.includes('"'));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(read(`x="${a}","${b}"`)).toEqual({ type: "categorical", choices: [a, b] });
      }),
    );
  });
});

test.each(["lr", "opt.sgd.momentum", "blocks.*.width", "drop-out", "größe"])("the path %s", (path) => {
  expect(parseParameterFlag(`${path}=1..2`).path).toBe(path);
});

describe("bad input", () => {
  test.each([
    ["lr", '-p lr: no "=" between name and values; write it as -p lr=0.0..1.0'],
    ["", '-p : no "=" between name and values; write it as -p lr=0.0..1.0'],
    ["=1..2", '-p =1..2: no name before "="; write it as -p lr=1..2'],
    [
      "lr:log=1..2",
      '-p lr:log=1..2: ":log" stands before the "="; suffixes follow the values, as in -p lr=1..2:log',
    ],
    [
      "a..b=1..2",
      '-p a..b=1..2: the name "a..b" has an empty part; the parts of a path are joined by one point, as in -p opt.sgd.momentum=0.0..0.99',
    ],
    ["l r=1..2", '-p l r=1..2: the name "l r" has a " " in it; names are letters, digits, "_" and "-"'],
    ["{lr}=1..2", '-p {lr}=1..2: the name "{lr}" has a "{" in it; names are letters, digits, "_" and "-"'],
    ["lr=5..1", "-p lr=5..1: 5 is above 1; the lower bound comes first, such as -p lr=1..5"],
    ["lr=0.1..", "-p lr=0.1..: the upper bound is missing; write both, such as -p lr=0.1..1.1"],
    ["lr=..5", "-p lr=..5: the lower bound is missing; write both, such as -p lr=0..5"],
    [
      "lr=a..b",
      `-p lr=a..b: the lower bound "a" is no number; a range is written -p lr=0.0..1.0, and text with two points is quoted, such as -p lr='a..b'`,
    ],
    [
      "lr=1..x",
      `-p lr=1..x: the upper bound "x" is no number; a range is written -p lr=0.0..1.0, and text with two points is quoted, such as -p lr='a..b'`,
    ],
    [
      "lr=1..5..2",
      '-p lr=1..5..2: the upper bound "5..2" is no number; a step is written -p lr=0..1:step=0.1',
    ],
    ["lr=1...5", '-p lr=1...5: "1...5" has three points; write -p lr=0..0.5 or -p lr=0.0..5'],
    ["lr=1..1e999", "-p lr=1..1e999: 1e999 is too large for a number"],
    [
      "lr=1..5,7",
      '-p lr=1..5,7: "1..5" is a range within a list; write a range alone, such as -p lr=1..5, or each value, such as -p lr=1,2,5',
    ],
    [
      "lr=1..5:lgo",
      `-p lr=1..5:lgo: unknown suffix ":lgo" (did you mean "log"?); there are :log, :int, :float, :step, :ordinal, :permutation, :simplex, :default, :prior, :confidence, :length, and a value with a colon is quoted, such as -p lr='a:b',c`,
    ],
    ["lr=1..5:log:log", '-p lr=1..5:log:log: ":log" is given twice; leave one out'],
    ["lr=1..5:log=2", '-p lr=1..5:log=2: ":log" takes no value; write it as in -p lr=1e-5..0.1:log'],
    ["lr=1..5:step", '-p lr=1..5:step: ":step" needs a value; write it as in -p lr=0..1:step=0.1'],
    ["lr=1..5:step=", '-p lr=1..5:step=: ":step" needs a value; write it as in -p lr=0..1:step=0.1'],
    ["lr=1..5:step=big", "-p lr=1..5:step=big: :step=big is no number; a range needs one, such as :step=2"],
    [
      "lr=1..5:default=a",
      "-p lr=1..5:default=a: :default=a is no number; a range needs one, such as :default=2",
    ],
    [
      "lr=1..5:default=1.5",
      '-p lr=1..5:default=1.5: :default 1.5 is no whole number; write ":float" for a range of reals, such as -p lr=0..1:float',
    ],
    [
      "lr=0.5..5:int",
      '-p lr=0.5..5:int: the bound 0.5 is no whole number; write ":float" for a range of reals, such as -p lr=0..1:float',
    ],
    ["lr=1..5:int:float", '-p lr=1..5:int:float: ":int" and ":float" contradict each other; leave one out'],
    [
      "lr=1..5:ordinal",
      '-p lr=1..5:ordinal: ":ordinal" does not apply to a range, but as in -p lr=small,medium,large:ordinal',
    ],
    ["opt=a,b:log", '-p opt=a,b:log: ":log" does not apply to a list, but as in -p opt=1e-5..0.1:log'],
    ["opt=a:log", '-p opt=a:log: ":log" does not apply to a single value, but as in -p opt=1e-5..0.1:log'],
    [
      "opt=a,",
      "-p opt=a,: a value is missing; write values between commas, such as -p opt=sgd,adam, and empty text as ''",
    ],
    [
      "opt=",
      "-p opt=: a value is missing; write values between commas, such as -p opt=sgd,adam, and empty text as ''",
    ],
    ["opt='a,b", `-p opt='a,b: the ' before "a,b" is not closed`],
    ["opt='a'b,c", `-p opt='a'b,c: "b,c" follows the closing '; quote a value as a whole, such as "a'b"`],
    [
      "blocks=:length=",
      '-p blocks=:length=: ":length" needs a value; write it as in -p blocks=16..512:length=layers',
    ],
  ])("%s", (text, message) => {
    expect(() => parseParameterFlag(text)).toThrow(new InvalidInputError(message));
  });
});
