/**
 * The arithmetic of the benchmark, on data of which the answer is known.
 */
import { describe, expect, test } from "vitest";
import { volumeBeyond } from "../bench/quality/fronts.ts";
import { limitOf, TWELVE } from "../bench/quality/limits.ts";
import {
  byFamily,
  common,
  difference,
  meanRegret,
  type Regrets,
  regret,
  volumeRegret,
  wins,
} from "../bench/quality/score.ts";
import { severalFormulas } from "../bench/quality/tasks/several.ts";
import { trackNamed } from "../bench/quality/tracks.ts";
import { frozenVolumesOf, volumeOf } from "../bench/quality/volumes.ts";
import { type Params, rng } from "../src/index.ts";

const reference = { best: 1, random: 3 };
const regretsOf = (byTask: Readonly<Record<string, readonly number[]>>): Regrets =>
  new Map(
    Object.entries(byTask).map(([task, values]) => [
      task,
      new Map(values.map((value, index) => [index + 1, value])),
    ]),
  );

describe("regret", () => {
  test("is 0 at the lowest known, 1 at random's, and looks at the first n only", () => {
    const losses = [3, 4, 2, 1];
    expect([1, 2, 3, 4].map((n) => regret({ losses }, n, reference))).toEqual([1, 1, 0.5, 0]);
  });

  test("stays within 0 and 2", () => {
    expect(regret({ losses: [0.5] }, 1, reference)).toBe(0);
    expect(regret({ losses: [100] }, 1, reference)).toBe(2);
  });

  test("counts failures as worst", () => {
    expect(regret({ losses: [null, null] }, 2, reference)).toBe(2);
    expect(regret({ losses: [null, 2] }, 2, reference)).toBe(0.5);
  });

  test("where random is as good as anything, nothing is regretted", () => {
    expect(regret({ losses: [1] }, 1, { best: 1, random: 1 })).toBe(0);
  });

  test("of noisy runs is that of the recommendation, even where a better one was tried", () => {
    const cell = { losses: [1, 3, 2], recommended: [1, 3, 2] };
    expect([1, 2, 3].map((n) => regret(cell, n, reference))).toEqual([0, 1, 0.5]);
  });
});

describe("hypervolume regret", () => {
  const volumes = { point: [1, 1], best: 1, random: 0.5 };

  test("is 0 at the largest volume, 1 at random's, and looks at the first n only", () => {
    const losses = [[0, 0.5], null, [0.5, 0], [0, 0]];
    const regrets = [1, 2, 3, 4].map((n) => volumeRegret({ losses }, n, volumes));
    expect(regrets).toEqual([1, 1, 0.5, 0]);
  });

  test("stays within 0 and 2, where all failed or lie beyond the reference point too", () => {
    expect(volumeRegret({ losses: [[-1, -1]] }, 1, volumes)).toBe(0);
    for (const losses of [[null], [[1, 0]], [[2, -3]]])
      expect(volumeRegret({ losses }, 1, { ...volumes, random: 0.75 })).toBe(2);
  });

  test("counts what keeps to the limits", () => {
    const losses = [
      [0, 0],
      [0, 0.5],
    ];
    expect(volumeRegret({ losses, missed: [0.1, 0] }, 2, volumes)).toBe(1);
    expect(volumeRegret({ losses, missed: [-1, -1] }, 2, volumes)).toBe(0);
  });

  test("the volume beyond a front that is known as a function", () => {
    // ∫₀¹ (2 − (1 − √t)) dt = 5/3, and what lies beyond 1
    expect(volumeBeyond((a) => 1 - Math.sqrt(a), [1, 2])).toBeCloseTo(5 / 3, 5);
    expect(volumeBeyond((a) => 1 - Math.sqrt(a), [1.5, 2])).toBeCloseTo(5 / 3 + 1, 4);
    // everything but an eighth of the unit ball
    const sphere = (a: number, b: number) => Math.sqrt(Math.max(0, 1 - a * a - b * b));
    expect(volumeBeyond(sphere, [1.2, 1.1, 1.5])).toBeCloseTo(1.2 * 1.1 * 1.5 - Math.PI / 6, 5);
    // a rise in between counts for nothing
    expect(volumeBeyond((a) => (a < 0.5 ? 0.5 : 0.9), [1, 1])).toBeCloseTo(0.5);
  });

  const ofSphere: Params = { x2: 0.4, x3: 0.65, x4: 0.3, x5: 0.55, x6: 0.7 };
  /** Distance parameters at their best, by task. */
  const best: Readonly<Record<string, Params>> = {
    "zdt1-mixed": { x1: 0.35, x2: 0.6, x3: 0.2, n0: 7, n1: 7, c: "c", d: true },
    dtlz2: ofSphere,
    "c2-dtlz2": ofSphere,
  };

  test.each(severalFormulas())("$name reaches its front, and nothing lies beyond", (task) => {
    const { point, best: largest, random } = frozenVolumesOf(task);
    expect(task.bestVolume?.(point)).toBeCloseTo(largest, 9);
    expect(random).toBeLessThan(largest);
    const names = task.space.parameters.map(({ path }) => path);
    const zero = Object.fromEntries(names.map((name) => [name, 0]));
    const keeps = (params: Params) => task.limits?.missed(params).every((missed) => missed <= 0) ?? true;
    const steps = Array.from({ length: 60 }, (_, i) => i / 59);
    const onFront = steps
      .flatMap((a) => (point.length === 2 ? [{ x0: a }] : steps.map((b) => ({ x0: a, x1: b }))))
      .map((place): Params => ({ ...zero, ...best[task.name], ...place }))
      .filter(keeps)
      .map(task.losses);
    const volume = volumeOf(onFront, point);
    expect(volume).toBeLessThanOrEqual(largest);
    expect(volume).toBeGreaterThan(0.98 * largest);
    const stream = rng(1, "within", task.name);
    const drawn = Array.from({ length: 300 }, () =>
      task.space.decode(task.space.parameters.map(() => stream.uniform())),
    );
    const all = [...onFront, ...drawn.filter(keeps).map(task.losses)];
    expect(volumeOf(all, point)).toBeLessThanOrEqual(largest);
  });
});

