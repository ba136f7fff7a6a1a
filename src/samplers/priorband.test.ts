import { expect, test } from "vitest";
import { exp } from "../math/elementary.ts";
import { priorOf } from "../models/prior.ts";
import type { Problem } from "../problem.ts";
import type { Sampler } from "../sampler.ts";
import { categorical, float, type Group, type Space, space } from "../space.ts";
import { deepFreeze } from "../testing/check.ts";
import { simulate, slotOf } from "../testing/simulate.ts";
import type { Trial } from "../trial.ts";
import { byStanding, standingsAt } from "./brackets.ts";
import { observe, observedNothing } from "./observed.ts";
import { sharesOf } from "./priorband/shares.ts";
import { priorband } from "./priorband.ts";
import { random } from "./random.ts";

const problemOf = (s: Space, extra: Partial<Problem> = {}): Problem => ({
  space: s,
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 1,
  limits: {},
  ...extra,
});

/** Numbers in six dimensions; the user expects `value` of each, if that is given. */
function sixWith(value?: number): Space {
  const one = () => float(0, 1, value === undefined ? {} : { prior: { value, confidence: "medium" } });
  return space(Object.fromEntries(Array.from({ length: 6 }, (_, j) => [`x${j}`, one()])) as Group);
}

const TARGET = 0.3;
const bowl = (params: Trial["params"]) =>
  Object.values(params).reduce<number>((sum, x) => sum + ((x as number) - TARGET) ** 2, 0);

/** Mean over seeds of the best loss. */
async function bestOf(make: () => Sampler, s: Space, trials: number): Promise<number> {
  const SEEDS = 20;
  let sum = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const run = await simulate(make(), problemOf(s, { seed }), bowl, { trials });
    sum += Math.min(...run.trials.map(({ losses }) => losses![0]));
  }
  return sum / SEEDS;
}

test("a good prior helps at once, a bad one is unlearned, and none is needed", async () => {
  const drawn = await bestOf(random, sixWith(), 30);
  const alone = await bestOf(priorband, sixWith(), 30);
  const told = await bestOf(priorband, sixWith(0.35), 30);
  const misled = await bestOf(priorband, sixWith(1), 60);
  const drawnLonger = await bestOf(random, sixWith(), 60);
  expect(alone).toBeLessThan(0.7 * drawn);
  expect(told).toBeLessThan(0.5 * alone);
  expect(misled).toBeLessThan(drawnLonger);
});

test("what is expected is tried first", async () => {
  const s = sixWith(0.4);
  const answer = await priorband().ask(priorband().init(problemOf(s)), slotOf(problemOf(s), 0, []));
  for (const x of Object.values((answer as { params: Trial["params"] }).params))
    expect(x).toBeCloseTo(0.4, 12);
});

const trialAt = (number: number, x: number, loss: number, step: number, rest: Partial<Trial> = {}): Trial =>
  deepFreeze({
    number,
    state: "paused",
    attempt: 1,
    space: 0,
    params: { x },
    losses: [loss],
    reports: [{ step, values: { loss }, time: 0 }],
    times: { created: 0 },
    notes: {},
    ...rest,
  });

test("the shares are those of the paper", () => {
  const prior = { value: 0.5, confidence: "medium" } as const;
  const problem = problemOf(space({ x: float(0, 1, { prior }) }), { steps: { max: 27 } });
  const observed = observedNothing(problem);
  for (const trial of [
    trialAt(0, 0.9, 3, 1),
    trialAt(1, 0.2, 1, 1),
    trialAt(2, 0.3, 2, 1),
    trialAt(3, 0.1, 4, 1),
    trialAt(4, 0.8, 5, 1),
    trialAt(5, 0.7, 6, 1),
  ])
    observe(observed, trial);
  const incumbent = standingsAt(problem, observed.list, 1).slice().sort(byStanding)[0];
  const expected = priorOf(problem.space)!;
  const known = { prior: expected, incumbent };
  const of = (budget: number) => sharesOf(problem, observed.list, { budget }, 3, known);
  // 1/(1 + η^k): budget 1 is rung 0, 3 the next, 27 the fourth
  expect([of(1).random, of(3).random, of(27).random]).toEqual([
    expect.closeTo(1 / 2, 12),
    expect.closeTo(1 / 4, 12),
    expect.closeTo(1 / 28, 12),
  ]);
  // the best third are x = 0.2 and 0.3, with weights 2 and 1; both densities are normal with σ = ¼, cut off
  const at = (x: number) => ({ unit: Float64Array.of(x), active: Uint8Array.of(1) });
  const density = (centre: number, x: number) => {
    const s = space({ x: float(0, 1, { prior: { value: centre, confidence: "medium" } }) });
    return exp(priorOf(s)!.logRatio(at(x).unit, at(x).active));
  };
  const byPrior = 2 * density(0.5, 0.2) + density(0.5, 0.3);
  const byIncumbent = 2 * density(0.2, 0.2) + density(0.2, 0.3);
  const { prior: share, incumbent: rest } = of(1);
  expect(share).toBeCloseTo((0.5 * byPrior) / (byPrior + byIncumbent), 12);
  expect(share + rest).toBeCloseTo(0.5, 12);
});

test("before anything is known all that is not random is the prior; without a prior, nothing", () => {
  const s = space({ x: float(0, 1, { prior: { value: 0.5 } }), c: categorical(["a", "b"]) });
  const none = sharesOf(problemOf(s), [], { budget: 1 }, 3, { prior: priorOf(s) });
  expect(none.prior).toBeCloseTo(1 - none.random, 12);
  expect(sharesOf(problemOf(s), [], {}, 3, {}).prior).toBe(0);
});

test("an eta that cannot be meant is refused", () => {
  expect(() => priorband({ eta: 1 })).toThrow("priorband: eta 1 is not a number above 1");
});
