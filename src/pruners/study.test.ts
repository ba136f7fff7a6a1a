/** Pruners in whole studies, with workers that share a log, and their replay. */
import { describe, expect, test } from "vitest";
import { simulated } from "../engines/simulated.ts";
import { createStudy, float, type Objective, type StudyTrial, space } from "../index.ts";
import { makePruner, makeSampler } from "../registry.ts";
import { memory } from "../storages/memory.ts";
import { replay } from "../study/replay.ts";
import type { Json } from "../trial.ts";

const FULL = 34;
const line = space({ x: float(0, 1) });

/** A program without checkpoints: begins anew whenever it is started, and knows nothing of budgets. */
const training: Objective<{ x: number }> = async ({ x }, trial) => {
  for (let step = 1; step <= FULL; step++)
    if ((await trial.report(step, (x - 0.3) ** 2 + 1 / (step + 1))) !== "continue") return;
};

async function run(name: string, options: object | undefined, parallel: number, limits: object) {
  let now = () => 0;
  const storage = memory({ now: () => 1000 * now() });
  const study = await createStudy(line, {
    storage,
    study: "s",
    pruner: makePruner(name, options as Json),
    sampler: "random",
    seed: 3,
    steps: { max: FULL },
    ...limits,
  });
  const engine = simulated(training as never, {
    parallel,
    stepSeconds: 1,
    nest: (_, number) => study.paramsOf(number),
  });
  now = () => engine.now;
  const end = await study.run(engine);
  const replayed = await replay(storage, "s", makeSampler, makePruner);
  return { study, engine, end, replayed };
}

describe.each([1, 4])("%i workers", (parallel) => {
  test.each([
    ["auto", undefined],
    ["median", undefined],
    ["successiveHalving", undefined],
    ["successiveHalving", { mode: "promote" }],
    ["hyperband", undefined],
    ["hyperband", { mode: "promote" }],
    ["pasha", undefined],
    ["curve", undefined],
    ["patient", { pruner: "median", patience: 2, least: 0.02 }],
  ])(
    "%s %j: something is complete, most are not, and a replay finds no difference",
    async (name, options) => {
      const { study, end, replayed } = await run(name, options, parallel, { trials: 30 });
      expect(end.kind).toBe("trials");
      const { complete, paused, pruned, failed, running, waiting } = study.history.counts;
      expect(complete).toBeGreaterThan(0);
      expect(paused + pruned).toBeGreaterThan(3);
      expect({ failed, running, waiting }).toEqual({ failed: 0, running: 0, waiting: 0 });
      expect(replayed.different).toEqual([]);
      expect(replayed.judged.different).toEqual([]);
      expect(replayed.judged.same).toBeGreaterThan(0);
    },
  );

  test("auto with a time limit uses all of it, and trains the best to their ends", async () => {
    const { study, engine, end } = await run("auto", undefined, parallel, { seconds: 5 * FULL });
    expect(end.kind).toBe("seconds");
    expect(engine.now).toBeCloseTo(5 * FULL, 5);
    const { complete, paused } = study.history.counts;
    expect(complete).toBeGreaterThanOrEqual(2 * parallel);
    expect(paused).toBeGreaterThan(15 * parallel);
    const { x } = (study.best as StudyTrial).params as { x: number };
    const all = study.trials.map(({ params }) => Math.abs((params as { x: number }).x - 0.3));
    expect(Math.abs(x - 0.3)).toBeLessThanOrEqual([...all].sort((a, b) => a - b)[3]);
  });
});