describe("means", () => {
  const families = new Map([
    ["a1", "a"],
    ["a2", "a"],
    ["b1", "b"],
  ]);

  test("weigh seeds within tasks, tasks within families, families alike", () => {
    const regrets = regretsOf({ a1: [0, 0.2], a2: [0.5], b1: [1] });
    expect(byFamily(regrets, families).get("a")).toBeCloseTo(0.3);
    expect(meanRegret(regrets, families)).toBeCloseTo(0.65);
  });

  test("are compared on common tasks", () => {
    const [a, b] = common(regretsOf({ a1: [1], b1: [0] }), regretsOf({ a2: [1], b1: [1] }));
    expect([[...a.keys()], [...b.keys()]]).toEqual([["b1"], ["b1"]]);
  });

  test("wins count pairs, equals half", () => {
    expect(wins(regretsOf({ a1: [0, 1] }), regretsOf({ a1: [1, 1] }))).toBe(0.75);
  });
});

describe("the interval of a difference", () => {
  const tasks = ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"];
  const families = new Map(tasks.map((task) => [task, task[0]]));
  const constant = (value: number) =>
    regretsOf(Object.fromEntries(tasks.map((task) => [task, [value, value]])));

  test("has no width where nothing varies", () => {
    const { mean, low, high, tasks: on } = difference(constant(0.2), constant(0.5), families);
    for (const value of [mean, low, high]) expect(value).toBeCloseTo(-0.3);
    expect(on).toBe(8);
  });

  test("does not count what differs between families: they are strata", () => {
    const shifted = (by: number) =>
      regretsOf(Object.fromEntries(tasks.map((task) => [task, [by + (task[0] === "a" ? 0 : 1)]])));
    const { low, high } = difference(shifted(0), shifted(0.1), families);
    expect(low).toBeCloseTo(-0.1);
    expect(high).toBeCloseTo(-0.1);
  });

  test("counts what differs between tasks", () => {
    const other = regretsOf(Object.fromEntries(tasks.map((task, t) => [task, [0.1 * (t % 4)]])));
    const { mean, low, high } = difference(other, constant(0), families);
    expect(mean).toBeCloseTo(0.15);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high - low).toBeGreaterThan(0.05);
  });

  test("holds the true difference in about 95 of 100 comparisons", () => {
    const rounds = 200;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const stream = rng(round, "coverage");
      const drawn = (mean: number) =>
        regretsOf(
          Object.fromEntries(
            tasks.map((task) => [task, Array.from({ length: 10 }, () => mean + 0.2 * stream.normal())]),
          ),
        );
      const { low, high } = difference(drawn(0.3), drawn(0.4), families);
      if (low <= -0.1 && high >= -0.1) held++;
    }
    expect(held / rounds).toBeGreaterThan(0.88);
  });
});

describe("limits", () => {
  test("peers do at most what theirs are, ours as they are told", () => {
    const single = trackNamed("single");
    expect(limitOf({ name: "hebo", isPeer: true }, single, {})).toEqual({
      seeds: 3,
      trials: 50,
      tasks: TWELVE,
    });
    expect(limitOf({ name: "hebo", isPeer: true }, single, { seeds: 10, trials: 20 })).toMatchObject({
      ...{ seeds: 3, trials: 20 },
    });
    expect(limitOf({ name: "auto", isPeer: false }, single, { seeds: 20 })).toMatchObject({
      seeds: 20,
      trials: 100,
    });
    expect(limitOf({ name: "auto", isPeer: false }, trackNamed("batch"), {})).toMatchObject({
      seeds: 20,
      trials: 64,
    });
    expect(limitOf({ name: "optuna-tpe", isPeer: true }, trackNamed("batch"), {})).toMatchObject({
      seeds: 5,
    });
  });
});
