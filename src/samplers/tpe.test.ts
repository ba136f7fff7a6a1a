import { expect, test } from "vitest";
import { rng } from "../random.ts";
import type { Params } from "../space/types.ts";
import {
  array,
  boolean,
  categorical,
  float,
  type Group,
  int,
  oneOf,
  ordinal,
  type Space,
  space,
} from "../space.ts";
import { type SimulatedObjective, simulate } from "../testing/simulate.ts";
import { tpe } from "./tpe.ts";

const floats = space(
  Object.fromEntries(Array.from({ length: 10 }, (_, j) => [`x${j}`, float(0, 1)])) as Group,
);
const mixed = space({
  rate: float(1e-5, 1e-1, { log: true }),
  momentum: float(0, 0.99),
  layers: int(1, 8),
  units: int(16, 512, { log: true }),
  batch: int(8, 256),
  activation: categorical(["relu", "tanh", "sigmoid", "gelu"]),
  optimizer: categorical(["sgd", "adam", "rmsprop"]),
  order: ordinal([1, 2, 4]),
  step: float(0, 1, { step: 0.25 }),
});
const branches = space({
  o: oneOf("t", {
    sgd: { m: float(0, 1), deep: oneOf("u", { on: { k: int(1, 3) }, off: {} }) },
    adam: { b1: float(0.8, 0.99), b2: float(0.9, 0.999) },
  }),
  lr: float(1e-4, 1, { log: true }),
  n: int(1, 3),
  units: array(int(16, 256, { log: true }), { length: "n" }),
  f: boolean(),
});
const expecting = space({
  x: float(0, 1, { prior: { value: 0.4 } }),
  c: categorical(["a", "b", "c"], { prior: { value: "b", confidence: "high" } }),
  y: int(1, 100),
});

const minimize = [{ name: "loss", direction: "minimize" }] as const;

/** A noisy bowl; every seventeenth trial fails. */
const bowl =
  (s: Space): SimulatedObjective =>
  (params, number) => {
    if (number % 17 === 16) return "failed";
    const { unit, active } = s.encode(params);
    const noise = 0.05 * rng(3, "n", number).normal();
    return unit.reduce((sum, u, i) => sum + (active[i] ? (u - 0.3) ** 2 : 0), noise);
  };

/** A number that any change of any bit of these params changes. */
function digest(suggestions: readonly Params[]): number {
  return rng(0, JSON.stringify(suggestions)).bits();
}

test.each([
  ["floats", floats, 1, 1444851883],
  ["floats", floats, 5, 1061393181],
  ["mixed", mixed, 1, 1437812643],
  ["mixed", mixed, 5, 3489949516],
  ["branches", branches, 1, 1126245709],
  ["branches", branches, 5, 161032334],
  ["priors", expecting, 1, 1833894769],
] as const)(
  "what is suggested on %s stays what it was: a change of it needs another version",
  async (...of) => {
    const [, s, workers, expected] = of;
    const problem = { space: s, objectives: minimize, seed: 2, limits: {} };
    const { trials } = await simulate(tpe(), problem, bowl(s), { trials: 80, workers });
    expect(digest(trials.map(({ params }) => params))).toBe(expected);
  },
);
