import { describe, expect, test } from "vitest";
import {
  array,
  boolean,
  categorical,
  constant,
  float,
  type Group,
  int,
  oneOf,
  ordinal,
  space,
} from "../space.ts";
import { changes, refusal } from "./change.ts";

const before = {
  lr: float(1e-4, 0.1, { log: true }),
  act: categorical(["relu", "tanh"]),
  size: ordinal(["s", "m"]),
  o: oneOf("t", { sgd: { m: float(0, 1) }, adam: {} }),
  n: int(1, 2),
  u: array(int(1, 9), { length: "n" }),
  k: constant(3),
};

describe("a space may be followed by", () => {
  const allowed: Record<string, Group> = {
    "wider ranges": { lr: float(1e-6, 1, { log: true }) },
    "narrower ranges": { lr: float(1e-3, 1e-2, { log: true }), n: int(1, 1) },
    "another step": { n: int(1, 5, { step: 2 }) },
    "more choices": { act: categorical(["relu", "tanh", "gelu"]), size: ordinal(["xs", "s", "m"]) },
    "a parameter with a default": { dropout: float(0, 0.5, { default: 0.1 }) },
    "a constant": { j: constant(1) },
    "longer arrays": { n: int(1, 4) },
    "a branch that no older trial took": {
      o: oneOf("t", { sgd: { m: float(0, 1) }, adam: {}, lamb: { b: float(0, 1) } }),
    },
    "a branch of an added choice that is not its default": {
      p: oneOf("t", { off: {}, on: { q: float(0, 1) } }, { default: "off" }),
    },
  };
  test.each(Object.entries(allowed))("%s", (_, change) => {
    expect(refusal(space(before), space({ ...before, ...change }))).toBeUndefined();
  });
});

describe("but not by one", () => {
  const { act: _act, ...without } = before;
  const refused: [name: string, group: Group, kind: string, message: string][] = [
    ["without a parameter", without, "removed", "act: a parameter cannot be removed"],
    ["without a choice", { ...before, act: categorical(["relu", "gelu"]) }, "choices", "removed (tanh)"],
    ["of another type", { ...before, lr: int(1, 2) }, "type", "lr: type cannot change (float → int)"],
    ["on another scale", { ...before, lr: float(1e-4, 0.1) }, "log", "lr: log cannot change (true → false)"],
    ["with another constant", { ...before, k: constant(4) }, "value", "k: value cannot change (3 → 4)"],
    ["with another length", { ...before, u: array(int(1, 9), { length: 2 }) }, "length", "u: length"],
    ["that adds without a default", { ...before, d: float(0, 1) }, "default", "d: a parameter that is added"],
    [
      "that adds to a branch that was taken",
      { ...before, o: oneOf("t", { sgd: { m: float(0, 1), nesterov: boolean() }, adam: {} }) },
      "default",
      "o.sgd.nesterov: a parameter",
    ],
  ];
  test.each(refused)("%s", (_, group, kind, message) => {
    const found = refusal(space(before), space(group));
    expect(found?.kind).toBe(kind);
    expect(found?.message).toContain(message);
  });
});

test("changes are told a line each, those that no point is affected by too", () => {
  const after = { ...before, lr: float(1e-6, 0.1, { log: true, default: 1e-3 }), d: constant(1) };
  expect(changes(space(before), space(after))).toEqual([
    "lr: low 0.0001 → 0.000001",
    "d: added",
    "lr: default none → 0.001",
  ]);
  expect(changes(space(before), space(before))).toEqual([]);
});
