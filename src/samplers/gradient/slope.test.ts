import { expect, test } from "vitest";
import type { Problem } from "../../problem.ts";
import { float, int, type Space, space } from "../../space.ts";
import type { Numbers, Report, Trial } from "../../trial.ts";
import { observationOf } from "../observed.ts";
import { slopeOf, toldGradient } from "./slope.ts";

const s = space({ a: float(-2, 6), b: float(1e-3, 10, { log: true }), n: int(1, 4) }) as Space;
const problem = (direction: "minimize" | "maximize"): Problem => ({
  space: s,
  objectives: [{ name: "loss", direction }],
  seed: 1,
  limits: {},
});
const trialOf = (extra: Partial<Trial>): Trial => ({
  number: 0,
  state: "complete",
  attempt: 1,
  space: 0,
  params: { a: 1, b: 0.02, n: 2 },
  reports: [],
  times: { created: 0 },
  notes: {},
  ...extra,
});
/** a² b + n, and its derivatives in natural units. */
const value = (a: number, b: number) => a * a * b;
const gradient: Numbers = { a: 2 * 1 * 0.02, b: 1 };

test("derivatives in the unit cube are those of the value by unit coordinates", () => {
  const trial = trialOf({ gradient });
  const observation = observationOf(problem("minimize"), trial)!;
  const slope = slopeOf(problem("minimize"), observation)!;
  expect(slope).toMatchObject({ known: 2 });
  expect(slope.note).toBeUndefined();
  const h = 1e-5;
  const at = (j: number, step: number) => {
    const unit = Float64Array.from(observation.unit);
    unit[j] += step;
    const { a, b } = s.decode(unit) as { a: number; b: number };
    return value(a, b);
  };
  for (const j of [0, 1]) expect(slope.gradient[j]).toBeCloseTo((at(j, h) - at(j, -h)) / (2 * h), 6);
  expect(slope.gradient[2]).toBe(0);
});

test("of a value that is maximised, the loss has the other sign", () => {
  const observation = observationOf(problem("maximize"), trialOf({ gradient }))!;
  const [down, up] = (["minimize", "maximize"] as const).map((way) => slopeOf(problem(way), observation)!);
  expect([...up.gradient]).toEqual([...down.gradient].map((g) => (g === 0 ? 0 : -g)));
});

test("effective parameters are where the derivatives hold", () => {
  const told = trialOf({ gradient, tuned: { b: 0.2 } });
  const [at, there] = [told, trialOf({ gradient, params: { a: 1, b: 0.2, n: 2 } })].map((trial) =>
    slopeOf(problem("minimize"), observationOf(problem("minimize"), trial)!),
  );
  expect(at).toEqual(there);
});

test("the gradient is that of the end, else of the report with the trial's value, else of the last", () => {
  const report = (step: number, loss: number, b?: number): Report => ({
    step,
    values: { loss },
    time: 0,
    ...(b !== undefined && { gradient: { b } }),
  });
  const reports = [report(1, 0.5, 1), report(2, 0.3, 2), report(3, 0.4, 3)];
  expect(toldGradient(trialOf({ reports, gradient, values: { loss: 0.3 } }), "loss")).toBe(gradient);
  expect(toldGradient(trialOf({ reports, values: { loss: 0.3 } }), "loss")).toEqual({ b: 2 });
  expect(toldGradient(trialOf({ reports, values: { loss: 0.1 } }), "loss")).toEqual({ b: 3 });
  expect(toldGradient(trialOf({ reports: [...reports, report(4, 0.2)] }), "loss")).toBeUndefined();
  expect(slopeOf(problem("minimize"), observationOf(problem("minimize"), trialOf({}))!)).toBeUndefined();
});
