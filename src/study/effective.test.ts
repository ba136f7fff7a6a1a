import { describe, expect, test } from "vitest";
import {
  categorical,
  constant,
  createStudy,
  float,
  int,
  type Numbers,
  oneOf,
  openStudy,
  type Params,
  space,
} from "../index.ts";
import { makePruner } from "../registry.ts";
import { memory } from "../storages/memory.ts";

const s = space({
  lr: float(1e-4, 1, { log: true }),
  layers: int(1, 4),
  act: categorical(["relu", "tanh"]),
  fixed: constant(3),
  optimizer: oneOf("type", { sgd: { momentum: float(0, 0.99) }, adam: { beta1: float(0.8, 0.999) } }),
});
const SGD = { "optimizer.sgd.momentum": 0.5, optimizer: "sgd" } as const;

const fresh = (options = {}) =>
  createStudy(s, {
    objectives: { loss: "minimize" },
    sampler: "random",
    pruner: "none",
    seed: 1,
    fixed: SGD,
    ...options,
  });

describe("what a trial from outside says of its params", () => {
  test("tuned values and a gradient told at the end are kept, by every handle", async () => {
    const storage = memory();
    const study = await fresh({ storage, study: "a" });
    const trial = (await study.ask())!;
    const gradient = { lr: -0.3, "optimizer.sgd.momentum": Number.NaN, layers: 2 };
    const told = await trial.tell({ values: 0.5, gradient, tuned: { lr: 0.02 } });
    expect(told).toMatchObject({ state: "complete", values: { loss: 0.5 }, tuned: { lr: 0.02 }, gradient });
    expect(told.params).toEqual(trial.params);
    const other = await openStudy(s, { storage, study: "a" });
    expect(other.trials[0]).toEqual(told);
  });

  test("reports carry them, and the last report's count where the end says nothing", async () => {
    const study = await fresh();
    const trial = (await study.ask())!;
    await trial.report(1, 0.9, { params: { lr: 0.1 }, gradient: { lr: 2 } });
    await trial.report(2, 0.4, { params: { lr: 0.05 } });
    const { reports, tuned } = await trial.tell(0.4);
    expect(reports).toMatchObject([{ params: { lr: 0.1 }, gradient: { lr: 2 } }, { params: { lr: 0.05 } }]);
    expect(tuned).toEqual({ lr: 0.05 });
  });

  test("a trial is told by what it tuned alone, where its value was reported", async () => {
    const study = await fresh();
    const trial = (await study.ask())!;
    await trial.report(1, 0.9);
    expect(await trial.tell({ tuned: { lr: 0.1 } })).toMatchObject({
      state: "complete",
      values: { loss: 0.9 },
      tuned: { lr: 0.1 },
    });
  });

  test("an objective may be called as one of the details", async () => {
    const study = await createStudy(space({ x: float(0, 1) }), { objectives: { error: "minimize" } });
    expect((await (await study.ask())!.tell({ error: 0.5 })).values).toEqual({ error: 0.5 });
  });

  test("what a trial tells at a budget below the whole training is in the report that stands for it", async () => {
    const study = await fresh({
      pruner: makePruner("successive-halving", { mode: "promote" }),
      steps: { max: 27 },
    });
    const trial = (await study.ask())!;
    await trial.tell({ values: 0.5, tuned: { lr: 0.02 }, gradient: { lr: 1 } });
    const [{ reports, tuned }] = study.trials;
    expect(reports).toMatchObject([{ step: trial.budget, params: { lr: 0.02 }, gradient: { lr: 1 } }]);
    expect(tuned).toEqual({ lr: 0.02 });
  });

  test("added trials have them, and a warm start takes what they tuned along", async () => {
    const study = await fresh();
    const params = {
      lr: 0.1,
      layers: 2,
      act: "relu",
      fixed: 3,
      optimizer: { type: "sgd", momentum: 0.9 },
    } as const;
    const added = await study.add({ params, values: 1, tuned: { lr: 0.2 }, gradient: { lr: -1 } });
    expect(added).toMatchObject({ params, tuned: { lr: 0.2 }, gradient: { lr: -1 } });
    const next = await fresh({ warmStart: [study.asSource] });
    expect(next.history.problem.sources?.[0].trials[0].tuned).toEqual({ lr: 0.2 });
    await expect(study.add({ params, values: 1, tuned: { lr: 2 } })).rejects.toThrow("tuned: lr: 2 is above");
  });

  test("chains go on from where a trial ended", async () => {
    const line = space({ x: float(0, 1) });
    const study = await createStudy(line, { sampler: "gradient", pruner: "none", seed: 1, trials: 30 });
    for await (const trial of study) {
      const x = 0.7 * trial.params.x + 0.3 * 0.4; // a part of the way within the trial
      await trial.tell({ values: (x - 0.4) ** 2, gradient: { x: 2 * (x - 0.4) }, tuned: { x } });
    }
    expect(study.best?.tuned?.x).toBeCloseTo(0.4, 3);
  });
});

describe("refused in one line", () => {
  test.each([
    [{ gradient: { lrr: 1 } }, 'gradient: lrr: unknown parameter (did you mean "lr"?)'],
    [{ gradient: { act: 1 } }, "gradient: act: a choice has no derivative; leave it out"],
    [{ gradient: { fixed: 1 } }, "gradient: fixed: a constant has no derivative; leave it out"],
    [
      { gradient: { "optimizer.adam.beta1": 1 } },
      "gradient: optimizer.adam.beta1: not active in this trial; leave it out",
    ],
    [{ gradient: { lr: "up" } }, 'gradient: lr: "up" is not a number'],
    [{ gradient: [1] }, 'gradient: [1] is not an object by parameter, such as {"lr": -0.3}'],
    [{ tuned: { lrr: 1 } }, 'lrr: unknown parameter (did you mean "lr"?)'],
    [{ tuned: { lr: 2 } }, "lr: 2 is above"],
    [{ tuned: { act: "gelu" } }, 'act: "gelu" is not one of'],
    [{ tuned: { "optimizer.adam.beta1": 0.9 } }, 'optimizer.adam.beta1: not active (optimizer is "sgd")'],
    [{ tuned: 3 }, '3 is not an object by parameter, such as {"lr": 0.01}'],
  ])("%o", async (extra, message) => {
    const study = await fresh();
    const trial = (await study.ask())!;
    const { tuned, gradient } = extra as { tuned?: Params; gradient?: Numbers };
    const before = study.history.position;
    await expect(trial.tell({ values: 1, ...(extra as object) })).rejects.toThrow(message);
    await expect(trial.report(1, 1, { gradient, params: tuned })).rejects.toThrow(message);
    expect(study.history.position).toBe(before); // nothing was written
    expect((await trial.tell(1)).state).toBe("complete");
  });
});
