/** Trials that train in stages: budgets, pausing, promotion, forks; and those that repeat a configuration. */
import { describe, expect, test } from "vitest";
import { inline } from "../engines/inline.ts";
import { simulated } from "../engines/simulated.ts";
import {
  createStudy,
  float,
  type Objective,
  openStudy,
  type Pruner,
  type Sampler,
  space,
  type Trial,
} from "../index.ts";
import { makePruner, makeSampler } from "../registry.ts";
import { memory } from "../storages/memory.ts";
import { replay } from "./replay.ts";

/** Pauses every trial at step 2, and promotes the best of those to step 8 once four wait. */
const twoRungs: Pruner<Map<number, Trial>> = {
  name: "two-rungs",
  version: 1,
  init: () => new Map(),
  tell: (told, trial) => told.set(trial.number, trial),
  assign: () => ({ budget: 2, bracket: 1 }),
  judge: (_, { reports, budget = 2 }) =>
    (reports.at(-1)?.step ?? 0) >= budget && budget < 8 ? "pause" : "continue",
  promote(told, taken) {
    const waiting = [...told.values()].filter(({ state }) => state === "paused");
    if (waiting.length < 4) return undefined;
    const best = waiting.sort((a, b) => (a.losses?.[0] ?? 0) - (b.losses?.[0] ?? 0))[0];
    return taken.has(best.number) || [...told.values()].some(({ state }) => state === "complete")
      ? undefined
      : { trial: best.number, budget: 8 };
  },
};

const line = space({ x: float(0, 1) });
const steps = { max: 8 };

/** A program that trains up to its budget, reporting each step, from where it was. */
const training: Objective<{ x: number }> = async ({ x }, trial) => {
  for (let step = (trial.reached ?? 0) + 1; step <= (trial.budget ?? 0); step++)
    if ((await trial.report(step, x / step)) !== "continue") return;
  return x / (trial.budget ?? 1);
};

describe("pausing and promotion", () => {
  test("every trial pauses at its budget, and the best goes on after the last number was used", async () => {
    const study = await createStudy(line, { pruner: twoRungs, sampler: "random", seed: 1, steps, trials: 4 });
    const end = await study.run(inline(training as Objective, { nest: (_, n) => study.paramsOf(n) }));
    expect(end.kind).toBe("trials");
    expect(study.history.counts).toMatchObject({ paused: 3, complete: 1, pruned: 0, running: 0 });
    const best = study.trials.reduce((a, b) => (b.params.x < a.params.x ? b : a));
    expect(study.best?.number).toBe(best.number);
    expect(best).toMatchObject({ state: "complete", attempt: 2, budget: 8, bracket: 1 });
    expect(best.reports.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]); // it went on from step 2
  });

  test("a value at a budget below the whole training is a report at that step", async () => {
    const study = await createStudy(line, { pruner: twoRungs, sampler: "random", seed: 1, steps, trials: 4 });
    const seen: (number | undefined)[] = [];
    const once: Objective<{ x: number }> = ({ x }, { budget }) => {
      seen.push(budget);
      return x;
    };
    await study.run(inline(once as Objective, { parallel: 2, nest: (_, n) => study.paramsOf(n) }));
    expect(seen).toEqual([2, 2, 2, 2, 8]);
    expect(study.history.counts).toMatchObject({ paused: 3, complete: 1 });
    for (const trial of study.trials) expect(trial.reports.map(({ step }) => step)).toEqual([2]);
  });

  test("the same with ask and tell; a repeated tell is answered like the first", async () => {
    const study = await createStudy(line, { pruner: twoRungs, sampler: "random", seed: 1, steps, trials: 4 });
    const budgets: (number | undefined)[] = [];
    for await (const trial of study) {
      budgets.push(trial.budget);
      const told = await trial.tell(trial.params.x);
      expect(told.state).toBe(trial.budget === 2 ? "paused" : "complete");
      expect(await trial.tell(trial.params.x)).toEqual(told);
    }
    expect(budgets).toEqual([2, 2, 2, 2, 8]);
  });

  test("many workers promote a trial once", async () => {
    const study = await createStudy(line, {
      pruner: twoRungs,
      sampler: "random",
      seed: 2,
      steps,
      trials: 12,
    });
    await study.run(simulated(training as never, { parallel: 4, nest: (_, n) => study.paramsOf(n) }));
    const promoted = study.trials.filter(({ attempt }) => attempt === 2);
    expect(promoted.length).toBeGreaterThan(0);
    expect(promoted.every(({ state, budget }) => state === "complete" && budget === 8)).toBe(true);
    expect(study.history.counts).toMatchObject({ complete: promoted.length, paused: 12 - promoted.length });
  });
});

