import { describe, expect, test } from "vitest";
import type { Pruner } from "./pruner.ts";
import { makeSampler } from "./registry.ts";
import type { Sampler } from "./sampler.ts";
import { random } from "./samplers/random.ts";
import { categorical, float, int, space } from "./space.ts";
import { memory } from "./storages/memory.ts";
import { replay } from "./study/replay.ts";
import { createStudy, openStudy, tune } from "./tune.ts";

const s = space({ x: float(-1, 1), kind: categorical(["a", "b"]) });
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("tune", () => {
  test("returns the best of as many trials as asked for", async () => {
    const { best, trials, end } = await tune(s, ({ x }) => (x - 0.5) ** 2, {
      trials: 40,
      seed: 3,
      sampler: "random",
    });
    expect(trials).toHaveLength(40);
    expect(end.kind).toBe("trials");
    expect(best?.values?.value).toBe(Math.min(...trials.map((trial) => trial.values?.value ?? 9)));
    expect(best?.values?.value).toBe(((best?.params.x ?? 0) - 0.5) ** 2);
  });

  test("the same seed gives the same trials, whatever their durations, for a sampler that ignores results", async () => {
    const run = async (parallel: number) => {
      const objective = async ({ x }: { x: number }) => {
        await later(parallel > 1 ? 3 * Math.abs(x) : 0);
        return x;
      };
      const { trials } = await tune(s, objective, { trials: 20, seed: 9, parallel, sampler: random() });
      return trials.map(({ params }) => params);
    };
    expect(await run(4)).toEqual(await run(1));
  });

  test("several objectives with directions", async () => {
    const options = { objectives: { acc: "maximize", ms: "minimize" }, trials: 10, seed: 1 } as const;
    const { best, trials } = await tune(s, ({ x }) => ({ acc: x, ms: x * x }), options);
    expect(best?.values?.acc).toBe(Math.max(...trials.map((trial) => trial.values?.acc ?? -9)));
    expect(best?.losses).toEqual([-(best?.values?.acc ?? 0), best?.values?.ms]);
  });

  test("an objective that throws is a failed trial with its message, and the study goes on", async () => {
    const objective = ({ x }: { x: number }) => {
      if (x < 0) throw new Error("x is below 0");
      return x;
    };
    const { study, best } = await tune(s, objective, { trials: 20, seed: 2 });
    const failed = study.trials.filter(({ state }) => state === "failed");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ error }) => error?.message === "x is below 0")).toBe(true);
    expect(best?.params.x).toBeGreaterThanOrEqual(0);
  });

  test("never runs more than `parallel` trials at a time", async () => {
    let running = 0;
    let most = 0;
    const objective = async ({ x }: { x: number }) => {
      most = Math.max(most, ++running);
      await later(2);
      running--;
      return x;
    };
    await tune(s, objective, { trials: 24, parallel: 5 });
    expect(most).toBe(5);
  });

  test("ends at a target, at the failure limit, at a time limit, and when it is aborted", async () => {
    const target = await tune(s, ({ x }) => x, { target: { value: -0.5 }, seed: 4 });
    expect(target.end.kind).toBe("target");
    const fail = () => {
      throw new Error("no");
    };
    const failures = await tune(s, fail, { trials: 50, failures: 3 });
    expect([failures.end.kind, failures.trials.length]).toEqual(["failures", 3]);
    const seconds = await tune(s, () => later(20).then(() => 1), { seconds: 0.3 });
    expect(seconds.end.kind).toBe("seconds");
    const controller = new AbortController();
    const onTrial = () => controller.abort();
    const aborted = await tune(s, () => later(5).then(() => 1), { signal: controller.signal, onTrial });
    expect(aborted.end.kind).toBe("aborted");
    expect(aborted.trials.length).toBeLessThan(5);
  });

  test("a second call on the same storage continues the study up to its new total", async () => {
    const storage = memory();
    await tune(s, ({ x }) => x, { trials: 5, storage, study: "a", seed: 1 });
    const { trials } = await tune(s, ({ x }) => x, { trials: 8, storage, study: "a" });
    expect(trials).toHaveLength(8);
    const other = space({ y: float(0, 1) });
    await expect(tune(other, ({ y }) => y, { storage, study: "a" })).rejects.toThrow("has another space");
  });

  test("options that cannot be meant are refused by name", async () => {
    await expect(tune(s, () => 1, { trials: 0 })).rejects.toThrow(
      "trials: 0 is not a whole number of at least 1",
    );
    await expect(tune(s, () => 1, { sampler: "sobul" })).rejects.toThrow('did you mean "sobol"');
    await expect(tune(s, () => 1, { parallel: 1.5 })).rejects.toThrow("parallel");
  });
});

