import { expect, test } from "vitest";
import { hypervolume } from "../analysis/hypervolume.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import type { Suggestion } from "../sampler.ts";
import { categorical, float, type Group, oneOf, space } from "../space.ts";
import { type SimulatedObjective, simulate, slotOf } from "../testing/simulate.ts";
import type { Trial } from "../trial.ts";
import { modelOf } from "./forest/model.ts";
import { type ForestState, forest } from "./forest.ts";
import { random } from "./random.ts";

const branches = space({
  o: oneOf("t", { a: { m: float(0, 1) }, b: { l: float(0, 1) } }),
  lr: float(1e-4, 1, { log: true }),
  c: categorical(["u", "v", "w"]),
});
const square = space({ x: float(0, 1), y: float(0, 1) });
const one: Problem = {
  space: square,
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 1,
  limits: {},
};
const two: Problem = {
  ...one,
  objectives: [
    { name: "a", direction: "minimize" },
    { name: "b", direction: "minimize" },
  ],
};

const trialOf = (number: number, params: Trial["params"], told: Partial<Trial>): Trial => ({
  ...{ number, state: "complete", attempt: 1, space: 0, params },
  ...{ reports: [], times: { created: 0 }, notes: {}, ...told },
});

test.each([
  [1, 2419985939],
  [3, 3622955540],
] as const)("what is suggested with %i workers stays what it was", async (workers, expected) => {
  const bowl: SimulatedObjective = (params, number) => {
    if (number % 17 === 16) return "failed";
    const { unit, active } = branches.encode(params);
    const noise = 0.05 * rng(3, "n", number).normal();
    return unit.reduce((sum, u, i) => sum + (active[i] ? (u - 0.3) ** 2 : 0), noise);
  };
  const { trials } = await simulate(forest(), { ...one, space: branches, seed: 3 }, bowl, {
    trials: 30,
    workers,
  });
  expect(rng(0, JSON.stringify(trials.map(({ params }) => params))).bits()).toBe(expected);
});

test("two objectives: the front is larger than that of random search", async () => {
  // ZDT1 (Zitzler et al. 2000)
  const floats = space(
    Object.fromEntries(Array.from({ length: 6 }, (_, j) => [`x${j}`, float(0, 1)])) as Group,
  );
  const objective: SimulatedObjective = (params) => {
    const [first, ...others] = floats.encode(params).unit;
    const g = 1 + (9 * others.reduce((sum, u) => sum + u, 0)) / others.length;
    return [first, g * (1 - Math.sqrt(first / g))];
  };
  const volume = (trials: readonly Trial[]) =>
    hypervolume(Float64Array.from(trials.flatMap(({ losses }) => losses!)), trials.length, 2, [1.1, 8]);
  let [found, drawn] = [0, 0];
  for (let seed = 0; seed < 2; seed++) {
    const problem = { ...two, space: floats, seed };
    found += volume((await simulate(forest(), problem, objective, { trials: 45 })).trials);
    drawn += volume((await simulate(random(), problem, objective, { trials: 45 })).trials);
  }
  expect(found).toBeGreaterThan(1.1 * drawn);
});

/** Tells of points on a grid. */
function toldOf(problem: Problem, tell: (x: number, y: number) => Partial<Trial>): ForestState {
  const sampler = forest();
  let state = sampler.init(problem);
  for (let number = 0; number < 64; number++) {
    const [x, y] = [((number % 8) + 0.5) / 8, (Math.floor(number / 8) + 0.5) / 8];
    state = sampler.tell(state, trialOf(number, { x, y }, tell(x, y)));
  }
  return state;
}

const at = (x: number, y: number) => ({ unit: Float64Array.of(x, y), active: Uint8Array.of(1, 1) });

test("a limit is learned: no good point is expected where it is not met", async () => {
  // the loss falls with x, and nothing right of ½ is allowed
  const problem = { ...one, constraints: [{ name: "c" }] };
  const state = toldOf(problem, (x) => ({ losses: [1 - x], constraints: { c: x - 0.5 } }));
  const { acquisition } = modelOf(state.observed, state.features, [], 64)!;
  expect(acquisition(at(0.47, 0.5))).toBeGreaterThan(acquisition(at(0.05, 0.5)));
  expect(acquisition(at(0.47, 0.5))).toBeGreaterThan(acquisition(at(0.95, 0.5)));
  const explain = (x: number) => forest().explain!(state, { x, y: 0.5 });
  expect(explain(0.1).feasible).toBeGreaterThan(0.95);
  expect(explain(0.9).feasible).toBeLessThan(0.05);
  expect(explain(0.3).mean).toBeCloseTo(0.7, 1);
  for (let number = 65; number < 70; number++) {
    const answer = (await forest().ask(state, slotOf(problem, number, []))) as Suggestion;
    expect(answer.params.x).toBeLessThan(0.7);
  }
});

test("while nothing is feasible, what is nearest to it is looked for, whatever its loss", () => {
  const problem = { ...one, constraints: [{ name: "c" }] };
  const state = toldOf(problem, (x, y) => ({ losses: [1 - x], constraints: { c: 1.1 + y } }));
  const { acquisition } = modelOf(state.observed, state.features, [], 64)!;
  expect(acquisition(at(0.1, 0.1))).toBeGreaterThan(acquisition(at(0.9, 0.9)));
});

test("an open trial counts with its last report, and its incumbent is sought where enough trials have been", () => {
  const reports = [{ step: 1, time: 0, values: { loss: -5 } }];
  const state = toldOf(one, (x, y) => ({ losses: [(x - 0.5) ** 2 + (y - 0.5) ** 2] }));
  const open = (own: Partial<Trial>) => [trialOf(64, { x: 0.9, y: 0.9 }, { state: "running", ...own })];
  const silent = modelOf(state.observed, state.features, open({}), 65)!;
  const promising = modelOf(state.observed, state.features, open({ reports }), 65)!;
  expect(promising.acquisition(at(0.9, 0.9))).toBeGreaterThan(silent.acquisition(at(0.9, 0.9)) + 1);
  // all others were trained to their end: at the one step of the open trial there is nobody to compare it with
  expect(promising.acquisition(at(0.5, 0.5))).toBeGreaterThan(-20);
});

test("several objectives are explained one by one, in their own units", () => {
  const state = toldOf(two, (x, y) => ({ losses: [100 * x, 3 - y] }));
  const { means, stds, mean } = forest().explain!(state, { x: 0.3, y: 0.8 }) as {
    [name: string]: number[];
  };
  expect(means[0]).toBeGreaterThan(20);
  expect(means[0]).toBeLessThan(40);
  expect(means[1]).toBeCloseTo(2.2, 0);
  expect(mean).toBe(means[0]);
  expect(stds.every((std) => std > 0 && std < 30)).toBe(true);
});