test("a fork begins from another's state", async () => {
  const second: Sampler<null> = {
    name: "second",
    version: 1,
    init: () => null,
    tell: () => null,
    ask: (_, { number }) =>
      number === 0
        ? { params: { x: 0.5 }, budget: 4 }
        : { params: { x: 0.25 }, budget: 8, fork: { trial: 0, step: 4 } },
  };
  const study = await createStudy(line, { sampler: second, pruner: "none", seed: 1, steps, trials: 2 });
  const forks: unknown[] = [];
  await study.run(
    inline((_, trial) => {
      forks.push(trial.fork);
      return trial.budget as number;
    }),
  );
  expect(forks).toEqual([undefined, { trial: 0, step: 4 }]);
  expect(study.trials.map(({ state }) => state)).toEqual(["paused", "complete"]);
  expect(study.trials[1].fork).toEqual({ trial: 0, step: 4 });
});

test("numbers that wait for a trial make room for it when it is to be tried again", async () => {
  const pairs: Sampler<Set<number>> = {
    name: "pairs",
    version: 1,
    init: () => new Set(),
    tell: (ended, { number }) => ended.add(number),
    ask: (ended, { number }) => (number < 2 || ended.has(number - 2) ? { params: { x: 0.5 } } : "wait"),
  };
  const storage = memory();
  const options = { sampler: pairs, pruner: "none", seed: 1, trials: 6, storage } as const;
  const study = await createStudy(line, options);
  await study.ask(2); // somebody has the first two …
  const other = await openStudy(line, { ...options });
  const run = other.run(inline(() => 1, { parallel: 2 }));
  await new Promise((resolve) => setTimeout(resolve, 300)); // … and the run holds two more, which wait for them
  await study.tell(0, { state: "failed", error: "lost" });
  await study.tell(1, { state: "failed", error: "lost" });
  expect((await run).kind).toBe("trials");
  expect(other.history.counts).toMatchObject({ complete: 4, failed: 2 });
});

test("a repeat of what there is not ends the run, and holds no number", async () => {
  const wrong: Sampler<null> = {
    name: "wrong",
    version: 1,
    init: () => null,
    tell: () => null,
    ask: () => ({ params: { x: 0.5 }, repeatOf: 7 }),
  };
  const study = await createStudy(line, { sampler: wrong, seed: 1, trials: 2 });
  await expect(study.run(inline(() => 1))).rejects.toThrow("wrong suggested what cannot be started");
  await expect(study.ask()).rejects.toThrow("there is no configuration 7 to repeat");
  expect(study.history.claims.size).toBe(0);
});

test("a warm start knows trials that nobody measured by this study's limits", async () => {
  const source = await createStudy(line, { sampler: "random", seed: 1, trials: 10 });
  for await (const trial of source) await trial.tell(trial.params.x);
  const limited = { constraints: [{ name: "mb", metric: "mb", atMost: 10 }], warmStart: [source] };
  const study = await createStudy(line, { sampler: "gp", seed: 1, trials: 4, ...limited });
  expect(study.history.problem.sources?.[0].trials.every(({ state }) => state === "complete")).toBe(true);
  expect((await study.add({ params: { x: 0.5 }, values: { value: 1 } })).state).toBe("complete");
});

const noise = (n: number) => ((n * 7919) % 13) / 13 - 0.5;