describe("ask and tell", () => {
  test("a loop over the study asks until the limit", async () => {
    const study = await createStudy(s, { objectives: { acc: "maximize" }, trials: 6, seed: 1 });
    for await (const trial of study) await trial.tell({ acc: trial.params.x });
    expect(study.trials).toHaveLength(6);
    expect(study.ended).toContain("limit of 6 trials");
  });

  test("telling twice the same is answered like the first time; otherwise it is a conflict", async () => {
    const study = await createStudy(s, { trials: 2 });
    const trial = await study.ask();
    if (trial === undefined) throw new Error("nothing to ask");
    await trial.tell(0.5);
    expect((await trial.tell(0.5)).values).toEqual({ value: 0.5 });
    await expect(trial.tell(0.7)).rejects.toThrow("complete already");
    await expect(study.tell(7, 1)).rejects.toThrow("no trial 7");
  });

  test("failing, notes, enqueued and added trials", async () => {
    const study = await createStudy(s, { trials: 9, seed: 1 });
    await study.add({ params: { x: 0.1, kind: "a" }, values: 0.3 });
    expect(await study.enqueue({ x: 0.25 })).toBe(1);
    const trial = await study.ask();
    expect([trial?.number, trial?.params.x]).toEqual([1, 0.25]);
    expect(["a", "b"]).toContain(trial?.params.kind);
    await trial?.note("host", "here");
    await trial?.fail("out of memory");
    expect(study.trials[1]).toMatchObject({
      state: "failed",
      error: { message: "out of memory" },
      notes: { host: "here" },
    });
    expect(study.best?.number).toBe(0);
    await expect(study.enqueue({ y: 1 })).rejects.toThrow("y");
  });

  test("points enqueued in part are tried, though nothing new is left; then all others are", async () => {
    const few = space({ a: categorical([true, false]), b: int(1, 3) });
    for (const sampler of ["grid", "random"]) {
      const study = await createStudy(few, { sampler, deterministic: true, seed: 1, trials: 50 });
      for (let n = 0; n < 3; n++) await study.enqueue({ b: 1 });
      for await (const trial of study) await trial.tell(1);
      expect(study.trials.slice(0, 3).every(({ params }) => params.b === 1)).toBe(true);
      expect(study.trials).toHaveLength(7); // six points, one of them twice
    }
  });

  test("stop lets nobody claim until resume; extend sets limits anew", async () => {
    const study = await createStudy(s, { trials: 1 });
    await study.stop("enough");
    expect(await study.ask()).toBeUndefined();
    expect(study.ended).toBe("enough");
    await study.resume();
    expect(await study.ask(3)).toHaveLength(1);
    await study.extend({ trials: 3 });
    expect(await study.ask(3)).toHaveLength(2);
  });

  test("two handles on one study share numbers and limits", async () => {
    const storage = memory();
    const one = await createStudy(s, { trials: 10, storage, seed: 5 });
    const two = await openStudy(s, { storage });
    const run = async (study: typeof one) => {
      for await (const trial of study) await trial.tell(trial.params.x);
    };
    await Promise.all([run(one), run(two as typeof one)]);
    await one.sync();
    expect(one.trials.map(({ number, state }) => [number, state])).toEqual(
      Array.from({ length: 10 }, (_, number) => [number, "complete"]),
    );
  });
});

