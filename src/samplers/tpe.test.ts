import { expect, test } from "vitest";
import { nondominated } from "../analysis/fronts.ts";
import { hypervolume } from "../analysis/hypervolume.ts";
import { rng } from "../random.ts";
import type { Suggestion } from "../sampler.ts";
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
import { type SimulatedObjective, simulate, slotOf } from "../testing/simulate.ts";
import type { Trial } from "../trial.ts";
import { observe, observedNothing } from "./observed.ts";
import { random } from "./random.ts";
import { densitiesOf } from "./tpe/densities.ts";
import { ordersOf } from "./tpe/orders.ts";
import { type TpeState, tpe } from "./tpe.ts";

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

test("what is suggested after other studies stays what it was", async () => {
  const other = { space: floats, objectives: minimize, seed: 9, limits: {} };
  const { trials: found } = await simulate(tpe(), other, bowl(floats), { trials: 40 });
  const sources = [{ study: "other", space: floats, trials: found }];
  const { trials } = await simulate(tpe(), { ...other, seed: 2, sources }, bowl(floats), { trials: 40 });
  expect(digest(trials.map(({ params }) => params))).toBe(2050276058);
});

const both = [
  { name: "a", direction: "minimize" },
  { name: "b", direction: "minimize" },
] as const;

/** ZDT1 (Zitzler et al. 2000) over the coordinates that are active. */
const zdt1 =
  (s: Space): SimulatedObjective =>
  (params) => {
    const { unit, active } = s.encode(params);
    const [first, ...others] = unit.filter((_, j) => active[j] === 1);
    const g = 1 + (9 * others.reduce((sum, u) => sum + u, 0)) / others.length;
    return [first, g * (1 - Math.sqrt(first / g))];
  };

const volume = (trials: readonly Trial[]) =>
  hypervolume(Float64Array.from(trials.flatMap(({ losses }) => losses!)), trials.length, 2, [1.1, 8]);

test.each([
  ["floats", floats],
  ["mixed", mixed],
  ["branches", branches],
] as const)("two objectives: the front is larger than that of random search, on %s", async (_, s) => {
  let [found, drawn] = [0, 0];
  for (let seed = 0; seed < 4; seed++) {
    const problem = { space: s, objectives: both, seed, limits: {} };
    found += volume((await simulate(tpe(), problem, zdt1(s), { trials: 80, workers: 2 })).trials);
    drawn += volume((await simulate(random(), problem, zdt1(s), { trials: 80 })).trials);
  }
  expect(found).toBeGreaterThan(1.05 * drawn);
});

test("two objectives: the search is even along the front", async () => {
  // every point of x1 = … = x9 is on the front, at the place that x0 says
  const problem = { space: floats, objectives: both, seed: 3, limits: {} };
  const objective: SimulatedObjective = (params) => {
    const [first, ...others] = floats.encode(params).unit;
    const distance = others.reduce((sum, u) => sum + (u - 0.5) ** 2, 0);
    return [first + distance, 1 - first + distance];
  };
  const { trials } = await simulate(tpe(), problem, objective, { trials: 150 });
  const shares = [0, 0, 0, 0];
  for (const { params } of trials.slice(50)) shares[Math.min(3, Math.floor(4 * (params.x0 as number)))]++;
  expect(Math.min(...shares)).toBeGreaterThan(8);
});

test("limits on outcomes: most of what is tried later is allowed", async () => {
  const constraints = [{ name: "c" }];
  const problem = { space: floats, objectives: both, constraints, seed: 5, limits: {} };
  const sampler = tpe();
  let state = sampler.init(problem);
  let allowed = 0;
  for (let number = 0; number < 100; number++) {
    const answer = (await sampler.ask(state, slotOf(problem, number, []))) as Suggestion;
    const [x0, x1] = floats.encode(answer.params).unit;
    const c = x0 + x1 - 0.6; // a fifth of the space
    if (number >= 50 && c <= 0) allowed++;
    const losses = zdt1(floats)(answer.params, number) as readonly number[];
    const told = { state: "complete", losses, constraints: { c }, reports: [], notes: {} } as const;
    state = sampler.tell(state, {
      ...{ number, attempt: 1, space: 0, params: answer.params, times: { created: 0 } },
      ...told,
    });
  }
  expect(allowed).toBeGreaterThan(25);
});

test("a running trial that reported counts with its last report, one that did not is avoided", () => {
  const problem = { space: space({ x: float(0, 1) }), objectives: minimize, seed: 1, limits: {} };
  const orders = ordersOf(problem);
  const seen = observedNothing(problem, { clip: true });
  const trialOf = (number: number, x: number, told: Partial<Trial>): Trial => ({
    ...{ number, state: "running", attempt: 1, space: 0, params: { x } },
    ...{ reports: [], times: { created: 0 }, notes: {}, ...told },
  });
  const reports = (...losses: number[]) =>
    losses.map((loss, n) => ({ step: n + 1, values: { loss }, time: 0 }));
  for (let number = 0; number < 9; number++)
    observe(
      seen,
      trialOf(number, 0.1 + number / 100, { state: "pruned", losses: [9], reports: reports(9, 9) }),
    );
  const ratioAt = (open: readonly Trial[]) => {
    const { good, bad } = densitiesOf(orders, seen, open, rng(1));
    const point = [{ unit: Float64Array.of(0.9), active: Uint8Array.of(1) }];
    return good.joint.logDensities(point)[0] - bad.joint.logDensities(point)[0];
  };
  const nobody = ratioAt([]);
  expect(ratioAt([trialOf(9, 0.9, {})])).toBeLessThan(nobody);
  expect(ratioAt([trialOf(9, 0.9, { reports: reports(20, 20) })])).toBeLessThan(nobody);
  expect(ratioAt([trialOf(9, 0.9, { reports: reports(10, 1) })])).toBeGreaterThan(nobody);
  expect(ratioAt([])).toBe(nobody);
  // one that was told as paused and goes on is not there twice
  observe(seen, trialOf(9, 0.9, { state: "paused", losses: [9.5], reports: reports(9.5) }));
  const paused = ratioAt([]);
  expect(ratioAt([trialOf(9, 0.9, { reports: reports(9.5) })])).toBe(paused);
  expect(ratioAt([trialOf(9, 0.9, { reports: reports(9.5, 1) })])).toBeGreaterThan(paused);
});

test("several objectives are explained by the ratio of the densities", async () => {
  const sampler = tpe();
  const problem = { space: mixed, objectives: both, seed: 1, limits: {} };
  const { state, trials } = await simulate(sampler, problem, zdt1(mixed), { trials: 60 });
  const ratios = trials.map(({ params }) => sampler.explain!(state as TpeState, params).acquisition!);
  const fronts = nondominated(Float64Array.from(trials.flatMap(({ losses }) => losses!)), 60, 2);
  const meanOf = (front: number) => {
    const own = ratios.filter((_, n) => fronts[n] === front);
    return own.reduce((sum, ratio) => sum + ratio, 0) / own.length;
  };
  expect(meanOf(1)).toBeGreaterThan(meanOf(0) + 1);
});
