import { describe, expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import type { Pruner } from "../pruner.ts";
import { hyperband } from "../pruners/hyperband.ts";
import { successiveHalving } from "../pruners/successive-halving.ts";
import type { Sampler, Suggestion } from "../sampler.ts";
import { categorical, float, type Group, oneOf, space } from "../space.ts";
import { deepFreeze } from "../testing/check.ts";
import { slotOf } from "../testing/simulate.ts";
import { curve, simulateTraining } from "../testing/training.ts";
import type { Trial } from "../trial.ts";
import { modelOf } from "./bohb/model.ts";
import { bohb } from "./bohb.ts";
import {
  firstRung,
  gradesOf,
  largestBudget,
  lossesUpTo,
  reachOf,
  rungBelow,
  standingsAt,
} from "./brackets.ts";
import { childOf } from "./dehb/child.ts";
import { population } from "./dehb/population.ts";
import { dehb } from "./dehb.ts";
import { type Observation, observe, observedNothing } from "./observed.ts";
import { priorband } from "./priorband.ts";
import { random } from "./random.ts";

const problem: Problem = {
  space: space({ x: float(0, 1) }),
  objectives: [{ name: "loss", direction: "minimize" }],
  seed: 1,
  limits: {},
  steps: { max: 27 },
};

/** A trial that reported these losses at steps 1, 3, 9, 27, as many as there are. */
function trial(number: number, losses: readonly number[], rest: Partial<Trial> = {}): Trial {
  return deepFreeze({
    number,
    state: losses.length === 4 ? "complete" : "paused",
    attempt: 1,
    space: 0,
    params: { x: number / 100 },
    losses: losses.slice(-1),
    reports: losses.map((loss, k) => ({ step: 3 ** k, values: { loss }, time: 0 })),
    times: { created: 0 },
    notes: {},
    ...rest,
  });
}

function observationsOf(trials: readonly Trial[]): readonly Observation[] {
  const observed = observedNothing(problem);
  for (const one of trials) observe(observed, one);
  return observed.list;
}

describe("budgets as trials have them", () => {
  const trials = [
    trial(0, [5, 4, 3, 2]),
    trial(1, [1]),
    trial(2, [2, 3, 4]),
    trial(3, [3, 2], { bracket: 1 }),
    trial(4, [4], { state: "failed" }),
    trial(5, [], { losses: [7], budget: 9, bracket: 1 }),
  ];
  const list = observationsOf(trials);

  test("how far each came", () => {
    expect(trials.map((one) => reachOf(problem, one))).toEqual([Number.POSITIVE_INFINITY, 1, 9, 3, 1, 9]);
    expect(reachOf(problem, trial(6, [], { state: "complete", budget: 9 }))).toBe(9);
    expect(reachOf(problem, trial(6, [], { state: "complete", budget: 27 }))).toBe(Number.POSITIVE_INFINITY);
    expect([1, 2, 3, 4, 5].map((count) => largestBudget(problem, list, count))).toEqual([
      Number.POSITIVE_INFINITY,
      9,
      9,
      3,
      1,
    ]);
    expect(largestBudget(problem, list, 6)).toBeUndefined(); // the failed one does not count
  });

  test("what each came to there", () => {
    expect(lossesUpTo(problem, list[0], 9)).toEqual(Float64Array.of(3));
    expect(lossesUpTo(problem, list[0], Number.POSITIVE_INFINITY)).toEqual(Float64Array.of(2));
    expect(standingsAt(problem, list, 9).map(({ trial: { number }, loss }) => [number, loss])).toEqual([
      [0, 3],
      [2, 4],
      [5, 7],
    ]);
    expect(rungBelow(problem, list, 9)).toBe(3);
    expect(rungBelow(problem, list, 1)).toBeUndefined();
  });

  test("several objectives: by fronts, and by the room that there is on them", () => {
    const rows = [
      [0, 4],
      [1, 1],
      [4, 0],
      [0.5, 2],
      [4, 4],
      [1, 1],
    ];
    const grades = gradesOf(rows.map((losses) => ({ losses: Float64Array.from(losses) })));
    const fronts = Array.from(grades, Math.floor);
    expect(fronts).toEqual([0, 0, 0, 0, 1, 0]);
    expect(grades[0]).toBe(0); // an end of the front
    expect(grades[2]).toBe(0);
    expect(grades[4]).toBe(1);
    expect(Math.max(...fronts.map((front, i) => grades[i] - front))).toBeLessThan(1);
  });

  test("where a new one is judged first", () => {
    expect(firstRung(problem, list, { budget: 3, bracket: 7 })).toBe(3);
    expect(firstRung(problem, list, { budget: 27 })).toBe(Number.POSITIVE_INFINITY);
    expect(firstRung(problem, list, { bracket: 1 })).toBe(3);
    expect(firstRung(problem, list, { bracket: 2 })).toBeUndefined();
    expect(firstRung(problem, list, {})).toBeUndefined();
  });
});

describe("bohb", () => {
  test("models the largest budget that d + 2 trials reached, with the losses at it", () => {
    const sampler = bohb();
    // at step 9 the order is that of the numbers, at step 1 the opposite; one went on to the end, and is worst there
    const trials = [
      ...Array.from({ length: 8 }, (_, n) => trial(n, [9 - n, 5, n])),
      trial(8, [0, 5, 8, 100]),
      ...Array.from({ length: 8 }, (_, n) => trial(9 + n, [-n])),
    ];
    const state = trials.reduce((before, one) => sampler.tell(before, one), sampler.init(problem));
    const densities = modelOf(state.model, state.observed, [])!;
    expect(densities.budget).toBe(9);
    expect(densities.goodPoints.map(({ unit }) => unit[0])).toEqual([0, 0.01]);
    const { origin } = sampler.ask(state, slotOf(problem, 17, [])) as Suggestion;
    expect(origin).toEqual({ chosen: "model", budget: 9 });
  });

  test("a third of its suggestions is random", () => {
    const sampler = bohb();
    const state = Array.from({ length: 9 }, (_, n) => trial(n, [n, n, n, n])).reduce(
      (before, one) => sampler.tell(before, one),
      sampler.init(problem),
    );
    const chosen = Array.from({ length: 300 }, (_, n) =>
      JSON.stringify((sampler.ask(state, slotOf(problem, 9 + n, [])) as Suggestion).origin),
    );
    expect(chosen.filter((one) => one.includes("random")).length / 300).toBeCloseTo(1 / 3, 1);
  });
});

describe("dehb", () => {
  const list = observationsOf(Array.from({ length: 5 }, (_, n) => trial(n, [5 - n])));

  test("a child takes the place of its target only if it is no worse there", () => {
    const numbers = (trials: readonly Trial[]) =>
      population(problem, [...list, ...observationsOf(trials)], 1, 5).map((one) => one.trial.number);
    expect(numbers([])).toEqual([0, 1, 2, 3, 4]);
    expect(numbers([trial(9, [3], { origin: { target: 2 } })])).toEqual([0, 1, 9, 3, 4]);
    expect(numbers([trial(9, [3.5], { origin: { target: 2 } })])).toEqual([0, 1, 2, 3, 4]);
    // one that comes from elsewhere, and a child whose target is gone: in place of the worst
    expect(numbers([trial(9, [3.5])])).toEqual([9, 1, 2, 3, 4]);
    expect(numbers([trial(9, [6], { origin: { target: 77 } })])).toEqual([0, 1, 2, 3, 4]);
  });

  test("a child is a mutant crossed with its target, within the cube", () => {
    const s = space(
      Object.fromEntries(Array.from({ length: 20 }, (_, j) => [`x${j}`, float(0, 1)])) as Group,
    );
    const many: Problem = { ...problem, space: s };
    const sampler = dehb();
    const state = sampler.init(many);
    for (let n = 0; n < 4; n++) {
      const params = Object.fromEntries(s.parameters.map(({ path }, j) => [path, ((7 * n + j) % 20) / 20]));
      observe(state.observed, trial(n, [n], { params }));
    }
    const [target, ...parents] = state.observed.list;
    const crossed = Array.from({ length: 50 }, (_, n) =>
      childOf(many, parents, target, slotOf(many, n, []).rng),
    );
    let own = 0;
    for (const child of crossed)
      child.forEach((u, j) => {
        expect(u).toBeGreaterThanOrEqual(0);
        expect(u).toBeLessThanOrEqual(1);
        if (u === target.unit[j]) own++;
      });
    expect(own / (50 * 20)).toBeCloseTo(0.5 * (19 / 20), 1);
  });
});

/** Losses fall towards what the params are worth; low ones are seen early, but for some that start badly. */
const s = space({
  a: float(0, 1),
  b: float(0, 1),
  c: float(1e-4, 1, { log: true }),
  o: oneOf("t", { deep: { n: float(0, 1) }, flat: {} }),
  k: categorical(["u", "v", "w"]),
});
const training = curve((params, step, number) => {
  const { unit, active } = s.encode(params);
  const worth =
    (unit[0] - 0.3) ** 2 +
    (unit[1] - 0.7) ** 2 +
    (unit[2] - 0.6) ** 2 +
    (active[4] ? (unit[4] - 0.5) ** 2 : 0.2);
  const level = worth + (params.k === "v" ? 0 : 0.1);
  return level + (1 + (number % 4)) / (2 + step);
});

/** Mean over seeds of the best loss at the end, of as many trials as that. */
async function bestOf(make: () => Sampler, pruner: (() => Pruner) | undefined, trials: number) {
  const SEEDS = 3;
  let sum = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const run = await simulateTraining(make(), { ...problem, space: s, seed }, training, {
      trials,
      workers: 4,
      ...(pruner && { pruner: pruner() }),
    });
    const ended = run.trials.filter(({ state }) => state === "complete");
    sum += Math.min(...ended.map(({ losses }) => losses![0])) / SEEDS;
  }
  return sum;
}

describe("beside pruners they find more than random points do", () => {
  const pruners: Readonly<Record<string, (() => Pruner) | undefined>> = {
    "hyperband that stops": () => hyperband() as Pruner,
    "hyperband that promotes": () => hyperband({ mode: "promote" }) as Pruner,
    "successive halving that promotes": () => successiveHalving({ mode: "promote" }) as Pruner,
    none: undefined,
  };
  test.each(Object.keys(pruners))("%s", async (name) => {
    const trials = 100;
    const drawn = await bestOf(random as () => Sampler, pruners[name], trials);
    for (const make of [bohb, dehb, priorband] as (() => Sampler)[])
      expect(await bestOf(make, pruners[name], trials), make().name).toBeLessThan(drawn);
  });
});