describe("repeats", () => {
  test("each configuration so often; the best is by its mean", async () => {
    const study = await createStudy(line, {
      repeats: { most: 3, all: true },
      sampler: "random",
      seed: 3,
      trials: 12,
    });
    const indices: (number | undefined)[] = [];
    await study.run(
      inline((params, trial) => {
        indices.push(trial.repeat);
        return (params as { x: number }).x + noise(trial.number);
      }),
    );
    expect(indices).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const means = [0, 3, 6, 9].map((first) => {
      const values = [0, 1, 2].map((k) => study.trials[first + k].values?.value as number);
      for (const k of [1, 2]) expect(study.trials[first + k]).toMatchObject({ repeatOf: first });
      return { first, mean: values.reduce((a, b) => a + b) / 3 };
    });
    const best = means.reduce((a, b) => (b.mean < a.mean ? b : a));
    expect(study.best?.number).toBe(best.first);
    expect(study.best?.values?.value).toBeCloseTo(best.mean, 12);
    expect(study.best?.repeats?.count).toBe(3);
  });

  test("a race repeats the best, at most so often and half of all, and replays", async () => {
    const storage = memory();
    const study = await createStudy(line, {
      repeats: { most: 4 },
      sampler: "tpe",
      seed: 4,
      trials: 40,
      storage,
    });
    await study.run(
      simulated(({ x }: { x: number }, trial) => x + noise(trial.number), {
        parallel: 3,
        nest: (_, n) => study.paramsOf(n),
      }),
    );
    const { repeats } = study.history;
    const all = [...repeats.values()];
    expect(all.flat().length).toBeGreaterThan(8);
    expect(all.flat().length).toBeLessThanOrEqual(20);
    for (const each of all) expect(each.length).toBeLessThanOrEqual(3);
    const xs = study.trials.filter(({ repeatOf }) => repeatOf === undefined).map(({ params }) => params.x);
    const repeated = [...repeats.keys()].map((first) => study.trials[first].params.x);
    const average = (list: number[]) => list.reduce((a, b) => a + b) / list.length;
    expect(average(repeated)).toBeLessThan(average(xs));
    const found = await replay(storage, "study", makeSampler, makePruner);
    expect(found).toMatchObject({ same: 40, different: [], incomparable: [] });
  });

  test("a repeat that fails leaves the configuration as it was", async () => {
    const study = await createStudy(line, {
      repeats: { most: 2, all: true },
      sampler: "gp",
      seed: 5,
      trials: 6,
    });
    await study.run(
      inline((params, { repeat }) => {
        if (repeat === 1) throw new Error("no memory");
        return (params as { x: number }).x;
      }),
    );
    expect(study.history.counts).toMatchObject({ complete: 3, failed: 3 });
    expect(study.best?.repeats).toMatchObject({ count: 1 });
  });
});

describe("limits on outcomes", () => {
  const constraints = [{ name: "mb <= 10", metric: "mb", atMost: 10 }];

  test("a trial that misses them does not reach the target", async () => {
    const study = await createStudy(line, {
      constraints,
      sampler: "random",
      seed: 1,
      trials: 3,
      target: { value: 1 },
    });
    const told = [
      { value: 0.5, mb: 20 },
      { value: 2, mb: 5 },
      { value: 0.9, mb: 5 },
    ];
    for (const values of told) await (await study.ask())?.tell({ values: values as never });
    expect(study.history.reached).toBe(2);
    expect(study.best?.number).toBe(2);
  });

  test("a race is among those that keep them", async () => {
    const study = await createStudy(line, {
      constraints,
      repeats: { most: 3 },
      sampler: "random",
      seed: 2,
      trials: 24,
    });
    for await (const trial of study) {
      const { x } = trial.params;
      await trial.tell({ values: { value: x + noise(trial.number), mb: x < 0.5 ? 20 : 5 } as never });
    }
    const firsts = [...study.history.repeats.keys()];
    expect(firsts.length).toBeGreaterThan(0);
    expect(firsts.every((first) => study.trials[first].params.x >= 0.5)).toBe(true);
  });
});
