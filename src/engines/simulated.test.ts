import { describe, expect, test } from "vitest";
import {
  createStudy,
  float,
  int,
  makeSampler,
  memory,
  type Params,
  type Pruner,
  replay,
  space,
} from "../index.ts";
import type { RunningTrial } from "../objective.ts";
import { type SimulatedOptions, simulated } from "./simulated.ts";

const s = space({ x: float(-3, 3), y: float(-3, 3), epochs: int(1, 20) });
const bowl = ({ x, y }: Params) => (Number(x) - 1) ** 2 + (Number(y) + 1) ** 2;
const seconds = ({ x, epochs }: Params) => Number(epochs) * (2 + Number(x) / 3);

interface Setup extends SimulatedOptions {
  readonly sampler?: string;
  readonly trials?: number;
  readonly limit?: number;
  readonly pruner?: Pruner;
  readonly objective?: (params: Params, trial: RunningTrial) => Promise<number | undefined> | number;
}

async function run({ sampler = "random", trials, limit, pruner, objective = bowl, ...options }: Setup) {
  const engine = simulated(objective, options);
  const storage = memory({ now: () => 1000 * engine.now });
  const limits = { ...(trials && { trials }), ...(limit && { seconds: limit }) };
  const study = await createStudy(s, { seed: 5, sampler, storage, ...limits, ...(pruner && { pruner }) });
  const end = await study.run(engine);
  const times = study.history.trials.flatMap((trial) => (trial ? [trial.times] : []));
  return { engine, study, storage, end, times };
}

describe("virtual time", () => {
  test("trials take what they are said to take, and nobody waits for it", async () => {
    const { engine, times, study } = await run({ trials: 4, seconds: 3600 });
    expect(engine.now).toBe(4 * 3600);
    expect(times.map(({ started, finished }) => [started, finished])).toEqual(
      [0, 1, 2, 3].map((n) => [n * 3_600_000, (n + 1) * 3_600_000]),
    );
    expect(study.history.activeMs).toBe(4 * 3_600_000);
  });

  test("several workers: ends come in the order of time, and the lower number first", async () => {
    const ended: number[] = [];
    const lengths = [5, 2, 2, 4, 1, 1];
    const engine = simulated(bowl, { parallel: 3, seconds: (_, trial) => lengths[trial] });
    const study = await createStudy(s, { sampler: "random", trials: 6, seed: 1 });
    study.observe((_, change) => ended.push(...(change.ended ?? [])));
    await study.run(engine);
    // 1 and 2 end at 2; 3 and 4 follow, 4 ends at 3 and 5 at 4, when 3 is still busy until 6
    expect(ended).toEqual([1, 2, 4, 5, 0, 3]);
    expect(engine.now).toBe(6);
  });

  test("each report takes its time, and a trial ends with its last", async () => {
    const objective = async (_: Params, trial: RunningTrial) => {
      for (let step = 1; step <= 3; step++) await trial.report(step, 10 - step);
      return undefined;
    };
    const { engine, study } = await run({ trials: 2, objective, stepSeconds: 7 });
    expect(engine.now).toBe(42);
    expect(study.history.trials[1]?.reports.map(({ time }) => time)).toEqual([28_000, 35_000, 42_000]);
  });

  test("reports that nobody awaits come in their time too", async () => {
    const objective = (_: Params, trial: RunningTrial) => {
      for (let step = 1; step <= 3; step++) void trial.report(step, 10 - step);
      return 1;
    };
    const { study } = await run({ trials: 2, parallel: 2, objective, stepSeconds: 7 });
    for (const trial of study.history.trials)
      expect(trial?.reports.map(({ time }) => time)).toEqual([7_000, 14_000, 21_000]);
  });

  test.each([true, false])(
    "a pruned trial gives its worker back at its verdict (awaited: %s)",
    async (awaited) => {
      const pruner: Pruner = {
        name: "odd",
        version: 1,
        init: () => undefined,
        tell: () => undefined,
        judge: (_, { number, reports }) => (number % 2 === 1 && reports.length === 2 ? "stop" : "continue"),
      };
      const objective = async (_: Params, trial: RunningTrial) => {
        for (let step = 1; step <= 10; step++) {
          const told = trial.report(step, step);
          if (awaited && (await told) !== "continue") return undefined;
        }
        return 1;
      };
      const { study, times } = await run({ trials: 4, objective, pruner, stepSeconds: 10 });
      expect(study.history.trials.map((trial) => trial?.state)).toEqual([
        "complete",
        "pruned",
        "complete",
        "pruned",
      ]);
      expect(times.map(({ finished }) => finished)).toEqual([100_000, 120_000, 220_000, 240_000]);
    },
  );

  test("the time limit is virtual, and met to the second", async () => {
    const { engine, end, study } = await run({ limit: 100, seconds: 30, parallel: 2 });
    expect(end.kind).toBe("seconds");
    expect(engine.now).toBe(100);
    expect(study.history.counts).toMatchObject({ complete: 6, waiting: 2 });
  });

  test("an objective that is slow in truth is waited for", async () => {
    const objective = async (params: Params) => {
      await new Promise((resolve) => setTimeout(resolve, Number(params.epochs)));
      return bowl(params);
    };
    const slow = await run({ trials: 12, parallel: 4, objective, seconds });
    const quick = await run({ trials: 12, parallel: 4, seconds });
    expect(slow.study.history.trials).toEqual(quick.study.history.trials);
  });

  test("a length that is none is refused", async () => {
    await expect(run({ trials: 1, seconds: () => Number.NaN })).rejects.toThrow("trial 0 cannot take NaN");
  });
});

describe("eight workers, with trials of varying length", () => {
  test.each(["gp", "tpe"])("%s gives the same trials at every run, and replays", async (sampler) => {
    const first = await run({ sampler, trials: 40, parallel: 8, seconds });
    const second = await run({ sampler, trials: 40, parallel: 8, seconds });
    expect(second.study.history.trials).toEqual(first.study.history.trials);
    expect(second.engine.now).toBe(first.engine.now);
    const finished = first.times.map((times) => times.finished ?? 0);
    expect([...finished].sort((a, b) => a - b)).not.toEqual(finished); // they did overtake each other
    const found = await replay(first.storage, "study", makeSampler);
    expect(found).toMatchObject({ same: 40, different: [], incomparable: [] });
  });
});