describe("verdicts", () => {
  /** Stops every trial whose second report is above 0. */
  const strict: Pruner<null> = {
    name: "strict",
    version: 1,
    init: () => null,
    tell: () => null,
    judge: (_, trial) =>
      trial.reports.length >= 2 && trial.reports[1].values.value > 0 ? "stop" : "continue",
  };

  test("a trial that is told to stop is pruned with its last value", async () => {
    let reports = 0;
    const { trials } = await tune(
      s,
      async ({ x }, trial) => {
        for (let step = 1; step <= 4; step++) {
          reports++;
          if ((await trial.report(step, x)) !== "continue") return;
        }
        return x;
      },
      { trials: 20, seed: 1, pruner: strict, parallel: 3 },
    );
    for (const trial of trials) {
      expect(trial.state).toBe(trial.params.x > 0 ? "pruned" : "complete");
      expect(trial.values?.value).toBe(trial.params.x);
      expect(trial.reports).toHaveLength(trial.params.x > 0 ? 2 : 4);
    }
    expect(reports).toBe(trials.reduce((sum, trial) => sum + trial.reports.length, 0));
  });

  test("an asked trial learns the verdict from its report", async () => {
    const study = await createStudy(s, { trials: 2, pruner: strict });
    const trial = await study.ask();
    expect(await trial?.report(1, 1)).toBe("continue");
    expect(await trial?.report(2, 1)).toBe("stop");
    await expect(trial?.report(1.5, 1)).rejects.toThrow("whole number");
  });
});

describe("replay", () => {
  /** Its suggestions follow from every result and every open trial so far. */
  const nosy = (): Sampler<number[]> => ({
    name: "nosy",
    version: 1,
    init: () => [],
    tell: (state, trial) => [...state, trial.losses?.[0] ?? 0],
    ask: (state, slot) => {
      const open = slot.open.reduce((sum, trial) => sum + (trial.params.x as number), 0);
      const x = Math.sin(
        state.reduce((sum, loss, index) => sum + loss * (index + 1), 0) + open + slot.number + slot.workers,
      );
      return { params: { x, kind: slot.rng.uniform() < 0.5 ? "a" : "b" } };
    },
  });

  test("finds no difference with eight workers in two handles, and one where the log was changed", async () => {
    const storage = memory();
    const objective = async ({ x }: { x: number }) => {
      await later(Math.abs(x) * 5);
      return x;
    };
    const options = { trials: 60, storage, sampler: nosy(), parallel: 4, seed: 7 };
    await createStudy(s, options);
    await Promise.all([tune(s, objective, options), tune(s, objective, options)]);
    const resolve = (name: string) => (name === "nosy" ? (nosy() as Sampler) : makeSampler(name));
    expect(await replay(storage, "study", resolve)).toMatchObject({
      same: 60,
      different: [],
      incomparable: [],
    });

    const events = [...(await storage.read("study", 0))];
    const at = events.findIndex((event) => event.kind === "started" && event.trial === 30);
    events[at] = { ...events[at], params: { x: 0, kind: "a" } } as (typeof events)[number];
    const changed = { ...storage, read: async () => events };
    const found = await replay(changed, "study", resolve);
    expect(found.different.map(({ trial }) => trial)).toContain(30);
    expect((await replay(storage, "study", () => undefined)).incomparable).toHaveLength(60);
  });

  test("a lost worker's trial is run by another, with the same params", async () => {
    const storage = memory();
    const dead = await createStudy(s, { trials: 3, storage, seed: 1, sampler: "random" });
    const held = await dead.ask(1, { leaseMs: 1 });
    await dead.close();
    await later(5);
    const { trials, end } = await tune(s, ({ x }) => x, { storage, trials: 3 });
    expect(end.kind).toBe("trials");
    expect(trials[0]).toMatchObject({ attempt: 2, state: "complete", params: held[0].params });
  });
});
